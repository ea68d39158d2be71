"""One call in as many attempts as the policy allows: carried, judged and decided until it has ended."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from dmcli.api.model import Effect
from dmcli.api.wire import Ambiguous, NotSent
from dmcli.client.retry import MAYBE_DONE, Budget, Decision, Outcome, Step, Tried, decide, retry_after
from dmcli.client.verdict import Result, Verdict, clock_text
from dmcli.errors import DmError
from dmcli.record import Record
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.wire import Exchange, Reply, Request

DEADLINE = 60.0  # seconds for a call with all its attempts
_WORTH_TELLING = 1.0  # seconds of waiting
_SKEW = timedelta(seconds=60)  # less is not what a time stamp is refused for
_MOST_SKEW = timedelta(hours=24)  # more is a clock to set, not to work around


def any_chance() -> float:
    """A random number from 0 to 1."""
    import random

    return random.random()  # noqa: S311  it spreads retries, nothing more


class Operation(Record):
    """One call to be made, in as many attempts as its `effect` allows.

    `request` makes the request of each attempt, new nonce and all; its patience is cut to what is left of the deadline.
    `judge` says what a reply means. The codes `already_done`, after an attempt that may have been done, mean that it
    was. `renew` gets new temporary keys, false where there are none to get. `read_back` finds what an attempt may have
    made; it is None where looking would prove nothing. `more` are seconds beyond the deadline, for what is large.
    """

    name: str
    effect: Effect
    exchange: Exchange
    request: Callable[[], Request]
    judge: Callable[[Reply], Verdict]
    already_done: tuple[str, ...] = ()
    renew: Callable[[], bool] = lambda: False
    read_back: Callable[[], Verdict | None] | None = None
    more: float = 0.0


class Retrier:
    """Runs operations, and holds what they share: time, chance, the retry tokens left, how far the clock is off.

    >>> from dmcli.api.wire import Reply, Request
    >>> from dmcli.client.verdict import judge
    >>> replies = [Reply(503, {}, b"busy"), Reply(200, {}, b'{"RequestId": "1"}')]
    >>> request = Request("POST", "https://dm.aliyuncs.com/", {}, b"")
    >>> operation = Operation("DescDomain", Effect.READ, lambda _: replies.pop(0), lambda: request, judge)
    >>> result = Retrier(sleep=lambda _: None).run(operation)
    >>> result.step.name, result.attempts, result.verdict.answer
    ('FINISH', 2, {'RequestId': '1'})

    `deadline` is in seconds for each call. `tell` says a line to the person. `under_way` names the action that is being
    tried and is not a mere read, `in_doubt` the one of which an attempt may have been done and no answer has told: were
    the run to end now, nobody would know what became of it.
    """

    def __init__(
        self,
        *,
        deadline: float = DEADLINE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = any_chance,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.deadline = deadline
        self.clock = clock
        self.under_way = self.in_doubt = ""
        self.tell = tell
        self._now, self._sleep, self._chance = now, sleep, chance
        self._tokens = Budget().tokens
        self._offset = timedelta()
        self._skew = timedelta()  # as the latest reply tells

    def for_thread(self) -> Retrier:
        """One for another thread, which knows what is known of the clock, has tokens of its own and tells nobody."""
        made = Retrier(deadline=self.deadline, now=self._now, clock=self.clock, sleep=self._sleep, chance=self._chance)
        made._offset, made._skew = self._offset, self._skew
        return made

    def now(self) -> datetime:
        """The service's time, as far as it is known."""
        return self._now() + self._offset

    def service_time(self) -> datetime:
        """The service's time as its latest reply told it, by this machine's clock before the first."""
        return self._now() + self._skew

    def run(self, operation: Operation) -> Result:
        """Try until the policy says that the call has ended. Raises what an attempt raises, unless one may be done."""
        end, tried, before = self.clock() + self.deadline + operation.more, Tried(), self.in_doubt
        last = Result(Step.RETRY, Verdict(Outcome.NOT_SENT), attempts=0, maybe_done=False)
        try:
            while True:
                verdict = self._attempt(operation, end - self.clock(), maybe_done=last.maybe_done)
                decision = self._decision(operation.effect, verdict, tried, end - self.clock())
                maybe_done = last.maybe_done or verdict.outcome in MAYBE_DONE
                last = Result(decision.step, verdict, tried.attempts, maybe_done)
                if maybe_done and operation.effect is not Effect.READ:
                    self.in_doubt = operation.name
                if result := self._result(operation, decision, last):
                    self.in_doubt = before
                    return result
                tried = tried.after(decision.step)
        except DmError as error:
            self.in_doubt = before
            if not last.maybe_done:
                raise
            # What an earlier attempt may have done outweighs why there could be no other.
            said = tr("{said}; then {next}", said=last.verdict.said or last.verdict.code, next=error.message)
            return last._replace(step=Step.STOP, verdict=last.verdict._replace(said=said))

    def _attempt(self, operation: Operation, seconds: float, *, maybe_done: bool) -> Verdict:
        """One attempt, within so many seconds. Raises DmError when its request cannot be made."""
        before = self.under_way  # an attempt may need a call of its own first, to get keys
        self.under_way = "" if operation.effect is Effect.READ else operation.name
        try:
            request = operation.request()
            patience = min(request.patience, max(seconds, 0.0))
            verdict = self.send_once(operation.exchange, request._replace(patience=patience), operation.judge)
        except DmError:
            self.under_way = before
            raise
        self.under_way = before  # an interruption, or a defect, leaves it as it is
        if maybe_done and verdict.code in operation.already_done:
            return verdict._replace(outcome=Outcome.ALREADY_DONE)
        return verdict

    def send_once(self, exchange: Exchange, request: Request, judge: Callable[[Reply], Verdict]) -> Verdict:
        """Send one request and judge what comes of it."""
        began, started = self._now(), self.clock()
        try:
            reply = exchange(request)
        except NotSent as error:
            return Verdict(Outcome.NOT_SENT, said=str(error))
        except Ambiguous as error:
            return Verdict(Outcome.AMBIGUOUS, said=str(error))
        midpoint = began + timedelta(seconds=(self.clock() - started) / 2)
        verdict = judge(reply)._replace(reply=reply, midpoint=midpoint)
        skew = verdict.skew
        self._skew = self._skew if skew is None else skew
        return verdict

    def _decision(self, effect: Effect, verdict: Verdict, tried: Tried, seconds: float) -> Decision:
        """What the policy says, with so many seconds left; the tokens it costs are spent."""
        asked = retry_after(verdict.reply.headers.get("x-acs-retry-after", "")) if verdict.reply else None
        budget = Budget(self._tokens, seconds)
        chance = 0.0 if verdict.outcome is Outcome.DONE else self._chance()  # no further attempt, so none is needed
        decision = decide(verdict.outcome, effect, tried, budget, chance=chance, asked=asked)
        self._tokens = decision.tokens
        return decision

    def _result(self, operation: Operation, decision: Decision, last: Result) -> Result | None:
        """Do what stands before another attempt; None when it may follow, else how the call ends."""
        step, read_back = decision.step, operation.read_back
        if step in (Step.CORRECT_CLOCK, Step.RENEW_KEYS):
            corrected = self._correct_clock(last.verdict) if step is Step.CORRECT_CLOCK else operation.renew()
            return None if corrected else last._replace(step=Step.STOP)
        if step is Step.RETRY:
            self._pause(last.verdict, decision.delay)
            return None
        if step is not Step.READ_BACK:
            return last
        if read_back is None:
            return last._replace(step=Step.UNKNOWN)
        self._pause(last.verdict, decision.delay)
        if found := read_back():
            return last._replace(step=Step.FINISH, verdict=found)
        return last._replace(step=Step.UNKNOWN) if decision.last else None

    def _correct_clock(self, verdict: Verdict) -> bool:
        """Take the service's time for all further calls; false where it does not tell, or is not what was wrong."""
        skew = verdict.skew
        if skew is None or abs(skew - self._offset) <= _SKEW or abs(skew) > _MOST_SKEW:
            return False
        self._offset = skew
        self.tell(tr("warning: {clock}; signing with the service's time", clock=clock_text(skew)))
        return True

    def _pause(self, verdict: Verdict, delay: float) -> None:
        if delay >= _WORTH_TELLING:
            self.tell(tr("{reason}; trying again in {delay:.0f} s", reason=verdict.code or verdict.said, delay=delay))
        self._sleep(delay)
