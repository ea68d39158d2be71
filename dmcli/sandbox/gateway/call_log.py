"""The log of calls: what was asked, whether its signature was right, what was answered. No secret is kept in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dmcli.api.regions import SANDBOX_KEY_ID
from dmcli.record import Record
from dmcli.sandbox.gateway.redaction import beginning, mask_headers, mask_key, mask_params, mask_target, secrets_of
from dmcli.sandbox.gateway.signature import MAX_SHOWN
from dmcli.sandbox.store.sql import where

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from dmcli.api.wire import Reply, Request
    from dmcli.sandbox.gateway.request import Call
    from dmcli.sandbox.store.account import Account

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


class Entry(Record):
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
    """Log a call, in its own transaction; from time to time the oldest are forgotten."""
    call, request = entry.call, entry.request
    known = call.key_id in (SANDBOX_KEY_ID, "")
    about = {
        "method": request.method,
        "target": mask_target(request.url, known=known)[:_CUT_ALL],
        "headers": _cut(mask_headers(request.headers, known=known)),
        "params": _cut(mask_params(call.params, known=known)),
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
                call.key_id if known else mask_key(call.key_id),
                entry.reply.status,
                entry.code,
                entry.spoilt,
                entry.fault,
                _encode(about).encode("utf-8", "replace").decode(),
                _reply_text(entry),
            ),
        ).lastrowid
        or 0
    )
    if number % _PRUNED_EACH == 0:
        connection.execute("DELETE FROM call WHERE id <= ?", (number - KEPT,))


def _cut(pairs: Mapping[str, str]) -> Mapping[str, str]:
    """As many of the values as are kept."""
    if sum(map(len, pairs)) + sum(map(len, pairs.values())) <= _CUT_ALL:
        return pairs
    kept: dict[str, str] = {}
    size = 0
    for name, value in pairs.items():
        size += len(name) + len(value)
        if size > _CUT_ALL:
            kept["..."] = "and more"  # untranslated: kept in the log
            break
        kept[name] = value
    return kept


def _reply_text(entry: Entry) -> str:
    """The reply's text; one that repeats the string to sign repeats the secrets in it."""
    if entry.code != "SignatureDoesNotMatch":
        return entry.reply.body[:_CUT_REPLY].decode("utf-8", "replace")
    whole = len(entry.reply.body) < MAX_SHOWN
    text = entry.reply.body.decode("utf-8", "replace")
    return beginning(text, _CUT_REPLY, secrets_of(entry.request, entry.call), whole=whole)


class Filter(Record):
    """Which calls are meant; what is empty does not matter. `since` is the number of a call after which they come."""

    action: str = ""
    code: str = ""
    status: int = 0
    since: int = 0

    @property
    def conditions(self) -> dict[str, Any]:
        """The filter as SQL conditions and values."""
        return {
            "action = ?": self.action or None,
            "code = ?": self.code or None,
            "status = ?": self.status or None,
            "id > ?": self.since or None,
        }


ALL = Filter()


def list_calls(
    sandbox: Account, limit: int, chosen: Filter = ALL, *, offset: int = 0, whole: bool = False
) -> list[dict[str, Any]]:
    """Logged calls, newest first, at most `limit` after `offset` others; with request and reply where `whole`."""
    columns = _COLUMNS if whole else _COLUMNS[: _COLUMNS.index("request")]
    clause, values = where(chosen.conditions)
    sql = f"SELECT {', '.join(columns)} FROM call{clause} ORDER BY id DESC LIMIT ? OFFSET ?"
    with sandbox.store.reading() as connection:
        rows = connection.execute(sql, [*values, limit, offset]).fetchall()
    return [_read(columns, row) for row in rows]


def get_call(sandbox: Account, number: int) -> dict[str, Any] | None:
    """One call with what was asked and answered; None where there is none."""
    with sandbox.store.reading() as connection:
        row = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM call WHERE id = ?", (number,)).fetchone()
    return _read(_COLUMNS, row) if row else None


def find_call(sandbox: Account, request_id: str) -> int | None:
    """The number of the call with that request id; None where the log has forgotten it."""
    with sandbox.store.reading() as connection:
        row = connection.execute("SELECT id FROM call WHERE request_id = ?", (request_id,)).fetchone()
    return row[0] if row else None


def find_neighbours(sandbox: Account, number: int) -> tuple[int | None, int | None]:
    """The numbers of the next newer and the next older call."""
    sql = "SELECT (SELECT min(id) FROM call WHERE id > ?), (SELECT max(id) FROM call WHERE id < ?)"
    with sandbox.store.reading() as connection:
        newer, older = connection.execute(sql, (number, number)).fetchone()
    return newer, older


def list_values(sandbox: Account, column: str) -> list[str]:
    """The values that a column has in the log."""
    sql = f"SELECT DISTINCT {column} FROM call WHERE {column} != '' ORDER BY {column}"
    with sandbox.store.reading() as connection:
        return [str(value) for (value,) in connection.execute(sql)]


def clear_calls(sandbox: Account) -> int:
    """Forget all calls; how many there were."""
    with sandbox.store.transaction() as connection:
        return connection.execute("DELETE FROM call").rowcount


def _read(columns: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    """A row by the names of its columns."""
    call = dict(zip(columns, row, strict=True))
    return call | ({"request": json.loads(call["request"])} if "request" in call else {})
