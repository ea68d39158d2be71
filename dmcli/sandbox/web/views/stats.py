"""Statistics of the last days: what was sent and what became of it, drawn and in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.actions.common import DELIVERY_STATUS
from dmcli.sandbox.calendar import day_of, day_text
from dmcli.sandbox.mail.counts import count_since
from dmcli.sandbox.web.request import Page, PageRequest
from dmcli.sandbox.web.words import ON_ITS_WAY, OUTCOMES

if TYPE_CHECKING:
    from dmcli.sandbox.mail.counts import Count

DAYS = 30
_HEIGHT = 100  # units of the drawing; it is as wide as it has days
_TOPS = (2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)  # of a scale; even, so that there is a middle


class Counted(NamedTuple):
    """How many mails a day or a tag has, by outcome, and how many of them were opened and clicked in."""

    name: str
    outcomes: dict[str, int]
    opened: int = 0
    clicked: int = 0

    @property
    def sent(self) -> int:
        """All mails."""
        return sum(self.outcomes.values())


class Bar(NamedTuple):
    """A piece of the drawing: in which column, from which height down, how high, and what it stands for."""

    column: int
    top: float
    height: float
    outcome: str


def show(request: PageRequest) -> Page:
    """The last 30 days of the service, today among them."""
    first = day_of(request.now) - DAYS + 1
    by_day, by_tag = map(_collect, count_since(request.sandbox, first))
    days = [
        (by_day.get(day) or Counted("", dict.fromkeys(OUTCOMES, 0)))._replace(name=day_text(day))
        for day in range(first, first + DAYS)
    ]
    tags = [counted._replace(name=str(tag)) for tag, counted in by_tag.items()]
    top = scale(max(day.sent for day in days))
    return Page(
        "stats.html",
        {
            "days": days,
            "tags": sorted(tags, key=lambda tag: -tag.sent),
            "total": added(days),
            "outcomes": OUTCOMES,
            "top": top,
            "bars": bars(days, top),
            "height": _HEIGHT,
        },
    )


def added(rows: list[Counted]) -> Counted:
    """All rows in one."""
    outcomes = {name: sum(row.outcomes[name] for row in rows) for name in OUTCOMES}
    return Counted("", outcomes, sum(row.opened for row in rows), sum(row.clicked for row in rows))


def scale(most: int) -> int:
    """The top of a scale for values up to `most`: a round number that is even."""
    power = int("1" + "0" * (len(str(most)) - 2))
    return next(top * power for top in _TOPS if top * power >= most)


def bars(days: list[Counted], top: int) -> list[Bar]:
    """The bars of some days, a column a day, the first outcome at the bottom."""
    made = []
    for column, day in enumerate(days):
        below = float(_HEIGHT)
        for outcome, count in day.outcomes.items():
            if count:
                height = count * _HEIGHT / top
                below -= height
                made.append(Bar(column, round(below, 3), round(height, 3), outcome))
    return made


def _collect(counts: list[Count]) -> dict[int | str, Counted]:
    """The counts of each day or tag in one."""
    found: dict[int | str, Counted] = {}
    for key, status, mails, opened, clicked in counts:
        row = found.setdefault(key, Counted("", dict.fromkeys(OUTCOMES, 0)))
        row.outcomes[ON_ITS_WAY if status is None else DELIVERY_STATUS[str(status)]] += mails
        found[key] = row._replace(opened=row.opened + opened, clicked=row.clicked + clicked)
    return found
