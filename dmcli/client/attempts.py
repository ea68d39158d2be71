"""One call in as many attempts as the policy allows: carried, judged and decided until it has ended."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.model import Effect
from dmcli.api.wire import Ambiguous, NotSent
from dmcli.client.retry import MAYBE_DONE, Budget, Outcome, Step, Tried, asked_of, decide
from dmcli.client.verdict import Verdict, clock_text
from dmcli.errors import DmError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.wire import Exchange, Reply, Request

DEADLINE = 60.0  # seconds for a call with all its attempts
_WORTH_TELLING = 1.0  # seconds of waiting
_SKEW = timedelta(seconds=60)  # less is not what a time stamp is refused for
_MOST_SKEW = timedelta(hours=24)  # more is a clock to set, not to work around


class Operation(NamedTuple):
    """One call to be done.

    `attempt` makes one attempt within a number of seconds; the codes it is given mean that an earlier attempt did it.
    `renew` gets new temporary keys, false where there are none to get. `read_back` finds what an attempt may have made;
    it is None where looking would prove nothing.
    """

    name: str
    effect: Effect
    attempt: Callable[[float, tuple[str, ...]], Verdict]
    already_done: tuple[str, ...] = ()
    renew: Callable[[], bool] = lambda: False
    read_back: Callable[[], Verdict | None] | None = None


class Result(NamedTuple):
    """How a call ended: `step` is FINISH, STOP or UNKNOWN; `maybe_done` says that some attempt may have been done."""

    step: Step
    verdict: Verdict
    attempts: int
    maybe_done: bool


class Retrier:
    """Runs operations, and holds what they share: time, chance, the retry tokens left, how far the clock is off.

    `deadline` is in seconds for each call. `tell` says a line to the person. `under_way` names the action that is being
    tried and is not a mere read: were the run to end now, nobody would know what became of it.
    """

    def __init__(
        self,
        *,
        deadline: float = DEADLINE,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.deadline = deadline
        self.clock = clock
        self.under_way = ""
        self.tell = tell
        self._now, self._sleep, self._chance = now, sleep, chance
        self._tokens = Budget().tokens
        self._offset = timedelta()

    def now(self) -> datetime:
        """The service's time, as far as it is known."""
        return self._now() + self._offset

    def send_once(self, exchange: Exchange, request: Request, judge: Callable[[Reply], Verdict]) -> Verdict:
        """Carry one request and judge what comes of it."""
        began, started = self._now(), self.clock()
        try:
            reply = exchange(request)
        except NotSent as error:
            return Verdict(Outcome.NOT_SENT, said=str(error))
        except Ambiguous as error:
            return Verdict(Outcome.AMBIGUOUS, said=str(error))
        midpoint = began + timedelta(seconds=(self.clock() - started) / 2)
        return judge(reply)._replace(reply=reply, midpoint=midpoint)

    def run(self, operation: Operation) -> Result:
        """Try until the policy says that the call has ended. Raises what an attempt raises, unless one may be done."""
        seen: list[Result] = []
        try:
            return self._run(operation, seen)
        except DmError as error:
            if not seen or not seen[-1].maybe_done:
                raise
            # What an earlier attempt may have done outweighs why there could be no other.
            verdict = seen[-1].verdict
            said = f"{verdict.said or verdict.code}; then {error.message}"
            return seen[-1]._replace(step=Step.STOP, verdict=verdict._replace(said=said))

    def _run(self, operation: Operation, seen: list[Result]) -> Result:
        """The same; `seen` takes what each attempt came to."""
        end, tried, maybe_done = self.clock() + self.deadline, Tried(), False
        while True:
            verdict = self._tried(operation, end - self.clock(), maybe_done=maybe_done)
            budget = Budget(self._tokens, end - self.clock())
            asked = asked_of(verdict.reply.headers.get("x-acs-retry-after", "")) if verdict.reply else None
            decision = decide(verdict.outcome, operation.effect, tried, budget, chance=self._chance(), asked=asked)
            self._tokens, step = decision.tokens, decision.step
            maybe_done = maybe_done or verdict.outcome in MAYBE_DONE
            ended = Result(step, verdict, tried.attempts, maybe_done)
            seen.append(ended)
            if step in (Step.FINISH, Step.STOP, Step.UNKNOWN):
                return ended
            if step is Step.READ_BACK and operation.read_back is None:
                return ended._replace(step=Step.UNKNOWN)
            if step is Step.CORRECT_CLOCK:
                tried = tried._replace(clock_corrected=True)
                if not self._correct_clock(verdict):
                    return ended._replace(step=Step.STOP)
                continue
            if step is Step.RENEW_KEYS:
                tried = tried._replace(keys_renewed=True)
                if not operation.renew():
                    return ended._replace(step=Step.STOP)
                continue
            self._pause(verdict, decision.delay)
            if step is Step.READ_BACK and operation.read_back:
                found = operation.read_back()
                if found or decision.last:
                    return Result(Step.FINISH if found else Step.UNKNOWN, found or verdict, tried.attempts, maybe_done)
            tried = tried._replace(attempts=tried.attempts + 1)

    def _tried(self, operation: Operation, seconds: float, *, maybe_done: bool) -> Verdict:
        before = self.under_way  # an attempt may need a call of its own first, to get keys
        self.under_way = "" if operation.effect is Effect.READ else operation.name
        try:
            verdict = operation.attempt(seconds, operation.already_done if maybe_done else ())
        except DmError:
            self.under_way = before
            raise
        self.under_way = before  # an interruption, or a defect, leaves it as it is
        return verdict

    def _correct_clock(self, verdict: Verdict) -> bool:
        """Take the service's time for all further calls; false where it does not tell, or is not what was wrong."""
        skew = verdict.skew
        if skew is None or abs(skew - self._offset) <= _SKEW or abs(skew) > _MOST_SKEW:
            return False
        self._offset = skew
        self.tell(f"warning: {clock_text(skew)}; signing with the service's time")
        return True

    def _pause(self, verdict: Verdict, delay: float) -> None:
        if delay >= _WORTH_TELLING:
            self.tell(f"{verdict.code or verdict.said}; trying again in {delay:.0f} s")
        self._sleep(delay)
