"""Ranges cut into calls: no day twice and none lost, in the order of the rows, each within what a call may ask for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dmcli.api.kinds.dates import DAY, Minute
from dmcli.api.model import Window
from dmcli.api.windows import one_call, several_calls, split

STRICTER = st.tuples(st.integers(0, 30), st.integers(0, 7)).map(lambda parts: Window(*parts))
WINDOWS = st.tuples(st.integers(0, 90), st.integers(0, 31), st.none() | STRICTER, st.booleans()).map(
    lambda parts: Window(*parts)
)
NOW = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis' way


def days(call: dict[str, str]) -> list[date]:
    first, last = (date.fromisoformat(call[name][:10]) for name in ("StartTime", "EndTime"))
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@settings(max_examples=200)
@given(WINDOWS, st.integers(0, 120), st.integers(-5, 120), NOW, st.booleans())
def test_every_day_that_is_kept_is_in_one_call(
    window: Window, since: int, until: int, now: datetime, exact: bool
) -> None:
    first, last = (Minute(), Minute(end=True)) if exact else (DAY, DAY)
    today = now + timedelta(hours=8)
    end = f"{today - timedelta(days=until):%Y-%m-%d}"
    asked = {"StartTime": first.to_wire(f"{since}d", now), "EndTime": last.to_wire(end, now), "TagName": "t"}
    if any(not problem.warning for problem in several_calls(window)(asked, now)):
        return
    calls = split(window, asked, now)
    assert not [problem for call in calls for problem in one_call(window)(call, now)]
    kept = [(today - timedelta(days=back)).date() for back in range(min(since, window.back), max(until, 0) - 1, -1)]
    assert [day for call in sorted(calls, key=lambda call: call["StartTime"]) for day in days(call)] == kept
    assert [call["StartTime"] for call in calls] == sorted(
        (call["StartTime"] for call in calls), reverse=window.latest_first
    )
    assert {call["TagName"] for call in calls} == {"t"}
    if strict := window.stricter:
        sure = (today - timedelta(days=min(strict.back, window.back))).date()
        assert all(sure <= days(call)[0] or days(call)[-1] < sure for call in calls)
        assert all(len(days(call)) <= strict.span + 1 for call in calls)


def test_the_ends_keep_their_time_of_day() -> None:
    now = datetime(2026, 3, 20, tzinfo=UTC)
    asked = {"StartTime": "2026-03-01 09:30", "EndTime": "2026-03-03 10:15"}
    cut = split(Window(30, 0), asked, now)
    assert [tuple(call.values()) for call in cut] == [
        ("2026-03-01 09:30", "2026-03-01 23:59"),
        ("2026-03-02 00:00", "2026-03-02 23:59"),
        ("2026-03-03 00:00", "2026-03-03 10:15"),
    ]
    assert split(Window(30, 0, latest_first=True), asked, now) == cut[::-1]


def test_a_range_that_is_open_is_one_call() -> None:
    now = datetime(2026, 3, 20, tzinfo=UTC)
    assert split(Window(30, 7), {"KeyWord": "a"}, now) == [{"KeyWord": "a"}]
    assert split(Window(30, 7), {"EndTime": "2026-03-10"}, now) == [{"EndTime": "2026-03-10"}]
    assert split(Window(30, 7), {"StartTime": "2026-01-10"}, now) == [{"StartTime": "2026-02-18"}]
