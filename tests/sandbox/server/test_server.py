"""The HTTP front of the sandbox, spoken to over raw sockets and http.client."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from patience import PATIENT, eventually
from rows import each

from dmcli.api.wire import Ambiguous, NotSent, Reply, Request
from dmcli.errors import LocalIOError
from dmcli.sandbox.server import connection as connection_module
from dmcli.sandbox.server import loop as loop_module
from dmcli.sandbox.server.http1 import MAX_BODY, MAX_HEADERS, MAX_LINE
from dmcli.sandbox.server.server import Server

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

HOST = "host: 127.0.0.1\r\n"


class Echo:
    """An exchange that answers what it was asked, and remembers it. The path says how it behaves."""

    def __init__(self) -> None:
        self.seen: list[Request] = []
        self.release = threading.Event()
        self.released = 0  # requests that hung and do no longer

    def __call__(self, request: Request) -> Reply:
        self.seen.append(request)
        path = request.url.split("/", 3)[3]
        if path == "ambiguous":
            raise Ambiguous("lost")
        if path == "not-sent":
            raise NotSent("lost")
        if path == "defect":
            raise RuntimeError("of the handler")
        if path == "split":
            return Reply(200, {"x-name": "a\r\nx-evil: b"}, b"")
        if path == "hang":
            self.release.wait(PATIENT)
            self.released += 1
        said = {"method": request.method, "url": request.url, "body": request.body.decode("latin-1")}
        return Reply(200, {"content-type": "application/json"}, json.dumps(said).encode())


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client has all the time it needs to take its last reply."""
    monkeypatch.setattr(connection_module, "LINGER", PATIENT)


class EchoAtOnce(Echo):
    """The same for several requests at once; what hangs or is not told has to wait."""

    def together(self, requests: list[Request]) -> list[Reply | None]:
        paths = [request.url.split("/", 3)[3] for request in requests]
        waits = ("hang", "ambiguous", "not-sent")
        return [None if path in waits else self(request) for path, request in zip(paths, requests, strict=True)]


class Large(EchoAtOnce):
    """Answers with more than a socket takes at once."""

    SIZE = 8_000_000

    def __call__(self, _: Request) -> Reply:
        return Reply(200, {}, b"x" * self.SIZE)


class SlowAtOnce(EchoAtOnce):
    """Takes its time for /slow, also at once."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def together(self, requests: list[Request]) -> list[Reply | None]:
        if any(request.url.endswith("/slow") for request in requests):
            self.begun.set()
            self.release.wait(PATIENT)
        return super().together(requests)


def _no_tls() -> ssl.SSLContext:
    raise AssertionError("nobody speaks TLS")


@pytest.fixture(params=[Echo, EchoAtOnce], ids=["a thread a client", "at once"])
def echo(request: pytest.FixtureRequest) -> Echo:
    made: Echo = request.param()
    return made


@pytest.fixture
def server(echo: Echo) -> Iterator[Server]:
    with Server(echo) as made:
        yield made
        echo.release.set()


@contextmanager
def opened(server: Server) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port_of(server)), timeout=PATIENT) as client:
        yield client


def port_of(server: Server) -> int:
    return int(server.url.rsplit(":", 1)[1])


def answer(client: socket.socket) -> http.client.HTTPResponse:
    """The next reply on a socket."""
    response = http.client.HTTPResponse(client)
    response.begin()
    return response


def status(server: Server, text: str | bytes) -> int:
    """The status that a raw request gets, with the connection closed after a refusal."""
    with opened(server) as client:
        client.sendall(text.encode() if isinstance(text, str) else text)
        with answer(client) as response:
            body = response.read()
            if response.status >= 400:
                assert b"Traceback" not in body
                assert json.loads(body)["Code"] == "SandboxRefused"
                assert response.headers["connection"] == "close"
                assert client.recv(1) == b""
            return response.status


def said(server: Server, text: str | bytes) -> dict[str, str]:
    """What the exchange got of a raw request."""
    with opened(server) as client:
        client.sendall(text.encode() if isinstance(text, str) else text)
        with answer(client) as response:
            assert response.status == 200
            return json.loads(response.read())


def test_a_request_arrives_as_it_was_sent(server: Server, echo: Echo) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENT)
    connection.request("POST", "/?B=%7e+x&A=*'()%20", b"a=1&b=%00", {"X-Acs-Action": "  CreateTag ", "X-E": "é"})
    assert connection.getresponse().status == 200
    connection.close()
    seen = echo.seen[0]
    assert seen.method == "POST"
    assert seen.url == f"{server.url}/?B=%7e+x&A=*'()%20"
    assert seen.body == b"a=1&b=%00"
    assert seen.headers["x-acs-action"] == "CreateTag"
    assert seen.headers["x-e"] == "é"
    assert seen.headers["host"] == server.url.removeprefix("http://")


def test_the_reply_has_length_date_and_its_own_headers(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENT)
    connection.request("GET", "/")
    response = connection.getresponse()
    assert response.reason == "OK"
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-length"] == str(len(response.read()))
    assert response.headers["date"].endswith("GMT")
    assert "access-control-allow-origin" not in response.headers
    connection.close()


def test_head_has_the_length_but_no_body(server: Server) -> None:
    with opened(server) as client:
        client.sendall(f"HEAD / HTTP/1.1\r\n{HOST}\r\nGET /2 HTTP/1.1\r\n{HOST}connection: close\r\n\r\n".encode())
        whole = b""
        while piece := client.recv(65536):
            whole += piece
    first, second = whole.split(b"\r\n\r\n", 1)
    assert b"content-length: 0" not in first
    assert second.startswith(b"HTTP/1.1 200 OK")


def test_a_connection_serves_many_requests_and_pipelined_ones_in_order(server: Server, echo: Echo) -> None:
    with opened(server) as client:
        client.sendall("".join(f"POST /{n} HTTP/1.1\r\n{HOST}content-length: 1\r\n\r\n{n}" for n in range(5)).encode())
        whole = b""
        while whole.count(b'"body"') < 5:
            whole += client.recv(65536)
        client.sendall(f"GET /last HTTP/1.1\r\n{HOST}\r\n".encode())
        with answer(client) as response:
            assert response.headers["connection"] == "keep-alive"
    assert [request.body for request in echo.seen] == [b"0", b"1", b"2", b"3", b"4", b""]


@pytest.mark.parametrize(
    ("version", "headers", "kept"),
    [
        ("1.1", "", True),
        ("1.1", "connection: Close\r\n", False),
        ("1.1", "connection: x, close\r\n", False),
        ("1.0", "", False),
        ("1.0", "connection: Keep-Alive\r\n", True),
    ],
)
def test_who_closes_the_connection(server: Server, version: str, headers: str, kept: bool) -> None:
    text = f"GET / HTTP/{version}\r\n{HOST}{headers}\r\n".encode()
    with opened(server) as client:
        client.sendall(text)
        with answer(client) as response:
            response.read()
            assert response.headers["connection"] == ("keep-alive" if kept else "close")
        if kept:
            client.sendall(text)
            with answer(client) as response:
                assert response.status == 200
        else:
            assert client.recv(1) == b""


def test_small_replies_do_not_wait_for_acknowledgements(server: Server) -> None:
    with opened(server) as client:
        client.sendall(f"GET / HTTP/1.1\r\n{HOST}\r\n".encode())
        with answer(client) as response:
            response.read()
        (connection,) = server._listener.open
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)  # each would cost 40 ms


@pytest.mark.parametrize("end", ["0\r\n\r\n", "0\r\n", "0\r\n\r\n\r\n\r\n", "0\r\nX-Sum: 1\r\n\r\n", "000;x=y\r\n\r\n"])
def test_chunks_are_joined_whatever_follows_the_last(server: Server, end: str) -> None:
    head = f"POST /1 HTTP/1.1\r\n{HOST}transfer-encoding: Chunked\r\n\r\n"
    with opened(server) as client:
        client.sendall(f"{head}5\r\nhello\r\nA;name=value\r\n, world\r\n!\r\n{end}".encode())
        with answer(client) as response:
            assert json.loads(response.read())["body"] == "hello, world\r\n!"
        client.sendall(f"GET /2 HTTP/1.1\r\n{HOST}\r\n".encode())
        with answer(client) as response:
            assert json.loads(response.read())["url"].endswith("/2")


def test_chunks_through_the_standard_client(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENT)
    connection.request("POST", "/", iter([b"a" * 70000, b"b"]), encode_chunked=True)
    assert len(json.loads(connection.getresponse().read())["body"]) == 70001
    connection.close()


@pytest.mark.parametrize("size", [240 * 1024, MAX_LINE - 100])
def test_long_request_lines_pass(server: Server, size: int) -> None:
    url = said(server, f"POST /?HtmlBody={'x' * size} HTTP/1.1\r\n{HOST}\r\n")["url"]
    assert len(url) == len("http://127.0.0.1/?HtmlBody=") + size


def test_a_request_line_of_more_than_a_mebibyte_is_refused(server: Server) -> None:
    assert status(server, f"GET /{'x' * MAX_LINE} HTTP/1.1\r\n{HOST}\r\n") == 414


def test_a_body_may_have_32_mebibytes(server: Server, echo: Echo) -> None:
    assert MAX_BODY == 32 * 1024 * 1024
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENT)
    connection.request("POST", "/ambiguous", b"x" * MAX_BODY)
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()
    assert len(echo.seen[0].body) == MAX_BODY


def test_a_larger_body_is_refused_and_the_client_still_reads_why(server: Server, echo: Echo) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENT)
    connection.request("POST", "/", b"x" * (MAX_BODY + 1))
    assert connection.getresponse().status == 413
    connection.close()
    chunk = f"{MAX_BODY:x}\r\n".encode() + b"x" * MAX_BODY + b"\r\n1\r\n"
    head = f"POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n".encode()
    assert status(server, head + chunk) == 413
    assert not echo.seen


@pytest.mark.parametrize(
    ("framing", "body"), [("content-length: 2", b"hi"), ("transfer-encoding: chunked", b"2\r\nhi\r\n0\r\n\r\n")]
)
def test_expect_100_continue(server: Server, framing: str, body: bytes) -> None:
    with opened(server) as client:
        client.sendall(f"POST / HTTP/1.1\r\n{HOST}{framing}\r\nexpect: 100-Continue\r\n\r\n".encode())
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        with answer(client) as response:
            assert json.loads(response.read())["body"] == "hi"


@pytest.mark.parametrize("head", ["POST / HTTP/1.0\r\ncontent-length: 2\r\n", "POST / HTTP/1.1\r\n"])
def test_nothing_to_continue(server: Server, head: str) -> None:
    with opened(server) as client:
        client.sendall(f"{head}{HOST}expect: 100-continue\r\n\r\nhi".encode())
        assert client.recv(15) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (f"{HOST}content-length: {MAX_BODY + 1}\r\nexpect: 100-continue\r\n", 413),
        ("host: evil.com\r\ncontent-length: 2\r\nexpect: 100-continue\r\n", 421),
        (f"{HOST}content-length: 2\r\nexpect: a-miracle\r\n", 417),
    ],
)
def test_what_is_refused_is_not_asked_to_continue(server: Server, headers: str, code: int) -> None:
    assert status(server, f"POST / HTTP/1.1\r\n{headers}\r\n") == code


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:18555",
        "localhost:1",
        "LOCALHOST",
        "[::1]:80",
        "http://127.0.0.1:18555",
        "http://localhost/",
    ],
)
def test_hosts_that_are_this_machine(server: Server, echo: Echo, host: str) -> None:
    bare = host.removeprefix("http://").rstrip("/")
    assert said(server, f"GET /?a=b HTTP/1.1\r\nHost: {host}\r\n\r\n")["url"] == f"http://{bare}/?a=b"
    assert echo.seen[0].headers["host"] == host


@each(
    "host",
    [
        "evil.com",
        "127.0.0.1.evil.com",
        "evil.com:127",
        "localhost.evil.com",
        "evil.com#@127.0.0.1",
        "user@127.0.0.1",
        "127.0.0.1:80:80",
        "127.0.0.1, evil.com",
        "127.1",
        "[::1].evil.com",
        "::1",
        "0.0.0.0",  # noqa: S104  a name to refuse, nothing is bound to it
        "http://evil.com",
        "dm.aliyuncs.com",
    ],
)
def test_foreign_hosts_are_misdirected(server: Server, echo: Echo, host: str) -> None:
    assert status(server, f"POST / HTTP/1.1\r\nhost: {host}\r\n\r\n") == 421
    assert not echo.seen


def test_an_absolute_target_is_checked_and_loses_its_authority(server: Server) -> None:
    assert said(server, f"GET http://localhost/?a HTTP/1.1\r\n{HOST}\r\n")["url"] == "http://127.0.0.1/?a"
    assert status(server, f"GET http://evil.com/?a HTTP/1.1\r\n{HOST}\r\n") == 421


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Origin: http://evil.com", 403),
        ("Origin: null", 403),
        ("Origin: http://127.0.0.1:81", 403),
        ("Origin: https://127.0.0.1:80", 403),
        ("Origin: http://localhost:80", 403),
        ("Origin:", 403),
        ("Sec-Fetch-Site: cross-site", 403),
        ("Sec-Fetch-Site: same-site", 403),
        ("Sec-Fetch-Site: none", 200),
        ("Sec-Fetch-Site: same-origin", 200),
        ("Origin: http://127.0.0.1:80", 200),
        ("Sec-Fetch-Site: same-origin\r\nOrigin: http://evil.com", 403),
    ],
)
def test_web_pages_of_other_origins_are_refused(server: Server, echo: Echo, header: str, code: int) -> None:
    assert status(server, f"POST / HTTP/1.1\r\nHost: 127.0.0.1:80\r\n{header}\r\n\r\n") == code
    assert len(echo.seen) == (code == 200)


@each(
    ("text", "code"),
    [
        ("hello\r\n", 400),
        (f" / HTTP/1.1\r\n{HOST}\r\n", 400),
        (f"X-A: b\r\nGET / HTTP/1.1\r\n{HOST}\r\n", 400),
        (f"GET /\r\n{HOST}\r\n", 400),
        (f"GET / HTTP/2.0\r\n{HOST}\r\n", 400),
        (f"get / HTTP/1.1\r\n{HOST}\r\n", 400),
        (f"GET  / HTTP/1.1\r\n{HOST}\r\n", 400),
        (f"GET /a b HTTP/1.1\r\n{HOST}\r\n", 400),
        (f"GET /\x00 HTTP/1.1\r\n{HOST}\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", 400),
        (f"OPTIONS * HTTP/1.1\r\n{HOST}\r\n", 400),
        (f"CONNECT 127.0.0.1:80 HTTP/1.1\r\n{HOST}\r\n", 400),
        ("\x16\x03\x01\x02\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.0\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}{HOST}\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST} folded\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}X-A : b\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}: b\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}no colon\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}X(: b\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}X-A: a\rb\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}X-A: a\x00b\r\n\r\n", 400),
        (f"GET / HTTP/1.1\r\n{HOST}X-A: {'a' * 70000}\r\n\r\n", 431),
        (f"GET / HTTP/1.1\r\n{HOST}" + "X: y\r\n" * MAX_HEADERS + "\r\n", 431),
        (f"POST / HTTP/1.1\r\n{HOST}content-length: 1\r\ncontent-length: 1\r\n\r\na", 400),
        (f"POST / HTTP/1.1\r\n{HOST}content-length: 1, 1\r\n\r\na", 400),
        (f"POST / HTTP/1.1\r\n{HOST}content-length: +1\r\n\r\na", 400),
        (f"POST / HTTP/1.1\r\n{HOST}content-length: -1\r\n\r\na", 400),
        (f"POST / HTTP/1.1\r\n{HOST}content-length:\r\n\r\na", 400),
        (f"POST / HTTP/1.1\r\n{HOST}content-length: ١\r\n\r\na", 400),
        (f"POST / HTTP/1.1\r\n{HOST}content-length: {'9' * 5000}\r\n\r\na", 400),
        (f"POST / HTTP/1.1\r\n{HOST}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (f"POST / HTTP/1.0\r\n{HOST}transfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (f"POST / HTTP/1.1\r\n{HOST}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (f"POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\nx\r\n\r\n", 400),
        (f"POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n-1\r\n\r\n", 400),
        (f"POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n", 400),
        (f"POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\nfffffffff\r\n", 400),
        (f"POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\nffffffff\r\n", 413),
    ],
    named=lambda row: ascii(row)[:80],
)
def test_what_is_not_http_is_refused_in_a_sentence(server: Server, echo: Echo, text: str | bytes, code: int) -> None:
    seen = len(echo.seen)
    assert status(server, text) == code
    assert len(echo.seen) == seen
    assert status(server, f"GET / HTTP/1.1\r\n{HOST}\r\n") == 200


def test_bare_newlines_and_leading_blank_lines_are_read(server: Server) -> None:
    assert said(server, "\r\n\nGET /x HTTP/1.1\nhost: 127.0.0.1\n\n")["url"] == "http://127.0.0.1/x"


def test_repeated_headers_are_joined(server: Server, echo: Echo) -> None:
    said(server, f"GET / HTTP/1.1\r\n{HOST}x-acs-a: 1\r\nX-ACS-A: 2\r\n\r\n")
    assert echo.seen[0].headers["x-acs-a"] == "1, 2"


def test_header_bytes_are_utf8_or_else_latin1(server: Server, echo: Echo) -> None:
    said(server, b"GET /%E4 HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: \xe4\xbe\x8b\r\nx-b: \xe9\r\n\r\n")
    assert (echo.seen[0].headers["x-a"], echo.seen[0].headers["x-b"]) == ("例", "é")


@pytest.mark.parametrize("path", ["ambiguous", "not-sent"])
def test_an_outcome_that_is_not_told_closes_the_connection_without_a_word(
    server: Server, path: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with opened(server) as client:
        client.sendall(f"POST /{path} HTTP/1.1\r\n{HOST}content-length: 2\r\n\r\nhi".encode())
        assert client.recv(1) == b""
    server.stop()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("path", ["defect", "split"])
def test_a_defect_of_the_exchange_is_a_sentence(server: Server, path: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert status(server, f"GET /{path} HTTP/1.1\r\n{HOST}\r\n") == 500
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nhost: 127",
        f"POST / HTTP/1.1\r\n{HOST}content-length: 9\r\n\r\nabc",
        f"POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n9\r\nabc",
        f"POST / HTTP/1.1\r\n{HOST}transfer-encoding: chunked\r\n\r\n9",
    ],
)
@pytest.mark.parametrize("reset", [False, True])
def test_a_client_that_leaves_makes_no_noise(
    server: Server, echo: Echo, text: str, reset: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    with opened(server) as client:
        client.sendall(text.encode())
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
    assert said(server, f"GET /after HTTP/1.1\r\n{HOST}\r\n")["url"].endswith("/after")
    assert len(echo.seen) == 1
    assert capfd.readouterr() == ("", "")


def test_hung_connections_do_not_hold_up_the_next(server: Server, echo: Echo) -> None:
    clients = [socket.create_connection(("127.0.0.1", port_of(server)), timeout=PATIENT) for _ in range(50)]
    try:
        for client in clients:
            client.sendall(f"GET /hang HTTP/1.1\r\n{HOST}\r\n".encode())
        eventually(lambda: len(echo.seen) == 50)
        assert status(server, f"GET / HTTP/1.1\r\n{HOST}\r\n") == 200
        assert echo.released == 0
        echo.release.set()
        for client in clients:
            with answer(client) as response:
                assert response.status == 200
    finally:
        for client in clients:
            client.close()


def test_many_clients_at_once(server: Server, echo: Echo) -> None:
    failures: list[BaseException] = []

    def run(name: int) -> None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port_of(server), timeout=PATIENT)
            for turn in range(50):
                connection.request("POST", f"/{name}/{turn}", b"x" * turn)
                reply = json.loads(connection.getresponse().read())
                assert reply["url"].endswith(f"/{name}/{turn}")
                assert len(reply["body"]) == turn
            connection.close()
        except BaseException as error:  # noqa: BLE001  a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=run, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(echo.seen) == 400


def test_stopping_waits_for_nobody_and_closes_everything(echo: Echo) -> None:
    server = Server(echo)
    server.start()
    with opened(server) as idle, opened(server) as busy:
        busy.sendall(f"GET /hang HTTP/1.1\r\n{HOST}\r\n".encode())
        eventually(lambda: echo.seen)
        server.stop()
        assert echo.released == 0
        assert idle.recv(1) == b""
        assert busy.recv(1) == b""
    echo.release.set()
    server.stop()
    assert server._listener.socket.fileno() == -1


def test_a_server_that_never_served_can_be_stopped(echo: Echo) -> None:
    server = Server(echo)
    server.stop()
    server.serve()  # returns at once
    assert server._listener.socket.fileno() == -1


def test_serve_blocks_until_it_is_stopped(echo: Echo) -> None:
    server = Server(echo)
    serving = threading.Thread(target=server.serve)
    serving.start()
    assert status(server, f"GET / HTTP/1.1\r\n{HOST}\r\n") == 200
    assert serving.is_alive()
    server.stop()
    serving.join(PATIENT)
    assert not serving.is_alive()


def test_only_the_loopback_interface_is_bound(server: Server) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    with pytest.raises(OSError, match=r"refused|timed out"):
        socket.create_connection(("127.0.0.2", port_of(server)), timeout=1)


def test_a_port_that_is_taken_is_told_in_a_sentence(server: Server, echo: Echo) -> None:
    with pytest.raises(LocalIOError) as caught:
        Server(echo, port_of(server))
    port = port_of(server)
    assert caught.value.message == (
        f"cannot listen on 127.0.0.1:{port}: another program has this port; give another one, or 0 for any that is free"
    )


def test_a_port_that_cannot_be_is_told_too(echo: Echo) -> None:
    with pytest.raises(LocalIOError, match="give a port from 0 to 65535"):
        Server(echo, 65536)


def test_the_port_is_free_again_after_a_stop(echo: Echo) -> None:
    for _ in range(9):
        with Server(echo) as first:
            said(first, f"GET / HTTP/1.1\r\n{HOST}connection: close\r\n\r\n")
        with suppress(LocalIOError), Server(echo, port_of(first)) as second:
            assert said(second, f"GET / HTTP/1.1\r\n{HOST}\r\n")["method"] == "GET"
            return
    pytest.fail("that another program took it just then does not happen nine times")


def test_a_reply_that_is_not_taken_in_one_go_holds_up_nobody(server: Server) -> None:
    text = b"x" * 900_000
    with opened(server) as slow, opened(server) as next_one:
        slow.settimeout(1)
        with suppress(TimeoutError):  # the server reads no more of it before its replies are taken
            for _ in range(40):
                slow.sendall(f"POST / HTTP/1.1\r\n{HOST}content-length: {len(text)}\r\n\r\n".encode() + text)
        slow.settimeout(PATIENT)
        next_one.sendall(f"GET / HTTP/1.1\r\n{HOST}\r\n".encode())
        with answer(next_one) as response:
            assert response.status == 200
        with answer(slow) as response:
            assert json.loads(response.read())["body"] == text.decode()


def test_a_client_that_is_silent_is_hung_up_on(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "SILENCE", 0.1)
    monkeypatch.setattr(connection_module.Connection, "timeout", 0.1)
    with Server(echo) as server, opened(server) as silent, opened(server) as half:
        half.sendall(f"POST / HTTP/1.1\r\n{HOST}content-length: 9\r\n\r\nhalf".encode())
        assert silent.recv(1) == b""
        assert half.recv(1) == b""


def test_a_reply_is_sent_to_its_end_before_tls_is_looked_for() -> None:
    with Server(Large(), tls=_no_tls) as server, opened(server) as client:
        client.settimeout(5)
        client.sendall(f"GET / HTTP/1.1\r\n{HOST}\r\n".encode())
        with answer(client) as response:
            assert len(response.read()) == Large.SIZE


def test_a_client_with_many_requests_at_once_holds_up_nobody() -> None:
    echo = EchoAtOnce()
    with Server(echo) as server, opened(server) as greedy, opened(server) as other:
        other.sendall(f"GET /first HTTP/1.1\r\n{HOST}\r\n".encode())
        answer(other).read()
        greedy.sendall(f"GET /x HTTP/1.1\r\n{HOST}\r\n".encode() * 1000)
        eventually(lambda: len(echo.seen) > 1)
        other.sendall(f"GET /other HTTP/1.1\r\n{HOST}\r\n".encode())
        answer(other).read()
        eventually(lambda: len(echo.seen) == 1002)
    assert echo.seen[-1].url.endswith("/x"), "the other one had its turn between them"


def test_who_asks_while_others_are_answered_is_not_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "SILENCE", 0.3)
    slow = SlowAtOnce()
    with Server(slow) as server, opened(server) as first, opened(server) as second:
        second.sendall(f"GET / HTTP/1.1\r\n{HOST}\r\n".encode())
        answer(second).read()
        first.sendall(f"GET /slow HTTP/1.1\r\n{HOST}\r\n".encode())
        assert slow.begun.wait(PATIENT)
        second.sendall(f"GET / HTTP/1.1\r\n{HOST}\r\n".encode())
        time.sleep(1.3)  # silence is looked for once a second
        slow.release.set()
        with answer(second) as response:
            assert response.status == 200
