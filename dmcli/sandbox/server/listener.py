"""A listening socket on 127.0.0.1 with the connections that came from it, and why a port cannot be had."""

from __future__ import annotations

import errno
import os
import socket
import socketserver
from contextlib import suppress
from typing import Any

from dmcli.words import tr

POLL = 0.02  # seconds until a stop is noticed


class Listener(socketserver.ThreadingTCPServer):
    """A thread a connection; `open` are those that there are, and closing it hangs up on them."""

    daemon_threads = True
    request_queue_size = 128
    # A restart gets its port back at once. On Windows the option would let another program take the port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, port: int, handler: type[socketserver.BaseRequestHandler]) -> None:
        self.open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a client that has connected."""
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Hang up on a client that was served."""
        self.open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Close the listening socket, and wake the threads that wait for a client's next word: none is answered."""
        super().server_close()
        for request in list(self.open):
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)


def why_unbound(error: Exception) -> str:
    """Why a port cannot be had, and what to do."""
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return tr("another program has this port; give another one, or 0 for any that is free")
    if code == errno.EACCES:
        return tr("the system does not allow this port; give one from 1024, or 0 for any that is free")
    return tr("{error}; give a port from 0 to 65535", error=error)
