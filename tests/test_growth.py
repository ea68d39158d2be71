"""What reads a text from outside takes time as its length: all patterns in the code, and all that walks through one."""

from __future__ import annotations

import functools
import pkgutil
import re
from contextlib import suppress

import pytest
from growth import Pattern, check, hard_texts, patterns, run_of
from rows import each

import dmcli
from dmcli.api import catalogue
from dmcli.api.codes.code import MALFORMED, MISSING, PARAM
from dmcli.api.kinds import addrspec, headers
from dmcli.api.kinds.dates import Day
from dmcli.api.kinds.reference import Ref
from dmcli.api.kinds.text import Text
from dmcli.api.wire import Request
from dmcli.sandbox import testapi, web
from dmcli.sandbox.gateway import request
from dmcli.sandbox.gateway.diagnosis import diagnose
from dmcli.sandbox.gateway.redaction import mask_target
from dmcli.sandbox.mail import eml, extract
from dmcli.sandbox.mail.attachments import Attachment
from dmcli.sandbox.service import uploads
from dmcli.sandbox.service.delivery import render, render_beginning
from dmcli.sandbox.store.sql import holds
from dmcli.sandbox.web import words
from dmcli.sandbox.web.views import calls
from dmcli.untrusted import MOST_MARKS, read_json, safe
from dmcli.workflows.merge.letters.marks import _WHOLE

KINDS = [param.kind for action in catalogue.all_actions() for param in action.params]
TEXTS = [kind for kind in KINDS if isinstance(kind, Text)]
PACKAGES = [module.name for module in pkgutil.iter_modules(dmcli.__path__) if module.ispkg]


@functools.cache
def found() -> list[Pattern]:
    """All patterns in the code: for them all of it is read."""
    return sorted(set(patterns()), key=str)


@functools.cache
def made() -> dict[str, set[str]]:
    """The patterns that are made at run time, by their source."""
    return {
        "self.pattern": {kind.pattern for kind in TEXTS},
        "self.unsure_pattern": {kind.unsure_pattern for kind in TEXTS},
        "self.ids": {kind.ids for kind in KINDS if isinstance(kind, Ref)},
        "self.wire": {kind.wire for kind in KINDS if isinstance(kind, Day)},
        "mark": {r"<!--dmx(\d+)z-->|dmx(\d+)z(=\"\")?", r"(?:<!--)?dmx(\d+)z(?:-->)?"},
        "f'{_WHOLE}|({one})'": {rf"(?si){_WHOLE}|(dmx\d+z)"},
        "f'{self._mark}(\\\\d+)z'": {r"dmx(\d+)z"},
        "f'^((?:{self._mark}(?:{block})z ?)+)\\\\n+'": {r"(?m)^((?:dmx(?:1|2|3)z ?)+)\n+"},
        "one": {"[0-9]", "[A-Z]", "[a-z]"},
        "pattern": {rule.replace(PARAM, "([A-Za-z][A-Za-z0-9._]*)") for rule in (MISSING, MALFORMED)},
        next(one.source for one in found() if one.module == "dmcli.sandbox.routing" and not one.found): {
            pattern.pattern for router in (testapi._ROUTER, web._ROUTER) for pattern in router._patterns
        },
    }


def patterns_of(one: Pattern) -> list[Pattern]:
    """A pattern, or those that are made in its place."""
    sources = [] if one.found else sorted(filter(None, made().get(one.source, ())))
    return [one] if one.found else [one._replace(source=source, found=re.compile(source)) for source in sources]


@pytest.mark.parametrize("package", [*PACKAGES, ""])
def test_a_pattern_takes_time_as_its_text(package):
    places = [package] if package else {one.module.split(".")[1] for one in found()} - set(PACKAGES)
    mine = [one for one in found() if one.module.split(".")[1] in places]

    @each("pattern", [pattern for one in mine for pattern in patterns_of(one)], named=str)
    def check_each(pattern):
        for use in pattern.uses or {"search"}:
            check(run_of(pattern.found, use), lambda size: hard_texts(pattern.found, size))

    check_each()


def test_patterns_that_are_made_at_run_time_are_known():
    assert {one.source for one in found() if not one.found} == set(made())


def call_of(text: str):
    """A call as it is in a text."""
    asked = Request("POST", "http://h/?Password=123456&" + text, {"host": text}, text.encode())
    return asked, request.read_call(asked)


def message_of(text: str):
    """The head and the bodies of a mail with this text everywhere."""
    mail = {"id": 1, "env_id": "1", "created": 0, "sender": "a@b.test", "recipient": "c@b.test", "subject": text}
    mail |= {"alias": text, "reply_to": text, "reply_alias": text, "headers": {"X-User-Id": text}}
    mail |= {"text": text, "html": text}
    return eml.compose(mail, [Attachment(text, text), Attachment(text, "", "text/css", text.encode())])


def uploaded(text: str):
    """The fields of a form with this text as the head of a part, and between its parts."""
    return uploads._parts(f'--b\r\nContent-Disposition: {text}; name="a"\r\n\r\n{text}\r\n--b--'.encode(), b"b")


def read(text: str):
    """A JSON text that may be none."""
    try:
        return read_json(text, MOST_MARKS)
    except ValueError:
        return None


def line(text: str):
    """A line of a header, and a mail address, that may be none."""
    for one in (headers.check, addrspec.parse):
        with suppress(ValueError):
            one(text)


READERS = {
    "extract.read": lambda text: extract.read(text, text),
    "extract.codes": lambda text: extract.codes(text, text),
    "words.beginning": lambda text: words.beginning("", text),
    "words.disposition": words.disposition,
    "form_fields": request.form_fields,
    "call_of": call_of,
    "diagnose": lambda text: diagnose(*call_of(text)),
    "mask_target": lambda text: mask_target(f"http://h/?{text}", known=False),
    "message_of": message_of,
    "uploaded": uploaded,
    "read_json": read,
    "line": line,
    "render": lambda text: render(text, {"a": "b"}),
    "render_beginning": lambda text: render_beginning(text, {"a": "b"}, 4000),
    "holds": lambda text: holds(text[: len(text) // 20] + "b", text, text),
    "pretty": calls.pretty,
    "parted": lambda text: calls.parted({"server": text, "client": text[::-1]}),
    "safe": safe,
}
WORDS = """
a < <a> <p> <!-- --> <script> & &#1; &amp; % %2 %41 a=b& = " ' \\ \\" "a", [ ] { } {} {a} [], {a : , ; 1 0. -
=?utf-8?b? =? ( ) @ a@b.test, . 您 \U0001f600 ;name="
"""
PIECES = (
    *WORDS.split(),
    *(" ", "\n", "\r\n", "\0", "\u2028", "</a ", "=?utf-8?q?a?= ", "https://a.test ", "12345 ", "A1B2 ", "code ", "é "),
    *("--b\r\n", '; filename="'),
)


@pytest.mark.parametrize("name", READERS)
def test_what_reads_a_text_takes_time_as_its_length(name):
    readings = {"diagnose": 50, "message_of": 20}.get(name, 1)  # signs anew for each mistake; writes six headers
    pieces = PIECES[::4] if readings > 1 else PIECES
    check(READERS[name], lambda size: [piece * (size // len(piece)) for piece in pieces], readings)
