"""Joined statistics against SQL of our own over the sandbox's rows: fifty pasts, much mail at seconds from midnight."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta

import pytest
from worlds import ZONES, World, world_of

from dmcli.api import catalogue
from dmcli.workflows.windows import rows

TOTALS = """
SELECT date(created, 'unixepoch', '+8 hours') AS day, count(*),
  count(CASE WHEN settled <= :now AND status = 0 THEN 1 END),
  count(CASE WHEN settled <= :now AND status IN (3, 4) THEN 1 END),
  count(CASE WHEN settled <= :now AND status = 2 THEN 1 END)
FROM mail WHERE kind = 'mail' AND day BETWEEN :since AND :until GROUP BY day ORDER BY day
"""
TRACKING = """
SELECT date(mail.created, 'unixepoch', '+8 hours') AS day, count(DISTINCT mail.id),
  count(CASE WHEN event.kind = 'open' THEN 1 END), count(DISTINCT CASE WHEN event.kind = 'open' THEN mail.id END),
  count(CASE WHEN event.kind = 'click' THEN 1 END), count(DISTINCT CASE WHEN event.kind = 'click' THEN mail.id END)
FROM mail JOIN message ON message.id = mail.message LEFT JOIN event ON event.mail = mail.id
WHERE message.track = 1 AND mail.kind = 'mail' AND day BETWEEN :since AND :until GROUP BY day ORDER BY day
"""
DETAILS = """
SELECT recipient FROM mail
WHERE kind = 'mail' AND settled <= :now AND date(created, 'unixepoch', '+8 hours') BETWEEN :since AND :until
ORDER BY created DESC, id DESC
"""
FIGURES = {
    "SenderStatisticsByTagNameAndBatchID": "requestCount successCount faildCount unavailableCount",
    "GetTrackList": "TotalNumber RcptOpenCount RcptUniqueOpenCount RcptClickCount RcptUniqueClickCount",
}


@pytest.fixture(params=ZONES)
def zone(request, monkeypatch):
    """The zone of this machine, which counts for nothing here."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


def told(world: World, name: str, since: str, until: str, figures: str) -> list[tuple[object, ...]]:
    found = rows(world.client, catalogue.get(name), {"StartTime": since, "EndTime": until}, world.now)
    return [(row["CreateTime"], *(int(row[one]) for one in figures.split())) for row in found]


@pytest.mark.usefixtures("zone")
def test_fifty_pasts_are_counted_to_the_last_mail():
    world = World()
    with closing(world.sandbox):
        for seed in range(50):
            chance = world_of(seed, world)
            today = (world.now + timedelta(hours=8)).date()
            for name, sql, most in (
                ("SenderStatisticsByTagNameAndBatchID", TOTALS, 90),
                ("GetTrackList", TRACKING, 30),
            ):
                back = chance.randint(0, most + 5)
                since, until = (f"{today - timedelta(days=one)}" for one in (back, chance.randint(0, min(back, most))))
                kept = max(since, f"{today - timedelta(days=most)}")
                assert told(world, name, since, until, FIGURES[name]) == world.asked(sql, kept, until), (
                    seed,
                    since,
                    until,
                )
            since = f"{today - timedelta(days=chance.randint(0, 40))}"
            asked = {"StartTime": f"{since} 00:00", "EndTime": f"{today} 23:59"}
            found = rows(world.client, catalogue.get("SenderStatisticsDetailByParam"), asked, world.now)
            kept = max(since, f"{today - timedelta(days=30)}")
            assert [(row["ToAddress"],) for row in found] == world.asked(DETAILS, kept, f"{today}"), (seed, since)
