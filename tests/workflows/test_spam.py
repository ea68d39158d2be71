"""`stats totals`: what was taken for spam stands apart from what failed, as SQL over the sandbox's rows has it."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest
from params import params_of

from dmcli.api.paging import Page
from dmcli.api.request import Keys, Target
from dmcli.api.wire import Reply
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.secret import Secret
from dmcli.workflows.spam import Apart

NIGHT = "2026-03-01T16:30:00Z"  # half past midnight of 2026-03-02 for the service
FIGURES = ("requestCount", "successCount", "failed", "spam", "unavailableCount")


@pytest.fixture
def past(box):
    box("sandbox clock set {}", NIGHT)
    box("sandbox seed --days 60 --mails 3000 --seed 7")
    return box


def truth(path, since, more="1"):
    """By day: requested, delivered, failed, spam, invalid."""
    sql = (
        "SELECT date(created + 28800, 'unixepoch') AS day, count(*), sum(status = 0), sum(status = 4), "
        f"sum(status = 3), sum(status = 2) FROM mail WHERE day >= '{since}' AND {more} GROUP BY 1 ORDER BY 1"
    )
    with closing(sqlite3.connect(path)) as db:
        return [tuple(map(str, row)) for row in db.execute(sql)]


def told(box, line):
    found = csv.DictReader(io.StringIO(box(f"stats totals {line} -o csv --csv-raw").out))
    return [(row["CreateTime"], *(row[name] for name in FIGURES)) for row in found]


def test_spam_is_apart_by_whatever_filter(past, tmp_path):
    path = tmp_path / "sandbox.db"
    with closing(sqlite3.connect(path)) as db:
        sql = "SELECT lower(sender), tag FROM mail WHERE tag != '' AND status = 3 GROUP BY 1, 2 ORDER BY count(*) DESC"
        sender, tag = db.execute(sql).fetchone()
    for typed, more in (
        ("", "1"),
        (f"--from {sender}", f"sender = '{sender}'"),
        (f"--tag {tag}", f"tag = '{tag}'"),
        (f"--from {sender.upper()} --tag {tag}", f"sender = '{sender}' AND tag = '{tag}'"),
        ("--domain sandbox.test", "sender LIKE '%@sandbox.test'"),
        (f"--domain sandbox.test --tag {tag}", f"tag = '{tag}'"),
    ):
        expected = truth(path, "2026-01-31", more)
        assert told(past, f"--since 2026-01-31 {typed}") == expected, typed
        assert sum(int(row[4]) for row in expected) > 0


def test_the_history_has_it_by_every_filter_and_of_all_days(past, tmp_path):
    past("stats sync")
    past("sandbox clock advance 40d")
    assert told(past, "--since 2026-01-31 --from-history") == truth(tmp_path / "sandbox.db", "2026-01-31")
    domain = "substr(recipient, instr(recipient, '@') + 1)"
    for esp, more in (
        ("gmail.com", f"{domain} = 'gmail.com'"),
        ("others", f"{domain} NOT IN ('gmail.com', 'yahoo.com', 'outlook.com', 'icloud.com')"),
    ):
        found = told(past, f"--since 2026-01-31 --esp {esp} --from-history")
        assert found == truth(tmp_path / "sandbox.db", "2026-01-31", more) != []


def test_where_it_is_not_known_that_is_said(past, tmp_path, terminal):
    run = past("stats totals --since 2026-01-20")
    rows = [line.split("\t") for line in run.out.splitlines()]
    at = {name: rows[0].index(name) for name in rows[0]}
    for row in rows[1:]:
        failed, spam, both = (row[at[name]] for name in ("failed", "spam", "faildCount"))
        if row[0] < "2026-01-31" and both != "0":
            assert (failed, spam) == (both, "in failed")
        else:
            assert int(failed) + int(spam) == int(both)
    unknown = sum(row[at["spam"]] == "in failed" for row in rows)
    assert f"spam is not apart from failed on {unknown} of the days: the service tells it from 2026-01-31 on" in run.err
    assert "--esp cannot be put to the details" in past("stats totals --esp gmail.com").err
    shown = terminal("-p sandbox stats totals --since 2026-01-20")[1]
    sums = next(line for line in shown.splitlines() if "Sum" in line)
    both = sum(int(row[at["faildCount"]]) for row in rows[1:])
    assert sums.split()[4:7] == [str(both), "in", "failed"]


def test_json_is_as_received_and_no_permission_is_no_failure(past):
    (row, *_) = past("stats totals -o json --query rows").json
    assert "spam" not in row
    past("sandbox fault add error Forbidden.RAM --action SenderStatisticsDetailByParam")
    run = past("stats totals --since 2026-02-01")
    assert "in failed" in run.out
    assert "spam is not apart from failed" in run.err


class Details:
    """Answers calls for details; all but the first of them by twos."""

    def __init__(self):
        self.days, self.lock, self.two = [], threading.Lock(), threading.Barrier(2, timeout=20)

    def __call__(self, request):
        with self.lock:
            self.days.append(params_of(request)["StartTime"])
            first = len(self.days) == 1
        if not first:
            self.two.wait()
        return Reply(200, {}, json.dumps({"RequestId": "r", "data": {"mailDetail": []}}).encode())


def test_days_are_counted_at_the_same_time_and_at_one_pace_after_one_that_finds_out_about_the_keys():
    service, now, pauses = Details(), datetime(2026, 3, 15, 4, tzinfo=UTC), []
    keys = Keys("testid", Secret("s"))
    retrier = Retrier(now=lambda: now, sleep=lambda _: None)
    client = Client(service, lambda **_: keys, Target("http://x", "cn-hangzhou"), retrier)
    rows = [{"CreateTime": f"2026-03-{day:02}", "faildCount": "2"} for day in range(1, 16)]
    apart = Apart(client, {}, now, clock=lambda: 0.0, pause=pauses.append)
    weeks = [Page({}, rows[:7], ""), Page({}, rows[7:], "")]
    assert [row["spam"] for page in apart.pages(weeks) for row in page.rows] == ["0"] * 15
    assert sorted(service.days) == [f"2026-03-{day:02} 00:00" for day in range(1, 16)]
    assert pauses == [1.0] * 5  # ten calls a second
