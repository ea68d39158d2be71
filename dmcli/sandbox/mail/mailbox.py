"""Reading the mail that the sandbox took, as its recipients would see it; no part of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.errors import InputError
from dmcli.sandbox.service.delivery import env_id, render
from dmcli.sandbox.store.sql import from_json, like, pattern, where

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from dmcli.sandbox.store.store import Store

# Each mail has a message; with LEFT, SQLite leaves it alone where nothing of it is asked for.
_SOURCE = "mail AS m LEFT JOIN message AS g ON g.id = m.message"
_SUBJECT = "coalesce(m.subject, g.subject)"
_COLUMNS = {
    "id": "m.id",
    "created": "m.created",
    "kind": "m.kind",
    "sender": "m.sender",
    "alias": "g.alias",
    "recipient": "m.recipient",
    "bcc": "m.bcc",
    "subject": _SUBJECT,
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
    "seen": "m.seen",
    "files": "g.attachments != ''",
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
_FLAGS = ("bcc", "track", "seen", "files")


class Filter(NamedTuple):
    """Which mails are meant; what is empty does not matter.

    `to`, `sender`, `subject` and `text` (subject, bodies, recipient) are looked for anywhere and in any case; `tag`,
    `status` (as in `get_mail`) and `env_id` must be those. `since` is the number of a mail after which they come, or a
    time in epoch seconds where it is that large; `unseen` leaves out what was read; `ids` are numbers of mails.
    """

    to: str = ""
    sender: str = ""
    subject: str = ""
    text: str = ""
    tag: str = ""
    status: str = ""
    env_id: str = ""
    since: int = 0
    unseen: bool = False
    ids: tuple[int, ...] = ()

    @property
    def conditions(self) -> dict[str, Any]:
        """The filter as SQL conditions and values."""
        whole = self.env_id.isascii() and self.env_id.isdigit() and len(self.env_id) < 16  # noqa: PLR2004
        number = self.env_id and str(int(self.env_id) - int(env_id(0)) if whole else -1)
        return {
            "m.kind != ?": _GONE,
            **like("m.recipient", self.to),
            **like("m.sender", self.sender),
            **like(_SUBJECT, self.subject),
            _ANYWHERE: pattern(self.text),
            "m.tag = ?": self.tag or None,
            "m.status = ?": self.status or None,
            "m.message = ?": number or None,
            ("m.created >= ?" if self.since >= _A_TIME else "m.id > ?"): self.since or None,
            "m.seen = ?": 0 if self.unseen else None,
            # A list in one value, since the numbers of a whole mailbox are more values than a statement may have.
            "m.id IN (SELECT value FROM json_each(?))": str(list(self.ids)) if self.ids else None,
        }


ALL = Filter()
# A body is looked into once, however many got it.
_ANYWHERE = (
    "m.id IN (WITH asked (word) AS (VALUES (?)) SELECT mail.id FROM mail, asked "
    "WHERE recipient || ' ' || coalesce(subject, '') LIKE word ESCAPE '\\' OR message IN ("
    "SELECT id FROM message, asked WHERE subject || ' ' || text || ' ' || html LIKE word ESCAPE '\\'))"
)
NAMES = Filter._fields[: Filter._fields.index("ids")]  # what a text may choose by
_GONE = "gone"  # the newest mail when it is deleted: its number must not be given again
_LONGEST = 10_000  # characters; SQLite takes no pattern of 50,000 bytes
_A_TIME = 1_000_000_000  # what is larger is a time, not the number of a mail


def filter_of(given: Mapping[str, str]) -> Filter:
    """The filter that texts by the names of its fields describe. Raises InputError."""
    unknown = set(given) - set(NAMES)
    if unknown:
        raise InputError(f"mail has no {', '.join(sorted(unknown))}; it is chosen by {', '.join(NAMES)}")
    since, unseen = given.get("since") or "0", given.get("unseen", "").lower()
    if not since.isascii() or not since.isdigit() or len(since) > 15:  # noqa: PLR2004
        raise InputError(f"since {since!r} is no number of a mail, nor seconds since 1970")
    if unseen not in ("", "true", "false", "1", "0"):
        raise InputError(f"unseen {unseen!r} is neither true nor false")
    for name, text in given.items():
        if len(text) > _LONGEST:
            raise InputError(f"{name} is too long to look for; give at most {_LONGEST:,} characters")
    texts: dict[str, Any] = {name: value for name, value in given.items() if name not in ("since", "unseen")}
    return Filter(**texts, since=int(since), unseen=unseen in ("true", "1"))


def list_mail(
    connection: sqlite3.Connection, limit: int = 100, chosen: Filter = ALL, *, before: int = 0
) -> list[dict[str, Any]]:
    """Mails, the newest first, at most `limit`, with what `get_mail` gives but their content.

    `before` is the number of the mail below which to begin.
    """
    clause, values = where({**chosen.conditions, "m.id < ?": before or None})
    sql = f"SELECT {', '.join(_COLUMNS.values())} FROM {_SOURCE}{clause} ORDER BY m.id DESC LIMIT ?"
    return [_mail(row) for row in connection.execute(sql, [*values, limit])]


def numbers(connection: sqlite3.Connection, chosen: Filter = ALL) -> list[int]:
    """The numbers of the mails that are meant, the newest first."""
    clause, values = where(chosen.conditions)
    return [row[0] for row in connection.execute(f"SELECT m.id FROM {_SOURCE}{clause} ORDER BY m.id DESC", values)]


def count_mail(connection: sqlite3.Connection, chosen: Filter = ALL) -> int:
    """How many mails are meant."""
    return len(numbers(connection, chosen))


def get_mail(connection: sqlite3.Connection, mail: int) -> dict[str, Any] | None:
    """One mail with its content, variables filled in; None where there is none.

    Times are epoch seconds. `status` is 0 delivered, 2 invalid address, 3 spam, 4 failed, known from `settled` on;
    `kind` is "mail", or "confirmation" for the mail that confirms a reply-to address; `files` says that it has
    attachments, which are AttachmentName and AttachmentUrl; `size` is in bytes of subject and bodies.
    """
    columns = ", ".join((*_COLUMNS.values(), *_CONTENT.values()))
    row = connection.execute(
        f"SELECT {columns} FROM {_SOURCE} WHERE m.id = ? AND m.kind != ?", (mail, _GONE)
    ).fetchone()
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


def latest(store: Store, chosen: Filter = ALL, seconds: float = 0.0) -> dict[str, Any] | None:
    """The newest mail that is meant, as `get_mail` gives it, once there is one; None when the seconds are over."""

    def look(connection: sqlite3.Connection) -> dict[str, Any] | None:
        newest = list_mail(connection, 1, chosen)
        return get_mail(connection, newest[0]["id"]) if newest else None

    return store.wait_for(look, lambda found: found is not None, seconds)


def neighbours(connection: sqlite3.Connection, mail: int) -> tuple[int | None, int | None]:
    """The numbers of the next newer and the next older mail."""
    newer, older = connection.execute(
        "SELECT (SELECT min(id) FROM mail WHERE id > ? AND kind != ?), "
        "(SELECT max(id) FROM mail WHERE id < ? AND kind != ?)",
        (mail, _GONE, mail, _GONE),
    ).fetchone()
    return newer, older


def mark(connection: sqlite3.Connection, mail: int, *, seen: bool = True) -> None:
    """Note that a mail was read, or not."""
    connection.execute("UPDATE mail SET seen = ? WHERE id = ?", (seen, mail))


def delete_mail(connection: sqlite3.Connection, chosen: Filter = ALL, mail: int = 0) -> int:
    """Delete the mails that are meant, or the one of that number; how many they were. The quota they used stays used.

    Of the newest an empty shell stays until there is a newer one, so that numbers and EnvIds are never given twice.
    """
    clause, values = where({**chosen.conditions, "m.id = ?": mail or None})
    meant = f"id IN (SELECT m.id FROM {_SOURCE}{clause})"
    last = "id = (SELECT max(id) FROM mail)"
    gone = connection.execute(
        "UPDATE mail SET kind = ?, sender = '', recipient = '', tag = '', reason = '', subject = NULL, "
        f"variables = NULL WHERE {meant} AND {last}",
        [_GONE, *values],
    ).rowcount
    gone += connection.execute(f"DELETE FROM mail WHERE {meant}", values).rowcount
    connection.execute(f"DELETE FROM mail WHERE kind = ? AND NOT {last}", (_GONE,))
    connection.execute("DELETE FROM message WHERE id NOT IN (SELECT message FROM mail)")
    shells = "id IN (SELECT message FROM mail WHERE kind = ?) AND id NOT IN (SELECT message FROM mail WHERE kind != ?)"
    connection.execute(
        "UPDATE message SET alias = '', reply_to = '', subject = '', html = '', text = '', headers = '', "
        f"attachments = '', size = 0 WHERE {shells}",
        (_GONE, _GONE),
    )
    # Of files those that a mail may still be sent with stay: what came after the newest.
    connection.execute(
        "DELETE FROM upload WHERE at < (SELECT max(created) FROM mail) AND NOT EXISTS "
        "(SELECT 1 FROM message WHERE attachments NOT IN ('', '[]') AND instr(attachments, upload.key))"
    )
    connection.execute("DELETE FROM event WHERE mail NOT IN (SELECT id FROM mail)")
    return gone


def _mail(row: tuple[Any, ...]) -> dict[str, Any]:
    mail = dict(zip(_COLUMNS, row[: len(_COLUMNS)], strict=True))
    return {**mail, **{name: bool(mail[name]) for name in _FLAGS}, "env_id": env_id(mail["env_id"])}
