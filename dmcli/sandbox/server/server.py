"""The sandbox over HTTP/1.1 on 127.0.0.1, for browsers, other programs and the vendor's SDKs.

The protocol is read by hand over socketserver, because the standard handler loses chunked bodies, refuses the long
request lines of old SDKs and takes 44 ms a request. What can be answered at once is, by the one thread of the loop; all
else has a thread a connection, so that a hung one delays no other.
"""

from __future__ import annotations

import io
import socketserver
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from dmcli.api.wire import Ambiguous, NotSent, Request
from dmcli.errors import LocalIOError, local_error
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
from dmcli.sandbox.server.listener import POLL, Listener, why_unbound
from dmcli.sandbox.server.loop import SILENCE, AtOnce, Client, Loop
from dmcli.untrusted import brief
from dmcli.words import tr

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType

    from dmcli.api.wire import Exchange

_HANDSHAKE = b"\x16"
LINGER = 2.0  # seconds that a client has to take its last reply


class Server:
    """Serves an exchange over HTTP. It is bound when made; `url` is where it answers once it serves.

    with Server(site_of(sandbox)) as server:  # serves in a thread; serve() does in this one
        urlopen(f"{server.url}/_dm/api/mails")

    `port` 0 is any free one. With `tls`, which makes a context when it is first needed, TLS is spoken on the same port.
    Raises LocalIOError when the port cannot be had. As a context it serves in a thread.
    """

    def __init__(self, exchange: Exchange, port: int = 0, *, tls: Callable[[], ssl.SSLContext] | None = None) -> None:
        try:
            self._listener = _Listener(exchange, port, tls)
        except (OSError, OverflowError) as error:
            raise LocalIOError(
                tr("cannot listen on 127.0.0.1:{port}: {why}", port=port, why=why_unbound(error))
            ) from None
        self.url = f"http://127.0.0.1:{self._listener.server_address[1]}"
        self._stopping = threading.Event()
        self._serving = False
        self._thread: threading.Thread | None = None

    def serve(self) -> None:
        """Answer until stop() is called, from a signal handler or another thread."""
        self._serving = True
        try:
            while not self._stopping.is_set():
                self._listener.attend()
        finally:
            self._listener.server_close()

    def start(self) -> None:
        """Serve in a thread of its own. Raises LocalIOError when the system allows none."""
        thread = threading.Thread(target=self.serve, name="dm sandbox", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise local_error(error) or error from None
        self._thread = thread

    def stop(self) -> None:
        """End serving and close every connection, answered or not. May be called more than once."""
        self._stopping.set()
        if self._thread:
            self._listener.wake()
            self._thread.join()
        elif not self._serving:
            self._listener.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Listener(Listener):
    """Listens for clients of HTTP, and of HTTPS with `tls`."""

    timeout = POLL

    def __init__(self, exchange: Exchange, port: int, tls: Callable[[], ssl.SSLContext] | None) -> None:
        self.exchange = exchange
        self.tls = tls
        self.begun: dict[Any, tuple[bytes, bytes]] = {}  # of a socket: what was read of it, what has to be sent
        self._context: ssl.SSLContext | None = None
        self._loop: Loop | None = None
        super().__init__(port, _Connection)
        if isinstance(exchange, AtOnce):
            self._loop = Loop(self.socket, exchange, self._give, self.shutdown_request)

    def attend(self) -> None:
        """Wait a moment for clients, and answer what can be answered at once."""
        if not self._loop:
            self.handle_request()
        elif self._loop.turn(POLL):
            self.timeout = 0
            self.handle_request()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Await what a client asks."""
        if self._loop:
            self.open.add(request)
            self._loop.add(request, client_address)
        else:
            super().process_request(request, client_address)

    def server_close(self) -> None:
        """Hang up on all clients."""
        super().server_close()
        if self._loop:
            self._loop.close()

    def _give(self, client: Client, rest: bytes) -> None:
        """Have a thread go on with a client."""
        self.begun[client.connection] = client.read, rest
        try:
            super().process_request(client.connection, client.address)
        except Exception:  # noqa: BLE001  the system allows no more threads: as where a client connects
            self.begun.pop(client.connection, None)
            self.handle_error(client.connection, client.address)
            self.shutdown_request(client.connection)

    def get_request(self) -> Any:
        try:
            return super().get_request()
        except OSError:  # no file is left for it: not to ask again at once, it is still there
            if self._loop:
                self._loop.shut(POLL)
            else:
                time.sleep(POLL)
            raise

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  socketserver's signature
        # A client that left before its connection was set up is no news; that TLS cannot be spoken is told here alone.
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            sys.stderr.write(
                brief(tr("sandbox: a connection failed: {kind}: {error}", kind=type(error).__name__, error=error))
                + "\n"
            )

    def secured(self, request: Any) -> Any:
        """The TLS connection over a client's socket. Raises OSError, and ConfigError where TLS cannot be spoken."""
        assert self.tls is not None  # noqa: S101  asked before
        if self._context is None:
            self._context = self.tls()
        secure = self._context.wrap_socket(request, server_side=True)
        self.open.add(secure)
        return secure

    def let_go(self, request: Any) -> None:
        """Close a TLS connection."""
        self.open.discard(request)
        request.close()

    def wake(self) -> None:
        """End the wait for a client, by being one."""
        import socket

        with suppress(OSError), socket.socket(self.address_family) as visitor:  # it ended by itself
            visitor.settimeout(POLL)
            visitor.connect(self.server_address)


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


class _Connection(socketserver.StreamRequestHandler):
    """One client: requests one after the other until either side has had enough."""

    server: _Listener
    timeout = SILENCE
    rbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def setup(self) -> None:
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
        super().finish()
        if self.scheme == "https":  # the listener knows only the socket below it
            self.server.let_go(self.request)

    def _begins_tls(self) -> bool:
        """Whether the client's first byte is that of a TLS handshake."""
        import socket

        self.request.settimeout(self.timeout)
        return bool(self.request.recv(1, socket.MSG_PEEK) == _HANDSHAKE)

    def handle(self) -> None:
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
