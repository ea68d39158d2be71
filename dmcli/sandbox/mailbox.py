"""Reading the mail that the sandbox took, as its recipients would see it; no part of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.context import from_json, like, where
from dmcli.sandbox.delivery import env_id, render

if TYPE_CHECKING:
    import sqlite3

_SOURCE = "mail AS m JOIN message AS g ON g.id = m.message"
_COLUMNS = {
    "id": "m.id",
    "created": "m.created",
    "kind": "m.kind",
    "sender": "m.sender",
    "alias": "g.alias",
    "recipient": "m.recipient",
    "bcc": "m.bcc",
    "subject": "coalesce(m.subject, g.subject)",
    "status": "m.status",
    "reason": "m.reason",
    "class": "m.class",
    "settled": "m.settled",
    "tag": "m.tag",
    "track": "g.track",
    "reply_to": "g.reply_to",
    "reply_alias": "g.reply_alias",
    "template": "g.template",
    "size": "g.size",
    "env_id": "g.id",
    "request_id": "g.request_id",
}
_CONTENT = {
    "html": "g.html",
    "text": "g.text",
    "headers": "g.headers",
    "attachments": "g.attachments",
    "variables": "m.variables",
}


def list_mail(
    connection: sqlite3.Connection, limit: int = 100, *, to: str = "", subject: str = ""
) -> list[dict[str, Any]]:
    """Mails, the newest first, at most `limit`; `to` and `subject` are texts that must stand there, in any case.

    Each has what `get_mail` gives but its content.
    """
    clause, values = where({**like("m.recipient", to), **like(_COLUMNS["subject"], subject)})
    sql = f"SELECT {', '.join(_COLUMNS.values())} FROM {_SOURCE}{clause} ORDER BY m.id DESC LIMIT ?"
    return [_mail(row) for row in connection.execute(sql, [*values, limit])]


def get_mail(connection: sqlite3.Connection, mail: int) -> dict[str, Any] | None:
    """One mail with its content, variables filled in; None where there is none.

    Times are epoch seconds. `status` is 0 delivered, 2 invalid address, 3 spam, 4 failed, known from `settled` on;
    `kind` is "mail", or "confirmation" for the mail that confirms a reply-to address.
    """
    columns = ", ".join((*_COLUMNS.values(), *_CONTENT.values()))
    row = connection.execute(f"SELECT {columns} FROM {_SOURCE} WHERE m.id = ?", (mail,)).fetchone()
    if row is None:
        return None
    html, text, headers, attachments, variables = row[len(_COLUMNS) :]
    if variables is not None:
        known = from_json(variables, "InternalError")
        html, text = render(html, known), render(text, known)
    return {
        **_mail(row),
        "html": html,
        "text": text,
        "headers": from_json(headers, "InternalError") or {},
        "attachments": from_json(attachments, "InternalError") or [],
    }


def _mail(row: tuple[Any, ...]) -> dict[str, Any]:
    mail = dict(zip(_COLUMNS, row[: len(_COLUMNS)], strict=True))
    return {**mail, "bcc": bool(mail["bcc"]), "track": bool(mail["track"]), "env_id": env_id(mail["env_id"])}
