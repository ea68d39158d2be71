"""How a list is arranged: its columns, its order, its sums, the zone of its times, and the mark before csv."""

from __future__ import annotations

import csv
import io
import weakref
from datetime import UTC, datetime
from operator import attrgetter

import pytest

from dmcli.api import catalogue
from dmcli.api.paging import Page
from dmcli.cli import listing
from dmcli.cli.session import Session

SEND = "send single --from noreply@sandbox.test --to {} --subject s --text t --html x --track --tag welcome"


@pytest.fixture
def week(box):
    """Two days of mail: three, and two, of which one is invalid each."""
    box("sandbox clock set '2026-03-28 12:00 +08:00'")
    box(SEND, "a@example.com,b@example.com,invalid@b.test")
    box("sandbox play open --mail 1")
    box("sandbox clock advance 1d")
    box(SEND, "C@example.com,invalid@c.test")
    return box


def test_columns_are_chosen_by_name_or_title(week):
    chosen = week("stats totals --columns requestcount,Day,'delivered %'").out
    assert chosen.splitlines()[0] == "requestCount\tCreateTime\tsucceededPercent"
    table = week("stats details --columns TagName,Outcome -o table").out.splitlines()
    assert table[0].split() == ["TagName", "Outcome"]
    refused = week("stats totals --columns Day,nonsense", code=2).err
    assert "there is no column 'nonsense'; there are CreateTime, requestCount, " in refused
    assert "--query" in week("stats totals --columns Day -o json", code=2).err


@pytest.mark.parametrize("fmt", ["", " -o csv", " -o json --query 'rows[].ToAddress'", " -o ndjson"])
def test_rows_are_sorted_before_they_are_cut(week, fmt):
    def order(line):
        text = week(line + fmt).out
        return sorted(("a@", "b@", "C@", "invalid@b", "invalid@c"), key=lambda who: (text + who).index(who))

    assert order("stats details --sort ToAddress") == ["a@", "b@", "C@", "invalid@b", "invalid@c"]
    assert order("stats details --sort to:desc") == ["invalid@c", "invalid@b", "C@", "b@", "a@"]
    last = week(f"stats details --sort to:desc --limit 1{fmt}")
    assert "invalid@c.test" in last.out
    assert "a@example.com" not in last.out
    assert "showing the first 1 row" in last.err
    assert "there is no column 'x'" in week("stats details --sort x", code=2).err
    assert "there is no column '-to'" in week("stats details --sort=-to", code=2).err


def test_numbers_are_sorted_as_numbers(box):
    for number in (9, 10, 11):
        box("tag create t{}", number)
    assert box("tag list --sort TagId:desc --columns TagId").out.split()[1:] == ["4", "3", "2", "1"]
    box("receiver create many")
    box("receiver add many {}", [f"u{number}@example.com" for number in range(12)])
    counts = box("receiver list --sort count:desc --columns count").out.split()[1:]
    assert counts == sorted(counts, key=int, reverse=True)


def test_people_see_the_sum_and_programs_do_not(week):
    line = "stats totals --since 2026-03-01"
    *_, total = week(f"{line} -o table").out.splitlines()
    assert total.split() == ["Sum", "5", "3", "60.00%", "0", "0", "2", "40.00%"]
    *_, total = week("stats tracking --since 2026-03-22 -o table").out.splitlines()
    assert total.split()[:5] == ["Sum", "5", "1", "1", "20.00%"]
    for fmt in ("csv", "json", "ndjson"):
        assert "Sum" not in week(f"{line} -o {fmt}").out
    assert "Sum" not in week(line).out
    assert "Sum" not in week("stats totals --since today -o table").out  # one row is its own sum


def times(text):
    return [row["UtcLastUpdateTime"] for row in csv.DictReader(io.StringIO(text))]


def test_times_are_in_the_zone_that_is_asked_for_and_mean_the_same(week):
    moments = {
        zone: [datetime.fromisoformat(text) for text in times(week(f"stats details -o csv --tz {zone}").out)]
        for zone in ("local", "service", "UTC", "Europe/Berlin")
    }
    assert [f"{one:%Y-%m-%d %H:%M %z}" for one in moments["Europe/Berlin"][::2]] == [
        "2026-03-29 06:00 +0200",  # that night its clocks went forward
        "2026-03-28 05:00 +0100",
        "2026-03-28 05:00 +0100",
    ]
    assert {one.utcoffset().total_seconds() for one in moments["service"]} == {8 * 3600}
    assert len({tuple(one.astimezone(UTC) for one in found) for found in moments.values()}) == 1
    assert "Time +08:00" in week("stats details --tz service -o table").out
    berlin = week("stats details --tz Europe/Berlin").out
    assert "2026-03-29 06:00 +02:00" in berlin
    assert "2026-03-28 05:00 +01:00" in berlin
    pasted = week("stats details --since {} --until {} --tz Europe/Berlin", *["2026-03-29 06:00 +02:00"] * 2)
    assert pasted.out.count("2026-03-29 06:00 +02:00") == 4  # two rows, two columns
    for name in ("Mars", "../etc", "", "/"):
        said = week("tag list --tz {}", name or " ", code=2).err
        assert "is no time zone: give local, service, or a name such as Europe/Berlin" in said


def test_hours_back_are_counted_to_the_minute(week):
    assert "C@example.com" in week("stats details --since 1h").out
    week("sandbox clock advance 3h")
    assert week("stats details --since 2h").out.count("\n") <= 1
    assert "C@example.com" in week("stats details --since 4H --until 2h").out
    assert "2026-03-29" in week("stats totals --since 4h").out


def test_csv_may_begin_with_the_mark_of_spreadsheets(week):
    assert week("tag list -o csv --bom").out.startswith("\ufeffTagName,")
    assert week("tag list -o csv --bom --query 'rows[].TagName'").out == "\ufeffwelcome\n"
    assert week("account show -o csv --bom").out.count("\ufeff") == 1
    for fmt in ("", "-o json", "-o table", "-o ndjson"):
        assert "\ufeff" not in week(f"tag list --bom {fmt}").out


def test_a_filter_that_names_nothing_in_the_history_is_told(week):
    week("stats sync")
    for what in ("details", "totals", "tracking"):
        refused = week(f"stats {what} --from-history --from nobody@sandbox.test --since 9d", code=10).err
        assert "no sender address named 'nobody@sandbox.test'" in refused
    assert week("stats details --from-history --from NOREPLY@sandbox.test --since today --until today").code == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("stats details --from nwes@sandbox.test", "no sender address named 'nwes@sandbox.test'; did you mean news@"),
        ("stats details --tag nope", "no tag named 'nope'"),
        ("stats totals --tag nope", "no tag named 'nope'"),
        ("suppression blocked --type complaint --from no@x.test", "no sender address named 'no@x.test'"),
    ],
)
def test_where_nothing_is_found_a_filter_that_names_nothing_is_told(week, line, said):
    refused = week(line, code=10).err
    assert said in refused
    assert "nothing found" not in refused


def test_where_nothing_is_found_and_the_filter_names_something_that_is_all(week):
    for line in (
        "stats details --from NEWS@sandbox.test",
        "suppression blocked --type complaint --from news@sandbox.test",
    ):
        assert week(line).err == "nothing found\n"
    week("sandbox fault add error Forbidden.RAM --action QueryMailAddressByParam")
    assert week("stats details --from no@sandbox.test").err == "nothing found\n"


@pytest.mark.parametrize("spoken", [False, True])
def test_one_page_is_held_at_a_time(spoken, monkeypatch):
    """Under a limit, and while its progress is told, by a bar or aloud."""
    monkeypatch.setattr(listing, "_SHORT", 0.0)
    current = Session()
    monkeypatch.setattr(current.voice, "redraws", lambda: not spoken)
    monkeypatch.setattr(current.voice, "speaks", lambda: spoken)
    held = []

    class Rows(list):
        """One can tell when it is gone."""

    def pages():
        for number in range(4):
            assert not [ref for ref in held if ref() is not None], number
            rows = Rows({"n": n} for n in range(10))
            held.append(weakref.ref(rows))
            page = Page({"TotalCount": 40}, rows, "data")
            yield page
            del page, rows

    action = catalogue.get("QueryInvalidAddress")
    limited = listing.Limiter().limit_pages(listing._with_progress(current, pages(), action, 100), 100)
    assert sum(map(len, map(attrgetter("rows"), limited))) == 40
