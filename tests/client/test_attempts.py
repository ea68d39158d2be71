"""What a reply is taken for, and how a call ends."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest

from dmcli.api.model import Effect
from dmcli.api.wire import Reply
from dmcli.client.attempts import Operation, Retrier
from dmcli.client.retry import Outcome, Step
from dmcli.client.verdict import Verdict, judge
from dmcli.errors import ConfigError

ELSE = "something other than DirectMail answered with HTTP {}: check the endpoint and the proxy"


def said(status: int, more: str = "") -> str:
    return f"the reply (HTTP {status}) is not one of DirectMail's{more}"


@pytest.mark.parametrize("status", [200, 201, 299])
def test_success_is_a_request_id_with_a_status_of_success(status):
    answer = {"RequestId": "r", "EnvId": "1"}
    assert judge(Reply(status, {}, json.dumps(answer).encode())) == Verdict(Outcome.DONE, answer, status=status)


@pytest.mark.parametrize("status", [199, 300, 404])
def test_an_answer_of_another_status_is_none(status):
    assert judge(Reply(status, {}, b'{"RequestId": "r"}')) == Verdict(
        Outcome.NOT_THE_SERVICE, said=ELSE.format(status), status=status
    )


def test_a_refusal_has_all_that_the_service_says_of_it():
    body = b'{"Code": "A.B", "Message": "the message", "RequestId": "r", "HostId": "h"}'
    assert judge(Reply(400, {}, body)) == Verdict(
        Outcome.REFUSED, said="the message", code="A.B", request_id="r", status=400
    )
    assert judge(Reply(400, {}, b'{"Code": "A.B"}'), already_done=("A.B",)) == Verdict(
        Outcome.ALREADY_DONE, code="A.B", status=400
    )


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(429, {}, b"slow down"), Verdict(Outcome.THROTTLED, said=said(429, ": too many requests"), status=429)),
        (Reply(408, {}, b""), Verdict(Outcome.AMBIGUOUS, said=said(408), status=408)),
        (Reply(500, {}, b"oops"), Verdict(Outcome.AMBIGUOUS, said=said(500), status=500)),
        (Reply(200, {}, b"{}"), Verdict(Outcome.AMBIGUOUS, said=said(200), status=200)),
        (Reply(499, {}, b""), Verdict(Outcome.NOT_THE_SERVICE, said=ELSE.format(499), status=499)),
        (Reply(200, {}, b"<p>"), Verdict(Outcome.NOT_THE_SERVICE, said=ELSE.format(200), status=200)),
        (
            Reply(302, {"location": "https://portal.example.com/login"}, b""),
            Verdict(
                Outcome.NOT_THE_SERVICE,
                said=ELSE.format(302).replace(":", " and points to portal.example.com:"),
                status=302,
            ),
        ),
        (
            Reply(302, {"location": "/login"}, b""),
            Verdict(Outcome.NOT_THE_SERVICE, said=ELSE.format(302).replace(":", " and points to /login:"), status=302),
        ),
    ],
    ids=lambda one: f"HTTP {one.status}",
)
def test_a_reply_that_is_not_the_services_is_told_as_what_it_is(reply, verdict):
    assert judge(reply) == verdict


def test_another_service_is_called_by_its_name():
    assert judge(Reply(200, {}, b""), service="STS").said == "the reply (HTTP 200) is not one of STS's"


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Sat, 31 Jan 2026 12:00:09 GMT", 9),
        ("Sat, 31 Jan 2026 11:59:58 +0000", -2),
        ("Sat, 31 Jan 2026 20:00:00 +0800", 0),
        ("Sat, 31 Jan 2026 12:00:00 -0000", 0),  # in UTC too, wherever it was sent
        ("soon", None),
        ("", None),
    ],
)
def test_how_far_the_clocks_are_apart(shanghai, date, skew):
    when, reply = datetime(2026, 1, 31, 12, tzinfo=timezone.utc), Reply(400, {"date": date}, b"")
    found = Verdict(Outcome.CLOCK, reply=reply, midpoint=when).skew
    assert found == (None if skew is None else timedelta(seconds=skew))
    assert Verdict(Outcome.CLOCK, reply=reply).skew is None
    assert Verdict(Outcome.CLOCK, midpoint=when).skew is None
    assert Verdict(Outcome.CLOCK, reply=Reply(400, {}, b""), midpoint=when).skew is None


# --- how a call ends


def test_a_call_has_a_minute_unless_somebody_says_otherwise():
    assert (Retrier().deadline, Retrier(deadline=5.0).deadline) == (60.0, 5.0)


@pytest.mark.parametrize("already_done", [(), ("A.B",)])
def test_codes_that_tell_that_it_was_done_count_after_an_attempt_in_doubt(already_done):
    given = []

    def attempt(_, codes):
        given.append(codes)
        return LOST if len(given) == 2 else Verdict(Outcome.NOT_SENT)

    work = (
        Operation("it", Effect.READ, attempt, already_done) if already_done else Operation("it", Effect.READ, attempt)
    )
    Retrier(sleep=lambda _: None).run(work)
    assert given == [(), (), already_done, already_done]


def ending(*verdicts, effect=Effect.CREATE, **work):
    """How a call ends whose attempts come to these."""
    left = list(verdicts)

    def attempt(*_):
        verdict = left.pop(0)
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    retrier = Retrier(sleep=lambda _: None, chance=lambda: 0.5)
    ended = retrier.run(Operation("it", effect, attempt, **work))
    assert not left
    return ended


LOST, REPLAYED = Verdict(Outcome.AMBIGUOUS, said="lost"), Verdict(Outcome.REPLAYED, code="SignatureNonceUsed")


@pytest.mark.parametrize(("first", "told"), [(LOST, "lost"), (REPLAYED, "SignatureNonceUsed")])
def test_what_hinders_the_next_attempt_is_told_behind_what_became_of_the_last(first, told):
    ended = ending(first, ConfigError("no keys"), read_back=lambda: None)
    assert (ended.step, ended.attempts, ended.maybe_done) == (Step.STOP, 1, True)
    assert (ended.verdict.outcome, ended.verdict.said) == (first.outcome, f"{told}; then no keys")


def test_what_hinders_the_first_attempt_is_all_that_is_told():
    with pytest.raises(ConfigError, match=r"^no keys$"):
        ending(Verdict(Outcome.NOT_SENT), ConfigError("no keys"))


def test_where_looking_would_prove_nothing_the_end_is_unknown():
    assert ending(LOST)[0] is Step.UNKNOWN


@pytest.mark.parametrize("outcome", [Outcome.CLOCK, Outcome.EXPIRED])
def test_what_cannot_be_mended_ends_the_call(outcome):
    assert ending(Verdict(outcome), effect=Effect.READ) == (Step.STOP, Verdict(outcome), 1, False)
