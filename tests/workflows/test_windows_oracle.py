"""Joined statistics against SQL of our own over the sandbox's rows: fifty pasts, much mail at seconds from midnight."""

from __future__ import annotations

import itertools
import random
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from dmcli.api import catalogue
from dmcli.api.request import Keys, Target
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.sandbox.emulator import Sandbox
from dmcli.secret import Secret
from dmcli.workflows.windows import rows

# After the clocks went forward in Berlin, after they went back, the end of February in a leap year, and of a year.
TIMES = ("2026-03-29T03:00", "2026-11-01T15:59", "2028-03-01T16:00", "2027-01-01T00:30")
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
MESSAGE = "INSERT INTO message VALUES (?, 'r', '', '', '', 's', ?, '', '', '', '', 1, '', '')"
MAIL = """
INSERT INTO mail (id, message, kind, sender, recipient, bcc, tag, status, reason, class, created, settled)
VALUES (?, ?, ?, 'noreply@sandbox.test', ?, 0, 't', ?, '', '', ?, ?)
"""
FIGURES = {
    "SenderStatisticsByTagNameAndBatchID": "requestCount successCount faildCount unavailableCount",
    "GetTrackList": "TotalNumber RcptOpenCount RcptUniqueOpenCount RcptClickCount RcptUniqueClickCount",
}


@pytest.fixture(params=["UTC", "Europe/Berlin", "America/Los_Angeles"])
def zone(request, monkeypatch):
    """The zone of this machine, which counts for nothing here."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


class World:
    """A sandbox whose past is made up, and a client of it."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.sandbox = Sandbox(":memory:", now=lambda: self.now)
        nonces = map(str, itertools.count())
        keys = Keys("dm-sandbox-id", Secret("dm-sandbox-secret"))
        target = Target("http://sandbox.local", "cn-hangzhou")
        retrier = Retrier(now=lambda: self.now)
        self.client = Client(self.sandbox.exchange, lambda **_: keys, target, retrier, lambda: next(nonces))

    def fill(self, chance: random.Random) -> None:
        """Two hundred mails of the last hundred days, at any time or within two seconds of a midnight in China."""
        end = int(self.now.timestamp())
        with self.sandbox.store.transaction() as db:
            for table in ("event", "mail", "message"):
                db.execute(f"DELETE FROM {table}")
            for number in (1, 2):
                db.execute(MESSAGE, (number, number - 1))
            for number in range(200):
                at = end - chance.randrange(100 * 86400)
                if chance.random() < 0.6:
                    at = min((at + 8 * 3600) // 86400 * 86400 - 8 * 3600 + chance.randint(-2, 2), end)
                status = chance.choice((0, 0, 0, 2, 3, 4))
                settled = at + chance.choice((0, 0, 60, 7200))
                kind = chance.choice(("mail", "mail", "test"))
                who = f"u{number}@b.test"
                db.execute(MAIL, (number + 1, chance.randint(1, 2), kind, who, status, at, settled))
                for _ in range(chance.randrange(3)):
                    kind = chance.choice(("open", "open", "click"))
                    db.execute("INSERT INTO event (mail, kind, at) VALUES (?, ?, ?)", (number + 1, kind, at))

    def asked(self, sql: str, since: str, until: str) -> list[tuple[object, ...]]:
        values = {"since": since, "until": until, "now": int(self.now.timestamp())}
        with self.sandbox.store.transaction() as db:
            return [tuple(row) for row in db.execute(sql, values)]

    def told(self, name: str, since: str, until: str, figures: str) -> list[tuple[object, ...]]:
        found = rows(self.client, catalogue.get(name), {"StartTime": since, "EndTime": until}, self.now)
        return [(row["CreateTime"], *(int(row[one]) for one in figures.split())) for row in found]


@pytest.mark.usefixtures("zone")
def test_fifty_pasts_are_counted_to_the_last_mail():
    world = World()
    with closing(world.sandbox):
        for seed in range(50):
            chance = random.Random(seed)  # noqa: S311  the same each time
            world.now = datetime.fromisoformat(chance.choice(TIMES)).replace(tzinfo=UTC) + timedelta(
                seconds=chance.randint(-60, 60)
            )
            world.fill(chance)
            today = (world.now + timedelta(hours=8)).date()
            for name, sql, most in (
                ("SenderStatisticsByTagNameAndBatchID", TOTALS, 90),
                ("GetTrackList", TRACKING, 30),
            ):
                back = chance.randint(0, most + 5)
                since, until = (f"{today - timedelta(days=one)}" for one in (back, chance.randint(0, min(back, most))))
                kept = max(since, f"{today - timedelta(days=most)}")
                assert world.told(name, since, until, FIGURES[name]) == world.asked(sql, kept, until), (
                    seed,
                    since,
                    until,
                )
            since = f"{today - timedelta(days=chance.randint(0, 40))}"
            asked = {"StartTime": f"{since} 00:00", "EndTime": f"{today} 23:59"}
            found = rows(world.client, catalogue.get("SenderStatisticsDetailByParam"), asked, world.now)
            kept = max(since, f"{today - timedelta(days=30)}")
            assert [(row["ToAddress"],) for row in found] == world.asked(DETAILS, kept, f"{today}"), (seed, since)
