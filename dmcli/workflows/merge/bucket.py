"""The moments at which calls may leave: within the service's rate together with every other `dm` here.

The service takes 100 SingleSendMail a second from an account (help page three-mail-sending-methods). A file that all
processes share says when the next may leave; each takes the next moment from it. Answers that throttle make the
moments farther apart for all, and time makes them as near as before.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Protocol

from dmcli.local.database import open_database, transaction
from dmcli.local.paths import state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TAKEN = 100.0  # a second
USED = 0.986  # of what is taken: the rest is for catching up
RATE = TAKEN * USED
CATCH_UP = 0.01  # seconds that a process may be late and still have its moment
_LEAST = 0.005  # of the rate, however often the service throttles
_SLOWER = 0.7
_RECOVERS = 0.001  # of the rate more, each second
_ONCE = 1.0  # seconds within which throttled answers are one and the same sign
_MIGRATIONS = (
    """
-- `next` is when the next call may leave, `rate` how many a second may from `changed` on, all in epoch seconds.
CREATE TABLE bucket (scope TEXT PRIMARY KEY, next REAL NOT NULL, rate REAL NOT NULL, changed REAL NOT NULL);
""",  # untranslated: SQL
)


class Moments(Protocol):
    """What gives the moments at which calls may leave."""

    def take(self, count: int = 1) -> list[float]:
        """The moments at which the next calls may leave, in epoch seconds; they are this caller's alone."""

    def slow_down(self) -> None:
        """Heed an answer that throttles."""


class Bucket:
    """The moments at which the calls of one scope, such as an account, may leave; processes share the file at `path`.

    Raises ConfigError, LockedError or LocalIOError.
    """

    def __init__(self, path: str, scope: str, *, most: float, now: Callable[[], float] = time.time) -> None:
        self._db = open_database(path, _MIGRATIONS)
        self._scope, self._most, self._now = scope, most, now

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def take(self, count: int = 1) -> list[float]:
        """The moments at which the next calls may leave, in epoch seconds; they are this caller's alone."""
        with transaction(self._db):
            return self._take(self._now(), count)

    def _take(self, now: float, count: int) -> list[float]:
        """The moments of so many calls, in a transaction."""
        following, rate, changed = self._read(now)
        moment, gap = max(following, now - CATCH_UP), 1 / self._rate_at(now, rate, changed)
        self._keep(moment + count * gap, rate, changed)
        return [moment + number * gap for number in range(count)]

    def slow_down(self) -> None:
        """Heed an answer that throttles."""
        with transaction(self._db):
            self._slow_down(self._now())

    def _slow_down(self, now: float) -> None:
        following, rate, changed = self._read(now)
        if not 0 <= now - changed < _ONCE:
            self._keep(following, max(self._rate_at(now, rate, changed) * _SLOWER, self._most * _LEAST), now)

    @property
    def rate(self) -> float:
        """Calls a second that may leave at present."""
        now = self._now()
        return self._rate_at(now, *self._read(now)[1:])

    def _read(self, now: float) -> tuple[float, float, float]:
        row = self._db.execute("SELECT next, rate, changed FROM bucket WHERE scope = ?", (self._scope,)).fetchone()
        following, rate, changed = row or (0.0, self._most, 0.0)
        if following > now + 3600:  # the clock was set back
            following = now
        return following, rate, min(changed, now)

    def _rate_at(self, now: float, rate: float, changed: float) -> float:
        return min(rate + (now - changed) * self._most * _RECOVERS, self._most)

    def _keep(self, following: float, rate: float, changed: float) -> None:
        self._db.execute("REPLACE INTO bucket VALUES (?, ?, ?, ?)", (self._scope, following, rate, changed))


class Gate:
    """Lets threads through one at a time, so far apart that no second has more than the service takes.

    What a slow disk held up together would else leave together. `take` waits for the caller's turn.
    """

    def __init__(self) -> None:
        self._lock, self._next = threading.Lock(), 0.0

    def take(self) -> None:
        """Wait for a turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(self._next, now)
            self._next = turn + 1 / TAKEN
        if turn > now:
            time.sleep(turn - now)

    @property
    def behind(self) -> float:
        """Seconds that one who came now would wait."""
        return max(self._next - time.monotonic(), 0.0)


def open_bucket(environ: Mapping[str, str], scope: str, most: float) -> Bucket:
    """The bucket of a scope in the state folder, of so many calls a second at most."""
    return Bucket(os.path.join(state_folder(environ), "pace.db"), scope, most=most)
