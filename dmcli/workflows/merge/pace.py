"""How fast mails go out: within the service's rate together with every other `dm` here, and no faster than was asked.

The service takes 100 SingleSendMail a second from an account (help page three-mail-sending-methods). A file that all
processes share says when the next may leave; each takes the next moment from it. Answers that throttle make the
moments farther apart for all, and time makes them as near as before.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.kinds.dates import service_zone
from dmcli.local.database import open_database, transaction
from dmcli.local.paths import state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TAKEN = 100.0  # a second
RATE = 98.0  # a second: what is left is for catching up
_CATCH_UP = 0.02  # seconds that a process may be late and still have its moment
_LEAST = 0.5  # a second, however often the service throttles
_SLOWER = 0.7
_RECOVERS = 0.1  # more a second, each second
_ONCE = 1.0  # seconds within which throttled answers are one and the same sign
_MIGRATIONS = (
    """
-- `next` is when the next call may leave, `rate` how many a second may from `changed` on, all in epoch seconds.
CREATE TABLE bucket (scope TEXT PRIMARY KEY, next REAL NOT NULL, rate REAL NOT NULL, changed REAL NOT NULL);
""",
)


class Bucket:
    """The moments at which the calls of one scope, such as an account, may leave; processes share the file at `path`.

    Raises ConfigError, LockedError or LocalIOError.
    """

    def __init__(self, path: str, scope: str, *, most: float = RATE, now: Callable[[], float] = time.time) -> None:
        self._db = open_database(path, _MIGRATIONS)
        self._scope, self._most, self._now = scope, most, now

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def take(self) -> float:
        """The moment at which the next call may leave, in epoch seconds; it is this caller's alone."""
        with transaction(self._db):
            now = self._now()
            following, rate, changed = self._read(now)
            moment = max(following, now - _CATCH_UP)
            self._keep(moment + 1 / self._rate_at(now, rate, changed), rate, changed)
        return moment

    def slow_down(self) -> None:
        """Heed an answer that throttles."""
        with transaction(self._db):
            now = self._now()
            following, rate, changed = self._read(now)
            if not 0 <= now - changed < _ONCE:
                self._keep(following, max(self._rate_at(now, rate, changed) * _SLOWER, _LEAST), now)

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
        return min(rate + (now - changed) * _RECOVERS, self._most)

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
            self._next = turn + 1 / _TAKEN
        time.sleep(turn - now)

    @property
    def behind(self) -> float:
        """Seconds that one who came now would wait."""
        return max(self._next - time.monotonic(), 0.0)


class Wishes(NamedTuple):
    """What the person asked for: mails a second, mails a day of the service, and minutes of the day from and to.

    The window is by this machine's clock; one that ends before it begins goes over midnight. 0 and None are no wish.
    """

    rate: float = 0.0
    per_day: int = 0
    window: tuple[int, int] | None = None

    def seconds(self, mails: int) -> float:
        """About how long so many mails take."""
        rate = min(self.rate or RATE, RATE)
        begin, end = self.window or (0, 1440)
        open_seconds = ((end - begin) % 1440 or 1440) * 60
        in_a_day = min(self.per_day or mails, int(rate * open_seconds) or 1)
        days = (mails - 1) // in_a_day if mails else 0
        return days * 86400 + (mails - days * in_a_day) / rate

    def mails_today(self, mails: int) -> int:
        """How many of the mails a day has at most."""
        return min(self.per_day or mails, mails)


class Pace:
    """When the next mail of a run may leave. `begun_since` tells how many of the campaign left since a time."""

    def __init__(
        self,
        bucket: Bucket,
        wishes: Wishes,
        begun_since: Callable[[float], int],
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._bucket, self._wishes, self._begun_since, self._now = bucket, wishes, begun_since, now
        self._own = 0.0
        self._day = self._left = 0

    def next(self) -> tuple[float, str]:
        """Until when to wait in epoch seconds, and why where it is long: nothing may leave before; "" once it may."""
        now = self._now()
        if opens := opening(self._wishes.window, now):
            return opens, f"the window opens at {_clock(opens)}"
        if self._wishes.per_day and (begins := self._next_day(now)):
            return begins, f"{self._wishes.per_day:,} went out today; the service's next day begins at {_clock(begins)}"
        return max(self._bucket.take(), self._of_our_own(now)), ""

    def slow_down(self) -> None:
        """Heed an answer that throttles."""
        self._bucket.slow_down()

    def give_back(self) -> None:
        """Take back one of today's mails, which did not leave."""
        self._left += 1

    def _of_our_own(self, now: float) -> float:
        if not self._wishes.rate:
            return 0.0
        moment = max(self._own, now - _CATCH_UP)
        self._own = moment + 1 / self._wishes.rate
        return moment

    def _next_day(self, now: float) -> float:
        """When the service's next day begins, where today has had its mails; else one of today's is taken."""
        midnight = datetime.fromtimestamp(now, service_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
        began = int(midnight.timestamp())
        if began != self._day:
            self._day, self._left = began, self._wishes.per_day - self._begun_since(began)
        if self._left <= 0:
            return (midnight + timedelta(days=1)).timestamp()
        self._left -= 1
        return 0.0


def opening(window: tuple[int, int] | None, now: float) -> float:
    """When a window opens that is closed at a time, both in epoch seconds; 0 where it is open."""
    if window is None:
        return 0.0
    local = datetime.fromtimestamp(now).astimezone()
    begin, end = window
    minute = local.hour * 60 + local.minute
    if (begin <= minute < end) if begin < end else (minute >= begin or minute < end):
        return 0.0
    opens = local.replace(hour=begin // 60, minute=begin % 60, second=0, microsecond=0)
    return (opens if opens > local else opens + timedelta(days=1)).timestamp()


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def open_bucket(environ: Mapping[str, str], scope: str) -> Bucket:
    """The bucket of an account in the state folder."""
    return Bucket(os.path.join(state_folder(environ), "pace.db"), scope)
