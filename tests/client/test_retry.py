"""The retry policy, held against the table it was designed from, written down here a second time."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import each

from dmcli.api.model import Effect
from dmcli.client.retry import (
    ATTEMPTS,
    PATIENCE,
    TABLE,
    TOKENS,
    Budget,
    Decision,
    Outcome,
    Step,
    Tried,
    decide,
    retry_after,
    wait,
)

#                           READ           WRITE          CREATE         DELETE         SEND
EXPECTED = {
    "DONE":            "FINISH         FINISH         FINISH         FINISH         FINISH",
    "NOT_SENT":        "RETRY          RETRY          RETRY          RETRY          RETRY",
    "THROTTLED":       "RETRY          RETRY          RETRY          RETRY          RETRY",
    "CLOCK":           "CORRECT_CLOCK  CORRECT_CLOCK  CORRECT_CLOCK  CORRECT_CLOCK  CORRECT_CLOCK",
    "EXPIRED":         "RENEW_KEYS     RENEW_KEYS     RENEW_KEYS     RENEW_KEYS     RENEW_KEYS",
    "REFUSED":         "STOP           STOP           STOP           STOP           STOP",
    "ALREADY_DONE":    "STOP           FINISH         READ_BACK      FINISH         STOP",
    "REPLAYED":        "RETRY          RETRY          READ_BACK      RETRY          UNKNOWN",
    "AMBIGUOUS":       "RETRY          RETRY          READ_BACK      RETRY          UNKNOWN",
    "NOT_THE_SERVICE": "STOP           STOP           STOP           STOP           UNKNOWN",
}  # fmt: skip
FIRST = Tried()
EFFECTS = (Effect.READ, Effect.WRITE, Effect.CREATE, Effect.DELETE, Effect.SEND)
outcomes, effects = st.sampled_from(list(Outcome)), st.sampled_from(list(Effect))
chances = st.floats(0, 1, exclude_max=True)


def step(outcome: Outcome, effect: Effect, tried: Tried = FIRST, **budget) -> Decision:
    return decide(outcome, effect, tried, Budget(**budget), chance=0.5)


@each("outcome", Outcome)
@each("effect", Effect)
def test_the_first_step_is_the_tables(outcome, effect):
    expected = EXPECTED[outcome.name].split()[EFFECTS.index(effect)]
    assert step(outcome, effect).step.name == expected
    assert TABLE[outcome][effect].name == expected


@given(outcomes, effects, st.integers(1, 50), st.integers(0, TOKENS), st.floats(0, 100), chances)
def test_whatever_is_left_to_spend_a_send_that_may_be_done_is_never_tried_again(
    outcome, effect, attempts, tokens, seconds, chance
):
    decision = decide(outcome, effect, Tried(attempts), Budget(tokens, seconds), chance=chance)
    if effect is Effect.SEND and outcome in (Outcome.AMBIGUOUS, Outcome.REPLAYED, Outcome.NOT_THE_SERVICE):
        assert decision.step is Step.UNKNOWN
    if decision.step is Step.RETRY:
        assert decision.delay < seconds
        assert attempts < ATTEMPTS[effect]
        assert 0 <= decision.tokens < tokens
    assert 0 <= decision.tokens <= TOKENS
    assert decision.delay >= 0


@pytest.mark.parametrize("effect", list(Effect))
def test_attempts_end(effect):
    most = 4 if effect is Effect.READ else 3
    assert ATTEMPTS[effect] == most
    assert step(Outcome.NOT_SENT, effect, Tried(most - 1)).step is Step.RETRY
    assert step(Outcome.NOT_SENT, effect, Tried(most)) == Decision(Step.STOP, TOKENS)


def test_reads_are_not_waited_for_as_long_as_what_must_not_be_repeated():
    assert {effect: 20.0 if effect is Effect.READ else 60.0 for effect in Effect} == PATIENCE


@pytest.mark.parametrize(("outcome", "once"), [(Outcome.CLOCK, "clock_corrected"), (Outcome.EXPIRED, "keys_renewed")])
def test_clock_and_keys_are_mended_once(outcome, once):
    assert step(outcome, Effect.SEND, Tried(3)) == Decision(TABLE[outcome][Effect.SEND], TOKENS)
    assert step(outcome, Effect.SEND, Tried(1, **{once: True})) == Decision(Step.STOP, TOKENS)
    assert step(outcome, Effect.SEND, seconds=0).step is Step.STOP
    assert step(outcome, Effect.SEND, seconds=0.001).step is not Step.STOP
    other = "keys_renewed" if once == "clock_corrected" else "clock_corrected"
    assert step(outcome, Effect.SEND, Tried(1, **{other: True})).step is not Step.STOP


def test_tokens_are_spent_and_earned():
    assert step(Outcome.NOT_SENT, Effect.READ).tokens == TOKENS - 14
    assert step(Outcome.THROTTLED, Effect.READ).tokens == TOKENS - 5
    assert step(Outcome.DONE, Effect.READ, tokens=7) == Decision(Step.FINISH, 8)
    assert step(Outcome.DONE, Effect.READ).tokens == TOKENS == 500
    for outcome, cost in ((Outcome.NOT_SENT, 14), (Outcome.THROTTLED, 5)):
        assert step(outcome, Effect.READ, tokens=cost).tokens == 0
        assert step(outcome, Effect.READ, tokens=cost - 1) == Decision(Step.STOP, cost - 1)


def test_no_wait_goes_past_the_deadline():
    delay = step(Outcome.THROTTLED, Effect.READ).delay
    assert delay == 0.5
    assert step(Outcome.THROTTLED, Effect.READ, seconds=delay) == Decision(Step.STOP, TOKENS)
    assert step(Outcome.THROTTLED, Effect.READ, seconds=delay + 0.001).step is Step.RETRY


def test_what_may_have_been_created_is_looked_for_even_when_no_attempt_is_left():
    assert step(Outcome.AMBIGUOUS, Effect.CREATE) == Decision(Step.READ_BACK, TOKENS - 14, 0.05)
    assert step(Outcome.AMBIGUOUS, Effect.CREATE, Tried(3)) == Decision(Step.READ_BACK, TOKENS, 0.2, last=True)
    assert step(Outcome.AMBIGUOUS, Effect.CREATE, tokens=13) == Decision(Step.READ_BACK, 13, 0.05, last=True)
    assert step(Outcome.AMBIGUOUS, Effect.CREATE, seconds=0.01) == Decision(Step.READ_BACK, TOKENS, 0.01, last=True)
    assert step(Outcome.AMBIGUOUS, Effect.CREATE, seconds=-1) == Decision(Step.READ_BACK, TOKENS, 0.0, last=True)


@pytest.mark.parametrize(("throttled", "base"), [(False, 0.1), (True, 1.0)])
def test_waits_double_up_to_a_limit(throttled, base):
    ceilings = [wait(attempts, throttled=throttled, chance=1.0) for attempts in range(1, 12)]
    assert ceilings == [min(base * 2**i, 20.0) for i in range(11)]
    assert wait(10_000, throttled=throttled, chance=1.0) == 20.0


def test_jitter_is_full_and_uniform():
    rng = random.Random(7)  # noqa: S311  the same numbers each time
    waits = [wait(3, throttled=True, chance=rng.random()) for _ in range(10_000)]
    assert 0 <= min(waits) <= 0.01
    assert 3.99 <= max(waits) < 4.0
    for tenth in range(10):
        share = sum(0.4 * tenth <= one < 0.4 * (tenth + 1) for one in waits)
        assert 800 <= share <= 1200


@given(st.floats(0, 1e9), chances, st.integers(1, 9), st.booleans())
def test_what_the_service_asks_for_is_waited_up_to_a_minute(asked, chance, attempts, throttled):
    assert wait(attempts, throttled=throttled, chance=chance, asked=asked) == min(asked, 60.0)


def test_the_decision_waits_what_was_asked():
    decision = decide(Outcome.THROTTLED, Effect.SEND, Tried(), Budget(TOKENS, 60.0), chance=0.5, asked=2.0)
    assert decision == Decision(Step.RETRY, TOKENS - 5, 2.0)
    assert decide(Outcome.THROTTLED, Effect.SEND, Tried(), Budget(TOKENS, 60.0), chance=0.5, asked=99).step is Step.STOP


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2000", 2.0),
        ("0", 0.0),
        ("1000000000000", 1e9),
        ("9" * 18, (10**18 - 1) / 1000),
        ("-1", None),
        ("NaN", None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("9" * 20, None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_the_header_that_asks_to_wait_is_in_milliseconds(header, seconds):
    assert retry_after(header) == seconds


def test_a_budget_has_no_deadline_unless_it_is_given_one():
    assert Budget() == (TOKENS, math.inf)
