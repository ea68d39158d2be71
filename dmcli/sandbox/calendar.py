"""The service's calendar: its days begin at midnight in China (UTC+8)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from dmcli.api.regions import OFFSET

DAY = 86400  # seconds


def day_of(at: int) -> int:
    """The service's day of a moment, as a number."""
    return (at + OFFSET) // DAY


def day_start(day: int) -> int:
    """The moment a day of the service begins."""
    return day * DAY - OFFSET


@lru_cache(maxsize=2)  # each send asks, of one day or another where the clock was turned
def first_of_month(day: int) -> int:
    """The first day of the month of a day."""
    return day - datetime.fromtimestamp(day * DAY, UTC).day + 1


def day_text(day: int) -> str:
    """A day as `yyyy-MM-dd`."""
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")


def time_text(at: int) -> str:
    """A moment as the service writes it: the time in China, with a Z that is wrong (reference section 6.4)."""
    here = datetime.fromtimestamp(at + OFFSET, UTC)
    return f"{here.year:04}-{here.month:02}-{here.day:02}T{here.hour:02}:{here.minute:02}Z"


def utc_text(at: int) -> str:
    """A moment in UTC, as the newer actions write it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def utc_moment(text: str) -> int:
    """The epoch seconds of a moment that is written so."""
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
