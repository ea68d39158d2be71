"""What a reply is taken for, and how a call ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from dmcli.api.model import Effect
from dmcli.api.wire import NotSent, Reply, Request
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
        ("Sun, 06 Nov 99999999999999 08:49:37 GMT", None),  # more than a year can be
        ("Sat, 31 Jan 2026 12:00:00 +99999999999999999", None),
    ],
)
def test_how_far_the_clocks_are_apart(shanghai, date, skew):
    when, reply = datetime(2026, 1, 31, 12, tzinfo=UTC), Reply(400, {"date": date}, b"")
    found = Verdict(Outcome.CLOCK, reply=reply, midpoint=when).skew
    assert found == (None if skew is None else timedelta(seconds=skew))
    assert Verdict(Outcome.CLOCK, reply=reply).skew is None
    assert Verdict(Outcome.CLOCK, midpoint=when).skew is None
    assert Verdict(Outcome.CLOCK, reply=Reply(400, {}, b""), midpoint=when).skew is None


# --- how a call ends


def test_a_call_has_a_minute_unless_somebody_says_otherwise():
    assert (Retrier().deadline, Retrier(deadline=5.0).deadline) == (60.0, 5.0)


def ending(*verdicts, effect=Effect.CREATE, **more):
    """How a call ends whose attempts come to these; an error among them keeps a request from being made."""
    left = list(verdicts)

    def request() -> Request:
        if isinstance(left[0], Exception):
            raise left.pop(0)
        return Request("GET", "https://dm.example.com/", {}, b"")

    retrier = Retrier(sleep=lambda _: None, chance=lambda: 0.5)
    ended = retrier.run(Operation("it", effect, lambda _: ANSWER, request, lambda _: left.pop(0), **more))
    assert not left
    return ended


ANSWER = Reply(400, {}, b"")
LOST, REPLAYED = Verdict(Outcome.AMBIGUOUS, said="lost"), Verdict(Outcome.REPLAYED, code="SignatureNonceUsed")
BUSY, GONE = Verdict(Outcome.THROTTLED), Verdict(Outcome.REFUSED, code="A.B")


@pytest.mark.parametrize(
    ("verdicts", "codes", "step", "outcome"),
    [
        ((BUSY, GONE), ("A.B",), Step.STOP, Outcome.REFUSED),
        ((LOST, BUSY, GONE), ("A.B",), Step.FINISH, Outcome.ALREADY_DONE),
        ((LOST, GONE), ("C", "A.B"), Step.FINISH, Outcome.ALREADY_DONE),
        ((LOST, GONE), ("C",), Step.STOP, Outcome.REFUSED),
        ((LOST, GONE), (), Step.STOP, Outcome.REFUSED),
    ],
    ids=["nothing before it", "lost and busy", "lost", "another code", "no codes"],
)
def test_codes_that_tell_that_it_was_done_count_after_an_attempt_in_doubt(verdicts, codes, step, outcome):
    ended = ending(*verdicts, effect=Effect.DELETE, already_done=codes)
    assert (ended.step, ended.verdict.outcome, ended.verdict.code) == (step, outcome, "A.B")


@pytest.mark.parametrize(("takes", "left"), [(7.0, 5.0), (9.0, 3.0), (13.0, 0.0)])
def test_an_attempt_has_the_patience_of_its_request_or_what_is_left_of_the_deadline(takes, left):
    time, given = [0.0], []

    def exchange(request: Request) -> Reply:
        given.append(request.patience)
        time[0] += takes
        raise NotSent

    retrier = Retrier(deadline=12.0, clock=lambda: time[0], sleep=lambda _: None, chance=lambda: 0.0)
    request = Request("GET", "https://dm.example.com/", {}, b"", patience=8.0)
    retrier.run(Operation("it", Effect.READ, exchange, lambda: request, lambda _: LOST))
    assert given[:2] == ([8.0, left] if left else [8.0])


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
    ended = ending(Verdict(outcome), effect=Effect.READ)
    assert (ended.step, ended.verdict.outcome, ended.attempts, ended.maybe_done) == (Step.STOP, outcome, 1, False)


def test_a_change_of_unknown_outcome_is_in_doubt_while_the_next_attempt_is_waited_for():
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    retrier = Retrier(sleep=interrupted)
    operation = Operation(
        "CreateTag",
        Effect.CREATE,
        lambda _: Reply(503, {}, b"busy"),
        lambda: Request("POST", "https://dm.test/", {}, b""),
        judge,
    )
    with pytest.raises(KeyboardInterrupt):
        retrier.run(operation._replace(read_back=lambda: None))
    assert (retrier.under_way, retrier.in_doubt) == ("", "CreateTag")


def test_what_has_ended_is_in_doubt_no_more():
    replies = [Reply(503, {}, b"busy"), Reply(200, {}, b'{"RequestId": "R"}')]
    retrier = Retrier(sleep=lambda _: None)
    operation = Operation(
        "ModifyTag", Effect.WRITE, lambda _: replies.pop(0), lambda: Request("POST", "https://dm.test/", {}, b""), judge
    )
    assert retrier.run(operation).step is Step.FINISH
    assert retrier.in_doubt == ""
