"""Times as people type them: what is printed can be typed, and today is that of the service that is called."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest

from dmcli.api.wire import Reply
from dmcli.sandbox.server.server import Server

SEND = "send single --from noreply@sandbox.test --to {} --subject s --text t --html x --track --tag welcome"
THERE = timedelta(hours=8)  # what the service's calendar is ahead by


def column(result, name):
    """What a column of a result has, tab-separated or csv."""
    delimiter = "\t" if "\t" in result.out.splitlines()[0] else ","
    return [row[name] for row in csv.DictReader(io.StringIO(result.out), delimiter=delimiter)]


@pytest.mark.usefixtures("shanghai")
@pytest.mark.parametrize("fmt", ["", " -o csv"])
@pytest.mark.parametrize(
    ("line", "time", "who"),
    [
        ("stats details", "UtcLastUpdateTime", "ToAddress"),
        ("stats details", "LastUpdateTime", "ToAddress"),
        ("stats invalid", "UtcLastUpdateTime", "ToAddress"),
        ("suppression blocked --type unsubscribe", "BlockTime", "BlockEmail"),
    ],
)
def test_a_time_that_is_printed_can_be_typed(box, line, time, who, fmt):
    box(SEND, "invalid@b.test,a@example.com")
    box("sandbox play unsubscribe --mail 2")
    listed = box(line + fmt)
    assert column(listed, who)
    for person, moment in zip(column(listed, who), column(listed, time), strict=True):
        assert person in column(box(f"{line} --since {{}} --until {{}}", moment, moment), who)


def test_a_time_with_an_offset_is_that_moment_and_one_without_is_the_service_s(dm):
    dm(SEND, "a@example.com")
    (printed,) = column(dm("stats details"), "UtcLastUpdateTime")
    moment = datetime.fromisoformat(printed.replace(" +", "+"))
    after, before = moment + timedelta(minutes=1), moment - timedelta(minutes=1)
    found = "stats details --since {} --until {} --query rows[].ToAddress"
    for text in ("{:%Y-%m-%d %H:%M}Z", "{:%Y-%m-%dT%H:%M:%S+00:00}"):
        assert dm(found, text.format(before), text.format(after)).out == "a@example.com\n"
        assert dm(found, text.format(after), text.format(after)).out == ""
    bare = "{:%Y-%m-%d %H:%M}"
    assert dm(found, bare.format(before + THERE), bare.format(after + THERE)).out == "a@example.com\n"
    assert dm(found, bare.format(before), bare.format(after)).out == ""


def test_a_time_where_days_count_is_its_day_and_said(dm):
    now = datetime.now(UTC)
    day = f"{now + THERE:%Y-%m-%d}"
    dm(SEND, "a@example.com")
    found = dm("stats totals --since {}", now.isoformat(" ", "minutes"))
    assert day in column(found, "CreateTime")
    assert found.err == f"warning: --since: only whole days count here: {day}, by the service's calendar (UTC+8)\n"


def test_what_is_no_time_is_told_with_examples(dm):
    refused = dm("stats details --since 9:30", code=2).err
    assert (
        "'9:30' is not a time such as '2026-01-31 09:30' (UTC+8), 2026-01-31T01:30Z or 2h, or a day such as" in refused
    )


@pytest.mark.parametrize("days", [9, 40, -3])
def test_today_is_the_sandbox_s(dm, sandbox, days):
    dm("sandbox clock set {}", f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d} 04:00 +00:00")
    dm(SEND, "a@example.com")
    there = f"{sandbox.now():%Y-%m-%d}"
    for line in ("stats totals", "stats totals --since today", "stats totals --since yesterday", "stats tracking"):
        assert column(dm(line), "CreateTime") == [there], line
    assert column(dm("stats details --since today"), "ToAddress") == ["a@example.com"]
    assert dm("stats totals --since 2d --until yesterday").err == "nothing found\n"


def test_a_window_is_counted_back_from_the_sandbox_s_today(dm):
    dm("sandbox clock advance 200d")
    past = f"{datetime.now(UTC):%Y-%m-%d}"
    refused = dm("stats totals --since {} --until {}", past, past, code=2)
    assert "is too long ago, the service answers for the last 90 days: give " in refused.err
    assert ": shown from " in dm("stats totals --since {}", past).err


@pytest.mark.parametrize("told", [b"", b"no", b"[]", b'{"now": 1}', b'{"now": "9999-12-31T23:00:00+00:00"}'])
def test_an_endpoint_that_does_not_tell_the_time_leaves_that_of_this_machine(sandbox, bare, told):
    def exchange(request):
        return Reply(200, {}, told) if request.method == "GET" else sandbox.exchange(request)

    with Server(exchange) as server:
        line = "-p sandbox --endpoint {} stats totals --since today"
        assert bare(line, server.url).err == "nothing found\n"


@pytest.mark.parametrize("text", ["2027-01-31 09:30 +08:00", "2027-01-31T01:30Z", "2027-01-31T01:30:00+00:00"])
def test_the_clock_can_be_set_to_what_is_printed(box, text):
    assert box("sandbox clock set {} -o json", text).json["now"].startswith("2027-01-31T01:30:")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York", "Asia/Kathmandu"])
def test_a_time_of_a_table_can_be_typed_and_means_the_same(box, zone):
    box("send single --to ada@example.com --subject s --text t")
    box("sandbox clock advance 1h")
    shown = box("stats details --tz {}", zone, tty=True).out.splitlines()
    cell = re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d( [+-]\d\d:\d\d)?", shown[2])[0]
    assert ("+08:00" in shown[0]) == (zone == "Asia/Shanghai")
    assert len(box("stats details --since {} --until {} -o json", cell, cell).json["data"]["mailDetail"]) == 1
