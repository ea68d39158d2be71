"""Requests that no healthy client sends, made by chance, and mails that are as hard to look at as the sandbox takes."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from dmcli.api import catalogue, signing
from dmcli.api.kinds.reference import Ref
from dmcli.api.kinds.text import MOST_LINE
from dmcli.sandbox.service.delivery import MAX_BLANKS

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from dmcli.api.model import Action

KEY_ID, KEY_SECRET = "dm-sandbox-id", "dm-sandbox-secret"
LONG, LONGEST = 2_000, 50_000  # characters of most long values, and of a few
MIB = 1024 * 1024
_WORDS = """
您好 é é % %00 %zz + & = a@b@c @ a@b.test invalid@b.test *@* {a} { <script> <!-- <p> </ &#x &lt; url(
=?utf-8?b?AAAA?= =? ( (( [ ] ) 0 -1 1 007 1e9 1e999 NaN Infinity 0x10 ² １２ 999999999999999999 9999999999999999999
1.5 true TRUE null 2026-01-01 2026-02-30 0000-00-00 today 7d [] {} [[]] [1, http://127.0.0.1/ javascript:1 file:///
../.. 1#2 0#0
"""
_PLACES = """
newer calls faults stats differences account style.css nothing mail/{} mail/{}/body mail/{}/text mail/{}/source
mail/{}/headers mail/{}/raw mail/{}/links mail/{}/files mail/{}/delivery mail/{}/eml mail/{}/file/1 calls/{}
account/domain/{} account/template/{} account/list/{} confirm/{} api api/ api/health api/mails api/mails/{}
api/mails/latest api/calls api/calls/{} api/faults api/mails/{}/html api/mails/{}/text api/mails/{}/eml
api/mails/{}/links api/mails/{}/codes api/limits api/clock api/states api/quota api/snapshots api/{}
"""
_NAMES = "Format Timestamp SignatureNonce SignatureMethod AccessKeyId SecurityToken Action RegionId"
_FIELDS = "text to sender subject tag status env_id since unseen page limit before count"
_BAD_TEXTS = (
    *("", " ", "\t", "\x00", "\r\n", "\x1b[2J", "\u202e", "\u2028", "\ufeff", "😀", "'; --", '"', "\\", "\udcff"),
    *("src   ", "9999-12-31 23:59", '{"a":1}', '[{"To":["a@b.test"]}]', '{"Subject":"S","HtmlBody":"x"}', '"'),
    *('{"a":1,"a":2}', "9" * 400),
    *_WORDS.split(),
)
_PATHS = ("", *_PLACES.split())
_HEADS = (
    *(
        b"",
        b"\r\n",
        b"GET\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    ),
    *(b"\x00\xff" * 50, b"GET http://a.test/ HTTP/1.1\r\nHost: localhost\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 5000 + b"\r\na\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n folded: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 200 + b"\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"x" * 70_000 + b"\r\n\r\n",
)


class Asked(NamedTuple):
    """A request as it is sent, and whether it is HTTP, so that there must be an answer."""

    data: bytes
    proper: bool = True

    @property
    def bodiless(self) -> bool:
        """Whether the answer has no body."""
        return self.data.startswith(b"HEAD ")


class Caller:
    """Makes requests to the server at a port. The same `chance` gives the same ones, but for times and nonces."""

    def __init__(self, port: int, chance: random.Random, name: str) -> None:
        self.host, self.chance = f"127.0.0.1:{port}", chance
        self._nonces = (f"{name}-{number}-{time.time_ns()}" for number in itertools.count())
        self._actions = list(catalogue.all_actions())

    def any(self) -> Asked:
        """Any request."""
        kinds: list[Callable[[], Asked]] = [self.any_call, self.any_page, self.any_upload, self.no_http]
        return self.chance.choices(kinds, (75, 19, 1, 5))[0]()

    def any_call(self) -> Asked:
        """A call of any action, some of its parameters spoilt, signed in either way, now and then wrongly."""
        action = self.chance.choice(self._actions)
        params = sample(action)
        for _ in range(self.chance.choice((0, 1, 1, 2, 3))):
            names = [*params, *(param.name for param in action.params), *_NAMES.split(), "Nothing", self.text()]
            params[self.chance.choice(names)] = self.text()
        if self.chance.random() < 0.002:
            params |= {f"p{number}": "" for number in range(self.chance.choice((300, 600, 5000)))}
        version = self.chance.choices(("2015-11-23", "2017-06-22", "", self.text()), (80, 15, 2, 3))[0]
        method = self.chance.choices(("POST", "GET", "HEAD", "PUT", "BREW"), (70, 26, 2, 1, 1))[0]
        wrong = self.chance.random() < 0.1
        if self.chance.random() < 0.5:
            return self.call(action.name, params, method, version=version, wrong=wrong)
        return self.newer_call(action.name, params, method, version=version, wrong=wrong)

    def call(
        self,
        action: str,
        params: dict[str, str],
        method: str = "POST",
        *,
        version: str = "2015-11-23",
        wrong: bool = False,
    ) -> Asked:
        """A call signed with HMAC-SHA1. Parameters of the protocol among the others take the place of ours."""
        everything = {
            "Action": action,
            "Version": version,
            "Format": self.chance.choice(("JSON", "XML", "")),
            "AccessKeyId": KEY_ID,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": next(self._nonces),
            "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            **params,
        }
        everything = {encodable(name): encodable(value) for name, value in everything.items()}
        text = signing.v1_string_to_sign(method, everything)
        everything["Signature"] = signing.v1_signature(text, "wrong" if wrong else KEY_SECRET)
        form = signing.canonical_query(everything)
        if method == "POST":
            return self.request(method, "/", {"content-type": "application/x-www-form-urlencoded"}, form.encode())
        return self.request(method, f"/?{form}", {})

    def newer_call(
        self,
        action: str,
        params: dict[str, str],
        method: str = "POST",
        *,
        version: str = "2015-11-23",
        wrong: bool = False,
    ) -> Asked:
        """A call signed with ACS3-HMAC-SHA256, its parameters in the query."""
        query = {encodable(name): encodable(value) for name, value in params.items()}
        body = b""
        if self.chance.random() < 0.5 and method == "POST":
            body, query = signing.canonical_query(query).encode(), {}
        headers = {
            "host": self.host,
            "x-acs-action": action,
            "x-acs-version": in_header(version),
            "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "x-acs-signature-nonce": next(self._nonces),
            "x-acs-content-sha256": signing.sha256_hex(body),
            "accept": self.chance.choice(("application/json", "text/xml", "*/*")),
        }
        signed = ";".join(sorted(name for name in headers if name != "accept"))
        canonical = signing.v3_canonical_request(method, "/", query, headers, signed, headers["x-acs-content-sha256"])
        signature = signing.v3_signature(signing.v3_string_to_sign(canonical), "wrong" if wrong else KEY_SECRET)
        headers["authorization"] = signing.v3_authorization(KEY_ID, signed, signature)
        headers["content-type"] = "application/x-www-form-urlencoded"
        return self.request(method, f"/?{signing.canonical_query(query)}", headers, body)

    def any_page(self) -> Asked:
        """A page, or a path of the test API that changes nothing but what happened to a mail."""
        if self.chance.random() < 0.1:
            event = self.chance.choice(("open", "click", "unsubscribe", "bounce", "soft-bounce", "spam", self.text()))
            mail: Any = self.chance.choice((1, 2, 3, 0, -1, 10**20, "1", None, 1.5, [], self.text()))
            body = json.dumps({"event": event, "mail": mail, self.chance.choice(("url", "no")): self.text()}).encode()
            return self.request("POST", "/_dm/api/play", {}, self.chance.choice((body, body[:-1], b"[" * 500)))
        number = self.chance.choice(("1", "2", "3", "10", "0", "-1", "9" * 15, "9" * 30, self.text()))
        path = quote(encodable(self.chance.choice(_PATHS).replace("{}", number[:200])))
        fields = {
            self.chance.choice(_FIELDS.split()): encodable(self.text())[:LONG]
            for _ in range(self.chance.choice((0, 0, 1, 2)))
        }
        query = "&".join(f"{name}={quote(value)}" for name, value in fields.items())
        return self.request(self.chance.choices(("GET", "HEAD", "PATCH"), (90, 8, 2))[0], f"/_dm/{path}?{query}", {})

    def any_upload(self) -> Asked:
        """A form with a file, its parts spoilt."""
        head = f'Content-Disposition: form-data; name="{self.chance.choice(("key", "file", "x"))}"; filename="a"'
        parts = [f"--b\r\n{head}\r\n\r\n{self.text()}\r\n" for _ in range(self.chance.randrange(4))]
        body = encodable("".join(parts) + "--b--").encode()
        kind = self.chance.choice(
            ("multipart/form-data; boundary=b", "multipart/form-data", 'multipart/form-data; boundary="')
        )
        return self.request("POST", "/", {"content-type": kind}, body)

    def no_http(self) -> Asked:
        """What is no request of HTTP, or one that must be refused."""
        if self.chance.random() < 0.5:
            return Asked(self.chance.choice(_HEADS), proper=False)
        data = bytearray(self.any_page().data)
        for _ in range(self.chance.randrange(1, 6)):
            data[self.chance.randrange(min(len(data), 200))] = self.chance.randrange(256)
        return Asked(bytes(data), proper=False)

    def request(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Asked:
        """A request in HTTP."""
        headers = {"host": self.host, **headers, "content-length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return Asked(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body)

    def text(self) -> str:
        """A value: odd, long, or deep."""
        one = self.chance.choice(_BAD_TEXTS)
        if self.chance.random() < 0.6:
            return one
        size = LONGEST if self.chance.random() < 0.01 else self.chance.choice((10, 100, 300, LONG))
        return (one or "x") * (size // max(len(one), 1))


def sample(action: Action) -> dict[str, str]:
    """The sample of an action, on the wire."""
    kinds = {param.name: param.kind for param in action.params}
    now = datetime.now(UTC)
    return {
        name: text if isinstance(kinds[name], Ref) else kinds[name].to_wire(text, now)
        for name, text in action.sample.items()
    }


def encodable(text: str) -> str:
    """A text without what cannot be UTF-8."""
    return text.encode("utf-8", "replace").decode()


def in_header(text: str) -> str:
    """A text as it may stand in a header."""
    return "".join(one for one in text if one.isascii() and one.isprintable())[:1000]


def mails() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Mails that are hard to look at: what is hard, the action that sends one, and its parameters."""
    single = {
        "AccountName": "noreply@sandbox.test",
        "AddressType": "1",
        "ReplyToAddress": "false",
        "Subject": "S",
        "ToAddress": "a@b.test",
        "TextBody": "x",
    }
    bodies = {
        "tags": "<a>",
        "open tags": "<a b=c ",
        "links": "<a href=http://a.test/>x</a> ",
        "comments": "<!--",
        "frames": "<iframe ",
        "blanks": "<img src" + " " * 200_000,
        "references": "&#1;",
        "quotes": "='\" ",
        "controls": "\x01",
        "Chinese": "您",
        "lines": "\n",
        "codes": "A1B2 code ",
    }
    for name, piece in bodies.items():
        size = (5 if len(quote(piece)) > 2 * len(piece) else 8) * MIB - 1000  # the form has at most 16 MiB
        html = encodable(piece * (size // len(piece.encode())))
        yield f"{name}, 8 MiB of HTML", "SingleSendMail", {**single, "HtmlBody": html}
        text = encodable(piece * (MIB // len(piece.encode())))
        yield f"{name}, 1 MiB of HTML and text", "SingleSendMail", {**single, "HtmlBody": text, "TextBody": text}
    wide = {f"X-User-{number}": "é " * (MOST_LINE // 2) for number in range(10)}
    yield "headers", "SingleSendMail", {**single, "Headers": json.dumps(wide)}
    wide = {f"X-User-{number}": "=?utf-8?q?" * 90 + "a" for number in range(10)}
    yield "encoded words", "SingleSendMail", {**single, "Headers": json.dumps(wide), "Subject": "=?q?b?" * 40}
    yield "brackets", "SingleSendMail", {**single, "FromAlias": "(" * MOST_LINE}
    files = {f"Attachments.{number}.AttachmentName": "é(" * (MOST_LINE // 2) for number in range(1, 101)}
    yield "names of files", "SingleSendMail", {**single, **files}
    batch = {"AccountName": "news@sandbox.test", "AddressType": "1"}
    content = {"Subject": "{a}", "HtmlBody": "{b}" * MAX_BLANKS}
    data = {"a": "x" * 500, "b": "<p>" * 550}
    people = [{"To": [f"u{number}@b.test" for number in range(100)], "TemplateData": data}]
    content, receivers = json.dumps(content), json.dumps(people)
    yield "variables", "BatchSendMail", {**batch, "TemplateContent": content, "Receivers": receivers}
