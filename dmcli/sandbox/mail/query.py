"""Mail as it is read from the store: which mails are meant, and their rows by the names of their columns."""

from __future__ import annotations

from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.errors import InputError
from dmcli.sandbox.mail.search import indexed_until, query_of
from dmcli.sandbox.service.delivery import env_id, render
from dmcli.sandbox.store.sql import from_json, like, where
from dmcli.untrusted import read_number
from dmcli.words import listed, tr

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

# Each mail has a message; with LEFT, SQLite leaves it alone where nothing of it is asked for.
SOURCE = "mail AS m LEFT JOIN message AS g ON g.id = m.message"
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
# A body is looked into once, however many got it.
_ANYWHERE = (
    "m.id IN (WITH asked (word) AS (VALUES (?)) SELECT mail.id FROM mail, asked "
    "WHERE mail.id > {after} AND (holds(word, recipient, coalesce(subject, '')) OR message IN ("
    "SELECT id FROM message, asked WHERE id >= (SELECT min(message) FROM mail WHERE id > {after}) "
    "AND holds(word, subject, text, html))))"
)
_HERE = (
    "(WITH asked (word) AS (VALUES (?)) SELECT holds(word, m.recipient, coalesce(m.subject, '')) "
    "OR holds(word, g.subject, g.text, g.html) FROM asked)"
)
_CANDIDATES = (
    "search AS s LEFT JOIN together AS t ON t.last = s.rowid "
    "CROSS JOIN mail AS m ON m.id BETWEEN coalesce(t.first, s.rowid) AND s.rowid "
    "LEFT JOIN message AS g ON g.id = m.message"
)


class Filter(NamedTuple):
    """Which mails are meant; what is empty does not matter.

    `to`, `sender`, `subject` and `text` (subject, bodies, recipient) are looked for anywhere and in any case; `tag`,
    `status` (as in `get_mail`) and `env_id` must be those. `since` is the number of a mail after which they come, or a
    time in epoch seconds where it is that large; `unseen` leaves out what was read. `ids` are numbers of mails, `until`
    is the number of the newest that is meant.
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
    until: int = 0

    @property
    def tallied(self) -> Filter:
        """As much of it as is counted beforehand."""
        return Filter(sender=self.sender, tag=self.tag, status=self.status, unseen=self.unseen)

    @property
    def words(self) -> list[str]:
        """The texts that are looked for in recipient, subject and bodies."""
        return [word for word in (self.text, self.to, self.subject) if word]

    def conditions(self, anywhere: str = _ANYWHERE.format(after=0)) -> dict[str, Any]:
        """The filter as SQL conditions and values; `anywhere` is the one for its text."""
        given = read_number(self.env_id, MOST)
        number = self.env_id and str(-1 if given is None else given - int(env_id(0)))
        return {
            "m.kind != ?": GONE,
            **like("m.recipient", self.to),
            **like("m.sender", self.sender),
            **like(_SUBJECT, self.subject),
            anywhere: self.text.lower() or None,
            "m.tag = ?": self.tag or None,
            "m.status = ?": self.status or None,
            "m.message = ?": number or None,
            ("m.created >= ?" if self.since >= _A_TIME else "m.id > ?"): self.since or None,
            "m.id <= ?": self.until or None,
            "m.seen = ?": 0 if self.unseen else None,
            # A list in one value, since the numbers of a whole mailbox are more values than a statement may have.
            "m.id IN (SELECT value FROM json_each(?))": str(list(self.ids)) if self.ids else None,
        }


ALL = Filter()
NAMES = Filter._fields[: Filter._fields.index("ids")]  # what a text may choose by
GONE = "gone"  # the newest mail when it is deleted: its number must not be given again
_LONGEST = 10_000  # characters; SQLite takes no pattern of 50,000 bytes
MOST = 10**15 - 1  # of the number of a mail, an EnvId or a time
_A_TIME = 1_000_000_000  # what is larger is a time, not the number of a mail


def filter_of(given: Mapping[str, str]) -> Filter:
    """The filter that texts by the names of its fields describe. Raises InputError."""
    unknown = set(given) - set(NAMES)
    if unknown:
        raise InputError(
            tr("mail has no {unknown}; it is chosen by {names}", unknown=listed(sorted(unknown)), names=listed(NAMES))
        )
    since, unseen = given.get("since") or "0", given.get("unseen", "").lower()
    after = read_number(since, MOST)
    if after is None:
        raise InputError(tr("since {since!r} is no number of a mail, nor seconds since 1970", since=since))
    if unseen not in ("", "true", "false", "1", "0"):
        raise InputError(tr("unseen {unseen!r} is neither true nor false", unseen=unseen))
    for name, text in given.items():
        if len(text) > _LONGEST:
            raise InputError(
                tr("{name} is too long to look for; give at most {most:,} characters", name=name, most=_LONGEST)
            )
    texts: dict[str, Any] = {name: value for name, value in given.items() if name not in ("since", "unseen")}
    return Filter(**texts, since=after, unseen=unseen in ("true", "1"))


def select_mail(
    connection: sqlite3.Connection,
    chosen: Filter,
    limit: int,
    *,
    before: int = 0,
    whole: bool = False,
) -> list[dict[str, Any]]:
    """The rows of the mails that are meant, the newest first, for `mail_of`."""
    if chosen.words:
        # A 0, since no numbers at all would mean any mail.
        chosen, before = Filter(ids=(0, *select_numbers(connection, chosen, limit, before=before))), 0
    columns = _COLUMNS | (_CONTENT if whole else {})
    clause, values = where({**chosen.conditions(), "m.id < ?": before or None})
    sql = f"SELECT {', '.join(columns.values())} FROM {SOURCE}{clause} ORDER BY m.id DESC LIMIT ?"
    rows = connection.execute(sql, [*values, limit])
    return [dict(zip(columns, row, strict=True)) for row in rows]


def select_numbers(
    connection: sqlite3.Connection, chosen: Filter, limit: int, *, before: int = 0, offset: int = 0
) -> list[int]:
    """The numbers of the mails that are meant, the newest first, at most `limit` after `offset` others.

    `before` is the number of the mail below which to begin. Words are looked for in the newest mails first, which the
    index does not have yet, then in those that the index says may have them.
    """
    below, most = {"m.id < ?": before or None}, limit + offset
    until = indexed_until(connection) if chosen.words else 0
    if not until:
        return _numbers(connection, chosen.conditions() | below, limit, offset)
    conditions = {"? < m.id": until, **chosen.conditions(_ANYWHERE.format(after=until)), **below}
    found = _numbers(connection, conditions, most)
    if len(found) < most:
        query = query_of(connection, chosen.words)
        conditions = {"search MATCH ?": query or None, "? >= m.id": until, **chosen.conditions(_HERE), **below}
        if query:
            found += islice(_candidates(connection, conditions), most - len(found))
        else:
            found += _numbers(connection, conditions, most - len(found))
    return found[offset:]


def _numbers(connection: sqlite3.Connection, conditions: dict[str, Any], limit: int, offset: int = 0) -> list[int]:
    clause, values = where(conditions)
    sql = f"SELECT m.id FROM {SOURCE}{clause} ORDER BY m.id DESC LIMIT ? OFFSET ?"
    return [number for (number,) in connection.execute(sql, [*values, limit, offset])]


def _candidates(connection: sqlite3.Connection, conditions: dict[str, Any]) -> Iterator[int]:
    """The numbers of the mails that the index finds, the newest first, no more of them read than are asked for.

    SQLite reads the index in its order only where no other is asked for, so mails that stand together there are sorted.
    """
    clause, values = where(conditions)
    rows = connection.execute(f"SELECT s.rowid, m.id FROM {_CANDIDATES}{clause} ORDER BY s.rowid DESC", values)
    for _, together in groupby(rows, itemgetter(0)):
        yield from sorted((number for _, number in together), reverse=True)


def select_page(connection: sqlite3.Connection, chosen: Filter, start: int, size: int, total: int) -> list[int]:
    """At most `size` numbers of the `total` mails that are meant, the newest first, after `start` others."""
    after = total - start - size
    if start <= after:
        return select_numbers(connection, chosen, size, offset=start)
    clause, values = where(chosen.conditions())  # it is not so far from the other end
    sql = f"SELECT m.id FROM {SOURCE}{clause} ORDER BY m.id LIMIT ? OFFSET ?"
    rows = connection.execute(sql, [*values, max(size + min(after, 0), 0), max(after, 0)]).fetchall()
    return [number for (number,) in reversed(rows)]


def count(connection: sqlite3.Connection, chosen: Filter) -> int:
    """How many mails are meant."""
    if chosen.words:
        return len(select_numbers(connection, chosen, MOST))
    if chosen == chosen.tallied:
        figure = "unseen" if chosen.unseen else "mails"
        clause, values = where(chosen._replace(unseen=False).conditions())
        sql = f"SELECT coalesce(sum(m.{figure}), 0) FROM tally AS m{clause}"
    else:
        clause, values = where(chosen.conditions())
        sql = f"SELECT count(*) FROM mail AS m{clause}"
    return int(connection.execute(sql, values).fetchone()[0])


def variables_of(text: str | None) -> dict[str, str]:
    """A mail's variables, which are JSON text, or empty (in older files None) where it has none."""
    return (from_json(text, "InternalError") if text else None) or {}


def mail_of(row: dict[str, Any]) -> dict[str, Any]:
    """A row as `get_mail` gives it: flags, the EnvId, and where the content is there too, what it says.

    It takes as long as the mail is large, so it is done when the database is free for others.
    """
    mail = {**row, **{name: bool(row[name]) for name in _FLAGS}, "env_id": env_id(row["env_id"])}
    if "html" in mail:
        variables = variables_of(mail.pop("variables"))
        if variables:
            mail["html"], mail["text"] = (render(mail[name], variables) for name in ("html", "text"))
        mail["headers"] = from_json(mail["headers"], "InternalError") or {}
        mail["attachments"] = from_json(mail["attachments"], "InternalError") or []
    return mail
