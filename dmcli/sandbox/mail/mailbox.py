"""Reading the mail that the sandbox took, as its recipients would see it; no part of the service."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.sandbox.mail.query import (
    ALL,
    GONE,
    MOST,
    SOURCE,
    Filter,
    count,
    mail_of,
    select_mail,
    select_numbers,
    select_page,
    variables_of,
)
from dmcli.sandbox.mail.search import forget
from dmcli.sandbox.service.delivery import render_beginning
from dmcli.sandbox.store.sql import where

if TYPE_CHECKING:
    import sqlite3

    from dmcli.sandbox.store.account import Account

_TEXT, _HTML = 400, 4000  # characters of the bodies that are enough to find the first words in
_HEAD = 32_000  # bytes of HTML in which the beginning of its body is looked for
_BEGUN = (
    "SELECT m.id, m.message, m.variables FROM mail AS m WHERE m.id IN (SELECT value FROM json_each(?)) "
    "AND EXISTS (SELECT 1 FROM message WHERE id = m.message)"
)
MOST_COUNTED = 1000  # mails that a page of a search counts
_TAGS = "SELECT DISTINCT tag FROM tally WHERE tag != '' AND kind != ? AND mails > 0 ORDER BY tag"


class Beginning(NamedTuple):
    """The beginnings of a mail's bodies, cut anywhere, with its variables filled in."""

    text: str
    html: str


class MailPage(NamedTuple):
    """A page of mail, and around it: how many are meant in all, the newest mail there is, the tags in use.

    `more` says that there are more than the total, since a search counts MOST_COUNTED of them.
    """

    mails: list[dict[str, Any]]
    beginnings: dict[int, Beginning]
    total: int
    newest: int
    tags: list[str]
    more: bool


class Found(NamedTuple):
    """Mails, and how many are meant in all."""

    mails: list[dict[str, Any]]
    total: int


def list_mail(sandbox: Account, limit: int = 100, chosen: Filter = ALL, *, whole: bool = False) -> list[dict[str, Any]]:
    """Mails, the newest first, at most `limit`, with what `get_mail` gives; its content only where `whole`."""
    with sandbox.store.reading() as connection:
        rows = select_mail(connection, chosen, limit, whole=whole)
    return list(map(mail_of, rows))


def count_mail(sandbox: Account, chosen: Filter = ALL) -> int:
    """How many mails are meant."""
    with sandbox.store.reading() as connection:
        return count(connection, chosen)


def get_mail(sandbox: Account, number: int) -> dict[str, Any] | None:
    """One mail with its content, variables filled in; None where there is none.

    Times are epoch seconds. `status` is 0 delivered, 2 invalid address, 3 spam, 4 failed, known from `settled` on;
    `kind` is "mail", or "confirmation" for the mail that confirms a reply-to address; `files` says that it has
    attachments, which are AttachmentName and AttachmentUrl; `size` is in bytes of subject and bodies.
    """
    if not 0 < number <= MOST:
        return None
    return next(iter(list_mail(sandbox, 1, Filter(ids=(number,)), whole=True)), None)


def find_latest(sandbox: Account, chosen: Filter = ALL, seconds: float = 0.0) -> dict[str, Any] | None:
    """The newest mail that is meant, as `get_mail` gives it, once there is one; None when the seconds are over."""

    def look(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        return select_mail(connection, chosen, 1, whole=True)

    return next(map(mail_of, sandbox.store.wait_for(look, bool, seconds)), None)


def wait_for_mail(
    sandbox: Account, number: int, seconds: float, chosen: Filter = ALL, *, limit: int = 100, before: int = 0
) -> Found:
    """The mails that are meant once there are `number` of them, or when the seconds are over.

    `before` is the number of the mail below which to begin; the total counts the others too.
    """

    def look(connection: sqlite3.Connection) -> Found:
        return Found(select_mail(connection, chosen, limit, before=before), count(connection, chosen))

    found = sandbox.store.wait_for(look, lambda found: found.total >= number, seconds)
    return found._replace(mails=list(map(mail_of, found.mails)))


def read_page(sandbox: Account, chosen: Filter, number: int, size: int) -> MailPage:
    """The page of that number, from 1, of the mails that are meant, as they are at one moment."""
    with sandbox.store.reading() as connection:
        here, total, more = _find_page(connection, chosen, min((number - 1) * size, MOST), size)
        mails = select_mail(connection, Filter(ids=tuple(here)), size) if here else []
        begun = {
            mail: (variables, _read(connection, "text", message, _TEXT * 4), _read(connection, "html", message, _HEAD))
            for mail, message, variables in connection.execute(_BEGUN, (json.dumps(here),))
        }
        newest = connection.execute("SELECT coalesce(max(id), 0) FROM mail").fetchone()[0]
        tags = [tag for (tag,) in connection.execute(_TAGS, (GONE,))]
    beginnings = {mail: _beginning(*one) for mail, one in begun.items()}
    return MailPage(list(map(mail_of, mails)), beginnings, total, newest, tags, more)


def _find_page(connection: sqlite3.Connection, chosen: Filter, start: int, size: int) -> tuple[list[int], int, bool]:
    """The numbers of a page's mails, after `start` others; how many are meant, and whether there are still more."""
    if not chosen.words:
        total = count(connection, chosen)
        return select_page(connection, chosen, start, size, total), total, False
    most = max(start + size, MOST_COUNTED)  # to count and to list would search the bodies twice
    found = select_numbers(connection, chosen, most + 1)
    return found[start : start + size], min(len(found), most), len(found) > most


def _read(connection: sqlite3.Connection, body: str, message: int, size: int) -> str:
    """The first bytes of a body. A query would read all of it."""
    with connection.blobopen("message", body, message, readonly=True) as blob:
        return blob.read(size).decode("utf-8", "ignore")


def _beginning(variables: str | None, text: str, html: str) -> Beginning:
    known = variables_of(variables)
    shown = html[max(html.find("<body"), 0) :]
    return Beginning(render_beginning(text, known, _TEXT), render_beginning(shown, known, _HTML))


def find_neighbours(sandbox: Account, number: int) -> tuple[int | None, int | None]:
    """The numbers of the next newer and the next older mail."""
    sql = (
        "SELECT (SELECT min(id) FROM mail WHERE id > ? AND kind != ?), "
        "(SELECT max(id) FROM mail WHERE id < ? AND kind != ?)"
    )
    with sandbox.store.reading() as connection:
        newer, older = connection.execute(sql, (number, GONE, number, GONE)).fetchone()
    return newer, older


def list_events(sandbox: Account, number: int) -> list[tuple[str, int]]:
    """What happened to a mail after it was delivered, the earliest first: what and when, in epoch seconds."""
    with sandbox.store.reading() as connection:
        return connection.execute("SELECT kind, at FROM event WHERE mail = ? ORDER BY at, id", (number,)).fetchall()


def list_recipients(sandbox: Account, request_id: str, limit: int) -> list[tuple[int, str]]:
    """The mails that a call sent, at most `limit`: their numbers and recipients."""
    source = "message AS g JOIN mail AS m ON m.message = g.id"
    sql = f"SELECT m.id, m.recipient FROM {source} WHERE g.request_id = ? LIMIT ?"
    with sandbox.store.reading() as connection:
        return connection.execute(sql, (request_id, limit)).fetchall()


def mark(sandbox: Account, number: int, *, seen: bool = True) -> None:
    """Note that a mail was read, or not."""
    with sandbox.store.transaction() as connection:
        connection.execute("UPDATE mail SET seen = ? WHERE id = ?", (seen, number))


def delete_mail(sandbox: Account, chosen: Filter = ALL) -> int:
    """Delete the mails that are meant; how many they were. The quota they used stays used.

    Of the newest an empty shell stays until there is a newer one, so that numbers and EnvIds are never given twice.
    """
    with sandbox.store.transaction() as connection:
        return _delete(connection, chosen)


def _delete(connection: sqlite3.Connection, chosen: Filter) -> int:
    clause, values = where(chosen.conditions())
    meant = f"id IN (SELECT m.id FROM {SOURCE}{clause})"
    last = "id = (SELECT max(id) FROM mail)"
    gone = connection.execute(
        "UPDATE mail SET kind = ?, sender = '', recipient = '', tag = '', reason = '', subject = NULL, "
        f"variables = NULL WHERE {meant} AND {last}",
        [GONE, *values],
    ).rowcount
    gone += connection.execute(f"DELETE FROM mail WHERE {meant}", values).rowcount
    connection.execute(f"DELETE FROM mail WHERE kind = ? AND NOT {last}", (GONE,))
    connection.execute("DELETE FROM message WHERE id NOT IN (SELECT message FROM mail)")
    shells = "id IN (SELECT message FROM mail WHERE kind = ?) AND id NOT IN (SELECT message FROM mail WHERE kind != ?)"
    connection.execute(
        "UPDATE message SET alias = '', reply_to = '', subject = '', html = '', text = '', headers = '', "
        f"attachments = '', size = 0 WHERE {shells}",
        (GONE, GONE),
    )
    # Of files those that a mail may still be sent with stay: what came after the newest.
    connection.execute(
        "DELETE FROM upload WHERE at < (SELECT max(created) FROM mail) AND NOT EXISTS "
        "(SELECT 1 FROM message WHERE attachments NOT IN ('', '[]') AND instr(attachments, upload.key))"
    )
    connection.execute("DELETE FROM event WHERE mail NOT IN (SELECT id FROM mail)")
    if not count(connection, ALL):
        forget(connection)
    return gone
