"""Every page in both languages: the same links, forms and data, and on a Chinese one no English words of ours."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from cloud import Cloud
from pages import MARK, Site, crawled, fill, pages_of

import dmcli
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of
from dmcli.words import speak

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pages import Document

CATALOGUES = Path(dmcli.__file__).parent / "locale/zh_CN/LC_MESSAGES"
CHINESE = {"accept_language": "fr, zh-CN;q=0.9, en;q=0.5"}
# What is a value in these is the same in both languages: addresses, commands, what a mail or a call has in it.
DATA = frozenset(("bdi", "code", "pre", "script", "style", "svg", "datalist"))
SPOKEN = ("aria-label", "placeholder", "title", "data-title", "data-one", "data-many")
ENGLISH = re.compile(r"(?<![\w./@{-])[A-Za-z]?[a-z]{2,}(?![\w./@:=}-])")
# Words that are no English of ours: names of programs, settings, effects and parts of them.
NAMES = {
    *("dm", "sandbox", "English", "error", "status", "latency", "drop", "hang", "garbage", "truncate"),
    *("nonce", "none", "px", "Data", "Secret", "Terraform", "Provider"),
}


class Words(HTMLParser):
    """The texts of a page that are ours: those that stand in no element with data, and those of attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: list[str] = []
        self.data: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value for name, value in attrs if name in SPOKEN and value]
        if tag not in ("input", "link", "meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, _: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        (self.data if DATA & set(self.open) else self.texts).append(text)

    def english(self) -> list[str]:
        """Our texts with English words in them. The title of a page, and what a choice gives, may be data as well."""
        ours = [text for text in self.texts if text.removesuffix(" · dm sandbox") not in self.data and MARK not in text]
        return [text for text in ours if set(ENGLISH.findall(text)) - NAMES]


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    cloud = Cloud()
    fill(cloud)
    with Server(site_of(cloud.sandbox)) as server:
        yield Site(server)
    cloud.sandbox.close()


def structure(page: Document) -> list[tuple[object, ...]]:
    """What a page does: where its links lead, what its forms send, and its elements one by one."""
    meant = ("href", "src", "action", "method", "name", "value", "type", "class", "role", "id", "for", "form")
    return [
        (element.tag, *(element.attributes.get(name) for name in meant))
        for element in page.elements
        if element.attributes.get("class") != "language" and element.tag != "html"
    ]


def test_every_page_is_the_same_in_chinese(served: Site) -> None:
    left, waiting = {}, set()
    for file in sorted(CATALOGUES.glob("*.po")):  # what they lack there is told by the check of the catalogues
        with file.open("rb") as lines:
            waiting |= {str(one.id).lower() for one in read_po(lines) if one.id and not one.string}
    for path in pages_of(crawled(served)):  # which has read every mail
        page, answer = served.page(path), served.get(path, **CHINESE)
        chinese = answer.page
        assert page.one("html").attributes["lang"] == "en"
        assert chinese.one("html").attributes["lang"] == "zh-CN"
        assert structure(chinese) == structure(page), path
        left |= {text: path for text in Words(answer.text).english() if text.lower() not in waiting}
    assert left == {}


def test_the_switch_is_kept_and_goes_before_what_the_browser_asks_for(served: Site) -> None:
    english = served.page("calls?action=SingleSendMail&lang=en")
    switch = english.one("a", class_="language")
    assert (switch.text, switch.attributes["hreflang"]) == ("中文", "zh-CN")
    assert switch.attributes["href"] == "/_dm/calls?action=SingleSendMail&lang=zh"
    chosen = served.get(switch.attributes["href"], accept_language="en")
    assert chosen.page.one("a", class_="language").text == "English"
    assert chosen.page.one("h1").text == "调用"
    kept = chosen.headers["set-cookie"].partition(";")[0]
    assert chosen.headers["set-cookie"].split("; ")[1:] == ["Path=/_dm/", "Max-Age=31536000", "SameSite=Lax"]
    for given, title in (
        ({"cookie": f"a=b; {kept}"}, "故障"),
        ({"cookie": f"a=b; {kept}", "accept_language": "en"}, "故障"),
        ({"cookie": "dm_lang=fr; =; dm_lang", "accept_language": "zh-HK"}, "故障"),
        ({"accept_language": "zh;q=0.2, en-GB;q=0.3"}, "Faults"),
        ({"accept_language": "zh;q=none, de, *"}, "Faults"),
        ({}, "Faults"),
    ):
        answer = served.get("faults", **given)
        assert answer.page.one("h1").text == title, given
        assert "set-cookie" not in answer.headers
    refused = served.post("faults?lang=zh", {"effect": "error"}).page
    assert refused.one("p", role="alert").text == "故障 error 需要一个值：它的作用是返回服务的一个错误码"
    assert refused.one("a", class_="language").attributes["href"] == "/_dm/?lang=en"
    assert served.get("nothing?lang=xx", **CHINESE).page.one("h1").text == "没有执行"


def test_programs_get_english_whatever_the_process_speaks(served: Site) -> None:
    speak("zh")
    try:
        assert served.page("faults").one("h1").text == "故障"
        nothing = served.get("/_dm/api/mails/99999").text
        wrong = served.ask("POST", "/_dm/api/faults", '{"effect": "error"}', content_type="application/json").text
        unknown = served.get("/?Action=SendEverything").text
    finally:
        speak("en")
    assert "there is no mail 99999" in nothing
    assert "the fault error needs a value: it is to answer with an error code of the service" in wrong
    assert not re.search("[\u4e00-\u9fff]", unknown)


def test_what_a_template_takes_for_harmless_stands_in_the_template() -> None:
    """`tr` of a template may have tags in its text, so that no value may ever be one."""
    for template in sorted((Path(dmcli.__file__).parent / "sandbox/web/templates").rglob("*.html")):
        text = template.read_text("utf-8")
        assert re.findall(r"\btr\((?![\"'])", text) == [], template
        assert "| safe" not in text, template


def test_a_value_in_a_sentence_is_made_harmless(served: Site) -> None:
    for headers in ({}, CHINESE):
        assert MARK not in served.get("mail/1/files", **headers).text
        assert MARK not in served.get("calls/8", **headers).text
