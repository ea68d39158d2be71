"""The rate that workers of one database share: moments at which calls may leave, by the database's clock."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from dmcli.workflows.merge.bucket import Bucket

if TYPE_CHECKING:
    from threading import Lock

    from dmcli.workflows.merge.journals.server import Server

# Beside the campaigns, for all of the account. Columns as in the file of `Bucket`.
SCHEMA = "dm"
TABLES = """
CREATE SCHEMA IF NOT EXISTS dm;
CREATE TABLE IF NOT EXISTS dm.bucket (scope TEXT PRIMARY KEY, next DOUBLE PRECISION NOT NULL,
  rate DOUBLE PRECISION NOT NULL, changed DOUBLE PRECISION NOT NULL)
"""
_LATE = 0.1  # seconds after which a moment is of no use, since what was held up together would leave together


class SharedBucket(Bucket):
    """The bucket of a scope in the table of a database, which a transaction holds while it reads and changes it."""

    def __init__(self, server: Server, scope: str, most: float) -> None:
        self._server, self._scope, self._most = server, scope, most
        self._held = (0.0, 0.0, 0.0)

    def make(self) -> None:
        """Have the row of the bucket be there."""
        self._server.execute_here(
            "INSERT INTO dm.bucket VALUES (?, 0, ?, 0) ON CONFLICT DO NOTHING", (self._scope, self._most)
        )

    def hold(self) -> float:
        """Keep others from the bucket until the transaction ends; the database's time, in epoch seconds."""
        found = self._server.execute_here(
            "SELECT next, rate, changed, extract(epoch FROM clock_timestamp())::float8 "
            "FROM dm.bucket WHERE scope = ? FOR UPDATE",
            (self._scope,),
        )
        *held, now = found.fetchone() or (0.0, self._most, 0.0, self._server.now())
        self._held = (held[0], held[1], min(held[2], now))
        return float(now)

    def rate_at(self, now: float) -> float:
        """Calls a second that may leave, of a bucket that is held."""
        return self._rate_at(now, *self._held[1:])

    def moments(self, now: float, count: int) -> list[float]:
        """The moments of so many calls, of a bucket that is held."""
        return self._take(now, count)

    def heed(self, now: float) -> None:
        """Heed an answer that throttles, with a bucket that is held."""
        self._slow_down(now)

    def _read(self, _: float) -> tuple[float, float, float]:
        return self._held

    def _keep(self, following: float, rate: float, changed: float) -> None:
        self._server.execute_here(
            "UPDATE dm.bucket SET next = ?, rate = ?, changed = ? WHERE scope = ?",
            (following, rate, changed, self._scope),
        )


class SharedRate:
    """What a worker takes its moments from: buckets all of which have to let a call leave, that of the account first.

    `turn` is of using the connection. Moments are reserved with rows, and told by this machine's clock.
    """

    def __init__(self, server: Server, turn: Lock, buckets: list[SharedBucket]) -> None:
        self._server, self._turn, self._buckets = server, turn, buckets
        self._moments: deque[float] = deque()
        self._now = self._ahead = 0.0  # the database's time while buckets are held, and this machine's less that
        with turn, server.transaction(SCHEMA):
            for bucket in buckets:
                bucket.make()

    def hold(self) -> float:
        """Keep others from reserving until the transaction ends; how many a second may leave."""
        for bucket in self._buckets:
            self._now = bucket.hold()
        self._ahead = time.time() - self._now
        return min(bucket.rate_at(self._now) for bucket in self._buckets)

    def reserve(self, count: int) -> None:
        """Reserve moments for so many calls, in a transaction that holds the buckets."""
        taken = [bucket.moments(self._now, count) for bucket in self._buckets]
        self._moments.extend(max(moments) + self._ahead for moments in zip(*taken, strict=True))

    def take(self, count: int = 1) -> list[float]:
        """The moments at which the next calls may leave, in epoch seconds; they are this caller's alone."""
        late = 0
        while self._moments and self._moments[0] < time.time() - _LATE:
            self._moments.popleft()
            late += 1
        if late or len(self._moments) < count:
            with self._turn, self._server.transaction(SCHEMA):
                self.hold()
                self.reserve(max(late, count - len(self._moments)))
        return [self._moments.popleft() for _ in range(count)]

    def slow_down(self) -> None:
        """Heed an answer that throttles."""
        with self._turn, self._server.transaction(SCHEMA):
            self.hold()
            self._buckets[0].heed(self._now)
