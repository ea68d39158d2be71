"""One row sent: its intent is on disk before the first byte of its mail, its outcome after; all else is a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.client.retry import Outcome
from dmcli.client.verdict import judge
from dmcli.errors import DmError, InputError, LocalIOError, RefusedError, UnknownOutcomeError, UnreachableError
from dmcli.workflows.merge.journal import PENDING, REJECTED, SENT, UNDER_WAY, UNKNOWN, Change
from dmcli.workflows.merge.letter import ACTION
from dmcli.workflows.refusal import SPAM

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.wire import Exchange, Reply, Request
    from dmcli.client.client import Client
    from dmcli.workflows.merge.journal import Journal, Row
    from dmcli.workflows.merge.letter import Letter
    from dmcli.workflows.merge.pace import Gate

# Codes that are about one row; all others that the service documents for the call are about the run.
_OF_A_ROW = frozenset({"InvalidToAddress", "InvalidToAddress.Spam", "InvalidBody", "InvalidSubject.Malformed"})
_OF_THE_RUN = frozenset({SPAM, *ACTION.errors}) - _OF_A_ROW


class Done(NamedTuple):
    """What was done with a row; `error` is why it was not sent, `kept` whether the journal has it."""

    change: Change
    error: BaseException | None = None
    kept: bool = True


def attempt(
    journal: Journal, letter: Letter, client: Client, row: Row, gate: Gate, throttled: Callable[[], None]
) -> Done:
    """Send one row once the gate lets it through; everything that can happen is a result.

    `throttled` is told of each answer that throttles, also of those after which a call is tried again.
    """
    intended = failed = False
    change, why = Change(row.number, PENDING), None

    def announce() -> None:
        nonlocal intended, failed
        if not intended:
            failed = True  # until the journal has it
            journal.write(Change(row.number, UNDER_WAY))
            intended, failed = True, False
            gate.take()

    try:
        mail = letter.mail(row.number, row.values)
        if mail.problems:
            raise InputError(f"row {row.number}: {'; '.join(mail.problems)}")  # noqa: TRY301  as a refusal
        paced = client._replace(exchange=_Heeding(client.exchange, throttled))
        reply = paced.call(ACTION, mail.wire, announce)
        change = Change(row.number, SENT, str(reply.get("EnvId") or ""), str(reply.get("RequestId") or ""))
    except BaseException as error:  # noqa: BLE001  a thread has nobody to raise to
        why = error
        change = _change_for(row.number, error, intended=intended)
    if change.state == PENDING and not intended:
        return Done(change, why, kept=not failed)
    try:
        journal.write(change)
    except DmError as error:
        return Done(change, error, kept=False)
    return Done(change, why)


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


class _Heeding:
    """An exchange that notices answers that throttle, also those after which a call is tried again."""

    def __init__(self, exchange: Exchange, throttled: Callable[[], None]) -> None:
        self._exchange, self._throttled = exchange, throttled

    def __call__(self, request: Request) -> Reply:
        reply = self._exchange(request)
        if reply.status != 200 and judge(reply).outcome is Outcome.THROTTLED:  # noqa: PLR2004
            self._throttled()
        return reply
