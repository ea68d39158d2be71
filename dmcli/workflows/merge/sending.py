"""Sending the rows of a journal: several calls in flight, none twice, and an end in good order whatever ends it."""

from __future__ import annotations

import threading
import time
from collections import deque
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple, Self

from dmcli.client.retry import Outcome
from dmcli.client.verdict import judge
from dmcli.errors import DmError, InputError, LocalIOError, RefusedError, UnknownOutcomeError, UnreachableError
from dmcli.workflows.merge.journal import PENDING, REJECTED, SENT, UNDER_WAY, UNKNOWN, Change
from dmcli.workflows.merge.letter import ACTION
from dmcli.workflows.merge.pace import Gate
from dmcli.workflows.refusal import SPAM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from dmcli.api.wire import Exchange, Reply, Request
    from dmcli.client.client import Client
    from dmcli.workflows.merge.journal import Journal, Row
    from dmcli.workflows.merge.letter import Letter
    from dmcli.workflows.merge.pace import Pace

THREADS = 32  # calls in flight: 98 a second at 300 ms each
_BEHIND = 0.05  # seconds that mails may wait at the gate before further ones are begun
_TICK = 0.5  # seconds between two looks at how it stands
_CHUNK = 500  # rows read at once
# Codes that are about one row; all others that the service documents for the call are about the run.
_OF_A_ROW = frozenset({"InvalidToAddress", "InvalidToAddress.Spam", "InvalidBody", "InvalidSubject.Malformed"})
_IN_A_ROW = 10  # outcomes of one sort after which something else is wrong than these mails
_WINDOW, _MOST_UNKNOWN = 500, 10  # of so many outcomes, so many may be unknown
_RECENT = 10.0  # seconds that the rate is taken over


class Progress(NamedTuple):
    """How a run stands: rows by state, mails under way, mails a second of late, and why it waits, "" where not."""

    counts: dict[str, int]
    in_flight: int
    rate: float
    waits: str


class _Done(NamedTuple):
    """What a worker has done with a row; `error` is why it was not sent, `kept` whether the journal has it."""

    change: Change
    error: BaseException | None = None
    kept: bool = True


class _Throttled:
    """A worker's attempt was throttled."""


class Sending:
    """A run over the pending rows. The block ends when all calls that were begun have; no row is begun after that.

        with Sending(journal, letter, client, pace, stops=lambda: False) as sending:
            for progress in sending:
                ...
        sending.check()

    `client` makes a client for a thread. `stops` is asked now and then whether somebody wants the run to pause.
    """

    def __init__(
        self,
        journal: Journal,
        letter: Letter,
        client: Callable[[], Client],
        pace: Pace,
        *,
        stops: Callable[[], bool] = lambda: False,
        threads: int = THREADS,
    ) -> None:
        self._journal, self._letter, self._client, self._pace, self._stops = journal, letter, client, pace, stops
        self._counts = journal.counts()
        self._threads = min(threads, max(self._counts[PENDING], 1))
        self._todo: SimpleQueue[Row | None] = SimpleQueue()
        self._done: SimpleQueue[_Done | _Throttled] = SimpleQueue()
        self._workers: list[threading.Thread] = []
        self._rows: deque[Row] = deque()
        self._after = self._in_flight = 0
        self._again = self._ended = False
        self._last: deque[str] = deque(maxlen=_WINDOW)  # the latest outcomes
        self._moments: deque[float] = deque()
        self._waits = ""
        self._gate = Gate()
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
        for worker in self._workers:
            worker.join()
        while not self._done.empty():
            self._heed(0)

    def __iter__(self) -> Iterator[Progress]:
        """How it stands, each half second, while mails go out."""
        told = time.monotonic()
        yield self.progress()
        while not self._ended and (self._next() or self._in_flight):
            if self._rows and self._in_flight < self._threads:
                self._wait_and_begin()
            else:
                self._heed(_TICK)
            if time.monotonic() - told >= _TICK:
                told = time.monotonic()
                self.paused = self._stops()
                self._ended = self._ended or self.paused
                yield self.progress()
        yield self.progress()

    def progress(self) -> Progress:
        """How it stands."""
        now = time.monotonic()
        while self._moments and now - self._moments[0] > _RECENT:
            self._moments.popleft()
        span = now - self._moments[0] if self._moments else 0.0
        return Progress(dict(self._counts), self._in_flight, len(self._moments) / max(span, 1.0), self._waits)

    def check(self) -> None:
        """Raise what stopped the run."""
        if self.lost:
            kept = "; ".join(f"row {one.number}: {one.state} {one.env_id or one.code}" for one in self.lost)
            raise UnknownOutcomeError(
                f"the journal could not be written ({self.error}), so these count as unknown: {kept}"
            )
        if self.error:
            raise self.error

    def _next(self) -> bool:
        """Whether there is a row to begin; reads on where none is at hand. Rows that came back are begun last."""
        if self._rows:
            return True
        self._rows.extend(self._journal.pending(self._after, _CHUNK))
        if not self._rows and self._again and not self._in_flight:
            self._after, self._again = 0, False
            self._rows.extend(self._journal.pending(0, _CHUNK))
        if self._rows:
            self._after = self._rows[-1].number
        return bool(self._rows)

    def _wait_and_begin(self) -> None:
        """Begin the next row once its moment has come; a wait of a long time ends now and then without it."""
        if (behind := self._gate.behind) > _BEHIND:  # who waits at the gate is under way, and unknown after a kill
            self._heed(behind)
            return
        until, self._waits = self._pace.next()
        if self._waits:
            self._heed(min(max(until - time.time(), 0.01), _TICK))
            return
        while (left := until - time.time()) > 0 and not self._ended:
            self._heed(min(left, _TICK))
        if self._ended:
            return
        if self._in_flight == len(self._workers) < self._threads:
            worker = threading.Thread(target=self._work, daemon=True)
            worker.start()
            self._workers.append(worker)
        self._in_flight += 1
        self._todo.put(self._rows.popleft())

    def _heed(self, seconds: float) -> None:
        """Wait so long for what a worker says, and heed it."""
        try:
            said = self._done.get(timeout=seconds)
        except Empty:
            return
        if isinstance(said, _Throttled):
            self._pace.slow_down()
            return
        self._in_flight -= 1
        state = said.change.state
        if said.kept:
            self._counts[PENDING] -= 1
            self._counts[state] += 1
        elif state != PENDING:
            self.lost.append(said.change)
        if state == PENDING:
            self._again = True
            self._pace.give_back()
        else:
            self._moments.append(time.monotonic())
        self._judge(said)

    def _judge(self, said: _Done) -> None:
        """Stop where the run has no sense any more."""
        error, state = said.error, said.change.state
        if error is not None and not isinstance(error, DmError):
            self._stop(error)
            return
        throttled = error is not None and "throttl" in error.code.lower()
        if throttled:
            self._pace.slow_down()
            return
        self._last.append(state)
        latest = list(self._last)[-_IN_A_ROW:]
        same = len(latest) == _IN_A_ROW and set(latest) == {state} and state != SENT
        if error is not None and (not said.kept or (state == PENDING and not isinstance(error, UnreachableError))):
            self._stop(error)
        elif state == UNKNOWN and (same or self._last.count(UNKNOWN) > _MOST_UNKNOWN):
            unknown = self._last.count(UNKNOWN)
            self._stop(
                UnknownOutcomeError(f"{unknown} of the last {len(self._last)} mails got no answer, so the run stopped")
            )
        elif same and error is not None:
            self._stop(error)

    def _stop(self, error: BaseException) -> None:
        self._ended = True
        self.error = self.error or error

    def _work(self) -> None:
        """Send row after row, until told that there are no more."""
        client = self._client()
        while row := self._todo.get():
            self._done.put(self._send(client, row))

    def _send(self, client: Client, row: Row) -> _Done:
        """Send one row; everything that can happen is a result."""
        intended = False
        change, why = Change(row.number, PENDING), None

        def announce() -> None:
            nonlocal intended
            if not intended:
                self._journal.write(Change(row.number, UNDER_WAY))
                intended = True
                self._gate.take()

        try:
            mail = self._letter.mail(row.number, row.values)
            if mail.problems:
                raise InputError(f"row {row.number}: {'; '.join(mail.problems)}")  # noqa: TRY301  as a refusal
            paced = client._replace(exchange=_Heeding(client.exchange, lambda: self._done.put(_Throttled())))
            reply = paced.call(ACTION, mail.wire, announce)
            change = Change(row.number, SENT, str(reply.get("EnvId") or ""), str(reply.get("RequestId") or ""))
        except BaseException as error:  # noqa: BLE001  a thread has nobody to raise to
            why = error
            change = _change_for(row.number, error, intended=intended)
        if change.state == PENDING and not intended:
            return _Done(change, why)
        try:
            self._journal.write(change)
        except DmError as failed:
            return _Done(change, failed, kept=False)
        return _Done(change, why)


def _change_for(number: int, error: BaseException, *, intended: bool) -> Change:
    """What a failed call makes of its row."""
    if not isinstance(error, DmError):  # a defect of ours; it may have been in the middle
        return Change(number, UNKNOWN if intended else PENDING, reason=type(error).__name__)
    facts = ("", error.request_id, error.code, error.message)
    if isinstance(error, UnknownOutcomeError):
        return Change(number, UNKNOWN, *facts)
    if isinstance(error, LocalIOError | InputError | UnreachableError) or not isinstance(error, RefusedError):
        return Change(number, PENDING)
    return Change(number, PENDING) if error.code in _OF_THE_RUN else Change(number, REJECTED, *facts)


_OF_THE_RUN = frozenset({SPAM, *ACTION.errors}) - _OF_A_ROW


class _Heeding:
    """An exchange that notices answers that throttle, also those after which a call is tried again."""

    def __init__(self, exchange: Exchange, throttled: Callable[[], None]) -> None:
        self._exchange, self._throttled = exchange, throttled

    def __call__(self, request: Request) -> Reply:
        reply = self._exchange(request)
        if reply.status != 200 and judge(reply).outcome is Outcome.THROTTLED:  # noqa: PLR2004
            self._throttled()
        return reply
