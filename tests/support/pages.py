"""The sandbox's pages as a browser without scripts gets them: over real HTTP, parsed, checked for balance."""

from __future__ import annotations

import http.client
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from patience import PATIENT

from dmcli.api import signing
from dmcli.sandbox.control import faults, limits
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cloud import Cloud

# Whatever it is put into, it must come out as text.
EVIL = '<x-evil a="1">&amp;\'</x-evil><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'
MARK = "<x-evil"
LETTER = (
    "<!doctype html><html><head><style>p{color:red}</style><link rel=preconnect href=https://evil.example></head>"
    '<body><p>您好，your code is 482913.</p><img src="https://evil.example/pixel.png">'
    '<a href="https://shop.example/?a=1&amp;b=2">shop</a></body></html>'
)
_VOID = frozenset(("base", "br", "hr", "img", "input", "link", "meta"))
_FILE = "0123456789abcdef0123456789abcdef"


class Element(NamedTuple):
    """A start tag: its name, its attributes, and the text inside of it up to its end."""

    tag: str
    attributes: dict[str, str]
    pieces: list[str]

    @property
    def text(self) -> str:
        """The text without the blanks around it and doubled in it."""
        return " ".join("".join(self.pieces).split())


class Document(HTMLParser):
    """A page taken apart. Fails when tags are not balanced, or an attribute stands twice."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert not self._open, f"not closed: {[element.tag for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute stands twice in <{tag}>"
        element = Element(tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.pieces.append(data)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of that name with those attributes; a class need only be among the element's."""
        return [
            element
            for element in self.elements
            if element.tag == tag
            and all(
                value in element.attributes.get(name, "").split()
                if name == "class"
                else element.attributes.get(name) == value
                for name, value in ((name.rstrip("_"), value) for name, value in attributes.items())
            )
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The one element of that kind."""
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def text(self) -> str:
        """All text of the body."""
        return self.one("body").text

    @property
    def title(self) -> str:
        """The page's title."""
        return self.all("title")[0].text  # those of drawings come later


class Answer(NamedTuple):
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def page(self) -> Document:
        """The body as a page."""
        assert self.headers["content-type"] == "text/html; charset=utf-8"
        return Document(self.text)


class Site:
    """The pages of a sandbox."""

    def __init__(self, server: Server) -> None:
        self.url = server.url

    def ask(self, method: str, path: str, body: str = "", **headers: str) -> Answer:
        """One request for what stands after /_dm/; names of headers have _ for -."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENT)
        target = (
            urljoin("/_dm/", path) if not path.startswith(("?", "/")) else path if path[0] == "/" else f"/_dm/{path}"
        )
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, target, body or None, given)
        response = connection.getresponse()
        answer = Answer(
            response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        )
        connection.close()
        return answer

    def get(self, path: str = "", **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def page(self, path: str = "") -> Document:
        """A page that must be there."""
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status)
        return answer.page

    def post(self, path: str, fields: object = (), **headers: str) -> Answer:
        """Send a form as a browser does."""
        kind = {"content_type": "application/x-www-form-urlencoded", "origin": self.url}
        return self.ask("POST", path, urlencode(fields, doseq=True), **(kind | headers))

    def done(self, path: str, fields: object = ()) -> str:
        """Send a form that must be taken; where the browser is sent."""
        answer = self.post(path, fields)
        assert answer.status == 303, answer.text
        return answer.headers["location"]


@pytest.fixture
def site(cloud: Cloud) -> Iterator[Site]:
    """The pages of an account in which nothing happened yet."""
    with Server(site_of(cloud.sandbox)) as server:
        yield Site(server)


def fill(cloud: Cloud) -> None:
    """Let everything happen that a page can show, and let whoever does it be a villain."""
    cloud.ok("CreateDomain", DomainName="mail.example.com")
    cloud.ok("CreateTemplate", TemplateName=EVIL[:30], TemplateSubject=EVIL, TemplateText=EVIL, TemplateNickName="x")
    cloud.sql("UPDATE template SET name = ?, nickname = ?, remark = ?", EVIL, EVIL, EVIL)
    cloud.sql("UPDATE receiver SET name = ?, description = ?, columns = ?", EVIL, EVIL, EVIL)
    cloud.sql("UPDATE member SET variables = ? WHERE email LIKE 'ada%'", '{"UserName": "<x-evil>"}')
    letters = {"TextBody": EVIL, "HtmlBody": f"{LETTER}{EVIL}", "FromAlias": "Ada 示例"}
    cloud.sql("INSERT INTO upload VALUES (?, ?, ?, ?, 0)", _FILE, EVIL, EVIL, b"%PDF")
    files = {
        "Attachments.1.AttachmentName": f"报价单 {EVIL}.pdf",
        "Attachments.1.AttachmentUrl": f"http://127.0.0.1:1/{_FILE}",
        "Attachments.2.AttachmentName": "b.pdf",
        "Attachments.2.AttachmentUrl": "https://evil.example/b.pdf",
    }
    cloud.send("ada@example.com,bob@example.com", Subject=EVIL, **letters, **files, TagName="welcome", ClickTrace="1")
    cloud.send(
        "invalid@example.com", Subject="您的验证码", TextBody="验证码 731204", Headers='{"X-User-A": "<x-evil>"}'
    )
    cloud.send("spam@example.com", Subject="HTML alone", TextBody="", HtmlBody="<p>您好</p>")
    cloud.send("slow@example.com")
    cloud.sql("UPDATE tag SET name = ?, description = ?", EVIL, EVIL)
    cloud.sql("UPDATE mail SET tag = ? WHERE tag != ''", EVIL)
    cloud.sql("UPDATE message SET alias = ?, reply_to = ?, reply_alias = ?, template = ?", EVIL, EVIL, EVIL, EVIL)
    cloud.sql("UPDATE mail SET reason = ?, class = ?, sender = ?", EVIL, EVIL, EVIL)
    cloud.sql("INSERT INTO event (mail, kind, at) SELECT id, 'open', created FROM mail WHERE id < 3")
    cloud.sql(
        "INSERT INTO task (receivers, template, tag, count, address_type, ip_pool, created) "
        "VALUES (?, ?, ?, 1, 'x', 'x', 0)",
        EVIL,
        EVIL,
        EVIL,
    )
    cloud.refused("CreateTag", TagName=EVIL, **{EVIL: EVIL})
    cloud.ok("QueryTagByParam", **{EVIL: EVIL})
    cloud.sandbox.exchange(misspelt(cloud, EVIL))
    cloud.sandbox.exchange(cloud.request(EVIL, {EVIL: EVIL}, version=EVIL)._replace(headers={"host": EVIL, "x": EVIL}))
    for given in (
        {"effect": "error", "value": "Throttling.User", "recipient": EVIL.lower(), "times": 3},
        {"effect": "status", "value": "502", "html": True, "after": True, "retry_after": 7, "action": "CreateTag"},
        {"effect": "drop", "rate": 0.5, "seed": 7, "action": "CreateTag"},
        {"effect": "latency", "value": "1", "nth": 2, "action": "CreateTag"},
    ):
        faults.add_fault(cloud.sandbox, faults.fault_of(given))
    limits.set_limits(cloud.sandbox, [limits.limit_of("SingleSendMail", "100/s")])
    cloud.reply("CreateTag", TagName="struck")


def kinds(site: Site) -> list[str]:
    """A page of each kind: one for each form that an address has."""
    found, waiting = {}, ["/_dm/"]
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"[0-9a-f]{32}|\d+", "N", path)
        if kind in found or path.endswith(("/body", "/eml")) or "/file/" in path:
            continue
        answer = site.get(path)
        found[kind] = path
        if answer.headers["content-type"].startswith("text/html"):
            hrefs = [a.attributes.get("href", "") for a in answer.page.all("a")]
            waiting += [
                target for target in (urljoin(path, href).partition("#")[0] for href in hrefs) if "/_dm/" in target
            ]
    return list(found.values())


def crawled(site: Site) -> dict[str, Answer]:
    """Every address that the pages name, and what it answers; of filters only one query each."""
    answers: dict[str, Answer] = {}
    waiting = ["/_dm/", "/_dm/calls?code=none", "/_dm/?text=nothing-at-all", "/_dm/?page=9"]
    while waiting:
        path = waiting.pop()
        if path in answers:
            continue
        answers[path] = site.get(path)
        if answers[path].headers.get("content-type", "").startswith("text/html") and not path.endswith("/body"):
            waiting += [target for target in targets(answers[path].page, path) if target not in answers]
    return answers


def targets(page: Document, path: str) -> set[str]:
    """The addresses of our own that a page names, without fragments."""
    shown = [element for element in page.elements if element.attributes.get("class") != "language"]  # the same page
    named = [element.attributes.get(name) for element in shown for name in ("href", "src", "data-count")]
    named += [form.attributes["action"] for form in page.all("form", method="get")]
    absolute = {urljoin(path, target) for target in named if target}
    return {target.partition("#")[0] for target in absolute if target.startswith("/_dm/")}


def pages_of(answers: dict[str, Answer]) -> dict[str, Document]:
    """Every page but the bodies of mails."""
    return {
        path: answer.page
        for path, answer in answers.items()
        if answer.headers.get("content-type", "").startswith("text/html") and not path.endswith("/body")
    }


def misspelt(cloud: Cloud, text: str):
    """A call signed by a client that encodes blanks as +."""
    request = cloud.request("QueryTagByParam", {"KeyWord": f"a b{text}"})
    pairs = dict(pair.split("=") for pair in request.body.decode().split("&"))
    del pairs["Signature"]
    wrong = "&".join(f"{name}={value.replace('%20', '+')}" for name, value in sorted(pairs.items()))
    signature = signing.v1_signature(f"POST&%2F&{signing.percent_encode(wrong)}", "dm-sandbox-secret")
    body = "&".join(f"{name}={value}" for name, value in pairs.items())
    return request._replace(body=f"{body}&Signature={signing.percent_encode(signature)}".encode())


@pytest.fixture
def full(cloud: Cloud, site: Site) -> Site:
    """The pages of an account with everything in it."""
    fill(cloud)
    return site
