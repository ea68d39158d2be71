"""Statistics over more days than one call may ask for, from the command line over a sandbox of three months of mail."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from dmcli.sandbox.control.sources import set_year

SEND = "send single --from noreply@sandbox.test --to {} --subject s --text t --html x --track --tag welcome"
BACK = (75, 31, 30, 23, 22, 16, 15, 14, 8, 7, 0)  # days before today; most of them lie at a seam
STEPS = [before - after for before, after in pairwise(BACK)]


@pytest.fixture
def past(box, sandbox):
    """Three mails on each of those days, two of them opened; the days, the earliest first."""
    box("sandbox clock set '2026-12-01 12:00 +08:00'")
    for number, step in enumerate((0, *STEPS)):
        if step:
            box("sandbox clock advance {}d", step)
        box(SEND, [f"a{number}@example.com,b{number}@example.com,invalid@d{number}.example.com"])
        box("sandbox play open --mail latest")
    today = (sandbox.now() + timedelta(hours=8)).date()
    return [f"{today - timedelta(days=back)}" for back in BACK]


def rows(result):
    """The rows of tab-separated text."""
    head, *lines = [line.split("\t") for line in result.out.splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def days(result):
    return [row["CreateTime"] for row in rows(result)]


def test_a_range_of_any_length_is_joined_with_each_day_once(box, past, sandbox):
    totals = box("stats totals --since 90d")
    assert days(totals) == past
    assert {row["requestCount"] for row in rows(totals)} == {"3"}
    assert totals.err == ""
    assert days(box("stats totals --since {} --until {}", past[1], past[-2])) == past[1:-1]
    joined = box("stats totals --since 90d -o json").json
    assert (joined["TotalCount"], len(joined["data"]["stat"])) == (len(past), len(past))

    for line in ("stats tracking", "stats tracking --from noreply@sandbox.test --tag welcome"):
        opened = box(f"{line} --since 90d")
        assert days(opened) == past[2:], line
        assert {row["TotalNumber"] for row in rows(opened)} == {"3"}
        assert "--since 2026-11-16 is too long ago, the service answers for the last 30 days: shown from" in opened.err
        assert days(box(f"{line} --since 90d --limit 3")) == past[2:5]
    assert box("stats tracking --since 90d -o json").json["Total"] == len(past) - 2

    people = [row["ToAddress"] for row in rows(box("stats details --since 90d --all"))]
    assert len(people) == len(set(people)) == 3 * (len(past) - 2)
    assert f"{len(past) - 1}" in people[0]
    found = [row["ToAddress"] for row in rows(box("stats invalid --since 60d"))]
    assert found == [f"invalid@d{number}.example.com" for number in range(len(past) - 1, 1, -1)]

    set_year(sandbox, "2019")  # keeps 30 days, and gives 8 at once
    fewer = box("stats totals --since 90d")
    assert days(fewer) == past[2:]
    assert fewer.err == f"warning: the service keeps 30 days: nothing before {past[2]}\n"
    refused = box("stats totals --since 90d --until {}", past[1], code=1)
    assert "InvalidStartTime.Malformed" in refused.err


def test_a_range_that_holds_nothing_is_one_sentence(box, past):
    for line, said in {
        "--since 2099-01-01": "lies in the future: give today or earlier",
        "--since today --until yesterday": "--until lies before --since: swap them",
        f"--since 90d --until {past[0]}": f"--until {past[0]} is too long ago, the service answers for the last 30 "
        f"days: give {past[2]} or later",
    }.items():
        for command in ("details", "tracking", "invalid"):
            assert box(f"stats {command} {line}", code=2).err.count(said) == 1, (command, line)
    assert days(box("stats totals --since today --until 2199-01-01")) == past[-1:]
