"""Statistics of the last days: what was sent and what became of it, drawn and in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.actions.common import DELIVERY_STATUS
from dmcli.sandbox.calendar import DAY, ZONE, day_of, day_start, day_text
from dmcli.sandbox.web.asked import Asked, Page
from dmcli.sandbox.web.words import ON_ITS_WAY, OUTCOMES

if TYPE_CHECKING:
    import sqlite3

DAYS = 30
_HEIGHT = 100  # units of the drawing; it is as wide as it has days
_TOPS = (2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)  # of a scale; even, so that there is a middle
# A row for each key and outcome, -1 where it is not known yet: mails, and of those the opened and the clicked.
_COUNTED = (
    "SELECT {key}, CASE WHEN m.settled > :now THEN -1 ELSE m.status END AS outcome, count(*), "
    "sum(EXISTS (SELECT 1 FROM event WHERE mail = m.id AND kind = 'open')), "
    "sum(EXISTS (SELECT 1 FROM event WHERE mail = m.id AND kind = 'click')) "
    "FROM mail AS m WHERE m.kind = 'mail' AND m.created >= :since GROUP BY 1, 2 ORDER BY 1"
)
_BY_DAY = _COUNTED.format(key=f"(m.created + {ZONE}) / {DAY}")
_BY_TAG = _COUNTED.format(key="m.tag")


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


def show(asked: Asked) -> Page:
    """The last 30 days of the service, today among them."""
    now = asked.now
    first = day_of(now) - DAYS + 1
    with asked.sandbox.store.reading() as connection:
        by_day = _counted(connection, _BY_DAY, now, first)
        by_tag = _counted(connection, _BY_TAG, now, first)
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


def _counted(connection: sqlite3.Connection, sql: str, now: int, first: int) -> dict[int | str, Counted]:
    found: dict[int | str, Counted] = {}
    for key, status, count, opened, clicked in connection.execute(sql, {"now": now, "since": day_start(first)}):
        row = found.setdefault(key, Counted("", dict.fromkeys(OUTCOMES, 0)))
        outcome = DELIVERY_STATUS.get(str(status), ON_ITS_WAY)
        row.outcomes[outcome] += count
        found[key] = row._replace(opened=row.opened + opened, clicked=row.clicked + clicked)
    return found
