"""The clients whose next request is awaited: one thread reads them all, and answers at once what waits for nothing.

A thread a client costs more than a call does, since threads of Python take turns. So a whole request that can be
answered at once, with the others that came meanwhile, is answered here. All else is given to a thread, with what was
read: TLS, bodies in chunks, heads that come in drops, what is refused, what may wait, and what is not taken in one go.
"""

from __future__ import annotations

import selectors
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from dmcli.api.wire import Request
from dmcli.sandbox.server.http1 import Head, RefusedRequestError, body_size, guard, head_of, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dmcli.api.wire import Reply

SILENCE = 60.0  # seconds
_PIECE = 64 * 1024  # bytes that are read at once
_MOST = 1024 * 1024  # bytes of a body that is waited for here
HANDSHAKE = b"\x16"  # the first byte of TLS


@runtime_checkable
class AtOnce(Protocol):
    """An exchange that answers several requests at once."""

    def together(self, requests: Sequence[Request]) -> list[Reply | None]:
        """The replies; None for a request that may have to wait for something, and was not begun."""
        ...


class Client:
    """A connection, what was read of it, and of a request that is not whole yet the head and where its body begins."""

    def __init__(self, connection: socket.socket, address: Any) -> None:
        self.connection = connection
        self.address = address
        self.read = b""
        self.fresh = True  # nothing of it was read yet
        self.more = False  # it has sent more than was answered: that is first, before it is read again
        self.until = time.monotonic() + SILENCE
        self.head: Head | None = None
        self.begin = self.end = 0

    def request(self) -> Request | None:
        """The next request; None while it is not whole. Raises RefusedRequestError or EOFError for one of a thread."""
        if self.head is None:
            head, begin = head_of(self.read)
            size = body_size(head)
            if size is None or size > _MOST or "expect" in head.headers or head.method == "HEAD":
                raise EOFError
            if head.connection == "close":  # its end is waited for
                raise EOFError
            self.head, self.begin, self.end = head, begin, begin + size
        if len(self.read) < self.end:
            return None
        url = f"http://{guard(self.head)}{self.head.target}"
        return Request(self.head.method, url, self.head.headers, self.read[self.begin : self.end], peer=self.address[0])

    def answered(self) -> None:
        """Go on behind the request."""
        self.read, self.head = self.read[self.end :], None
        self.until = time.monotonic() + SILENCE


class Loop:
    """Reads clients. `give` takes one that needs a thread, with bytes that it has still to be sent; `drop` hangs up."""

    def __init__(
        self, door: socket.socket, site: AtOnce, give: Callable[[Client, bytes], None], drop: Callable[[Any], None]
    ) -> None:
        self._site, self._give, self._drop = site, give, drop
        self._selector = selectors.DefaultSelector()
        self._selector.register(door, selectors.EVENT_READ)
        self._door, self._shut = door, 0.0  # until when nobody is looked for there
        self._clients: set[Client] = set()
        self._more: list[Client] = []
        self._look = 0.0  # when silence is next looked for

    def add(self, connection: socket.socket, address: Any) -> None:
        """Await the first request of a client."""
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        client = Client(connection, address)
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, client)

    def turn(self, seconds: float) -> bool:
        """Wait so long for something to come, and answer what did. Whether somebody is at the door."""
        if self._shut and time.monotonic() >= self._shut:
            self._selector.register(self._door, selectors.EVENT_READ)
            self._shut = 0.0
        knocked, whole = False, self._more
        for key, _ in self._selector.select(0 if whole else seconds):
            if key.data is None:
                knocked = True
            elif not key.data.more and self._receive(key.data):
                whole.append(key.data)
        self._hang_up_on_silence()  # before it is answered: what comes meanwhile was not read yet
        self._more = self._answer(whole)  # a request of each, so that nobody waits for all of another's
        for client in self._more:
            client.more = True
        return knocked

    def shut(self, seconds: float) -> None:
        """Look for nobody at the door for so long."""
        self._selector.unregister(self._door)
        self._shut = time.monotonic() + seconds

    def close(self) -> None:
        """Hang up on all that are awaited."""
        for client in list(self._clients):
            self._leave(client)
            self._drop(client.connection)
        self._selector.close()

    def _receive(self, client: Client) -> bool:
        """Read what a client sent. Whether there may be a whole request."""
        try:
            if client.fresh and client.connection.recv(1, socket.MSG_PEEK) == HANDSHAKE:
                self._hand_over(client)
                return False
            client.fresh = False
            piece = client.connection.recv(_PIECE)
        except BlockingIOError:
            return False
        except OSError:
            piece = b""
        if not piece:
            self._leave(client)
            self._drop(client.connection)
            return False
        client.read += piece
        client.until = time.monotonic() + SILENCE
        return True

    def _answer(self, clients: list[Client]) -> list[Client]:
        """Answer the requests that are whole. Who has sent more than that."""
        asking = []
        for client in clients:
            client.more = False
            try:
                request = client.request()
            except (RefusedRequestError, EOFError):
                self._hand_over(client)
                continue
            if request:
                asking.append((client, request))
        if not asking:
            return []
        replied: list[tuple[Client, Reply | None]] = [(client, None) for client, _ in asking]
        with suppress(Exception):  # a defect is told by the thread that meets it
            replies = self._site.together([request for _, request in asking])
            replied = [(client, reply) for (client, _), reply in zip(asking, replies, strict=True)]
        return [client for client, reply in replied if self._send(client, reply)]

    def _send(self, client: Client, reply: Reply | None) -> bool:
        """Send a reply. Whether the client has sent more."""
        answer, sent = b"", 0
        with suppress(ValueError):  # a header that cannot be sent is told as a defect is
            answer = wire(reply, connection="keep-alive") if reply else b""
        if not answer:
            self._hand_over(client)
            return False
        client.answered()
        with suppress(OSError):  # one that has gone is met again when it is read
            sent = client.connection.send(answer)
        if sent < len(answer):
            self._hand_over(client, answer[sent:])
            return False
        return bool(client.read)

    def _hand_over(self, client: Client, rest: bytes = b"") -> None:
        self._leave(client)
        self._give(client, rest)

    def _leave(self, client: Client) -> None:
        self._selector.unregister(client.connection)
        self._clients.discard(client)

    def _hang_up_on_silence(self) -> None:
        now = time.monotonic()
        if now < self._look:
            return
        self._look = now + 1
        for client in [one for one in self._clients if one.until < now and not one.more]:
            self._leave(client)
            self._drop(client.connection)
