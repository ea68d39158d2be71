"""How fast mails go out: as the service takes them, and no faster or other than was asked."""

from __future__ import annotations

import math
import time
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.kinds.dates import local_text
from dmcli.api.regions import OFFSET
from dmcli.words import tr
from dmcli.workflows.merge.bucket import CATCH_UP, RATE, USED
from dmcli.workflows.merge.letters.inline import MOST
from dmcli.workflows.merge.letters.letter import SINGLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.workflows.merge.bucket import Moments

AHEAD = 0.15  # seconds for which moments are taken beforehand, so that a process that is held up loses none
_A_DAY = 86400
_MOST_AT_ONCE = 16  # moments


class Way(NamedTuple):
    """How mails reach the service: at most `mails` in a call, and `rate` calls a second."""

    mails: int = 1
    rate: float = RATE


BY_ONE = Way()


def way_of(via: str, region: str) -> Way:
    """The way of single sends, or of inline batches: 20 calls a minute in mainland China, 10 elsewhere (help page)."""
    if via == SINGLE:
        return BY_ONE
    return Way(MOST, (20 if region.startswith("cn-") else 10) / 60 * USED)


class Turn(NamedTuple):
    """Until when to wait in epoch seconds, and why where it is long; "" is the moment at which so many may leave."""

    at: float
    why: str = ""
    mails: int = 0


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

    def seconds(self, mails: int, way: Way = BY_ONE) -> float:
        """About how long so many mails take."""
        rate = min(self.rate or math.inf, way.rate * way.mails)
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
        way: Way = BY_ONE,
        *,
        made: float = 0.0,
        shared: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._bucket, self.wishes, self._begun_since, self.way, self._now = bucket, wishes, begun_since, way, now
        self._first = day_of(made or now())
        self._shared = shared
        self._own = 0.0
        self._moments: deque[float] = deque()
        self._at_once = (
            max(min(int(min(wishes.rate or way.rate, way.rate) * AHEAD), _MOST_AT_ONCE), 1) if not shared else 1
        )
        self._day = self._most = self._left = self._closed = 0

    def next(self, wanted: int = 1) -> Turn:
        """When the next of so many mails may leave in a call, and how many of them; they are taken off the day's."""
        now = self._now()
        if waits := self._window(now) or self._next_day(now):
            return waits
        mails = min(wanted, self._left) if self._most else wanted
        if not self._moments:
            self._moments.extend(self._bucket.take(self._at_once))
        at = max(self._moments.popleft(), self._of_our_own(now, mails))
        if waits := self._window(max(at, now)):
            return waits
        self._left -= mails
        return Turn(at, "", mails)

    def slow_down(self) -> None:
        """Heed an answer that throttles."""
        self._bucket.slow_down()

    def give_back(self, mails: int) -> None:
        """Take back some of today's mails, which did not leave."""
        self._left += mails

    def end_the_day(self) -> None:
        """Let nothing leave before the service's next day, since today's quota is used up."""
        self._closed = day_of(self._now())

    def _of_our_own(self, now: float, mails: int) -> float:
        if not self.wishes.rate or self._shared:
            return 0.0
        moment = max(self._own, now - CATCH_UP)
        self._own = moment + mails / self.wishes.rate
        return moment

    def _window(self, at: float) -> Turn | None:
        """When the window opens, where it is closed at a time."""
        opens = opening(self.wishes.window, at)
        return Turn(opens, tr("the window opens at {time}", time=clock_text(opens))) if opens else None

    def _next_day(self, now: float) -> Turn | None:
        """When the service's next day begins, where today has had its mails."""
        day = day_of(now)
        begins = begin_of(day + 1)
        if day == self._closed:
            return Turn(
                begins,
                tr(
                    "the day's quota is used up; the service's next day begins at {time}",
                    time=clock_text(begins),
                ),
            )
        if day != self._day:
            self._day, self._most = day, 0 if self._shared else self.wishes.allowance(day - self._first)
            self._left = self._most - self._begun_since(begin_of(day)) if self._most else 0
        if self._most and self._left <= 0:
            return Turn(begins, used_up(self._most, begins))
        return None


def day_of(at: float) -> int:
    """The service's day at a time in epoch seconds, by its number."""
    return int(at + OFFSET) // _A_DAY


def begin_of(day: int) -> float:
    """When a day of the service begins, in epoch seconds."""
    return float(day * _A_DAY - OFFSET)


def used_up(most: int, begins: float) -> str:
    """Why nothing more goes out on a day."""
    return tr(
        "{most:,} went out today; the service's next day begins at {time}",
        most=most,
        time=clock_text(begins),
    )


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
    """A time in this machine's zone, as people read it and may type it."""
    return local_text(datetime.fromtimestamp(at).astimezone())
