"""The inbox: mail listed, searched and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.api.actions.common import DELIVERY_STATUS
from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.errors import InputError
from dmcli.sandbox.mail import mailbox
from dmcli.sandbox.mail.query import NAMES, Filter, filter_of
from dmcli.sandbox.web import page, words
from dmcli.sandbox.web.request import MOST, Page, PageRequest, RefusedError, link, see
from dmcli.untrusted import read_number
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.api.wire import Reply

PAGE = 100  # mails
_REFRESH = 10  # seconds, where there are no scripts


def show(request: PageRequest) -> Page:
    """Mail, newest first, as far as it is meant, a page of it."""
    chosen, number, now = _read_filter(request.query), max(request.number("page"), 1), request.now
    found = mailbox.read_page(request.sandbox, chosen, number, PAGE)
    fields = fields_of(chosen)
    return Page(
        "inbox.html",
        {
            "mails": [
                {**one, "outcome": words.outcome(one, now), "begin": words.beginning(*found.beginnings[one["id"]])}
                for one in found.mails
            ],
            "total": found.total,
            "more": found.more,
            "first": (number - 1) * PAGE + 1,
            "fields": fields,
            "newer": link("", **fields, page=number - 1) if number > 1 else "",
            "older": link("", **fields, page=number + 1) if found.more or found.total > number * PAGE else "",
            "here": link("", **fields),
            "count": link("newer", **fields | {"since": str(found.newest)}),
            "refresh": _REFRESH if "refresh" in request.query else 0,
            "every": _REFRESH,
            "newest": found.newest,
            "tags": found.tags,
            "statuses": DELIVERY_STATUS,
            "now": now,
            "offset": words.offset(words.local(now)),
            "origin": request.origin,
            "keys": (SANDBOX_KEY_ID, SANDBOX_KEY_SECRET),
        },
        script=number == 1,
    )


def newer(request: PageRequest) -> Reply:
    """How many mails came after the one whose number is `since`, of those that are meant; as text."""
    chosen = _read_filter(request.query)._replace(since=request.number("since"))
    return page.plain(str(mailbox.count_mail(request.sandbox, chosen)))


def delete(request: PageRequest) -> Page | Reply:
    """Delete the mails that are selected, or all that match; what is not confirmed is asked first."""
    back = _read_filter({name: request.field(name) for name in NAMES})
    newest = request.number("newest")
    chosen = _read_selection(request)._replace(until=newest)  # what came after the question was not asked about
    if request.field("sure"):
        mailbox.delete_mail(request.sandbox, chosen)
    few = [] if request.field("sure") else mailbox.list_mail(request.sandbox, PAGE, chosen)
    if not few:
        return see(link("", **fields_of(back)))
    return Page(
        "delete.html",
        {
            "mails": few,
            "total": mailbox.count_mail(request.sandbox, chosen),
            "newest": newest or few[0]["id"],
            "selected": chosen.ids,
            "fields": fields_of(back),
            "back": link("", **fields_of(back)),
        },
    )


def fields_of(chosen: Filter) -> dict[str, str]:
    """A filter as the fields of a form: what is empty is left out."""
    return {name: str(value) for name, value in chosen._asdict().items() if value and name in NAMES}


def _read_filter(given: Mapping[str, str]) -> Filter:
    """The filter in the fields of a query or form. Raises InputError."""
    return filter_of({name: given[name].strip() for name in NAMES if given.get(name)})


def _read_selection(request: PageRequest) -> Filter:
    """The mails that a form wants deleted. Raises RefusedError, and InputError."""
    if request.field("all"):
        return _read_filter({name: request.field(name) for name in NAMES})
    selected = request.form.get("mail", [])
    if not selected:
        raise RefusedError(400, tr("No mail is selected."))
    numbers = [read_number(text, MOST) for text in selected]
    if None in numbers:
        raise InputError(tr("a selected mail is no number"))
    return Filter(ids=tuple(number for number in numbers if number is not None))
