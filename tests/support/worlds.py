"""A sandbox whose past is made up: much mail at seconds from midnight in China, by month ends and changes of clocks."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta

from dmcli.api import catalogue
from dmcli.api.request import Keys, Target
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.sandbox.emulator import Sandbox
from dmcli.secret import Secret

# After the clocks went forward in Berlin, after they went back, the end of February in a leap year, and of a year.
TIMES = ("2026-03-29T03:00", "2026-11-01T15:59", "2028-03-01T16:00", "2027-01-01T00:30")
ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles")
SENDERS, TAGS = ("noreply@sandbox.test", "news@sandbox.test"), ("welcome", "receipt")
DOMAINS = ("a.test", "b.test", "gmail.com")
MESSAGE = "INSERT INTO message VALUES (?, 'r', '', '', '', 's', ?, '', '', '', '', '', 1, '', '')"
MAIL = """
INSERT INTO mail (id, message, kind, sender, recipient, bcc, tag, status, reason, class, created, settled)
VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, '', ?, ?)
"""


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
        self.client.call(catalogue.get("CreateTag"), {"TagName": TAGS[1]})

    def fill(self, chance: random.Random) -> None:
        """Two hundred mails of the last hundred days, at any time or within two seconds of a midnight in China."""
        end = int(self.now.timestamp())
        with self.sandbox.store.transaction() as db:
            for table in ("event", "mail", "message", "invalid"):
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
                who = f"u{number}@{chance.choice(DOMAINS)}"
                sender, tag = chance.choice(SENDERS), chance.choice(TAGS)
                reason = f"55{status} 5.{chance.randint(1, 3)}.0 no" if status else "250 OK"
                mail = (number + 1, chance.randint(1, 2), kind, sender, who, tag, status, reason, at, settled)
                db.execute(MAIL, mail)
                if status == 2 and kind == "mail":
                    db.execute("INSERT OR REPLACE INTO invalid (address, at) VALUES (?, ?)", (who, at))
                for _ in range(chance.randrange(3)):
                    kind = chance.choice(("open", "open", "click"))
                    db.execute("INSERT INTO event (mail, kind, at) VALUES (?, ?, ?)", (number + 1, kind, at))

    def asked(self, sql: str, since: str, until: str) -> list[tuple[object, ...]]:
        values = {"since": since, "until": until, "now": int(self.now.timestamp())}
        with self.sandbox.store.transaction() as db:
            return [tuple(row) for row in db.execute(sql, values)]


def world_of(seed: int, world: World) -> random.Random:
    """Fill a world at one of the TIMES, give or take a minute; the chance it was drawn by."""
    chance = random.Random(seed)  # noqa: S311  the same each time
    at = datetime.fromisoformat(chance.choice(TIMES)).replace(tzinfo=UTC)
    world.now = at + timedelta(seconds=chance.randint(-60, 60))
    world.fill(chance)
    return chance
