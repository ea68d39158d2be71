"""The exchange over HTTP, against servers made of bare sockets: what is sent, what is read, what is not known."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from contextlib import contextmanager, suppress

import pytest
import trustme

from dmcli.api.wire import Ambiguous, NotSent, Request
from dmcli.cli.trace import traced
from dmcli.errors import ConfigError
from dmcli.transport import HttpExchange

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-Acs-Request-Id: 7\r\n\r\n{}"


@contextmanager
def answering(*replies: bytes):
    """A server that answers each request with the next of the replies; yields its URL and what it received."""
    received: list[bytes] = []
    connections: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with suppress(OSError):  # a client that has seen enough hangs up
                serve_all()

        def serve_all():
            left = list(replies)
            while left:
                connection, _ = listening.accept()
                connections.append(1)
                with connection:
                    connection.settimeout(5)
                    while left:
                        data = connection.recv(65536)
                        if not data:
                            break
                        while b"body" not in data:
                            data += connection.recv(65536)
                        received.append(data)
                        reply = left.pop(0)
                        connection.sendall(reply)
                        if reply != OK:
                            break

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", received, connections
        listening.close()
    thread.join(5)


@pytest.fixture
def exchange():
    made = HttpExchange()
    yield made
    made.close()


def post(url: str) -> Request:
    return Request("POST", f"{url}/", {"host": "h", "x-test": "1", "content-type": "text/plain"}, b"body", 0.5)


def test_headers_body_and_reply(exchange):
    with answering(OK) as (url, received, _):
        reply = exchange(post(url))
    assert (reply.status, reply.body, reply.headers["x-acs-request-id"]) == (200, b"{}", "7")
    head = received[0].decode().lower()
    assert head.startswith("post / http/1.1")
    assert head.endswith("\r\n\r\nbody")
    assert "x-test: 1" in head
    assert "user-agent: dm/" in head
    for unwanted in ("cookie", "authorization", "gzip"):
        assert unwanted not in head


def test_one_connection_is_kept(exchange):
    with answering(OK, OK, OK) as (url, received, connections):
        for _ in range(3):
            exchange(post(url))
    assert (len(received), len(connections)) == (3, 1)


def test_a_redirect_is_not_followed(exchange):
    moved = b"HTTP/1.1 307 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
    with answering(moved) as (url, received, _):
        assert exchange(post(url)).status == 307
    assert len(received) == 1


@pytest.mark.parametrize(
    "reply",
    [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort", b"garbage\r\n\r\n"],
    ids=["closed", "cut short", "garbage"],
)
def test_no_reply_after_the_request_is_ambiguous_and_never_sent_again(exchange, reply):
    with answering(reply) as (url, received, _), pytest.raises(Ambiguous):
        exchange(post(url))
    assert len(received) == 1


def test_silence_is_ambiguous(exchange):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(Ambiguous, match=r"no complete reply within 0\.5 s"),
    ):
        exchange(post(f"http://127.0.0.1:{silent.getsockname()[1]}"))


def test_a_huge_reply_is_not_read(exchange):
    huge = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + b"x" * (9 * 1024 * 1024)
    with answering(huge) as (url, _, _), pytest.raises(Ambiguous, match="larger than"):
        exchange(post(url))


def test_no_connection_is_not_sent(exchange):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(NotSent, match="refused"):
        exchange(post(f"http://127.0.0.1:{port}"))


def test_an_unknown_host_is_not_sent(exchange):
    with pytest.raises(NotSent, match="no-such-host"):
        exchange(post("http://no-such-host.invalid"))


def test_netrc_is_not_read(exchange, tmp_path):
    (tmp_path / ".netrc").write_text("default login a password b\n", encoding="utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    with answering(OK) as (url, received, _):
        exchange(post(url))
    assert b"authorization" not in received[0].lower()


def test_the_trace_shows_what_the_service_says_harmlessly(exchange):
    reply = OK.replace(b": 7", b": 7\x1b]0;owned\x07")
    lines: list[str] = []
    with answering(reply) as (url, _, _):
        traced(exchange, lines.append)(post(url))
    assert lines[0].startswith("debug: > POST http://127.0.0.1:")
    assert lines[1].startswith("debug: < HTTP 200, 2 bytes, ")
    assert lines[1].endswith(r" 7\x1b]0;owned\x07")


@contextmanager
def serving(*handlers):
    """A server that hands each connection to the next of the handlers; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            for handle in handlers:
                with suppress(OSError):
                    connection, _ = listening.accept()
                    with connection:
                        connection.settimeout(5)
                        handle(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.close()
    thread.join(5)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A server's TLS context, and the file that makes its certificate trusted."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "service.test").configure_cert(context)
    trusted = str(tmp_path_factory.mktemp("tls") / "authority.pem")
    authority.cert_pem.write_to_path(trusted)
    return context, trusted


def read_request(connection, end=b"body"):
    data = b""
    while end not in data:
        data += connection.recv(65536)
    return data


def reset(connection):
    """End the connection with a reset, after the client has begun to talk."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def plain(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def silent(connection):
    while connection.recv(65536):
        pass


def broken_tls(context, *, tunnel=False, answers=0):
    """TLS done right and a request read; then bytes that are no TLS."""

    def handle(connection):
        if tunnel:
            read_request(connection, b"\r\n\r\n")
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        raw = socket.socket(fileno=socket.dup(connection.fileno()))
        with raw, context.wrap_socket(connection, server_side=True) as secure:
            for _ in range(answers):
                read_request(secure)
                secure.sendall(OK)
            read_request(secure)
            raw.sendall(b"this is no TLS record at all")
            with suppress(OSError):
                raw.recv(65536)

    return handle


@pytest.mark.parametrize("handle", [reset, plain, silent], ids=["reset", "plain HTTP", "silence"])
def test_a_failed_handshake_is_not_sent(exchange, handle):
    with serving(handle) as port, pytest.raises(NotSent, match="cannot reach localhost"):
        exchange(post(f"https://localhost:{port}"))


def test_a_certificate_that_is_not_trusted_is_a_matter_of_configuration(exchange, certificate):
    with serving(broken_tls(certificate[0])) as port, pytest.raises(ConfigError, match="not trusted"):
        exchange(post(f"https://localhost:{port}"))


def test_broken_tls_after_the_request_is_ambiguous(exchange, certificate):
    with serving(broken_tls(certificate[0])) as port, pytest.raises(Ambiguous, match="broke"):
        HttpExchange(certificate[1])(post(f"https://localhost:{port}"))


def test_what_became_of_one_request_says_nothing_of_the_next(exchange, certificate):
    with serving(broken_tls(certificate[0], answers=1), reset) as port:
        url = f"https://localhost:{port}"
        exchange = HttpExchange(certificate[1])
        assert exchange(post(url)).status == 200
        with pytest.raises(Ambiguous):
            exchange(post(url))
        with pytest.raises(NotSent):
            exchange(post(url))


def through(monkeypatch, port):
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")


def refusing(connection):
    read_request(connection, b"\r\n\r\n")
    connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")


@pytest.mark.parametrize("handle", [refusing, reset, plain], ids=["refuses", "resets", "is none"])
def test_a_proxy_that_does_not_connect_is_not_sent(exchange, monkeypatch, handle):
    with serving(handle) as port:
        through(monkeypatch, port)
        with pytest.raises(NotSent):
            exchange(post("https://service.test"))


def test_broken_tls_behind_a_proxy_after_the_request_is_ambiguous(exchange, monkeypatch, certificate):
    with serving(broken_tls(certificate[0], tunnel=True)) as port:
        through(monkeypatch, port)
        with pytest.raises(Ambiguous):
            HttpExchange(certificate[1])(post("https://service.test"))
