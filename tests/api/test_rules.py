"""Checks across parameters: what each rule finds, and at which edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from string import Formatter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import each

from dmcli.api import catalogue
from dmcli.api.kinds.dates import DAY, Minute
from dmcli.api.model import Window
from dmcli.api.rules import (
    Problem,
    at_least_one,
    at_most_one,
    needs,
    warned,
)
from dmcli.api.windows import client_rules, one_call, service_rules, several_calls

if TYPE_CHECKING:
    from dmcli.api.model import Action
    from dmcli.api.rules import Rule

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = datetime(2026, 11, 23)  # noqa: DTZ001  a day of the service's calendar


def found(rule: Rule, now: datetime = NOW, **values: str) -> list[Problem]:
    return list(rule(values, now))


def codes(rule: Rule, now: datetime = NOW, **values: str) -> list[str]:
    return [problem.code for problem in found(rule, now, **values)]


def day(back: int) -> str:
    """The day that many days before today."""
    return (TODAY - timedelta(days=back)).strftime("%Y-%m-%d")


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, False),
        ({"A": "1"}, False),
        ({"A": "1", "B": ""}, False),
        ({"A": "1", "D": "2"}, False),
        ({"A": "1", "C": "2"}, True),
        ({"A": "1", "B": "1", "C": "1"}, True),
    ],
)
def test_at_most_one(values: dict[str, str], wrong: bool) -> None:
    problems = found(at_most_one("A", "B", "C"), **values)
    assert len(problems) == wrong
    for problem in problems:
        assert problem.text.startswith(" and ".join(f"{{{name}}}" for name in values))
        assert problem.code == "InvalidParameter"


@pytest.mark.parametrize(
    ("values", "wrong"),
    [({}, True), ({"A": ""}, True), ({"C": "1"}, True), ({"B": "0"}, False), ({"A": "1", "B": "1"}, False)],
)
def test_at_least_one(values: dict[str, str], wrong: bool) -> None:
    problems = found(at_least_one("A", "B", code="InvalidBody"), **values)
    assert problems == [Problem("one of {A}, {B} is needed", "InvalidBody")] * wrong


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, False),
        ({"Tag": "t"}, False),
        ({"Track": ""}, False),
        ({"Track": "0"}, False),
        ({"Track": "1"}, True),
        ({"Track": "1", "Tag": ""}, True),
        ({"Track": "1", "Tag": "t"}, False),
    ],
)
def test_needs_another_where_it_has_a_value(values: dict[str, str], wrong: bool) -> None:
    problems = found(needs("Track", "Tag", "1", code="InvalidTagName.Malformed"), **values)
    assert problems == [Problem("{Track} needs {Tag} as well", "InvalidTagName.Malformed")] * wrong


def test_needs_another_whatever_its_value() -> None:
    assert codes(needs("TagName", "AccountName"), TagName="0") == ["MissingAccountName"]
    assert not codes(needs("TagName", "AccountName"), TagName="0", AccountName="a@example.com")
    assert not codes(needs("TagName", "AccountName"))


def test_a_warned_rule_finds_the_same_but_warns() -> None:
    hard = at_least_one("A", code="X")
    assert found(warned(hard)) == [one._replace(warning=True) for one in found(hard)]
    assert found(hard)[0].warning is False
    assert found(warned(hard), A="1") == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (30, 23, []),
        (30, 0, ["InvalidBetweenTime.Malformed"]),
        (31, 24, ["InvalidStartTime.Malformed"]),
        (31, 0, ["InvalidStartTime.Malformed", "InvalidBetweenTime.Malformed"]),
        (7, 0, []),
        (8, 0, ["InvalidBetweenTime.Malformed"]),
        (8, 1, []),
        (0, 0, []),
        (5, 6, ["InvalidBetweenTime.Malformed"]),
        (31, 32, ["InvalidStartTime.Malformed", "InvalidBetweenTime.Malformed"]),
        (0, -7, []),
    ],
)
def test_windows_at_their_edges(start: int, end: int, expected: list[str]) -> None:
    assert codes(one_call(Window(30, 7)), StartTime=day(start), EndTime=day(end)) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("00:00", "23:59", []),
        ("09:30", "09:30", []),
        ("09:30", "09:29", ["InvalidBetweenTime.Malformed"]),
    ],
)
def test_windows_of_minutes(start: str, end: str, expected: list[str]) -> None:
    assert codes(one_call(Window(30, 7)), StartTime=f"{day(1)} {start}", EndTime=f"{day(1)} {end}") == expected


def test_a_span_of_minutes_counts_whole_days() -> None:
    assert not codes(one_call(Window(30, 7)), StartTime=f"{day(7)} 00:00", EndTime=f"{day(0)} 23:59")
    assert codes(one_call(Window(30, 7)), StartTime=f"{day(8)} 23:59", EndTime=f"{day(0)} 00:00")


def test_a_window_goes_back_from_the_day_in_china() -> None:
    before = datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC)  # still the 22nd there
    values = {"StartTime": "2026-10-23", "EndTime": "2026-10-23"}
    assert codes(one_call(Window(30, 7)), before, **values) == []
    assert codes(one_call(Window(30, 7)), before + timedelta(seconds=1), **values) == ["InvalidStartTime.Malformed"]
    elsewhere = (before + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-11)))
    assert codes(one_call(Window(30, 7)), elsewhere, **values) == ["InvalidStartTime.Malformed"]


def test_a_window_says_the_first_day_and_the_span() -> None:
    first, second = found(one_call(Window(30, 7)), StartTime=day(31), EndTime=day(0))
    assert first.text == "{StartTime} 2026-10-23 is more than 30 days back: give 2026-10-24 or later"
    assert second.text == "{StartTime} to {EndTime} spans 31 days: give at most 7"
    assert (
        found(one_call(Window(30, 7)), StartTime=day(0), EndTime=day(1))[0].text
        == "{EndTime} lies before {StartTime}: swap them"
    )


KNOWN = "is too long ago, the service answers for the last 30 days"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (30, 0, []),
        (31, 0, [f"{{StartTime}} 2026-10-23 {KNOWN}: shown from 2026-10-24 on"]),
        (90, 31, [f"{{EndTime}} 2026-10-23 {KNOWN}: give 2026-10-24 or later"]),
        (0, 1, ["{EndTime} lies before {StartTime}: swap them"]),
        (0, -90, []),
        (-1, -2, ["{StartTime} 2026-11-24 lies in the future: give today or earlier"]),
    ],
)
def test_what_several_calls_cannot_mend(start: int, end: int, said: list[str]) -> None:
    problems = found(several_calls(Window(30, 7)), StartTime=day(start), EndTime=day(end))
    refusals = [problem.text for problem in problems if not problem.warning]
    assert (refusals[:1] or [problem.text for problem in problems]) == said


def test_a_minute_to_come_lies_in_the_future() -> None:
    for clock, wrong in (("12:15", False), ("12:16", True)):  # at noon there; clocks differ
        values = {"StartTime": f"{day(0)} {clock}", "EndTime": f"{day(0)} 23:59"}
        assert bool(found(several_calls(Window(30, 7)), **values)) is wrong


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"StartTime": "", "EndTime": ""},
        {"EndTime": "2000-01-01"},
        {"StartTime": "2026-11-01"},
        {"StartTime": "soon", "EndTime": "later"},
        {"StartTime": "2026-02-30", "EndTime": "2026-02-29"},
    ],
)
def test_a_window_leaves_to_the_kind_what_is_no_date(values: dict[str, str]) -> None:
    assert not found(one_call(Window(30, 7)), **values)


@settings(max_examples=150, database=None)
@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 40),
    st.integers(0, 40),
    st.datetimes(timezones=st.timezones()),
)
def test_what_people_say_of_days_fits_a_window_when_its_numbers_do(
    start: int, end: int, back: int, span: int, now: datetime
) -> None:
    now = now.replace(year=2000 + now.year % 100, day=min(now.day, 28))
    for first, last in ((DAY, DAY), (Minute(), Minute(end=True))):
        values = {"StartTime": first.to_wire(f"{start}d", now), "EndTime": last.to_wire(f"{end}d", now)}
        fits = start <= back and 0 <= start - end <= span
        assert (not found(one_call(Window(back, span)), now, **values)) is fits


RULES = [
    (action, rule)
    for action in catalogue.all_actions()
    for rule in (*service_rules(action), *client_rules(action)[len(action.rules) :])
]


@each(("action", "rule"), RULES, named=lambda row: row[0].name)
def test_rules_name_only_parameters_of_their_action(action: Action, rule: Rule) -> None:
    names = {param.name for param in action.params}
    dates = {"StartTime": "2020-01-01", "EndTime": "2020-06-01"}
    dates |= dict.fromkeys(("EndCreateTime", "EndBounceTime"), "9000000")
    everything = dict.fromkeys(names, "1") | {name: value for name, value in dates.items() if name in names}
    each = [{name: everything[name]} for name in names]
    problems = [problem for values in ({}, everything, *each) for problem in rule(values, NOW)]
    assert problems
    for problem in problems:
        fields = {field for _, field, _, _ in Formatter().parse(problem.text) if field is not None}
        assert fields
        assert fields <= names
