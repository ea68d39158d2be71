"""The inbox: mail listed, searched and deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dmcli.api.actions.common import DELIVERY_STATUS
from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.errors import InputError
from dmcli.sandbox.mail import mailbox
from dmcli.sandbox.service.delivery import render
from dmcli.sandbox.store.sql import from_json
from dmcli.sandbox.web import page, words
from dmcli.sandbox.web.asked import Asked, Page, RefusedError, link, see

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from dmcli.api.wire import Reply
    from dmcli.sandbox.mail.mailbox import Filter

PAGE = 100  # mails
_REFRESH = 10  # seconds, where there are no scripts
_TEXT, _HTML = 400, 4000  # characters of the bodies that are enough to find the first words in
_BEGINNINGS = (
    f"SELECT m.id, m.variables, substr(g.text, 1, {_TEXT}), substr(g.html, max(instr(g.html, '<body'), 1), {_HTML}) "
    "FROM mail AS m JOIN message AS g ON g.id = m.message WHERE m.id IN (SELECT value FROM json_each(?))"
)


def show(asked: Asked) -> Page:
    """Mail, newest first, as far as it is meant, a page of it."""
    chosen, number, now = _chosen(asked.query), max(asked.number("page"), 1), asked.now
    with asked.sandbox.store.reading() as connection:
        found = mailbox.numbers(connection, chosen)
        here = found[(number - 1) * PAGE : number * PAGE]
        mails = mailbox.list_mail(connection, PAGE, mailbox.Filter(ids=tuple(here))) if here else []
        begin = _beginnings(connection, here)
        newest = connection.execute("SELECT coalesce(max(id), 0) FROM mail").fetchone()[0]
        tags = [tag for (tag,) in connection.execute("SELECT DISTINCT tag FROM mail WHERE tag != '' ORDER BY tag")]
    fields = fields_of(chosen)
    return Page(
        "inbox.html",
        {
            "mails": [{**one, "outcome": words.outcome(one, now), "begin": begin[one["id"]]} for one in mails],
            "total": len(found),
            "first": (number - 1) * PAGE + 1,
            "fields": fields,
            "newer": link("", **fields, page=number - 1) if number > 1 else "",
            "older": link("", **fields, page=number + 1) if len(found) > number * PAGE else "",
            "here": link("", **fields),
            "count": link("newer", **fields | {"since": str(newest)}),
            "refresh": _REFRESH if "refresh" in asked.query else 0,
            "every": _REFRESH,
            "newest": newest,
            "tags": tags,
            "statuses": DELIVERY_STATUS,
            "now": now,
            "offset": words.offset(words.local(now)),
            "origin": asked.origin,
            "keys": (SANDBOX_KEY_ID, SANDBOX_KEY_SECRET),
        },
        script=number == 1,
    )


def newer(asked: Asked) -> Reply:
    """How many mails came after the one whose number is `since`, of those that are meant; as text."""
    chosen = _chosen(asked.query)._replace(since=asked.number("since"))
    with asked.sandbox.store.reading() as connection:
        count = mailbox.count_mail(connection, chosen)
    return page.plain(str(count))


def delete(asked: Asked) -> Page | Reply:
    """Delete the mails that are selected, or all that match; what is not confirmed is asked first."""
    chosen, back = _meant(asked), _chosen({name: asked.field(name) for name in mailbox.NAMES})
    with asked.sandbox.store.transaction() as connection:
        meant = mailbox.numbers(connection, chosen)
        newest = asked.number("newest")
        if newest:  # what came after the question was not asked about
            meant = [number for number in meant if number <= newest]
        if asked.field("sure") and meant:
            mailbox.delete_mail(connection, mailbox.Filter(ids=tuple(meant)))
            meant = []
        few = mailbox.list_mail(connection, PAGE, mailbox.Filter(ids=tuple(meant[:PAGE]))) if meant else []
    if not meant:
        return see(link("", **fields_of(back)))
    return Page(
        "delete.html",
        {
            "mails": few,
            "total": len(meant),
            "newest": newest or meant[0],
            "selected": chosen.ids,
            "fields": fields_of(back),
            "back": link("", **fields_of(back)),
        },
    )


def fields_of(chosen: Filter) -> dict[str, str]:
    """A filter as the fields of a form: what is empty is left out."""
    return {name: str(value) for name, value in chosen._asdict().items() if value and name in mailbox.NAMES}


def _chosen(given: Mapping[str, str]) -> Filter:
    """The filter that is asked for. Raises InputError."""
    return mailbox.filter_of({name: given[name].strip() for name in mailbox.NAMES if given.get(name)})


def _meant(asked: Asked) -> Filter:
    """The mails that a form wants deleted. Raises RefusedError, and InputError."""
    if asked.field("all"):
        return _chosen({name: asked.field(name) for name in mailbox.NAMES})
    selected = asked.form.get("mail", [])
    if not selected:
        raise RefusedError(400, "No mail is selected.")
    if not all(text.isascii() and text.isdigit() and len(text) < 16 for text in selected):  # noqa: PLR2004
        raise InputError("a selected mail is no number")
    return mailbox.Filter(ids=tuple(map(int, selected)))


def _beginnings(connection: sqlite3.Connection, numbers: list[int]) -> dict[int, str]:
    """The first words of each mail."""
    rows = connection.execute(_BEGINNINGS, (json.dumps(numbers),))
    return {number: _beginning(variables, text, html) for number, variables, text, html in rows}


def _beginning(variables: str | None, text: str, html: str) -> str:
    known: dict[str, Any] = from_json(variables, "InternalError") if variables else {}
    return words.beginning(render(text, known), render(html, known) if not text else "")
