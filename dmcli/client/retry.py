"""Whether to try again: a pure policy.

What an attempt came to and what the call does to the account decide the next step; what is left to spend decides
whether it may be taken. No clock, no chance and no network in here.
"""

from __future__ import annotations

import math

from dmcli.api.model import Effect
from dmcli.record import Enumeration, Record
from dmcli.untrusted import read_number


class Outcome(Enumeration):
    """What one attempt came to."""

    DONE = "it was done"
    NOT_SENT = "no byte of it reached the service"
    THROTTLED = "refused before any work, for the moment"
    CLOCK = "refused for the time it was signed at"
    EXPIRED = "refused because temporary keys had ended"
    REFUSED = "refused for good"
    ALREADY_DONE = "refused in a way that tells that an earlier attempt was done"
    REPLAYED = "refused because its nonce was known: somebody delivered it before"
    AMBIGUOUS = "no answer, or none that tells"
    NOT_THE_SERVICE = "answered by something that is not the service"


class Step(Enumeration):
    """What to do next."""

    FINISH = "the answer is there"
    RETRY = "try again with a new nonce"
    CORRECT_CLOCK = "take the service's time, then try again"
    RENEW_KEYS = "get new temporary keys, then try again"
    READ_BACK = "look whether it is there; if not, try again"
    STOP = "give up; nothing more is known than the outcome says"
    UNKNOWN = "give up; it may have been done, and nobody can tell"


def _for_all(step: Step, **but: Step) -> dict[Effect, Step]:
    return {effect: but.get(effect.name, step) for effect in Effect}


# A mail is never sent twice: once a send may have been executed, there is no further attempt.
TABLE: dict[Outcome, dict[Effect, Step]] = {
    Outcome.DONE: _for_all(Step.FINISH),
    Outcome.NOT_SENT: _for_all(Step.RETRY),
    Outcome.THROTTLED: _for_all(Step.RETRY),
    Outcome.CLOCK: _for_all(Step.CORRECT_CLOCK),
    Outcome.EXPIRED: _for_all(Step.RENEW_KEYS),
    Outcome.REFUSED: _for_all(Step.STOP),
    Outcome.ALREADY_DONE: _for_all(Step.FINISH, READ=Step.STOP, CREATE=Step.READ_BACK, SEND=Step.STOP),
    Outcome.REPLAYED: _for_all(Step.RETRY, CREATE=Step.READ_BACK, SEND=Step.UNKNOWN),
    Outcome.AMBIGUOUS: _for_all(Step.RETRY, CREATE=Step.READ_BACK, SEND=Step.UNKNOWN),
    Outcome.NOT_THE_SERVICE: _for_all(Step.STOP, SEND=Step.UNKNOWN),
}
# Outcomes after which the call may have been executed.
MAYBE_DONE = frozenset({Outcome.REPLAYED, Outcome.AMBIGUOUS, Outcome.NOT_THE_SERVICE})
# Outcomes after which the service may answer when it is asked again.
UNANSWERED = frozenset({Outcome.NOT_SENT, Outcome.THROTTLED, Outcome.REPLAYED, Outcome.AMBIGUOUS})

ATTEMPTS = {effect: 4 if effect is Effect.READ else 3 for effect in Effect}
# Seconds that one attempt may take. What is not safe to repeat waits longer: impatience would make unknown outcomes.
PATIENCE = {effect: 20.0 if effect is Effect.READ else 60.0 for effect in Effect}
TOKENS = 500  # a run that fails all the time stops retrying when they are spent
_COST, _COST_THROTTLED, _REWARD = 14, 5, 1
_BASE, _BASE_THROTTLED = 0.1, 1.0  # seconds
_LONGEST = 20.0  # seconds of our own accord
_LONGEST_ASKED = 60.0  # seconds that the service may ask for


class Tried(Record):
    """What was done so far for one call: attempts made, and what may be done only once."""

    attempts: int = 1
    clock_corrected: bool = False
    keys_renewed: bool = False

    def after(self, step: Step) -> Tried:
        """The same with this step taken."""
        if step is Step.CORRECT_CLOCK:
            return self._replace(clock_corrected=True)
        if step is Step.RENEW_KEYS:
            return self._replace(keys_renewed=True)
        return self._replace(attempts=self.attempts + 1)


class Budget(Record):
    """What is left to spend: retry tokens of the whole run, and seconds until the call's deadline."""

    tokens: int = TOKENS
    seconds: float = math.inf


class Decision(Record):
    """The next step: `delay` is in seconds before it, `tokens` are those left after it.

    `last` says, of READ_BACK, that no attempt may follow it.
    """

    step: Step
    tokens: int
    delay: float = 0.0
    last: bool = False


def decide(
    outcome: Outcome, effect: Effect, tried: Tried, budget: Budget, *, chance: float, asked: float | None = None
) -> Decision:
    """The step after an attempt.

    `chance` is a random number from 0 to 1, `asked` are the seconds that the service asked to wait.
    """
    step = TABLE[outcome][effect]
    if step is Step.FINISH:
        return Decision(step, min(budget.tokens + _REWARD, TOKENS))
    if step is Step.CORRECT_CLOCK or step is Step.RENEW_KEYS:
        before = tried.clock_corrected if step is Step.CORRECT_CLOCK else tried.keys_renewed
        return Decision(Step.STOP if before or budget.seconds <= 0 else step, budget.tokens)
    if step is not Step.RETRY and step is not Step.READ_BACK:
        return Decision(step, budget.tokens)
    throttled = outcome is Outcome.THROTTLED
    cost = _COST_THROTTLED if throttled else _COST
    delay = wait(tried.attempts, throttled=throttled, chance=chance, asked=asked)
    spent = tried.attempts >= ATTEMPTS[effect] or budget.tokens < cost or delay >= budget.seconds
    if step is Step.READ_BACK:
        # Looking is worth it even when no attempt is left, and it waits like one, so that the service can finish.
        return Decision(step, budget.tokens - (0 if spent else cost), min(delay, max(budget.seconds, 0.0)), spent)
    return Decision(Step.STOP, budget.tokens) if spent else Decision(step, budget.tokens - cost, delay)


def wait(attempts: int, *, throttled: bool, chance: float, asked: float | None = None) -> float:
    """Seconds to wait after that many attempts: what the service asked for, else full jitter that doubles each time."""
    if asked is not None:
        return min(asked, _LONGEST_ASKED)
    base = _BASE_THROTTLED if throttled else _BASE
    return chance * min(base * 2.0 ** min(attempts - 1, 32), _LONGEST)


def retry_after(header: str) -> float | None:
    """The seconds that `x-acs-retry-after` asks for, which is in milliseconds; None for what is no such number."""
    milliseconds = read_number(header)
    return None if milliseconds is None else milliseconds / 1000
