"""Mail counted by day and by tag: what became of it, and how much was opened and clicked in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.sandbox.service.tally import COUNTED

if TYPE_CHECKING:
    from dmcli.sandbox.store.account import Account

_COUNTS = (
    f"WITH {COUNTED} SELECT {{key}}, outcome, sum(mails), sum(opened), sum(clicked) FROM counted "
    "WHERE kind = 'mail' AND day >= ? GROUP BY 1, 2 HAVING sum(mails) > 0 ORDER BY 1"
)
_BY_DAY = _COUNTS.format(key="day")
_BY_TAG = _COUNTS.format(key="tag")


class Count(NamedTuple):
    """How many mails of a key have one outcome, and how many of them were opened and clicked in.

    `key` is a day of the service, as a number, or a tag; `status` is None while the outcome is unknown.
    """

    key: int | str
    status: int | None
    mails: int
    opened: int
    clicked: int


class Counts(NamedTuple):
    """The counts of the same mail by day and by tag, each in order of its keys."""

    by_day: list[Count]
    by_tag: list[Count]


def count_since(sandbox: Account, first: int) -> Counts:
    """Count the mail from the day `first` of the service on, as things are at one moment."""
    values = (int(sandbox.now().timestamp()), first)
    with sandbox.store.reading() as connection:
        return Counts(*([Count(*row) for row in connection.execute(sql, values)] for sql in (_BY_DAY, _BY_TAG)))
