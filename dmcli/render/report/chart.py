"""The geometry of a report's charts: bars that stand on each other, and lines; x is the number of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEIGHT = 100  # of a chart, in its own units
_NICE = (1, 2, 5, 10)


class Bar(NamedTuple):
    """A piece of a day's bar: which day and series it is of, its mails, and where it stands."""

    day: int
    series: str
    mails: int
    top: float
    height: float


def scale(most: int) -> int:
    """The number at the top of an axis: the next round one, at least 1.

    >>> [scale(most) for most in (0, 1, 3, 7, 12, 180, 999, 1001)]
    [1, 1, 5, 10, 20, 200, 1000, 2000]
    """
    power = 1
    while power * _NICE[-1] < most:
        power *= 10
    return next(power * step for step in _NICE if power * step >= most)


def bars(days: Sequence[Mapping[str, int]], series: Sequence[str], top: int) -> list[Bar]:
    """The pieces of all bars, those of no height left out; the first of the series stands on the axis.

    >>> bars([{"a": 5, "b": 5}, {"a": 0, "b": 10}], ["a", "b"], 10)[1]
    Bar(day=0, series='b', mails=5, top=0.0, height=50.0)
    """
    found = []
    for number, day in enumerate(days):
        under = 0
        for name in series:
            count = max(day[name], 0)
            if count:
                found.append(Bar(number, name, count, HEIGHT * (1 - (under + count) / top), HEIGHT * count / top))
            under += count
    return found


def line(counts: Sequence[int | None], top: int) -> str:
    """The points of a line through the middles of the days, for SVG; none where the count is not known.

    >>> line([None, 0, 5, 10], 10)
    '1.5,100 2.5,50 3.5,0'
    """
    known = [(number, count) for number, count in enumerate(counts) if count is not None]
    return " ".join(f"{number + 0.5:g},{HEIGHT * (1 - count / top):.4g}" for number, count in known)
