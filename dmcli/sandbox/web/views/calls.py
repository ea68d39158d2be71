"""The log of calls: what was asked, whether its signature was right, what was answered."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import codes
from dmcli.sandbox.control.effects import EFFECTS
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.mail import mailbox
from dmcli.sandbox.web.request import Page, PageRequest, RefusedError, link
from dmcli.words import language, marked, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = 100  # calls
SCHEMES = {"v1": "HMAC-SHA1", "v3": "ACS3-HMAC-SHA256", "smtp": "SMTP"}
_DEEPEST = 20  # levels that are indented
_MAILS = 20  # recipients of the mail that a call sent
_SIGNED = marked(("What the server signed", "What the client signed"))
_XML = re.compile(r"<[^>]*>?|[^<]+")


def show(request: PageRequest) -> Page:
    """Calls, newest first, of an action or with a code, a page of them."""
    action, code = request.query.get("action", ""), request.query.get("code", "")
    chosen = {"action": action, "code": code}
    number = max(request.number("page"), 1)
    found = call_log.list_calls(request.sandbox, PAGE + 1, call_log.Filter(action, code), offset=(number - 1) * PAGE)
    return Page(
        "calls.html",
        {
            "calls": found[:PAGE],
            "chosen": chosen,
            "known": {name: call_log.list_values(request.sandbox, name) for name in chosen},
            "schemes": SCHEMES,
            "newer": link("calls", **chosen, page=number - 1) if number > 1 else "",
            "older": link("calls", **chosen, page=number + 1) if len(found) > PAGE else "",
            "now": request.now,
        },
    )


def one(request: PageRequest, number: int) -> Page:
    """One call with all that is known of it."""
    call = call_log.get_call(request.sandbox, number)
    if call is None:
        raise RefusedError(404, tr("There is no call {number} in the log; perhaps it was forgotten.", number=number))
    newer, older = call_log.find_neighbours(request.sandbox, number)
    signature = call["request"].get("signature", {})
    return Page(
        "call.html",
        {
            "call": call,
            "request": call["request"],
            "scheme": SCHEMES.get(call["scheme"], call["scheme"]),
            "explained": _explained(call["code"]),
            "effect": EFFECTS[call["spoilt"]].text if call["spoilt"] in EFFECTS else "",
            "signature": signature,
            "parted": parted(signature) if "client" in signature else (),
            "mails": mailbox.list_recipients(request.sandbox, call["request_id"], _MAILS),
            "reply": pretty(call["reply"]),
            "newer": newer,
            "older": older,
        },
    )


def _explained(code: str) -> str:
    """What a code means and what to do, "" where there is nothing to explain."""
    found = codes.find(code) if code else None
    between = "" if language() == "zh" else " "
    return between.join(codes.explain(found, language())) if found else ""


class Parted(NamedTuple):
    """A string that was signed, cut where it parts from the other one and where both go on alike."""

    title: str
    before: str
    apart: str
    after: str


def parted(signature: Mapping[str, str]) -> list[Parted]:
    """The strings that server and client signed."""
    ours, theirs = signature["server"], signature["client"]
    begin = _alike(ours, theirs)
    end = _alike(ours[begin:][::-1], theirs[begin:][::-1])
    return [
        Parted(title, text[:begin], text[begin : len(text) - end], text[len(text) - end :])
        for title, text in zip(_SIGNED, (ours, theirs), strict=True)
    ]


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    at = (number for number, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(at, min(len(one), len(other)))


def pretty(text: str) -> str:
    """A reply with a line for each of its fields; what is neither JSON nor XML as it is."""
    if text.startswith("<"):
        return "\n".join(_indented(text))
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def _indented(text: str) -> list[str]:
    """XML with elements that have elements in them on lines of their own."""
    lines: list[str] = []
    depth, opened = 0, False  # whether the line before is a start tag, with room for a text
    for piece in _XML.findall(text):
        closes = piece.startswith("</")
        depth -= closes
        if (closes or not piece.startswith("<")) and opened:
            lines[-1] += piece
            opened = not closes
            continue
        lines.append("  " * min(max(depth, 0), _DEEPEST) + piece)
        opened = (
            piece.startswith("<") and not closes and not piece.startswith(("<?", "<!")) and not piece.endswith("/>")
        )
        depth += opened
    return lines
