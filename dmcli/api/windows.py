"""Ranges of time: what is wrong with one, and how one too long for a call becomes several calls, with no day twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.api.kinds.dates import Minute, moment_of, service_zone
from dmcli.api.rules import Problem, warned
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dmcli.api.model import Action, Window
    from dmcli.api.rules import Rule

_DAY = len("yyyy-MM-dd")
_SKEW = 15  # minutes that clocks may differ by, as they may for signatures


def day_of(text: str) -> datetime | None:
    """The start of the day that a wire date or time lies in, by the service's calendar; None for any other text."""
    return moment_of(text[:_DAY], "%Y-%m-%d")


def stamp_of(moment: datetime, like: str) -> str:
    """A moment by the service's calendar, as exact as the wire date or time `like`."""
    return moment.astimezone(service_zone()).strftime(Minute.form)[: len(like)]


def first_day(window: Window, now: datetime) -> datetime:
    """The first day that a call may ask for."""
    from datetime import timedelta

    today = now.astimezone(service_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=window.back)


def split(window: Window, params: Mapping[str, str], now: datetime) -> list[dict[str, str]]:
    """The parameters of the calls that a range needs, in the order in which their rows follow one another.

    The range is cut at the first day that the service keeps, and at today. The span is that of the stricter source, and
    the first day that it allows begins a call, so that the others can be done without. A range with an open end is one
    call. No day is in two calls; the first call keeps its time of day, and so does the last.

    >>> from datetime import datetime, timezone
    >>> from dmcli.api.model import Window
    >>> asked = {"StartTime": "2026-03-01", "EndTime": "2026-03-12"}
    >>> calls = split(Window(90, 7), asked, datetime(2026, 3, 12, tzinfo=timezone.utc))
    >>> [(call["StartTime"], call["EndTime"]) for call in calls]
    [('2026-03-01', '2026-03-08'), ('2026-03-09', '2026-03-12')]
    """
    start, end = params.get("StartTime", ""), params.get("EndTime", "")
    first, today = first_day(window, now), stamp_of(now, "yyyy-MM-dd")
    begins, ends = day_of(start), day_of(end)
    if begins and begins < first:
        begins, start = first, _with_day(start, first, "00:00")
    if not begins or not ends:
        return [{**params, "StartTime": start} if start else dict(params)]
    if end[:_DAY] > today:
        ends = max(begins, day_of(today) or ends)
        end = _with_day(end, ends, "23:59")
    calls = [
        {
            **params,
            "StartTime": start if one == begins else _with_day(start, one, "00:00"),
            "EndTime": end if last == ends else _with_day(end, last, "23:59"),
        }
        for one, last in _pieces(window, begins, ends, now)
    ]
    return calls[::-1] if window.latest_first else calls


def _pieces(window: Window, begins: datetime, ends: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The first and the last day of each call, the earliest first."""
    from datetime import timedelta

    day, strict = timedelta(days=1), window.stricter or window
    sure, span = first_day(strict, now), timedelta(days=min(strict.span, window.span))
    while begins <= ends:
        last = min(begins + span, ends)
        if begins < sure <= last:
            last = sure - day
        yield begins, last
        begins = last + day


def _with_day(like: str, day: datetime, clock: str) -> str:
    """A day, with a time of day where the wire value has one."""
    return f"{day:%Y-%m-%d} {clock}"[: len(like)]


def one_call(window: Window) -> Rule:
    """The service's side of a window: StartTime not too far back, EndTime not too far after it and not before it.

    Values that are not dates are left to their kind.
    """

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:
        start, end, first = *_bounds(values), first_day(window, now)
        if start and start < first:
            yield Problem(
                tr(
                    "{{StartTime}} {start:%Y-%m-%d} is more than {back} days back: give {first:%Y-%m-%d} or later",
                    start=start,
                    back=window.back,
                    first=first,
                ),
                "InvalidStartTime.Malformed",
            )
        if start and end and values["EndTime"] < values["StartTime"]:
            yield Problem(tr("{EndTime} lies before {StartTime}: swap them"), "InvalidBetweenTime.Malformed")
        if start and end and (end - start).days > window.span:
            yield Problem(
                tr(
                    "{{StartTime}} to {{EndTime}} spans {days} days: give at most {span}",
                    days=(end - start).days,
                    span=window.span,
                ),
                "InvalidBetweenTime.Malformed",
            )

    return rule


def several_calls(window: Window) -> Rule:
    """The client's side of a window: what is still wrong with a range that is split into as many calls as it needs."""

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:
        from datetime import timedelta

        start, end, first = *_bounds(values), first_day(window, now)
        soon = now + timedelta(minutes=_SKEW)

        if start and values["StartTime"] > stamp_of(soon, values["StartTime"]):
            yield Problem(
                tr("{{StartTime}} {given} lies in the future: give today or earlier", given=values["StartTime"])
            )
        if start and end and values["EndTime"] < values["StartTime"]:
            yield Problem(tr("{EndTime} lies before {StartTime}: swap them"))
        if end and end < first:
            yield Problem(
                tr(
                    "{{EndTime}} {given} is too long ago, the service answers for the last {back} days: "
                    "give {first:%Y-%m-%d} or later",
                    given=end.date(),
                    back=window.back,
                    first=first,
                )
            )
        if start and start < first:
            yield Problem(
                tr(
                    "{{StartTime}} {given} is too long ago, the service answers for the last {back} days: "
                    "shown from {first:%Y-%m-%d} on",
                    given=start.date(),
                    back=window.back,
                    first=first,
                ),
                warning=True,
            )

    return rule


def service_rules(action: Action) -> tuple[Rule, ...]:
    """The rules by which the service judges a call; those of stricter sources warn."""
    window = action.window
    if not window:
        return action.rules
    stricter = (warned(one_call(window.stricter)),) if window.stricter else ()
    return (*action.rules, one_call(window), *stricter)


def client_rules(action: Action) -> tuple[Rule, ...]:
    """The rules by which the client judges what was typed, before it makes calls of it."""
    return (*action.rules, several_calls(action.window)) if action.window else action.rules


def _bounds(values: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """The days on which the range begins and ends."""
    return day_of(values.get("StartTime", "")), day_of(values.get("EndTime", ""))
