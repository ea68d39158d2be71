"""Days of the service's calendar (UTC+8) as numbers, counted from 1970-01-01."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.kinds.dates import service_zone
from dmcli.api.regions import OFFSET
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIRST = date(1970, 1, 1)
SECONDS = 86400


def day_number(text: str) -> int:
    """The number of the day that a date or time on the wire begins with."""
    return (date.fromisoformat(text[:10]) - _FIRST).days


def day_text(day: int) -> str:
    """A day as `yyyy-MM-dd`."""
    return (_FIRST + timedelta(days=day)).isoformat()


def day_at(moment: datetime) -> int:
    """The service's day of a moment."""
    return day_number(moment.astimezone(service_zone()).isoformat())


def day_start(day: int) -> int:
    """The moment a day begins, in epoch seconds."""
    return day * SECONDS - OFFSET


def stamp(at: int) -> str:
    """A moment as the service writes it: the time in China with a Z, which is wrong (reference section 6.4)."""
    try:
        return datetime.fromtimestamp(at + OFFSET, UTC).strftime("%Y-%m-%dT%H:%MZ")
    except (ValueError, OverflowError, OSError):  # no calendar holds it
        return ""


class Span(NamedTuple):
    """Days from `first` to `last`, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        first, last = map(day_text, self)
        return first if first == last else tr("{first} to {last}", first=first, last=last)


def spans(days: Iterable[int]) -> list[Span]:
    """Days, the earliest first, as spans.

    >>> [str(span) for span in spans([0, 1, 2, 7])]
    ['1970-01-01 to 1970-01-03', '1970-01-08']
    """
    found: list[Span] = []
    for day in days:
        if found and found[-1].last == day - 1:
            found[-1] = found[-1]._replace(last=day)
        else:
            found.append(Span(day, day))
    return found
