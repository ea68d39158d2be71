"""Every fault times every effect, through the command line: how often it arrives, how the run ends, what was done.

What is expected stands here as figures, not as the policy's own table: never twice, never lost without a word.
"""

from __future__ import annotations

import functools
import gzip
import json
from contextlib import suppress
from datetime import UTC

import pytest
from faulty import Fault, Faulty, reset, trickle
from patience import PATIENT, refusing
from rows import each

from dmcli.api.wire import Reply
from dmcli.client import connection as watched_connection
from dmcli.sandbox.server.http1 import wire

MAX_SENT = 32 * 1024 * 1024  # bytes that buffers on the way may take beyond what is read


class Effect:
    """A line of one effect: the action it calls, and how often it was done, by the sandbox's own account."""

    def __init__(self, name: str, action: str, done: str, line: str, stdin: str = "") -> None:
        self.name, self.action, self.done, self.line, self.stdin = name, action, done, line, stdin

    def count(self, sandbox) -> int:
        with sandbox.store.transaction() as connection:
            return connection.execute(self.done).fetchone()[0]


EFFECTS = [
    Effect("READ", "QueryTagByParam", "SELECT 0", "tag list"),
    Effect(
        "WRITE", "ModifyPWByDomain", "SELECT count(*) FROM domain WHERE password NOT LIKE '00000000%'",  # the seed's
        "domain set-password sandbox.test --password-stdin", stdin="ABcdefgh1234",
    ),
    Effect("CREATE", "CreateTag", "SELECT count(*) FROM tag WHERE name = 'spring'", "tag create spring"),
    Effect("DELETE", "DeleteTag", "SELECT count(*) = 0 FROM tag WHERE id = 1", "tag delete 1 --yes"),
    Effect(
        "SEND", "SingleSendMail", "SELECT count(*) FROM mail",
        "send single --to a@example.com --subject s --text t",
    ),
]  # fmt: skip
READ, WRITE, CREATE, DELETE, SEND = range(5)


def _name(effect: Effect) -> str:
    """All effects are rows of one test: each calls an action of its own and counts what no other does."""
    return effect.name


# Arrivals and exit code by effect. ONCE: the fault happens once, and the call was not executed. DONE: once, and it was.
# ALWAYS: it happens to every attempt, none of which was executed.
AMBIGUOUS = {
    "ONCE": [(2, 0), (2, 0), (2, 0), (2, 0), (1, 6)],
    "DONE": [(2, 0), (2, 0), (1, 0), (2, 0), (1, 6)],
    "ALWAYS": [(4, 4), (3, 4), (3, 6), (3, 4), (1, 6)],
}
STRANGER = {"ONCE": [(1, 4)] * 4 + [(1, 6)], "ALWAYS": [(1, 4)] * 4 + [(1, 6)]}
THROTTLED = {"ONCE": [(2, 0)] * 5, "ALWAYS": [(4, 4), (3, 4), (3, 4), (3, 4), (3, 4)]}
REFUSED = {"ONCE": [(1, 3)] * 5, "ALWAYS": [(1, 3)] * 5}
NOT_SENT = {"ONCE": [(1, 0)] * 5, "ALWAYS": [(0, 4)] * 5}
UNTRUSTED = {"ALWAYS": [(0, 3)] * 5}


def error(code: str, status: int = 400, message: str = "the message", **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps({"Code": code, "Message": message, "RequestId": "R"}).encode()
    return Reply(status, {"content-type": "application/json", **names}, body)


def says(reply: Reply):
    return lambda connection, _: connection.sendall(wire(reply, connection="close"))


def page(status: int, body: bytes = b"<html>log in</html>", **headers: str):
    return says(Reply(status, {"content-type": "text/html", **headers}, body))


def body(text: bytes):
    return says(Reply(200, {"content-type": "application/json"}, text))


def undated(reply: Reply):
    lines = wire(reply, connection="close").split(b"\r\n")
    without = b"\r\n".join(line for line in lines if not line.startswith(b"date:"))
    return lambda connection, _: connection.sendall(without)


def cut_chunk(connection, reply: Reply) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n400\r\n" + reply.body[:5])


def cut_length(connection, reply: Reply) -> None:
    connection.sendall(wire(reply, connection="close")[:-5])


def half_a_json(connection, reply: Reply) -> None:
    connection.sendall(wire(reply._replace(body=reply.body[:-1]), connection="close"))


def silence(connection, _: Reply) -> None:
    with suppress(OSError):
        connection.recv(1)


def flood(head: bytes, piece: bytes):
    def spoil(connection, _: Reply) -> None:
        connection.sendall(head)
        for sent in range(0, 1024**3, len(piece)):
            assert sent < MAX_SENT, "nobody stopped reading"
            connection.sendall(piece)

    return spoil


def slow_body(connection, _: Reply) -> None:
    trickle(connection, b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b" ")


def slow_head(connection, _: Reply) -> None:
    trickle(connection, b"HTTP/1.1 200 OK\r\nx: ", b"y")


@functools.cache
def packed() -> bytes:
    return gzip.compress(b"\0" * 1024 * 1024) * 64  # files of gzip may stand one after the other


def bomb(connection, reply: Reply) -> None:
    says(Reply(200, {"content-encoding": "gzip"}, packed()))(connection, reply)


FAULTS = [
    # row, fault, what it is, whether its patience must be short
    ("1", Fault("closed after the request", lambda connection, _: connection.close()), AMBIGUOUS),
    ("2", Fault("reset after the request", lambda connection, _: reset(connection)), AMBIGUOUS),
    ("3", Fault("no reply", silence), AMBIGUOUS),
    ("4", Fault("body shorter than announced", cut_length), AMBIGUOUS),
    ("4", Fault("chunk cut", cut_chunk), AMBIGUOUS),
    ("4", Fault("half a JSON", half_a_json), AMBIGUOUS),
    ("5", Fault("200 with a login page", page(200)), STRANGER),
    ("5", Fault("404 with a page", page(404)), STRANGER),
    ("6", Fault("307 to another host", page(307, b"", location="https://portal.example.com/login")), STRANGER),
    ("7", Fault("500 InternalError", says(error("InternalError", 500))), AMBIGUOUS),
    ("8", Fault("503 ServiceUnavailable", says(error("ServiceUnavailable", 503))), AMBIGUOUS),
    ("8", Fault("502 with a page", page(502)), AMBIGUOUS),
    ("9", Fault("throttled, 2000 ms asked", says(error("Throttling.User", x_acs_retry_after="2000"))), THROTTLED),
    ("9", Fault("429 without a code", says(Reply(429, {}, b"slow down"))), THROTTLED),
    ("10", Fault("throttled, -1 asked", says(error("Throttling", x_acs_retry_after="-1"))), THROTTLED),
    ("10", Fault("throttled, NaN asked", says(error("Throttling", x_acs_retry_after="NaN"))), THROTTLED),
    ("11", Fault("SignatureNonceUsed", says(error("SignatureNonceUsed"))), AMBIGUOUS),
    ("14", Fault("expired stamp, no Date", undated(error("InvalidTimeStamp.Expired"))), REFUSED),
    ("16", Fault("gzip bomb", bomb), AMBIGUOUS),
    ("16", Fault("endless body", flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)), AMBIGUOUS),
    ("16", Fault("endless headers", flood(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 1000)), AMBIGUOUS),
    ("16", Fault("endless continue", flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)), AMBIGUOUS),
    ("16", Fault("endless header", flood(b"HTTP/1.1 200 OK\r\nx: ", b"y" * 65536)), AMBIGUOUS),
    ("17", Fault("body byte by byte", slow_body), AMBIGUOUS),
    ("17", Fault("headers byte by byte", slow_head), AMBIGUOUS),
    ("18", Fault("100,000 brackets", body(b"[" * 100_000)), AMBIGUOUS),
    ("18", Fault("65 levels", body(b'{"RequestId":' * 65 + b"1" + b"}" * 65)), AMBIGUOUS),
    ("18", Fault("a number of 5,000 digits", body(b'{"RequestId": ' + b"9" * 5000 + b"}")), AMBIGUOUS),
    ("18", Fault("NaN", body(b'{"RequestId": "R", "a": NaN}')), AMBIGUOUS),
    ("18", Fault("a key twice", body(b'{"RequestId": "R", "RequestId": "R"}')), AMBIGUOUS),
    ("18", Fault("no UTF-8", body(b'{"RequestId": "\xff\xfe"}')), AMBIGUOUS),
    ("18", Fault("no HTTP", lambda connection, _: connection.sendall(b"garbage\r\n\r\n")), AMBIGUOUS),
]  # fmt: skip
IMPATIENT = {"no reply", "body byte by byte", "headers byte by byte"}
CASES = [
    pytest.param(row, fault, expected, when, id=f"{row}-{fault.name}-{when}")
    for row, fault, expected in FAULTS
    for when in expected
]


def judge(server, effect: Effect, result, when: str, *, changed: int) -> None:
    """What holds whatever the fault: nothing is done twice, and what is done is as it is told."""
    assert "Traceback" not in result.err
    done = effect.count(server.sandbox) if effect.name != "READ" else 0
    assert done <= 1
    if effect.name != "READ":
        assert done == changed, f"{effect.name} was done {done} times ({when})"
    if result.code == 0:
        assert result.out or effect.name == "DELETE"
    else:
        assert result.out == ""
        assert result.err.startswith("dm: ") or "trying again" in result.err


@pytest.mark.parametrize(("row", "fault", "expected", "when"), CASES)
@each("effect", EFFECTS, named=_name)
def test_fault(box, faulty, request, monkeypatch, effect, row, fault, expected, when):
    if fault.name in IMPATIENT:
        request.getfixturevalue("impatient")
        faulty.effect = effect.name
    if row == "16":  # the limit itself is tested with the transport, and takes seconds to reach
        monkeypatch.setattr(watched_connection, "MAX_REPLY", 64 * 1024)
    arrivals, code = expected[when][EFFECTS.index(effect)]
    faulty.inject(fault._replace(executed=when == "DONE"), effect.action, 1 if when in ("ONCE", "DONE") else 10**6)
    result = box("--endpoint {} " + effect.line, faulty.url, stdin=effect.stdin, code=code)
    assert faulty.arrived(effect.action) == arrivals
    judge(faulty, effect, result, when, changed=int(when == "DONE" or (code == 0)))


@pytest.mark.parametrize(("when", "handshake"), [("ONCE", reset), ("ALWAYS", reset)])
@each("effect", EFFECTS, named=_name)
def test_a_reset_in_the_tls_handshake(box, faulty_tls, effect, when, handshake):
    """Row 2: nothing was sent, so it is tried again and sent once."""
    arrivals, code = NOT_SENT[when][EFFECTS.index(effect)]
    faulty_tls.inject(Fault("", handshake=handshake), effect.action, 1 if when == "ONCE" else 10**6)
    result = box("--endpoint {} " + effect.line, faulty_tls.url, stdin=effect.stdin, code=code)
    assert faulty_tls.arrived(effect.action) == arrivals
    judge(faulty_tls, effect, result, when, changed=int(code == 0))
    if code:
        assert "nothing was done, it is safe to run this again" in result.err


@pytest.mark.parametrize("place", ["a port", "no-such-host.invalid"])
@each("effect", EFFECTS, named=_name)
def test_nobody_there(box, effect, place):
    with refusing() as port:
        host = port if place == "a port" else place
        result = box("--endpoint http://{} " + effect.line, host, stdin=effect.stdin, code=4)
    assert "nothing was done, it is safe to run this again" in result.err
    assert "Start the sandbox there: dm sandbox serve" in result.err


@pytest.mark.parametrize("executed", [True, False])
@each("effect", EFFECTS, named=_name)
def test_a_reply_that_is_lost(box, faulty, effect, executed):
    """Row 12: a send that was executed is not repeated, and a look-up is named that finds it."""
    fault = Fault("lost", lambda connection, _: reset(connection), executed=executed)
    faulty.inject(fault, effect.action, 1)
    code = 6 if effect.name == "SEND" else 0
    result = box("--endpoint {} " + effect.line, faulty.url, stdin=effect.stdin, code=code)
    assert effect.count(faulty.sandbox) <= 1
    if effect.name == "SEND":
        look = result.err.split("look first: dm ")[1].split("\n")[0]
        assert look.endswith("stats details --to a@example.com")
        found = box(f"{look} -o json").json["data"]["mailDetail"]
        assert len(found) == executed


@pytest.mark.parametrize("hours", [2, -2])
@each("effect", EFFECTS, named=_name)
def test_a_clock_that_is_off(box, tmp_path, effect, hours):
    """Row 13: one correction, one warning that names the figure, success."""
    from datetime import datetime, timedelta

    from dmcli.sandbox.emulator import Sandbox

    ahead = Sandbox(str(tmp_path / "ahead.db"), now=lambda: datetime.now(UTC) + timedelta(hours=hours))
    server = Faulty(ahead)
    try:
        result = box("--endpoint {} " + effect.line, server.url, stdin=effect.stdin)
        assert server.arrived(effect.action) == 2
        assert result.err.count("this machine's clock is ") == 1
        seconds = int(result.err.split("clock is ")[1].split(" s")[0])
        assert 7200 - PATIENT <= seconds <= 7200 + PATIENT
        assert ("behind" if hours > 0 else "ahead of") in result.err
    finally:
        server.close()
        ahead.close()


def test_the_service_is_given_the_time_it_asks_for(box, faulty, pauses):
    """Row 9 and 10."""
    send = EFFECTS[SEND]
    faulty.inject(Fault("", says(error("Throttling.User", x_acs_retry_after="2000"))), send.action, 2)
    assert "Throttling.User; trying again in 2 s" in box("--endpoint {} " + send.line, faulty.url).err
    assert pauses == [2.0, 2.0]
    assert send.count(faulty.sandbox) == 1
    pauses.clear()
    faulty.inject(Fault("", says(error("Throttling.User", x_acs_retry_after=str(10**12)))), send.action)
    box("--endpoint {} " + send.line, faulty.url, code=4)
    assert pauses == []  # a minute at most would be waited, which is longer than the deadline
    faulty.inject(Fault("", says(error("Throttling.User", x_acs_retry_after=str(10**12)))), send.action, 1)
    box("--deadline 5m --endpoint {} " + send.line, faulty.url)
    assert pauses == [60.0]


@pytest.mark.parametrize("wrong", ["expired", "other host", "unknown authority", "self-signed"])
@each("effect", EFFECTS, named=_name)
def test_a_certificate_that_is_not_right(box, sandbox, secured, trusted, effect, wrong):
    """Row 15: at once, without a second try."""
    import ssl
    from datetime import datetime

    import trustme

    if wrong == "expired":
        context = secured("localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    elif wrong == "other host":
        context = secured("elsewhere.test")
    elif wrong == "unknown authority":
        context = secured("localhost", by=trustme.CA())
    else:
        alone = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with alone.private_key_pem.tempfile() as key, alone.cert_pem.tempfile() as cert:
            context.load_cert_chain(cert, key)
    server = Faulty(sandbox, tls=context, host="localhost")
    try:
        result = box("--endpoint {} " + effect.line, server.url, stdin=effect.stdin, code=3)
        assert "the TLS certificate of localhost:" in result.err
        assert "is not trusted" in result.err
        assert (server.connections, server.arrivals) == (1, [])
    finally:
        server.close()


@each("effect", EFFECTS, named=_name)
def test_what_the_service_says_cannot_act_on_the_terminal(box, faulty, effect):
    """Row 19."""
    hostile = "\x1b]0;x\x07\x1b[2J\x9b31m\u202e[link=https://example.com]\ud800"
    faulty.inject(Fault("", says(error("Evil\x1b[1m.Code", message=hostile))), effect.action)
    result = box("--endpoint {} " + effect.line, faulty.url, stdin=effect.stdin, code=1, tty=True)
    shown = result.out + result.err
    assert r"\x1b]0;x\x07\x1b[2J\x9b31m\u202e[link=https://example.com]\ud800" in shown
    assert all(character.isprintable() or character == "\n" for character in shown)


def test_a_flood_is_not_read_to_its_end(box, faulty):
    """Row 16: what is read is capped, so that neither memory nor time is used up."""
    sent = []

    def pour(connection, _: Reply) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1024):
            connection.sendall(b"x" * 1024 * 1024)
            sent.append(1)

    faulty.inject(Fault("", pour), "SingleSendMail")
    box("--endpoint {} " + EFFECTS[SEND].line, faulty.url, code=6)
    assert len(sent) < 32
