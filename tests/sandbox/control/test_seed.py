"""A made-up past: believable, the same each time, and in every figure what real sends would have left."""

from __future__ import annotations

import itertools
import sqlite3

import pytest
from cloud import Cloud

from dmcli.errors import InputError
from dmcli.sandbox.control.events import play
from dmcli.sandbox.control.seed import add_past, numbers_of

_DAY = "date(created + 28800, 'unixepoch')"
_TABLES = ("mail", "message", "event", "invalid", "task", "used", "address", "tag", "template", "receiver", "member")


def _everything(cloud):
    """All rows but those that a new account is made with, whose ids and times are not the past's."""
    rows = {table: cloud.sql(f"SELECT * FROM {table}") for table in _TABLES}
    new = {"customers", "welcome", "newsletter", "ada@example.com", "li@example.com", "sam@example.com"}
    new |= {"noreply@sandbox.test", "news@sandbox.test"}
    return {table: [row[1:] for row in found if not new & {*row}] for table, found in rows.items()}


def _add(days, mails, seed, times=1):
    cloud = Cloud()
    for _ in range(times):
        add_past(cloud.sandbox, days, mails, seed)
    return cloud


@pytest.mark.parametrize("seed", range(5))
def test_statistics_of_a_past_are_those_of_its_mail(seed):
    cloud = _add(45, 900, seed, times=2)
    window = {"StartTime": "2026-02-14", "EndTime": "2026-03-15"}
    totals = cloud.ok("SenderStatisticsByTagNameAndBatchID", **window)["data"]["stat"]
    truth = cloud.sql(
        f"SELECT {_DAY}, count(*), count(*) FILTER (WHERE status = 0), count(*) FILTER (WHERE status IN (3, 4)), "
        f"count(*) FILTER (WHERE status = 2) FROM mail WHERE {_DAY} >= '2026-02-14' GROUP BY 1 ORDER BY 1"
    )
    figures = ("requestCount", "successCount", "faildCount", "unavailableCount")
    assert [(row["CreateTime"], *(int(row[name]) for name in figures)) for row in totals] == truth
    assert len(truth) == 29  # each day of the end of a month and the middle of the next; none of today
    weeks = [{"StartTime": "2026-03-01", "EndTime": "2026-03-07"}, {"StartTime": "2026-03-08", "EndTime": "2026-03-14"}]
    tracks = [row for week in weeks for row in cloud.ok("GetTrackList", **week)["data"]["stat"]]
    opens = cloud.sql(
        f"SELECT {_DAY}, count(DISTINCT mail.id), count(*) FILTER (WHERE event.kind = 'open'), "
        "count(DISTINCT mail.id) FILTER (WHERE event.kind = 'open'), count(*) FILTER (WHERE event.kind = 'click') "
        "FROM mail JOIN message ON message.id = message LEFT JOIN event ON event.mail = mail.id "
        f"WHERE track AND {_DAY} >= '2026-03-01' GROUP BY 1 ORDER BY 1"
    )
    figures = ("TotalNumber", "RcptOpenCount", "RcptUniqueOpenCount", "RcptClickCount")
    assert [(row["CreateTime"], *(int(row[name]) for name in figures)) for row in tracks] == opens
    assert sum(row[2] for row in opens) > 100
    assert cloud.sql("SELECT sum(mails) FROM used") == [(1800,)]
    cloud.sandbox.close()


def test_the_same_numbers_make_the_same_past_on_the_same_day():
    clouds = [_add(30, 1000, seed) for seed in (7, 7, 8)]
    later = Cloud()
    later.pass_time(hours=11)  # still the same day
    add_past(later.sandbox, 30, 1000, 7)
    first, again, other, evening = (_everything(cloud) for cloud in (*clouds, later))
    assert first == again == evening
    assert first["mail"] != other["mail"]
    for cloud in (*clouds, later):
        cloud.sandbox.close()


def test_a_past_is_believable():
    cloud = _add(60, 6000, 7)
    by_weekday = dict(cloud.sql("SELECT strftime('%w', created + 28800, 'unixepoch'), count(*) FROM mail GROUP BY 1"))
    assert by_weekday["0"] < by_weekday["1"] < by_weekday["2"]  # Sunday, Monday, the day of the newsletter
    by_hour = dict(
        cloud.sql("SELECT (created + 28800) / 3600 % 24, count(*) FROM mail WHERE variables IS NULL GROUP BY 1")
    )
    assert by_hour[3] < by_hour[10] / 5
    providers = dict(cloud.sql("SELECT substr(recipient, instr(recipient, '@') + 1), count(*) FROM mail GROUP BY 1"))
    assert {"gmail.com", "qq.com", "163.com", "outlook.com", "acme.example"} <= set(providers)
    kinds = {kind for (kind,) in cloud.sql("SELECT DISTINCT class FROM mail")}
    assert kinds == {"", "SmtpNxBox", "SmtpMboxFull", "SmtpSpam", "SmtpTimeout"}
    ages = dict(
        cloud.sql("SELECT (at - created) / 86400, count(*) FROM event JOIN mail ON mail.id = event.mail GROUP BY 1")
    )
    assert ages[0] > 2 * ages[1] > 4 * ages[3] > 0
    assert not cloud.sql("SELECT * FROM event JOIN mail ON mail.id = event.mail WHERE at <= created OR status")
    cloud.sandbox.close()


def test_what_real_sends_cannot_leave_is_not_there():
    cloud = _add(60, 2500, 3, times=2)
    last = "2026-03-14"
    assert cloud.sql(f"SELECT min({_DAY}), max({_DAY}) FROM mail") == [("2026-01-14", last)]
    # The service refuses single mail to an address that it has found invalid.
    late = "SELECT * FROM mail JOIN invalid ON address = recipient WHERE variables IS NULL AND created > at"
    assert not cloud.sql(late)
    assert cloud.sql("SELECT address FROM invalid ORDER BY 1") == cloud.sql(
        "SELECT DISTINCT recipient FROM mail WHERE status = 2 ORDER BY 1"
    )
    dates = [row["UtcLastUpdateTime"] for row in cloud.ok("QueryInvalidAddress", Length="100")["data"]["mailDetail"]]
    assert dates == sorted(dates, reverse=True)
    assert cloud.sql("SELECT sum(count) FROM task") == cloud.sql("SELECT count(variables) FROM mail")
    assert not cloud.sql("SELECT * FROM mail WHERE sender NOT IN (SELECT name FROM address)")
    assert not cloud.sql("SELECT * FROM mail WHERE tag NOT IN (SELECT name FROM tag)")
    assert not cloud.sql("SELECT * FROM task WHERE receivers NOT IN (SELECT name FROM receiver)")
    assert not cloud.sql("SELECT * FROM task WHERE template NOT IN (SELECT name FROM template)")
    cloud.sandbox.close()


def test_what_was_there_stays_and_comes_before(cloud):
    cloud.send("invalid@example.com")
    first = cloud.mails()
    play(cloud.sandbox, "bounce", cloud.mails(to="invalid@example.com")[0]["id"])
    bounced = cloud.sql("SELECT address, at FROM invalid")
    add_past(cloud.sandbox, 10, 500, 1)
    assert cloud.sql("SELECT count(*), count(DISTINCT message) > 100 FROM mail") == [(501, 1)]
    assert cloud.mails(to="invalid@example.com")[0]["env_id"] == first[0]["env_id"]
    newest = cloud.ok("QueryInvalidAddress")["data"]["mailDetail"][0]
    assert [(newest["ToAddress"], newest["UtcLastUpdateTime"])] == bounced
    cloud.send("after@example.com")
    assert cloud.mails()[0]["id"] == 502


def test_the_quota_holds_what_was_sent(cloud):
    add_past(cloud.sandbox, 3, 7000, 1)
    ((busiest, month),) = cloud.sql("SELECT max(mails), sum(mails) FROM used")
    ((daily, monthly),) = cloud.sql(
        "SELECT (SELECT value FROM setting WHERE name = 'daily'), (SELECT value FROM setting WHERE name = 'monthly')"
    )
    assert busiest <= daily
    assert month <= monthly == 30 * daily
    cloud.send()  # and there is some left for today
    small = _add(30, 300, 1)
    assert small.sql("SELECT value FROM setting WHERE name = 'daily'") == [(2000,)]
    small.sandbox.close()


def test_a_large_campaign_goes_to_several_lists(cloud):
    cloud.pass_time(days=3)  # to a Wednesday, after the day of the newsletter
    add_past(cloud.sandbox, 1, 18_000, 1)
    lists = dict(cloud.sql("SELECT name, count(*) FROM receiver JOIN member ON receiver = receiver.id GROUP BY 1"))
    assert lists["subscribers"] == 10_000
    assert 0 < lists["subscribers-2"] <= 10_000
    assert cloud.sql("SELECT max(count) FROM task") == [(10_000,)]
    assert cloud.sql("SELECT count(*) FROM mail") == [(18_000,)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"days": 0, "mails": 1}, "days 0 is not possible; give a number from 1 to 3,660"),
        ({"days": 1, "mails": -1}, "mails -1 is not possible; give a number from 1 to 5,000,000"),
        ({"days": 1, "mails": 10**30}, "is not possible"),
        ({"days": 1, "mails": "many"}, "mails 'many' is not possible"),
        ({"days": True, "mails": 1}, "days True is not possible"),
        ({"days": 1, "mails": 1, "seed": -1}, "seed -1 is not possible"),
        ({"days": 1}, "give days and mails"),
        ({"days": 1, "mails": 1, "hours": 1}, "give days and mails"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(given, said):
    with pytest.raises(InputError, match=said):
        numbers_of(given)


def test_every_day_has_its_mail_however_few(cloud):
    for days, mails in itertools.product((1, 2, 400), (1, 2, 50)):
        assert add_past(cloud.sandbox, days, mails).mails == mails
    assert cloud.sql("SELECT count(*) FROM mail") == [(3 * (1 + 2 + 50),)]


def test_the_command_adds_and_reset_takes_away(box, tmp_path):
    added = box("sandbox seed --days 20 --mails 3000 --seed 7 -o json").json
    seen = box("sandbox seed --days 20 --mails 100 --seed 8", tty=True).out
    assert "Mails" in seen
    with sqlite3.connect(tmp_path / "sandbox.db") as state:
        assert state.execute("SELECT count(*) FROM mail").fetchone() == (3100,)
        (truth,) = state.execute(
            f"SELECT count(*) FROM mail WHERE {_DAY} BETWEEN ? AND ?", (added["since"], added["until"])
        ).fetchone()
    state.close()
    rows = box("stats totals --since 21d -o json --query 'rows[].requestCount'").json
    assert sum(map(int, rows)) == truth == 3100
    assert box("sandbox seed --mails 0", code=2).err == (
        "dm: mails 0 is not possible; give a number from 1 to 5,000,000\n"
    )
    box("sandbox reset --yes")
    assert box("sandbox mail list -o json").json["mails"] == []
    assert box("stats totals -o json").json["data"]["stat"] == []
    assert box("receiver list -o json --query 'rows[].ReceiversName'").json == ["customers"]
