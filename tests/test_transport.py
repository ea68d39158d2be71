"""The exchange over HTTP, against servers made of bare sockets: what is sent, what is read, what is not known."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager

import pytest

from dmcli.api.wire import Ambiguous, NotSent, Request
from dmcli.transport import HttpExchange

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-Acs-Request-Id: 7\r\n\r\n{}"


@contextmanager
def answering(*replies: bytes):
    """A server that answers each request with the next of the replies; yields its URL and what it received."""
    received: list[bytes] = []
    connections: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            left = list(replies)
            while left:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
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
    made = HttpExchange((2.0, 0.5))
    yield made
    made.close()


def post(url: str) -> Request:
    return Request("POST", f"{url}/", {"host": "h", "x-test": "1", "content-type": "text/plain"}, b"body")


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
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Ambiguous, match="timed out"):
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
