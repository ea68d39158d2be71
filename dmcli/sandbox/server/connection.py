"""One client in a thread of its own: its requests one after the other, whatever they take.

The protocol is read by hand over socketserver, because the standard handler loses chunked bodies, refuses the long
request lines of old SDKs and takes 44 ms a request.
"""

from __future__ import annotations

import io
import socketserver
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dmcli.api.wire import Ambiguous, NotSent, Request
from dmcli.sandbox.control.effects import EFFECTS, SpoiltError
from dmcli.sandbox.server.http1 import (
    Head,
    RefusedRequestError,
    body_size,
    exactly,
    guard,
    read_chunks,
    read_head,
    wire,
)
from dmcli.sandbox.server.loop import HANDSHAKE, SILENCE

if TYPE_CHECKING:
    from dmcli.sandbox.server.server import HttpListener

LINGER = 2.0  # seconds that a client has to take its last reply


class _Begun(io.RawIOBase):
    """What was read of a connection, and then what comes."""

    def __init__(self, read: bytes, rest: io.BufferedIOBase) -> None:
        self._read, self._rest = read, rest

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        piece = self._read[: len(into)] or self._rest.read1(len(into))
        self._read = self._read[len(piece) :]
        into[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._rest.close()
        super().close()


class Connection(socketserver.StreamRequestHandler):
    """One client: requests one after the other until either side has had enough."""

    server: HttpListener
    timeout = SILENCE
    rbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """Go on with what the loop read, or begin TLS."""
        begun, rest = self.server.begun.pop(self.request, (b"", b""))
        self.scheme = "http"
        if self.server.tls and not begun and not rest and self._begins_tls():
            self.request = self.server.secured(self.request)
            self.scheme = "https"
        super().setup()
        if begun:
            self.rfile = io.BufferedReader(_Begun(begun, self.rfile), self.rbufsize)
        if rest:
            self.request.sendall(rest)
        self._after_chunks = False

    def finish(self) -> None:
        """Let go of the client."""
        super().finish()
        if self.scheme == "https":  # the listener knows only the socket below it
            self.server.let_go(self.request)

    def _begins_tls(self) -> bool:
        """Whether the client's first byte is that of a TLS handshake."""
        import socket

        self.request.settimeout(self.timeout)
        return bool(self.request.recv(1, socket.MSG_PEEK) == HANDSHAKE)

    def handle(self) -> None:
        """Answer until either side has had enough."""
        # Gone, silent for too long, or an outcome that the caller is not to learn: hang up without a word.
        with suppress(OSError, EOFError, Ambiguous, NotSent):
            try:
                while self._answer():
                    pass
                self._linger()
            except SpoiltError as spoilt:
                self._spoil(spoilt)

    def _answer(self) -> bool:
        """Read one request and answer it. Returns whether more may come."""
        try:
            head = read_head(self.rfile, after_chunks=self._after_chunks)
            answer = self._exchange(head)
        except RefusedRequestError as refusal:
            self.request.sendall(wire(refusal.reply(), connection="close"))
            return False
        self.request.sendall(answer)
        return head.connection != "close"

    def _exchange(self, head: Head) -> bytes:
        host = guard(head, self.scheme)
        url, peer = f"{self.scheme}://{host}{head.target}", self.client_address[0]
        request = Request(head.method, url, head.headers, self._body(head), peer=peer)
        try:
            return wire(self.server.exchange(request), connection=head.connection, bodiless=head.method == "HEAD")
        except (Ambiguous, NotSent):
            raise
        except Exception as error:  # noqa: BLE001  a defect is told in a sentence, not by silence
            raise RefusedRequestError(500, f"the sandbox failed: {type(error).__name__}: {error}") from None

    def _body(self, head: Head) -> bytes:
        size = body_size(head)
        self._after_chunks = size is None
        expected = head.headers.get("expect", "").lower()
        if expected not in ("", "100-continue"):
            raise RefusedRequestError(417, f"the expectation {expected!r} cannot be met")
        if expected and size != 0 and head.minor:
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return read_chunks(self.rfile) if size is None else exactly(self.rfile, size)

    def _spoil(self, spoilt: SpoiltError) -> None:
        """Send what a fault makes of the reply, and hang up, or hold the connection open."""
        effect, reply = EFFECTS[spoilt.effect], spoilt.reply
        self.request.sendall(effect.spoil(wire(reply, connection="close"), len(reply.body)))
        if effect.holds:
            self.request.settimeout(None)
            while self.request.recv(self.rbufsize):  # until the client has had enough, or the server stops
                pass

    def _linger(self) -> None:
        """Read on a little: closing with bytes unread resets the connection, which may take the reply along."""
        import socket

        self.request.shutdown(socket.SHUT_WR)
        self.request.settimeout(LINGER / 4)
        end = time.monotonic() + LINGER
        while self.request.recv(self.rbufsize) and time.monotonic() < end:
            pass
