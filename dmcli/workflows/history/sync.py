"""Bringing the history up to date: the days that may have changed are read, oldest first, and kept one by one.

An end at any moment loses no more than the day that was being read; the next run goes on there.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.errors import DmError
from dmcli.workflows.history.days import Span, day_at, day_number, day_text, spans
from dmcli.workflows.windows import rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dmcli.client.client import Reader
    from dmcli.workflows.history.store import DayState, Kept

REREAD = 3  # days before today that are read again each time: a bounce may come late
_DETAILS = catalogue.get("SenderStatisticsDetailByParam")
_TRACKS = catalogue.get("GetTrackList")
_TRACKS_OF = catalogue.get("GetTrackListByMailFromAndTagName")
_INVALID = catalogue.get("QueryInvalidAddress")
_DELETED = ("InvalidMailAddress.NotFound", "InvalidTagName.Malformed", "InvalidTagName.NotFound")
# Days back that all of it can be read.
REACH = min(action.window.back for action in (_DETAILS, _TRACKS, _TRACKS_OF, _INVALID) if action.window)


class Read(NamedTuple):
    """What was read and is kept: of which `kind` (mails, opens, invalid), of which days, and how many rows."""

    kind: str
    days: Span
    rows: int


def sync(source: Reader, kept: Kept, now: datetime, reread: int = REREAD) -> Iterator[Read]:
    """Bring what is kept of an account up to date with the service; each thing is told once it is kept.

    `now` is the service's time. Read are the days within reach that are not settled, and always the last `reread` ones
    before today. Opens and clicks come for weeks, so they are read anew for all days within reach. Raises DmError; what
    was told before stays.
    """
    today = day_at(now)
    first = today - REACH
    for day in days_to_read(kept.days(), today, reread):
        window = {"StartTime": f"{day_text(day)} 00:00", "EndTime": f"{day_text(day)} 23:59"}
        details = (page.rows for page in source.pages(_DETAILS, window))
        yield Read("mails", Span(day, day), kept.put_day(day, details, settled=today - day > reread))
    for sender, tag in [("", ""), *_senders(kept, first)]:
        try:
            count = _keep_tracks(source, kept, Span(first, today), sender, tag, now)
        except DmError as error:
            if error.code not in _DELETED:
                raise
            continue  # what was kept of a sender or tag that is no more stays
        yield Read("opens", Span(first, today), count)
    window = _window_of_invalid(kept, today, reread)
    found = (page.rows for page in source.pages(_INVALID, window))
    yield Read("invalid", Span(first, today), kept.put_invalid(found, today))


def days_to_read(states: Mapping[int, DayState], today: int, reread: int) -> list[int]:
    """The days that a run reads, the oldest first, since it is the next that the service forgets."""
    within = range(today - REACH, today + 1)
    return [day for day in within if today - day <= reread or day not in states or not states[day].settled]


def gaps(states: Mapping[int, DayState], today: int) -> list[Span]:
    """The days between the first and the last that are missing, and those read before they were settled, for good."""
    if not states:
        return []
    lost = [day for day in range(min(states), today - REACH) if day not in states or not states[day].settled]
    holes = [day for day in range(max(today - REACH, min(states)), max(states)) if day not in states]
    return spans(lost + holes)


def _senders(kept: Kept, first: int) -> list[tuple[str, str]]:
    """The senders of the last days, each alone and with each of its tags."""
    rows = kept.all(
        "SELECT DISTINCT sender, tag FROM daily WHERE account = ? AND day >= ? ORDER BY 1, 2", kept.account, first
    )
    found = {(sender, "") for sender, _ in rows} | {(sender, tag) for sender, tag in rows}
    return sorted(found)


def _keep_tracks(source: Reader, kept: Kept, days: Span, sender: str, tag: str, now: datetime) -> int:
    """Keep opens and clicks of all senders, of one, or of its mail with a tag; how many days have any."""
    import json

    action = _TRACKS_OF if sender else _TRACKS
    asked = {"StartTime": day_text(days.first), "EndTime": day_text(days.last), "AccountName": sender, "TagName": tag}
    found = rows(source, action, {name: value for name, value in asked.items() if value}, now)
    counts = {}
    for row in found:
        with suppress(ValueError):  # a row without a day is of no use
            counts[day_number(str(value_of(row, "CreateTime")))] = json.dumps(row)
    kept.put_tracks(days.first, days.last, sender, tag, counts)
    return len(counts)


def _window_of_invalid(kept: Kept, today: int, reread: int) -> dict[str, str]:
    """The window of invalid addresses that are read: those since the last time, all of them where that is too long."""
    ((until,),) = kept.all("SELECT invalid_until FROM account WHERE id = ?", kept.account)
    if until is None or until - reread < today - REACH:
        return {}
    return {"StartTime": day_text(until - reread), "EndTime": day_text(today)}
