"""History, totals and reports against SQL of our own over the sandbox's rows: fifty pasts, three zones."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta

from worlds import ZONES, World, world_of

from dmcli.api import catalogue
from dmcli.api.paging import Page
from dmcli.workflows.history.reader import HistoryReader
from dmcli.workflows.history.store import History
from dmcli.workflows.history.sync import sync
from dmcli.workflows.report import report
from dmcli.workflows.spam import Apart
from dmcli.workflows.windows import rows

DAY = "date(mail.created, 'unixepoch', '+8 hours')"
MAILS = f"FROM mail WHERE kind = 'mail' AND settled <= :now AND {DAY} BETWEEN :since AND :until"
OUTCOMES = "sum(status = 0), sum(status = 4), sum(status = 3), sum(status = 2)"
LOOKS = f"""
SELECT {DAY} AS day, count(DISTINCT mail.id), count(CASE WHEN event.kind = 'open' THEN 1 END),
  count(DISTINCT CASE WHEN event.kind = 'open' THEN mail.id END), count(CASE WHEN event.kind = 'click' THEN 1 END),
  count(DISTINCT CASE WHEN event.kind = 'click' THEN mail.id END)
FROM mail JOIN message ON message.id = mail.message LEFT JOIN event ON event.mail = mail.id
WHERE message.track = 1 AND mail.kind = 'mail' AND day BETWEEN :since AND :until GROUP BY day ORDER BY day
"""
TOTALS = catalogue.get("SenderStatisticsByTagNameAndBatchID")
DETAILS = catalogue.get("SenderStatisticsDetailByParam")
TRACKS = catalogue.get("GetTrackList")
INVALID = catalogue.get("QueryInvalidAddress")


def outcomes(world, reader, since, until, **more):
    """Of each day: delivered, failed, spam, invalid; by the totals, from wherever they are read."""
    asked = {"StartTime": since, "EndTime": until, **more}
    live = reader is world.client
    found = rows(world.client, TOTALS, asked, world.now) if live else reader.rows(TOTALS, asked)
    (page,) = Apart(world.client, asked, world.now, time.monotonic, time.sleep).pages([Page({}, list(found), "")])
    names = ("successCount", "failed", "spam", "unavailableCount")
    shown = [(row["CreateTime"], *(int(row[name]) for name in names)) for row in page.rows]
    return [row for row in shown if any(row[1:])]


def by_name(found):
    return sorted(
        (one["name"], one["delivered"], one["failed"], one["spam"], one["invalid"])
        for one in found
        if any(one[name] for name in ("delivered", "failed", "invalid"))
    )


def check_report(world, since, until, figures=None, reader=None):
    """Each figure of a report against SQL."""

    def read(action, params):
        if reader and action.kept:
            return reader.rows(action, params)
        return rows(world.client, action, params, world.now)

    found = report(world.client, read, since, until, "", figures)
    days = [(day["day"], day["delivered"], day["failed"], day["invalid"]) for day in found["days"]]
    sql = f"SELECT {DAY} AS day, sum(status = 0), sum(status IN (3, 4)), sum(status = 2) {MAILS} GROUP BY 1 ORDER BY 1"
    assert [day for day in days if any(day[1:])] == world.asked(sql, since, until)
    every = (
        MAILS if figures else MAILS.replace("settled <= :now", ":now")
    )  # the history has those whose outcome is known
    ((requests,),) = world.asked(f"SELECT count(*) {every}", since, until)
    assert found["totals"]["requests"] == sum(day["requests"] for day in found["days"]) == requests
    names = ("tracked", "opens", "unique_opens", "clicks", "unique_clicks")
    looks = [(day["day"], *(day[name] for name in names)) for day in found["days"]]
    assert [day for day in looks if any(day[1:])] == world.asked(LOOKS, since, until)
    assert [found["totals"]["spam"] or None] == [
        one for (one,) in world.asked(f"SELECT nullif(sum(status = 3), 0) {MAILS}", since, until)
    ]
    kinds = f"SELECT status, reason, count(*) {MAILS} AND status != 0 GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 10"
    codes = {"invalid": 2, "spam": 3, "failed": 4}
    assert [(codes[one["outcome"]], one["message"], one["mails"]) for one in found["failures"]] == world.asked(
        kinds, since, until
    )
    domain = "substr(recipient, instr(recipient, '@') + 1)"
    domains = (
        f"SELECT {domain}, count(*), sum(status = 2), sum(status = 3), sum(status = 4) {MAILS} AND status != 0 "
        "GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    assert [tuple(one.values()) for one in found["recipient_domains"]] == world.asked(domains, since, until)
    invalid = "FROM invalid WHERE date(at, 'unixepoch', '+8 hours') BETWEEN :since AND :until"
    ((count,),) = world.asked(f"SELECT count(*) {invalid} AND :now", since, until)
    assert found["invalid_addresses"]["count"] == count
    for key, column in (("senders", "sender"), ("tags", "tag")):
        sums = "sum(status = 0), sum(status IN (3, 4)), sum(status = 3), sum(status = 2)"
        sql = f"SELECT {column}, {sums} {MAILS} GROUP BY 1 ORDER BY 1"
        assert by_name(found[key]) == world.asked(sql, since, until), key


def test_fifty_pasts_are_kept_and_reported_to_the_last_mail(tmp_path, monkeypatch):
    world = World()
    with closing(world.sandbox), monkeypatch.context() as patch:
        for seed in range(50):
            patch.setenv("TZ", ZONES[seed % len(ZONES)])  # counts for nothing
            time.tzset()
            chance = world_of(seed, world)
            today = (world.now + timedelta(hours=8)).date()
            since, until = (f"{today - timedelta(days=one)}" for one in (chance.randint(0, 30), 0))
            sql = f"SELECT {DAY} AS day, {OUTCOMES} {MAILS} GROUP BY 1 ORDER BY 1"
            assert outcomes(world, world.client, since, until) == world.asked(sql, since, until), seed
            with closing(History(str(tmp_path / f"{seed}.db"))) as history:
                kept = history.claim("here", "me")
                assert all(read.rows >= 0 for read in sync(world.client, kept, world.now))
                reader = HistoryReader(kept)
                assert outcomes(world, reader, since, until) == world.asked(sql, since, until), seed
                asked = {"StartTime": f"{since} 00:00", "EndTime": f"{until} 23:59"}
                listed = f"SELECT recipient, status, sender, tag, reason {MAILS} ORDER BY created DESC, id DESC"
                names = ("ToAddress", "Status", "AccountName", "TagName", "Message")
                found = [tuple(row[name] for name in names) for row in reader.rows(DETAILS, asked)]
                assert found == world.asked(listed, since, until), seed
                check_report(world, since, until, reader.figures(since, until), reader)
                check_report(world, since, until)
    time.tzset()
