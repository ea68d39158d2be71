"""The log of calls: what was asked, whether its signature was right, what was answered. No secret is kept in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.regions import SANDBOX_KEY_ID
from dmcli.sandbox.gateway.redaction import masked_header, masked_key, masked_param, masked_target, secrets_of
from dmcli.sandbox.store.sql import where
from dmcli.secret import hidden

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from dmcli.api.wire import Reply, Request
    from dmcli.sandbox.gateway.request import Call

KEPT = 10_000  # calls
_CUT_REPLY = 16_000  # characters of a reply
_CUT_ALL = 64_000  # characters of all values of a call together
_PRUNED_EACH = 500  # calls from one clearing to the next
_COLUMNS = (
    *("id", "at", "ms", "request_id", "action", "version", "scheme", "key_id", "status", "code", "spoilt", "fault"),
    *("request", "reply"),
)
_INSERT = f"INSERT INTO call ({', '.join(_COLUMNS[1:])}) VALUES ({', '.join('?' * (len(_COLUMNS) - 1))})"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Entry(NamedTuple):
    """One call as it is logged. `at` is in epoch seconds, `ms` how long it took; `notes` are sentences about it."""

    at: float
    ms: float
    request_id: str
    call: Call
    request: Request
    reply: Reply
    code: str = ""
    spoilt: str = ""
    fault: int | None = None
    notes: Mapping[str, Any] = {}


def add(connection: sqlite3.Connection, entry: Entry) -> None:
    """Log a call; from time to time the oldest are forgotten."""
    call, request = entry.call, entry.request
    known = call.key_id in (SANDBOX_KEY_ID, "")
    about = {
        "method": request.method,
        "target": masked_target(request.url, known=known)[:_CUT_ALL],
        "headers": _cut((name, masked_header(name, value, known=known)) for name, value in request.headers.items()),
        "params": _cut((name, masked_param(name, value, known=known)) for name, value in call.params.items()),
        "bytes": len(request.body),
        **entry.notes,
    }
    number = (
        connection.execute(
            _INSERT,
            (
                entry.at,
                entry.ms,
                entry.request_id,
                call.action,
                call.version,
                call.scheme,
                call.key_id if known else masked_key(call.key_id),
                entry.reply.status,
                entry.code,
                entry.spoilt,
                entry.fault,
                _encode(about).encode("utf-8", "replace").decode(),
                _answered(entry),
            ),
        ).lastrowid
        or 0
    )
    if number % _PRUNED_EACH == 0:
        connection.execute("DELETE FROM call WHERE id <= ?", (number - KEPT,))


def _cut(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    """As many of the values as are kept."""
    kept: dict[str, str] = {}
    size = 0
    for name, value in pairs:
        size += len(name) + len(value)
        if size > _CUT_ALL:
            kept["..."] = "and more"
            break
        kept[name] = value
    return kept


def _answered(entry: Entry) -> str:
    """The reply's text; one that repeats the string to sign repeats the secrets in it."""
    text = entry.reply.body[:_CUT_REPLY].decode("utf-8", "replace")
    return text if entry.code != "SignatureDoesNotMatch" else hidden(text, secrets_of(entry.request, entry.call))


def find(
    connection: sqlite3.Connection, limit: int, *, action: str = "", code: str = "", status: int = 0, since: int = 0
) -> list[dict[str, Any]]:
    """Logged calls, the newest first, without request and reply; `since` is a number after which they come."""
    columns = _COLUMNS[: _COLUMNS.index("request")]
    conditions = {"action = ?": action or None, "code = ?": code or None, "status = ?": status or None}
    clause, values = where({**conditions, "id > ?": since or None})
    rows = connection.execute(
        f"SELECT {', '.join(columns)} FROM call{clause} ORDER BY id DESC LIMIT ?", [*values, limit]
    )
    return [dict(zip(columns, row, strict=True)) for row in rows]


def get(connection: sqlite3.Connection, number: int) -> dict[str, Any] | None:
    """One call with what was asked and answered; None where there is none."""
    row = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM call WHERE id = ?", (number,)).fetchone()
    if row is None:
        return None
    found = dict(zip(_COLUMNS, row, strict=True))
    return found | {"request": json.loads(found["request"])}


def clear(connection: sqlite3.Connection) -> int:
    """Forget all calls; how many there were."""
    return connection.execute("DELETE FROM call").rowcount
