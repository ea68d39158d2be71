"""A connection that marks the first byte of a request and keeps its limits, whatever library opened it.

Whether a request was sent is not guessed from the kind of a failure: the connection marks the first byte it writes. A
reply is read under two limits that no server can stretch, its size and the request's patience.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from dmcli.words import tr

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

MAX_REPLY = 8 * 1024 * 1024  # bytes, headers included
PIECE = 64 * 1024  # bytes that are written at a time
_INTERIM = frozenset(range(102, 200))  # 101 ends the protocol, so it is a reply


class Watch:
    """Keeps one request's limits, and marks when its first byte is written.

    `refusal` is what was raised when that was announced; then nothing was written.
    """

    def __init__(self, clock: Callable[[], float], patience: float, announce: Callable[[], None]) -> None:
        self.begun = False
        self.refusal: Exception | None = None
        self._announce = announce
        self._broken = ""  # which limit was passed
        self._clock, self._end, self._patience = clock, clock() + patience, patience
        self._bytes = 0

    def begin(self) -> None:
        """Announce the first byte, once. Raises what the announcement raises."""
        if self.begun:
            return
        try:
            self._announce()
        except Exception as error:
            self.refusal = error
            raise
        self.begun = True

    def limit(self, sock: socket.socket) -> None:
        """Let the next word on the socket take no longer than is left. Raises TimeoutError when nothing is."""
        left = self._end - self._clock()
        if left <= 0:
            raise TimeoutError
        sock.settimeout(left)

    def count(self, size: int) -> None:
        """Count bytes of the reply. Raises OSError when they are too many."""
        self._bytes += size
        if self._bytes > MAX_REPLY:
            self._broken = tr("the reply is larger than {most} bytes", most=MAX_REPLY)
            raise OSError

    @property
    def broken(self) -> str:
        """The limit that was passed, in words; empty while none was."""
        late = self._clock() >= self._end
        return self._broken or (
            tr("there was no complete reply within {seconds:g} s", seconds=self._patience) if late else ""
        )


def watched_class(kind: Any, current: Callable[[], Watch]) -> Any:
    """The class of connections that mark and limit what they do, made of the one that the pool or its proxy uses."""
    from http.client import HTTPResponse, parse_headers

    def connect(self: Any) -> None:
        self.stands = False  # a CONNECT to a proxy and the TLS handshake are no part of the request
        kind.connect(self)
        self.stands = True

    def send(self: Any, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if not self.stands:
            kind.send(self, data)
            return
        current().begin()
        for start in range(0, len(data), PIECE):
            current().limit(self.sock)
            kind.send(self, data[start : start + PIECE])

    class Response(HTTPResponse):
        def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp.close()
            self.fp = io.BufferedReader(_Incoming(sock, current()))

        def _read_status(self) -> tuple[str, int, str]:
            """The status that counts. The library passes over 100 alone, and takes 102 and 103 for the reply."""
            while True:
                version, status, reason = super()._read_status()  # type: ignore[misc]
                if status not in _INTERIM:
                    return version, status, reason
                parse_headers(self.fp)

    return type(kind.__name__, (kind,), {"connect": connect, "send": send, "response_class": Response})


class _Incoming(io.RawIOBase):
    """What comes over a socket, within the limits of a watch."""

    def __init__(self, sock: socket.socket, watch: Watch) -> None:
        super().__init__()
        self._sock, self._watch = sock, watch
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open when the connection lets go of it

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._watch.limit(self._sock)
        size = self._raw.readinto(buffer)
        self._watch.count(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()
