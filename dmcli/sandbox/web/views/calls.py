"""The log of calls: what was asked, whether its signature was right, what was answered."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import codes
from dmcli.sandbox.control import faults
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.web.asked import Asked, Page, RefusedError, link

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

PAGE = 100  # calls
SCHEMES = {"v1": "HMAC-SHA1", "v3": "ACS3-HMAC-SHA256"}
_MAILS = "SELECT m.id, m.recipient FROM message AS g JOIN mail AS m ON m.message = g.id WHERE g.request_id = ? LIMIT 20"
_XML = re.compile(r"<[^>]*>?|[^<]+")


def show(asked: Asked) -> Page:
    """Calls, newest first, of an action or with a code, a page of them."""
    action, code = asked.query.get("action", ""), asked.query.get("code", "")
    chosen = {"action": action, "code": code}
    number = max(asked.number("page"), 1)
    with asked.sandbox.store.reading() as connection:
        found = call_log.find(connection, number * PAGE + 1, action=action, code=code)
        known = {name: _known(connection, name) for name in chosen}
    return Page(
        "calls.html",
        {
            "calls": found[(number - 1) * PAGE : number * PAGE],
            "chosen": chosen,
            "known": known,
            "schemes": SCHEMES,
            "newer": link("calls", **chosen, page=number - 1) if number > 1 else "",
            "older": link("calls", **chosen, page=number + 1) if len(found) > number * PAGE else "",
            "now": asked.now,
        },
    )


def one(asked: Asked, number: int) -> Page:
    """One call with all that is known of it."""
    with asked.sandbox.store.reading() as connection:
        call = call_log.get(connection, number)
        if call is None:
            raise RefusedError(404, f"There is no call {number} in the log; perhaps it was forgotten.")
        mails = connection.execute(_MAILS, (call["request_id"],)).fetchall()
        near = [_near(connection, number, *side) for side in (("min", ">"), ("max", "<"))]
    signature = call["request"].get("signature", {})
    return Page(
        "call.html",
        {
            "call": call,
            "request": call["request"],
            "scheme": SCHEMES.get(call["scheme"], call["scheme"]),
            "explained": codes.find(call["code"]) if call["code"] else None,
            "effect": faults.EFFECTS.get(call["spoilt"], ""),
            "signature": signature,
            "parted": parted(signature) if "client" in signature else (),
            "mails": mails,
            "reply": pretty(call["reply"]),
            "newer": near[0],
            "older": near[1],
        },
    )


class Parted(NamedTuple):
    """A string that was signed, cut where it parts from the other one and where both go on alike."""

    who: str
    before: str
    apart: str
    after: str


def parted(signature: Mapping[str, str]) -> list[Parted]:
    """The strings that server and client signed."""
    ours, theirs = signature["server"], signature["client"]
    begin = _alike(ours, theirs)
    end = _alike(ours[begin:][::-1], theirs[begin:][::-1])
    return [
        Parted(who, text[:begin], text[begin : len(text) - end], text[len(text) - end :])
        for who, text in (("server", ours), ("client", theirs))
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
    except ValueError:
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
        lines.append("  " * max(depth, 0) + piece)
        opened = (
            piece.startswith("<") and not closes and not piece.startswith(("<?", "<!")) and not piece.endswith("/>")
        )
        depth += opened
    return lines


def _known(connection: sqlite3.Connection, column: str) -> list[str]:
    """The values of a column that there are in the log."""
    rows: list[tuple[Any]] = connection.execute(
        f"SELECT DISTINCT {column} FROM call WHERE {column} != '' ORDER BY {column}"
    ).fetchall()
    return [str(value) for (value,) in rows]


def _near(connection: sqlite3.Connection, number: int, end: str, side: str) -> int | None:
    found = connection.execute(f"SELECT {end}(id) FROM call WHERE id {side} ?", (number,)).fetchone()[0]
    return None if found is None else int(found)
