"""Faults on demand: which calls they strike, what they make of the answer, and what was done all the same."""

from __future__ import annotations

import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import PATIENT, SOON, eventually
from rows import each

from dmcli.api.wire import Ambiguous, Request
from dmcli.errors import InputError
from dmcli.sandbox.control import faults
from dmcli.sandbox.control.effects import EFFECTS, SpoiltError, Stage
from dmcli.sandbox.control.faults import Fault, fault_of
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.server.server import Server


@pytest.fixture
def inject(cloud):
    """Makes a rule."""

    def made(effect, value="", **more):
        return faults.add_fault(cloud.sandbox, fault_of({"effect": effect, "value": value, **more}))

    return made


def rules(cloud):
    return faults.list_faults(cloud.sandbox)


def logged(cloud):
    return call_log.list_calls(cloud.sandbox, 100)


def tried(cloud, **params):
    """Status and code of a send."""
    reply = cloud.reply("SingleSendMail", **{**cloud.mail, **params})
    return reply.status, json.loads(reply.body).get("Code", "")


def test_an_error_code_in_place_of_the_call(cloud, inject):
    inject("error", "Throttling.User", action="SingleSendMail", times=2)
    assert [tried(cloud) for _ in range(3)] == [(400, "Throttling.User")] * 2 + [(200, "")]
    assert len(cloud.mails()) == 1
    assert [rule.struck for rule in rules(cloud)] == [2]
    assert [rule.spent for rule in rules(cloud)] == [True]


def test_an_error_code_after_the_call_was_done(cloud, inject):
    inject("error", "InternalError", after=True)
    assert tried(cloud) == (500, "InternalError")
    assert len(cloud.mails()) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 599])
@pytest.mark.parametrize("after", [False, True])
def test_a_status_as_json_or_as_a_page(cloud, inject, status, after):
    inject("status", str(status), after=after)
    inject("status", str(status), after=after, html=True, nth=2)
    first, second = (cloud.reply("SingleSendMail", **cloud.mail) for _ in range(2))
    assert (first.status, second.status) == (status, status)
    assert json.loads(first.body)["Code"] == {503: "ServiceUnavailable"}.get(status, "InternalError")
    assert second.headers["content-type"] == "text/html"
    assert second.body.startswith(b"<html>")
    assert len(cloud.mails()) == (2 if after else 0)


def test_an_answer_may_ask_to_wait(cloud, inject):
    inject("error", "Throttling.User", retry_after=2000)
    reply = cloud.reply("SingleSendMail", **cloud.mail)
    assert reply.headers["x-acs-retry-after"] == "2000"
    assert "x-acs-retry-after" not in cloud.reply("SingleSendMail", **cloud.mail).headers


def test_an_answer_that_comes_late(cloud, inject):
    slept = []
    cloud.sandbox._sleep = slept.append
    inject("latency", "1.5s")
    assert tried(cloud) == (200, "")
    assert slept == [1.5]


@pytest.mark.parametrize("effect", [name for name, one in EFFECTS.items() if one.stage is Stage.CONNECTION])
@pytest.mark.parametrize("after", [False, True])
def test_an_answer_that_is_lost(cloud, inject, effect, after):
    inject(effect, after=after)
    with pytest.raises(SpoiltError) as caught:
        cloud.reply("SingleSendMail", **cloud.mail)
    assert isinstance(caught.value, Ambiguous)
    assert caught.value.effect == effect
    assert len(cloud.mails()) == after
    assert tried(cloud) == (200, "")


def test_by_recipient(cloud, inject):
    inject("error", "InvalidToAddress", recipient="*@QQ.com", times=9)
    assert tried(cloud, ToAddress="a@example.com") == (200, "")
    assert tried(cloud, ToAddress="a@example.com, b@qq.com") == (400, "InvalidToAddress")
    assert tried(cloud, BccAddress="B@Qq.com") == (400, "InvalidToAddress")


def test_by_recipient_only_calls_that_mail(cloud, inject):
    inject("error", "InvalidToAddress", recipient="*", times=9)
    window = {"StartTime": "2026-03-15 00:00", "EndTime": "2026-03-15 23:59"}
    assert cloud.ok("QueryTagByParam")
    assert cloud.ok("SenderStatisticsDetailByParam", ToAddress="a@example.com", **window)  # it looks for one
    assert tried(cloud) == (400, "InvalidToAddress")


def test_by_recipient_of_a_batch(cloud, inject):
    inject("error", "InvalidToAddress", action="BatchSendMail", recipient="a*@example.com", times=9)
    batch = {"AccountName": "news@sandbox.test", "AddressType": 1, "TemplateName": "newsletter"}
    asked = lambda *to: cloud.reply("BatchSendMail", **batch, Receivers=[{"To": list(to)}]).status  # noqa: E731
    assert asked("b@example.com") == 200
    assert asked("b@example.com", "ada@example.com") == 400
    for odd in ("[", "5", '["x", {"To": 7}, {}]'):
        assert cloud.reply("BatchSendMail", **batch, Receivers=odd).status == 400


def test_only_stars_and_question_marks_stand_for_others(cloud, inject):
    inject("error", "InvalidToAddress", recipient="a[b]?@example.com")
    assert tried(cloud, ToAddress="abc@example.com") == (200, "")


def test_what_a_browser_asks_for_beside_its_pages_strikes_nothing(cloud, inject):
    inject("error", "Throttling.User")
    request = cloud.request("QueryTagByParam", {})
    for url in ("http://sandbox.local/favicon.ico", "http://sandbox.local/"):
        cloud.sandbox.exchange(Request("GET", url, {"host": "sandbox.local"}, b""))
    cloud.sandbox.exchange(request._replace(url="http://sandbox.local/elsewhere"))
    assert (rules(cloud)[0].seen, rules(cloud)[0].struck) == (0, 0)
    assert tried(cloud) == (400, "Throttling.User")


def test_the_nth_call(cloud, inject):
    inject("error", "InternalError", action="SingleSendMail", nth=3)
    assert [tried(cloud)[0] for _ in range(5)] == [200, 200, 500, 200, 200]
    assert rules(cloud)[0].spent


def test_the_first_rule_that_strikes_wins_and_all_count(cloud, inject):
    inject("error", "Throttling", times=1)
    inject("error", "InternalError", times=2)
    assert [tried(cloud)[1] for _ in range(4)] == ["Throttling", "InternalError", "InternalError", ""]
    assert [(rule.seen, rule.struck) for rule in rules(cloud)] == [(4, 1), (4, 2)]


@given(st.integers(0, 2**62), st.floats(0, 1))
def test_a_share_is_drawn_the_same_each_time(seed, rate):
    rule = Fault("drop", times=None, rate=rate, seed=seed)
    drawn = [faults._strikes(rule._replace(seen=seen)) for seen in range(1, 51)]
    assert drawn == [faults._strikes(rule._replace(seen=seen)) for seen in range(1, 51)]
    if rate in (0, 1):
        assert set(drawn) == {bool(rate)}


def test_a_share_is_about_as_large_as_asked():
    rule = Fault("drop", times=None, rate=0.3, seed=7)
    assert 270 <= sum(faults._strikes(rule._replace(seen=seen)) for seen in range(1000)) <= 330


def test_a_rate_may_be_bounded(cloud, inject):
    inject("error", "Throttling", rate=1, times=2)
    assert [tried(cloud)[0] for _ in range(3)] == [400, 400, 200]


def test_rules_go_one_by_one_or_all_at_once(cloud, inject):
    first, *_ = (inject("drop") for _ in range(3))
    assert faults.remove_faults(cloud.sandbox, first.id) == 1
    assert faults.remove_faults(cloud.sandbox, first.id) == 0
    assert faults.remove_faults(cloud.sandbox) == 2
    assert tried(cloud) == (200, "")


def test_every_fault_is_in_the_log_of_calls(cloud, inject):
    rule = inject("drop", after=True)
    with pytest.raises(SpoiltError):
        cloud.reply("SingleSendMail", **cloud.mail)
    inject("error", "Throttling")
    tried(cloud)
    tried(cloud)
    seen = [(call["spoilt"], call["fault"], call["status"], call["code"]) for call in logged(cloud)]
    assert seen == [("", None, 200, ""), ("error", rule.id + 1, 400, "Throttling"), ("drop", rule.id, 200, "")]


def test_another_process_may_make_a_rule(tmp_path):
    from dmcli.sandbox.emulator import Sandbox

    serving, other = Sandbox(str(tmp_path / "a.db")), Sandbox(str(tmp_path / "a.db"))
    assert not serving.store.live().faults
    faults.add_fault(other, fault_of({"effect": "drop"}))
    assert serving.store.live().faults
    serving.close()
    other.close()


@each(
    ("given_values", "said"),
    [
        ({}, "a fault cannot be ''; it is one of error, status"),
        ({"effect": "explode"}, "a fault cannot be 'explode'"),
        ({"effect": "error"}, "the fault error needs a value: it is to answer with an error code"),
        ({"effect": "drop", "value": "x"}, "the fault drop takes no value"),
        ({"effect": "error", "value": "Throtling"}, "'Throtling' is no error code; did you mean Throttling"),
        ({"effect": "error", "value": "zzz"}, "'zzz' is no error code"),
        ({"effect": "status", "value": "404"}, "'404' is no status from 500 to 599"),
        ({"effect": "status", "value": "50²"}, "'50²' is no status"),
        ({"effect": "status", "value": "５００"}, "'５００' is no status"),
        ({"effect": "status", "value": "abc"}, "'abc' is no status"),
        ({"effect": "latency", "value": "-1"}, "'-1' is no number of seconds"),
        ({"effect": "latency", "value": "nan"}, "'nan' is no number of seconds"),
        ({"effect": "latency", "value": "soon"}, "'soon' is no number of seconds"),
        ({"effect": "drop", "times": 0}, "times 0 is not a number from 1 to 1,000,000,000"),
        ({"effect": "drop", "times": True}, "times True is not a number"),
        ({"effect": "drop", "times": "many"}, "times 'many' is not a number"),
        ({"effect": "drop", "rate": 1.5}, "rate 1.5 is not a number from 0 to 1"),
        ({"effect": "drop", "after": "yes"}, "after 'yes' is neither true nor false"),
        ({"effect": "drop", "html": True}, "html makes a web page of a status; drop has none"),
        ({"effect": "hang", "retry_after": 5}, "retry_after stands in the answer of error and status; hang has none"),
        ({"effect": "drop", "seed": 3}, "seed chooses among the calls of a rate; give rate too"),
        ({"effect": "drop", "nth": 3, "times": 2}, "nth strikes one call; times and rate do not go with it"),
        ({"effect": "drop", "nth": 3, "rate": 0.5}, "nth strikes one call; times and rate do not go with it"),
        ({"effect": "drop", "action": "CreateTag", "recipient": "a@*"}, "CreateTag names no recipient"),
        ({"effect": "drop", "when": 1, "id": 3}, "a fault has no id, when; it has effect, value"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(given_values, said):
    with pytest.raises(InputError) as caught:
        fault_of(given_values)
    assert caught.value.message.startswith(said)


def test_defaults():
    assert fault_of({"effect": "drop"}) == Fault("drop")
    assert fault_of({"effect": "drop", "rate": "0.5", "seed": "3"}) == Fault("drop", times=None, rate=0.5, seed=3)
    assert fault_of({"effect": "latency", "value": "2s"}).value == "2"
    assert set(EFFECTS) == {"error", "status", "latency", "drop", "hang", "garbage", "truncate"}


# --- over HTTP


@pytest.fixture
def raw(cloud):
    """Sends a mail over a bare socket; what comes back until the server closes, None for silence of so many seconds."""

    def ask(patience: float = PATIENT) -> bytes | None:
        request = cloud.request("SingleSendMail", cloud.mail)
        with Server(cloud.sandbox.exchange) as server:
            port = int(server.url.rsplit(":", 1)[1])
            with socket.create_connection(("127.0.0.1", port)) as connection:
                head = f"POST / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: {len(request.body)}\r\n\r\n"
                connection.sendall(head.encode() + request.body)
                connection.settimeout(patience)
                data = b""
                try:
                    while piece := connection.recv(65536):
                        data += piece
                except TimeoutError:
                    return None
                return data

    return ask


def test_a_dropped_connection_says_nothing(raw, inject):
    inject("drop", after=True)
    assert raw() == b""


def test_a_hung_one_stays_open(raw, inject):
    inject("hang", after=True)
    assert raw(SOON) is None


def test_garbage_is_no_http(raw, inject):
    inject("garbage")
    assert b"HTTP/1.1" not in raw()


def test_a_truncated_answer_breaks_off(raw, inject):
    inject("truncate", after=True)
    head, _, body = raw().partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200 OK")
    assert 0 < len(body) < length


def test_a_server_with_hung_clients_answers_others_and_stops(cloud, inject):
    inject("hang", action="SingleSendMail", times=20)
    with Server(cloud.sandbox.exchange) as server:
        port = int(server.url.rsplit(":", 1)[1])
        hung = []
        for _ in range(20):
            request = cloud.request("SingleSendMail", cloud.mail)
            connection = socket.create_connection(("127.0.0.1", port))
            head = f"POST / HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: {len(request.body)}\r\n\r\n"
            connection.sendall(head.encode() + request.body)
            hung.append(connection)
        eventually(lambda: len(logged(cloud)) == 20)
        assert cloud.ok("QueryTagByParam")
    for connection in hung:
        connection.close()
