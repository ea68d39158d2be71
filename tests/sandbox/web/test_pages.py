"""All pages, of an account with nothing and one with everything in it: whole, linked, escaped, and kept in check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from cloud import Cloud
from pages import EVIL, MARK, Site, crawled, fill, pages_of

from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of

if TYPE_CHECKING:
    from pages import Answer, Document

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(params=["site", "full"], ids=["empty", "full"])
def any_site(request: pytest.FixtureRequest) -> Site:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module", params=["empty", "full"])
def answers(request: pytest.FixtureRequest) -> dict[str, Answer]:
    """What every address answers, for those who only look."""
    cloud = Cloud()
    if request.param == "full":
        fill(cloud)
    with Server(site_of(cloud.sandbox)) as server:
        found = crawled(Site(server))
    cloud.sandbox.close()
    return found


@pytest.fixture(scope="module")
def documents(answers: dict[str, Answer]) -> dict[str, Document]:
    """Every page of them."""
    return pages_of(answers)


def test_every_link_answers_and_every_page_is_whole(answers):
    assert {path: answer.status for path, answer in answers.items() if answer.status != 200} == {}
    assert len(answers) > 12


def test_every_page_says_what_it_is(documents):
    for path, page in documents.items():
        assert page.one("html").attributes["lang"] == "en"
        assert page.title.endswith(" · dm sandbox"), path
        assert page.title != "· dm sandbox", path
        assert len(page.all("h1")) == 1, path
        assert page.all("main", id="main"), path
        assert page.all("a", class_="skip", href="#main"), path
        assert len([a for a in page.all("a") if a.attributes.get("aria-current") == "page"]) >= 1, path
        ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
        assert len(ids) == len(set(ids)), path


def test_fragments_lead_somewhere(documents):
    for page in documents.values():
        ids = {element.attributes.get("id") for element in page.elements}
        assert {a.attributes["href"][1:] for a in page.all("a") if a.attributes.get("href", "").startswith("#")} <= ids


def test_every_control_has_a_name(documents):
    for path, page in documents.items():
        fields = [e for e in page.elements if e.tag in ("input", "select") and e.attributes.get("type") != "hidden"]
        labels = page.all("label")
        assert all(label.text for label in labels), path
        assert len(fields) == len(labels), path  # each control stands in a label of its own
        assert all(button.text for button in page.all("button")), path
        assert all(a.text for a in page.all("a")), path


def test_every_form_is_taken(any_site):
    forms = {}
    for page in pages_of(crawled(any_site)).values():
        for form in page.all("form", method="post"):
            forms[form.attributes["action"]] = form
    assert forms.keys() >= {"/_dm/faults", "/_dm/limits", "/_dm/limits/documented", "/_dm/account/quota"}
    for action in forms:
        answer = any_site.post(action)
        assert answer.status in (200, 303, 400), (action, answer.status)
        if answer.status != 303:
            assert answer.page.text


def test_pages_may_do_nothing_that_is_not_theirs(answers):
    for path, answer in answers.items():
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["cache-control"] == "no-store", path
        assert "access-control-allow-origin" not in headers
        if not headers["content-type"].startswith("text/html") or path.endswith("/body"):
            continue
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        policy, nonce = headers["content-security-policy"], ""
        if policy != POLICY:
            nonce = re.fullmatch(
                re.escape(POLICY) + "; script-src 'nonce-([A-Za-z0-9+/]{22}==)'; connect-src 'self'", policy
            )[1]
        for element in answer.page.elements:
            assert element.tag not in ("style", "img", "object", "embed"), path
            assert not [name for name in element.attributes if name == "style" or name.startswith("on")], path
            if element.tag == "script":
                assert element.attributes["nonce"] == nonce
                assert element.attributes["src"] == "/_dm/newer.js"
                assert not element.text


def test_a_nonce_is_used_once(site):
    policies = {site.get().headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


def test_nothing_of_elsewhere_is_asked_for(documents):
    for path, page in documents.items():
        for element in page.elements:
            for name in ("src", "action", "srcset", "data", "poster"):
                assert element.attributes.get(name, "/_dm/").startswith("/_dm/"), (path, element)
            href = element.attributes.get("href", "/_dm/")
            if urlsplit(href).scheme:
                assert element.tag == "a", path
                assert href.startswith(("https://", "http://")), path
                assert element.attributes["rel"] == "noopener noreferrer", path


@pytest.mark.parametrize("answers", ["full"], indirect=True)
def test_what_villains_write_is_text(documents):
    shown = set()
    for path, page in documents.items():
        assert not page.all("x-evil"), path
        assert not page.all("img"), path
        assert "49" not in page.title, path
        shown |= {path} if MARK in page.text else set()
        for element in page.elements:
            if "evil" in "".join(element.attributes):
                pytest.fail(f"{path}: {element}")
    patterns = (
        r"/_dm/",
        r"/_dm/mail/\d+",
        r"/_dm/mail/\d+/(text|source|headers|raw|files|delivery)",
        r"/_dm/calls",
        r"/_dm/calls/\d+",
        r"/_dm/faults",
        r"/_dm/account",
        r"/_dm/account/list/\w+",
        r"/_dm/account/template/\d+",
        r"/_dm/stats",
    )
    for pattern in patterns:
        assert any(re.fullmatch(pattern, path) for path in shown), pattern


@pytest.mark.parametrize("path", ["?text={}", "?tag={}", "?to={}&sender={}", "calls?action={}", "account?x={}", "{}"])
def test_what_stands_in_an_address_is_text(site, path):
    from urllib.parse import quote

    page = site.get(path.replace("{}", quote(EVIL))).page
    assert not page.all("x-evil")
    assert not [script for script in page.all("script") if script.text]


def test_what_is_typed_into_a_form_is_text_and_stays(site):
    page = site.post("faults", {"effect": "error", "value": EVIL, "recipient": EVIL}).page
    assert page.one("input", name="value").attributes["value"] == EVIL
    assert page.one("input", name="recipient").attributes["value"] == EVIL
    assert MARK in page.one("p", role="alert").text
    assert MARK in site.post("account/quota", {"daily": EVIL}).page.one("p", role="alert").text
    assert MARK in site.post("limits", {"action": "CreateTag", "rate": EVIL}).page.one("p", role="alert").text


def test_no_header_can_be_added_by_a_form(site):
    location = site.done("delete", {"all": "1", "text": "x\r\nSet-Cookie: a=b", "tag": "?&#"})
    assert dict(parse_qsl(urlsplit(location).query)) == {"text": "x\r\nSet-Cookie: a=b", "tag": "?&#"}
    assert location.startswith("/_dm/?")


def test_a_page_that_is_not_there_says_so(any_site):
    for path in (
        "nothing",
        "mail/99",
        "mail/0",
        "mail/-1",
        "mail/1/nothing",
        "mail/99/eml",
        "mail/99/file/1",
        "calls/99",
        "account/domain/9",
        "account/list/" + "0" * 32,
        "account/template/9",
        "mail/1/file/9",
        "mail/" + "9" * 40,
        "mail/%31%00",
        "%2e%2e/",
        "x/%2e%2e/style.css",
    ):
        answer = any_site.get(path)
        assert answer.status == 404, path
        assert answer.page.one("h1").text == "That was not done"


def test_a_method_that_is_not_meant_is_refused(site):
    for method, path, allowed in (("POST", "stats", "GET"), ("GET", "delete", "POST"), ("PUT", "faults", "GET, POST")):
        answer = site.ask(method, path, origin=site.url)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path", ["?page=x", "?page=%C2%B2", "?since=x", "newer?since=-1", "?unseen=maybe", "?page=" + "9" * 30]
)
def test_a_number_that_is_none_is_refused(site, path):
    answer = site.get(path)
    assert answer.status == 400
    assert answer.page.one("h1").text == "That was not done"


def test_a_form_with_too_many_fields_is_refused(site):
    assert site.post("delete", [("mail", "1")] * 3000).status == 400


def test_only_a_form_of_our_own_changes_anything(site, cloud):
    cloud.send()
    form = {"mail": "1", "sure": "1"}
    kind = {"content_type": "application/x-www-form-urlencoded"}
    for headers in ({}, {"sec_fetch_site": "none"}):
        assert site.ask("POST", "delete", "mail=1&sure=1", **kind, **headers).status == 403
    for headers in (
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": site.url, "sec_fetch_site": "cross-site"},
    ):
        assert site.ask("POST", "delete", "mail=1&sure=1", **kind, **headers).status == 403
    assert len(cloud.mails()) == 1
    assert site.ask("POST", "delete", "mail=1&sure=1", sec_fetch_site="same-origin", **kind).status == 303
    assert cloud.mails() == []
    cloud.send()
    assert site.post("delete", form | {"mail": "2"}).status == 303
    assert cloud.mails() == []


def test_a_look_without_a_body_is_the_same_look(full):
    whole, head = full.get("calls"), full.ask("HEAD", "calls")
    assert head.status == 200
    assert head.body == b""
    assert abs(int(head.headers["content-length"]) - len(whole.body)) < 100


def test_pages_load_only_when_they_are_asked_for():
    import subprocess
    import sys

    program = (
        "import sys; from dmcli.sandbox.emulator import Sandbox; from dmcli.sandbox.server.site import site_of;"
        "site_of(Sandbox(':memory:')); sys.exit('jinja2' in sys.modules or 'dmcli.sandbox.web' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
