"""Rows sent in one call: their intent is on disk before its first byte, their outcome after; all else is a result."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from dmcli.client.retry import Outcome
from dmcli.client.verdict import judge
from dmcli.errors import DmError, InputError, LocalIOError, RefusedError, UnknownOutcomeError, UnreachableError
from dmcli.words import tr
from dmcli.workflows.merge.journal import PENDING, REJECTED, SENT, UNDER_WAY, UNKNOWN, Change
from dmcli.workflows.merge.letters.inline import ACTION as BATCH_ACTION
from dmcli.workflows.merge.letters.letter import ACTION
from dmcli.workflows.refusal import SPAM

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dmcli.api.wire import Exchange, Reply, Request
    from dmcli.client.client import Client
    from dmcli.workflows.merge.bucket import Gate
    from dmcli.workflows.merge.journal import Journal, Row
    from dmcli.workflows.merge.letters.letter import Letter

# Codes that are about the rows of a call; all others that the service documents for it are about the run.
_OF_A_ROW = frozenset(
    (
        *("InvalidToAddress", "InvalidToAddress.Spam", "InvalidBody", "InvalidSubject.Malformed"),
        *("InvalidReceiverName.Malformed", "InvalidTemplateData.Malformed"),  # of the groups of a batch
    )
)
_OF_THE_RUN = frozenset({SPAM, *ACTION.errors, *BATCH_ACTION.errors}) - _OF_A_ROW
_IN_A_ROW = 10  # outcomes of one sort after which something else is wrong than these mails
_WINDOW, _MOST_UNKNOWN = 500, 10  # of so many outcomes, so many may be unknown


class Done(NamedTuple):
    """What was done with the rows of a call, the same with all; `error` is why they were not sent.

    `kept` tells whether the journal has it. `halved` are the rows where they are to go again, half of them in a call.
    """

    changes: tuple[Change, ...]
    error: BaseException | None = None
    kept: bool = True
    halved: Sequence[Row] = ()

    @property
    def state(self) -> str:
        """The state of all the rows."""
        return self.changes[0].state


def attempt(
    journal: Journal, letter: Letter, client: Client, rows: Sequence[Row], gate: Gate, throttled: Callable[[], None]
) -> Done:
    """Send rows in one call once the gate lets it through; everything that can happen is a result.

    `throttled` is told of each answer that throttles, also of those after which a call is tried again.
    """
    intended = failed = False
    became, why = Change(0, PENDING), None  # of each row

    def changes(change: Change) -> tuple[Change, ...]:
        return tuple(change._replace(number=row.number) for row in rows)

    def announce() -> None:
        nonlocal intended, failed
        if not intended:
            failed = True  # until the journal has it
            journal.write(*changes(Change(0, UNDER_WAY)))
            intended, failed = True, False
            gate.take()

    try:
        mails = [letter.mail(row.number, row.values) for row in rows]
        for row, mail in zip(rows, mails, strict=True):
            if mail.problems:
                raise InputError(tr("row {row}: {problem}", row=row.number, problem=tr("; ").join(mail.problems)))  # noqa: TRY301  as a refusal
        action, wire = letter.call(mails)
        paced = client._replace(exchange=_Heeding(client.exchange, throttled))
        reply = paced.call(action, wire, announce)
        became = Change(0, SENT, str(reply.get("EnvId") or ""), str(reply.get("RequestId") or ""))
    except BaseException as error:  # noqa: BLE001  a thread has nobody to raise to
        why = error
        became = _change_for(error, intended=intended)
    done = Done(changes(became), why)
    if became.state == REJECTED and became.code in _OF_A_ROW and len(rows) > 1:  # nothing was sent; which row is it?
        done = Done(changes(became._replace(state=PENDING)), why, halved=rows)
    if done.state == PENDING and not intended:
        return done._replace(kept=not failed)
    try:
        journal.write(*done.changes)
    except DmError as error:
        return done._replace(error=error, kept=False, halved=())
    return done


def _change_for(error: BaseException, *, intended: bool) -> Change:
    """What a failed call makes of each of its rows."""
    if not isinstance(error, DmError):  # a defect of ours; it may have been in the middle
        return Change(0, UNKNOWN if intended else PENDING, reason=type(error).__name__)
    facts = ("", error.request_id, error.code, error.message)
    if isinstance(error, UnknownOutcomeError):
        return Change(0, UNKNOWN, *facts)
    if isinstance(error, LocalIOError | InputError | UnreachableError) or not isinstance(error, RefusedError):
        return Change(0, PENDING)
    return Change(0, PENDING) if error.code in _OF_THE_RUN else Change(0, REJECTED, *facts)


class _Heeding:
    """An exchange that notices answers that throttle, also those after which a call is tried again."""

    def __init__(self, exchange: Exchange, throttled: Callable[[], None]) -> None:
        self._exchange, self._throttled = exchange, throttled

    def __call__(self, request: Request) -> Reply:
        reply = self._exchange(request)
        if reply.status != 200 and judge(reply).outcome is Outcome.THROTTLED:  # noqa: PLR2004
            self._throttled()
        return reply


class Breaker:
    """Tells from outcomes when something else is wrong than these mails; a call of many rows counts as many."""

    def __init__(self) -> None:
        self._last: deque[str] = deque(maxlen=_WINDOW)

    def heed(self, said: Done) -> BaseException | None:
        """Why the run has no sense any more after this; None where it has."""
        error, state = said.error, said.state
        self._last.extend([state] * len(said.changes))
        latest = list(self._last)[-_IN_A_ROW:]
        same = len(latest) == _IN_A_ROW and set(latest) == {state} and state != SENT
        if error is not None and (not said.kept or (state == PENDING and not isinstance(error, UnreachableError))):
            return error
        unknown = self._last.count(UNKNOWN)
        if state == UNKNOWN and (same or unknown > _MOST_UNKNOWN):
            return UnknownOutcomeError(
                tr(
                    "{unknown} of the last {count} mails got no answer, so the run stopped",
                    unknown=unknown,
                    count=len(self._last),
                )
            )
        if same and isinstance(error, DmError):
            error.message = tr(
                "the last {count} mails all failed, so the run stopped: {why}",
                count=_IN_A_ROW,
                why=error.message,
            )
            return error
        return None
