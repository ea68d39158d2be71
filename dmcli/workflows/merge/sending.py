"""Sending the rows of a journal: several calls in flight, none twice, and an end in good order whatever ends it."""

from __future__ import annotations

import threading
import time
from collections import deque
from queue import Empty, SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, NamedTuple, Self

from dmcli.errors import DmError, QuotaError, UnknownOutcomeError
from dmcli.words import counted, tr
from dmcli.workflows.merge.attempt import Breaker, Done, attempt
from dmcli.workflows.merge.bucket import Gate
from dmcli.workflows.merge.journal import PENDING, Change
from dmcli.workflows.merge.pace import AHEAD
from dmcli.workflows.merge.rows import Waiting
from dmcli.workflows.merge.standing import Left
from dmcli.workflows.refusal import SPAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from dmcli.client.client import Client
    from dmcli.workflows.merge.journal import Journal, Row
    from dmcli.workflows.merge.letters.letter import Letter
    from dmcli.workflows.merge.pace import Pace, Turn

THREADS = 48  # calls in flight: 98 a second at 300 ms each, and some that wait for their moments
_BEHIND = 0.05  # seconds that mails may wait at the gate before further ones are begun
_TICK = 0.5  # seconds between two looks at how it stands
_LONG = 1.0  # seconds of a wait in which it is looked at how it stands
_READ_EVERY = 300.0  # seconds between two looks at the quota
_RECENT = 10.0  # seconds that the rate is taken over


class Progress(NamedTuple):
    """How a run stands: rows by state, mails under way, mails a second of late, and why it waits, "" where not."""

    counts: dict[str, int]
    in_flight: int
    rate: float
    waits: str


class Sending:
    """A run over the pending rows. The block ends when all calls that were begun have; no row is begun after that.

        with Sending(journal, letter, client, pace, stops=lambda: False) as sending:
            for progress in sending:
                ...
        sending.check()

    `client` makes a client for a thread. `left` asks the account what is left of its quota, now and then and when the
    service refuses. `stops` is asked now and then whether somebody wants the run to pause.
    """

    def __init__(
        self,
        journal: Journal,
        letter: Letter,
        client: Callable[[], Client],
        pace: Pace,
        *,
        left: Callable[[Client], Left] = lambda _: Left(),
        stops: Callable[[], bool] = lambda: False,
        threads: int = THREADS,
    ) -> None:
        self._journal, self._letter, self._client, self._pace, self._stops = journal, letter, client, pace, stops
        self._counts = journal.counts()
        self._threads = min(threads, max(self._counts[PENDING], 1))
        self._todo: SimpleQueue[tuple[list[Row], float] | None] = SimpleQueue()
        self._done: SimpleQueue[Done | Left | None] = SimpleQueue()  # None for an answer that throttles
        self._workers: list[threading.Thread] = []
        self._rows = Waiting(journal)
        self._in_flight = self._calls = 0
        self._turn: Turn | None = None  # whose moment is awaited
        self._ended = False
        self._breaker = Breaker()
        self._moments: deque[float] = deque()
        self._asked = time.monotonic()  # whether to stop
        self._waits = ""
        self._begin, self._gate = Gate(), Gate()  # before a row is under way, and before its first byte
        self._refused: DmError | None = None  # for what may be the quota: no row is begun until that is known
        self._left, self._ask = left, Event()
        self._reader = threading.Thread(target=self._read, name="quota", daemon=True)
        self.error: BaseException | None = None
        self.paused = False
        self.lost: list[Change] = []  # outcomes that the journal could not keep

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        for _ in self._workers:
            self._todo.put(None)
        self._ask.set()
        for worker in self._workers:
            worker.join()
        if self._reader.ident:
            self._reader.join(_TICK)
        self._heed_all()

    def __iter__(self) -> Iterator[Progress]:
        """How it stands, each half second, while mails go out."""
        told = time.monotonic()
        self._reader.start()
        yield self.progress()
        while self._go_on():
            if time.monotonic() - told >= _TICK:
                told = time.monotonic()
                yield self.progress()
        yield self.progress()

    def _go_on(self) -> bool:
        """Begin a mail, or wait a moment; false at the end, which a journal that fails brings about too."""
        try:
            if self._ended or not (self._rows.read(idle=not self._in_flight) or self._in_flight or self._may_come()):
                return False
            if self._rows and self._calls < self._threads:
                self._wait_and_begin()
            else:
                self._heed(_TICK)
            if time.monotonic() - self._asked >= _TICK:
                self._asked = time.monotonic()
                self.paused = self._stops()
                self._ended = self._ended or self.paused
        except DmError as error:
            self._stop(error)
        return True

    def progress(self) -> Progress:
        """How it stands."""
        now = time.monotonic()
        while self._moments and now - self._moments[0] > _RECENT:
            self._moments.popleft()
        span = now - self._moments[0] if self._moments else 0.0
        rate = len(self._moments) / max(span, 1.0, 1 / self._pace.way.rate)
        wished = self._pace.wishes.rate or rate  # no more than that leave, but the first of them takes no time
        return Progress(dict(self._counts), self._in_flight, min(rate, wished), self._waits)

    def check(self) -> None:
        """Raise what stopped the run."""
        if self.lost:
            kept = tr("; ").join(
                tr("row {row}: {state} {id}", row=one.number, state=tr(one.state), id=one.env_id or one.code)
                for one in self.lost
            )
            raise UnknownOutcomeError(
                tr(
                    "the journal could not be written ({why}), so these count as unknown: {rows}",
                    why=self.error,
                    rows=kept,
                )
            )
        if self.error:
            raise self.error

    def _may_come(self) -> bool:
        """Whether rows that others have may yet be this run's."""
        self._waits = self._journal.waits()
        self._rows.again = bool(self._waits)
        return self._rows.again

    def _wait_and_begin(self) -> None:
        """Begin the next rows once their moment has come; a wait of a long time ends now and then without them."""
        if self._refused:
            self._waits = tr("the service refused a mail; what is left of the quota is looked at")
            self._heed(_TICK)
            return
        if (behind := self._gate.behind) > _BEHIND:  # who waits at the gate is under way, and unknown after a kill
            self._heed(behind)
            return
        turn = self._turn or self._pace.next(min(self._pace.way.mails, len(self._rows)))
        self._turn, self._waits = None, turn.why
        left = turn.at - time.time()
        if turn.why or left > _LONG:
            self._turn = None if turn.why else turn
            self._heed(min(max(left, 0.01), _TICK))
            return
        while (left := turn.at - time.time()) > AHEAD and not self._ended:
            time.sleep(min(left - AHEAD / 2, _TICK))  # what is said meanwhile is heeded at once, which costs less
            self._heed_all()
        if self._ended:
            return
        if self._calls == len(self._workers) < self._threads:
            self._workers.append(threading.Thread(target=self._work, daemon=True))
            self._workers[-1].start()
        self._calls += 1
        rows = self._rows.take(turn.mails)
        self._pace.give_back(turn.mails - len(rows))  # halves may have come since the turn was given
        self._in_flight += len(rows)
        self._todo.put((rows, turn.at))

    def _heed_all(self) -> None:
        while not self._done.empty():
            self._heed(0)

    def _heed(self, seconds: float) -> None:
        """Wait so long for what a worker says, and heed it."""
        try:
            said = self._done.get(timeout=seconds)
        except Empty:
            return
        if isinstance(said, Left):
            self._weigh(said)
        elif isinstance(said, Done):
            self._count(said)
        else:
            self._pace.slow_down()

    def _count(self, said: Done) -> None:
        """Count what was done, and stop where it has no sense to go on."""
        mails, state = len(said.changes), said.state
        self._calls -= 1
        self._in_flight -= mails
        if said.kept:
            self._counts[PENDING] -= mails
            self._counts[state] += mails
        elif state != PENDING:
            self.lost += said.changes
        if state == PENDING:
            self._pace.give_back(mails)
            if said.halved:
                self._rows.halve(said.halved)
            else:
                self._rows.again = True
        else:
            self._moments.extend([time.monotonic()] * mails)
        self._judge(said)

    def _judge(self, said: Done) -> None:
        """Stop where the run has no sense any more."""
        error = said.error
        if said.halved:  # one of the rows may be wrong, or all: the halves tell
            return
        if error is not None and not isinstance(error, DmError):
            self._stop(error)
            return
        if error is not None and "throttl" in error.code.lower():
            self._pace.slow_down()
            return
        if isinstance(error, DmError) and error.code == SPAM and said.kept and said.state == PENDING:
            self._refused = error
            self._ask.set()
            return
        if stops := self._breaker.heed(said):
            self._stop(stops)

    def _read(self) -> None:
        """Ask what is left of the quota, in a thread of its own, so that no mail waits for it."""
        client = self._client()
        while not self._ended:
            self._ask.clear()
            try:
                self._done.put(self._left(client))
            except Exception:  # noqa: BLE001  a thread has nobody to raise to, and mails go out without a figure
                self._done.put(Left())
            self._ask.wait(_READ_EVERY)

    def _weigh(self, left: Left) -> None:
        """Stop where the quota is used up, and be it by others; a run that may last for days waits for the next one."""
        refused, self._refused = self._refused, None
        pending = counted(self._counts[PENDING], "mail")
        least = min(self._pace.way.mails, self._counts[PENDING]) if refused else 1  # of which nothing may be sent
        month, day = (number is not None and number < least for number in (left.month, left.day))
        if month:
            self._stop(QuotaError(tr("the month's quota is used up, with {mails} left to send", mails=pending)))
        elif day and self._pace.wishes.waits:
            self._pace.end_the_day()
        elif day:
            hint = tr("Wait for the next day of the service (UTC+8).")
            self._stop(
                QuotaError(tr("the day's quota is used up, with {mails} left to send", mails=pending), hint=hint)
            )
        elif refused:
            self._stop(refused)

    def _stop(self, error: BaseException) -> None:
        self._ended = True
        self.error = self.error or error

    def _work(self) -> None:
        """Send row after row at their moments, until told that there are no more."""
        client = self._client()
        while task := self._todo.get():
            rows, moment = task
            if (left := moment - time.time()) > 0:
                time.sleep(left)
            self._begin.take()
            said = attempt(self._journal, self._letter, client, rows, self._gate, self._throttled)
            self._done.put(said)

    def _throttled(self) -> None:
        self._done.put(None)
