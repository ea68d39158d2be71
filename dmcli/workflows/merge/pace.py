"""How fast mails go out: within the service's rate together with every other `dm` here, and no faster than was asked.

The service takes 100 SingleSendMail a second from an account (help page three-mail-sending-methods). A file that all
processes share says when the next may leave; each takes the next moment from it. Answers that throttle make the
moments farther apart for all, and time makes them as near as before.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dmcli.api.kinds.dates import OFFSET
from dmcli.local.database import open_database, transaction
from dmcli.local.paths import state_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TAKEN = 100.0  # a second
RATE = 98.6  # a second: what is left is for catching up
_CATCH_UP = 0.01  # seconds that a process may be late and still have its moment
AHEAD = 0.15  # seconds for which moments are taken beforehand, so that a process that is held up loses none
_LEAST = 0.5  # a second, however often the service throttles
_SLOWER = 0.7
_RECOVERS = 0.1  # more a second, each second
_ONCE = 1.0  # seconds within which throttled answers are one and the same sign
_A_DAY = 86400
_MOST_AT_ONCE = 16  # moments
_MIGRATIONS = (
    """
-- `next` is when the next call may leave, `rate` how many a second may from `changed` on, all in epoch seconds.
CREATE TABLE bucket (scope TEXT PRIMARY KEY, next REAL NOT NULL, rate REAL NOT NULL, changed REAL NOT NULL);
""",
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

    def __init__(self, path: str, scope: str, *, most: float = RATE, now: Callable[[], float] = time.time) -> None:
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
        moment, gap = max(following, now - _CATCH_UP), 1 / self._rate_at(now, rate, changed)
        self._keep(moment + count * gap, rate, changed)
        return [moment + number * gap for number in range(count)]

    def slow_down(self) -> None:
        """Heed an answer that throttles."""
        with transaction(self._db):
            self._slow_down(self._now())

    def _slow_down(self, now: float) -> None:
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
        if turn > now:
            time.sleep(turn - now)

    @property
    def behind(self) -> float:
        """Seconds that one who came now would wait."""
        return max(self._next - time.monotonic(), 0.0)


class Wishes(NamedTuple):
    """What the person asked for: mails a second, mails a day of the service, and minutes of the day from and to.

    `ramp` are mails on the campaign's first day, and per cent more on each day after it; `per_day` caps it. The window
    is by this machine's clock; one that ends before it begins goes over midnight. 0 and None are no wish.
    """

    rate: float = 0.0
    per_day: int = 0
    window: tuple[int, int] | None = None
    ramp: tuple[int, int] | None = None

    @property
    def waits(self) -> bool:
        """Whether a run may last for days, so that one day more is no surprise."""
        return bool(self.per_day or self.window or self.ramp)

    def allowance(self, day: int) -> int:
        """How many mails a day of the campaign may have, the first being 0; 0 where there is no limit.

        >>> [Wishes(ramp=(200, 30), per_day=400).allowance(day) for day in range(4)]
        [200, 260, 338, 400]
        """
        if not self.ramp:
            return self.per_day
        first, growth = self.ramp
        days = max(day, 0)
        grown: int = first * (100 + growth) ** days // 100**days
        return min(grown, self.per_day) if self.per_day else grown

    def seconds(self, mails: int) -> float:
        """About how long so many mails take."""
        rate = min(self.rate or RATE, RATE)
        begin, end = self.window or (0, 1440)
        most = int(rate * ((end - begin) % 1440 or 1440) * 60) or 1
        most = min(self.per_day or most, most)
        days = 0
        while self.ramp and (today := self.allowance(days)) < min(mails, most):  # it grows, so that there are few
            mails, days = mails - today, days + 1
        more = (mails - 1) // most if mails else 0
        return (days + more) * 86400 + (mails - more * most) / rate

    def mails_today(self, mails: int) -> int:
        """How many of the mails the campaign's first day has at most."""
        return min(self.allowance(0) or mails, mails)


class Pace:
    """When the next mail of a run may leave.

    `begun_since` tells how many of the campaign left since a time, `made` is when it was made; both in epoch seconds.
    With `shared` the bucket and the journal see to the rate and the mails a day that were asked for.
    """

    def __init__(
        self,
        bucket: Moments,
        wishes: Wishes,
        begun_since: Callable[[float], int],
        *,
        made: float = 0.0,
        shared: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._bucket, self.wishes, self._begun_since, self._now = bucket, wishes, begun_since, now
        self._first = day_of(made or now())
        self._shared = shared
        self._own = 0.0
        self._moments: deque[float] = deque()
        self._at_once = max(min(int(min(wishes.rate or RATE, RATE) * AHEAD), _MOST_AT_ONCE), 1) if not shared else 1
        self._day = self._most = self._left = self._closed = 0

    def next(self) -> tuple[float, str]:
        """Until when to wait in epoch seconds, and why where it is long: nothing may leave before; "" once it may."""
        now = self._now()
        if opens := opening(self.wishes.window, now):
            return opens, f"the window opens at {clock_text(opens)}"
        if waits := self._next_day(now):
            return waits
        if not self._moments:
            self._moments.extend(self._bucket.take(self._at_once))
        return max(self._moments.popleft(), self._of_our_own(now)), ""

    def slow_down(self) -> None:
        """Heed an answer that throttles."""
        self._bucket.slow_down()

    def give_back(self) -> None:
        """Take back one of today's mails, which did not leave."""
        self._left += 1

    def end_the_day(self) -> None:
        """Let nothing leave before the service's next day, since today's quota is used up."""
        self._closed = day_of(self._now())

    def _of_our_own(self, now: float) -> float:
        if not self.wishes.rate or self._shared:
            return 0.0
        moment = max(self._own, now - _CATCH_UP)
        self._own = moment + 1 / self.wishes.rate
        return moment

    def _next_day(self, now: float) -> tuple[float, str] | None:
        """When the service's next day begins, where today has had its mails; else one of today's is taken."""
        day = day_of(now)
        begins = begin_of(day + 1)
        if day == self._closed:
            return begins, f"the day's quota is used up; the service's next day begins at {clock_text(begins)}"
        if day != self._day:
            self._day, self._most = day, 0 if self._shared else self.wishes.allowance(day - self._first)
            self._left = self._most - self._begun_since(begin_of(day)) if self._most else 0
        if self._most and self._left <= 0:
            return begins, used_up(self._most, begins)
        self._left -= 1
        return None


def day_of(at: float) -> int:
    """The service's day at a time in epoch seconds, by its number."""
    return int(at + OFFSET) // _A_DAY


def begin_of(day: int) -> float:
    """When a day of the service begins, in epoch seconds."""
    return float(day * _A_DAY - OFFSET)


def used_up(most: int, begins: float) -> str:
    """Why nothing more goes out on a day."""
    return f"{most:,} went out today; the service's next day begins at {clock_text(begins)}"


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


def clock_text(at: float) -> str:
    """A time as people read it."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M")


def open_bucket(environ: Mapping[str, str], scope: str) -> Bucket:
    """The bucket of an account in the state folder."""
    return Bucket(os.path.join(state_folder(environ), "pace.db"), scope)
