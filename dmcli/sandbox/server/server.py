"""The sandbox over HTTP/1.1 on 127.0.0.1, for browsers, other programs and the vendor's SDKs.

What can be answered at once is, by the one thread of the loop; all else has a thread a connection, so that a hung one
delays no other.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from dmcli.errors import LocalIOError, local_error
from dmcli.sandbox.server.connection import Connection
from dmcli.sandbox.server.listener import POLL, Listener, why_unbound
from dmcli.sandbox.server.loop import AtOnce, Client, Loop
from dmcli.untrusted import brief
from dmcli.words import tr

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from types import TracebackType

    from dmcli.api.wire import Exchange


class Server:
    """Serves an exchange over HTTP. It is bound when made; `url` is where it answers once it serves.

    with Server(site_of(sandbox)) as server:  # serves in a thread; serve() does in this one
        urlopen(f"{server.url}/_dm/api/mails")

    `port` 0 is any free one. With `tls`, which makes a context when it is first needed, TLS is spoken on the same port.
    Raises LocalIOError when the port cannot be had. As a context it serves in a thread.
    """

    def __init__(self, exchange: Exchange, port: int = 0, *, tls: Callable[[], ssl.SSLContext] | None = None) -> None:
        try:
            self._listener = HttpListener(exchange, port, tls)
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


class HttpListener(Listener):
    """Listens for clients of HTTP, and of HTTPS with `tls`."""

    timeout = POLL

    def __init__(self, exchange: Exchange, port: int, tls: Callable[[], ssl.SSLContext] | None) -> None:
        self.exchange = exchange
        self.tls = tls
        self.begun: dict[Any, tuple[bytes, bytes]] = {}  # of a socket: what was read of it, what has to be sent
        self._context: ssl.SSLContext | None = None
        self._loop: Loop | None = None
        super().__init__(port, Connection)
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
        """The next client. Raises OSError where no file is left for it."""
        try:
            return super().get_request()
        except OSError:  # no file is left for it: not to ask again at once, it is still there
            if self._loop:
                self._loop.shut(POLL)
            else:
                time.sleep(POLL)
            raise

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  socketserver's signature
        """Tell of a connection that could not be set up, unless the client has left."""
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
