"""The DNS authority on 127.0.0.1, over UDP and TCP at one port; what it answers is `dns/authority.py`'s to say."""

from __future__ import annotations

import socketserver
import struct
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from dmcli.errors import LocalIOError, LockedError, local_error
from dmcli.sandbox.control.dns import served_at, set_served
from dmcli.sandbox.dns.authority import read_zones, reply_to
from dmcli.sandbox.server.listener import POLL, Listener, why_unbound
from dmcli.untrusted import brief
from dmcli.words import tr

if TYPE_CHECKING:
    from types import TracebackType

    from dmcli.sandbox.emulator import Sandbox

_LENGTH = struct.Struct("!H")  # what stands before a message over TCP
_SILENCE = 10  # seconds that a TCP client may say nothing
_MOST_CLIENTS = 100  # over TCP at a time; more would take the files that the sandbox needs itself
_GLANCE = 0.5  # seconds between two looks whether it is still known where it is served
_TRIES = 20  # free ports that are tried for one that both protocols can have


class AuthorityServer:
    """Serves the zones of a sandbox. It is bound when made, and as a context it serves in threads.

    with AuthorityServer(sandbox, 0) as authority:
        authority.port

    `port` 0 is any free one. One that is not `noted` changes nothing in the sandbox: domains verify as before. Raises
    LocalIOError when the port cannot be had.
    """

    def __init__(self, sandbox: Sandbox, port: int = 0, *, noted: bool = True) -> None:
        self._sandbox = sandbox
        self._noted = noted
        try:
            self._udp, self._tcp = _bound(sandbox, port)
        except (OSError, OverflowError) as error:
            raise LocalIOError(
                tr("cannot answer DNS on 127.0.0.1:{port}: {why}", port=port, why=why_unbound(error))
            ) from None
        self.port = int(self._tcp.server_address[1])

    def __enter__(self) -> Self:
        if self._noted:
            self._udp.port = self.port
            set_served(self._sandbox, self.port)
        for server in (self._udp, self._tcp):
            thread = threading.Thread(target=server.serve_forever, args=(POLL,), name="dm sandbox dns", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                raise local_error(error) or error from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()
        with suppress(LocalIOError, LockedError):
            if self._noted and served_at(self._sandbox) == self.port:
                set_served(self._sandbox, 0)


class _Answering:
    """What both protocols share: the sandbox, and that a client's fault is no news."""

    sandbox: Sandbox

    def reply(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """The answer to a question, once it is due."""
        with self.sandbox.store.reading() as connection:
            zones = read_zones(connection)
        found = reply_to(zones, wire, tcp=tcp)
        if found and found.delay:
            time.sleep(found.delay)
        return found.wire if found else None

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  socketserver's signature
        error = sys.exc_info()[1]
        if not isinstance(error, (OSError, EOFError)):
            sys.stderr.write(
                brief(tr("sandbox: a DNS question failed: {kind}: {error}", kind=type(error).__name__, error=error))
                + "\n"
            )


class _UdpListener(_Answering, socketserver.ThreadingUDPServer):
    daemon_threads = True
    block_on_close = False
    max_packet_size = 65535
    port = 0
    _looked = 0.0

    def service_actions(self) -> None:
        """Note anew where it is served, once a reset or an older snapshot has made that forgotten.

        A check of a domain waits for answers with the account locked, so this asks past the lock.
        """
        if not self.port or time.monotonic() < self._looked + _GLANCE:
            return
        self._looked = time.monotonic()
        with suppress(LocalIOError, LockedError):
            if not served_at(self.sandbox):
                set_served(self.sandbox, self.port)


class _TcpListener(_Answering, Listener):
    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002  socketserver's signature
        return len(self.open) < _MOST_CLIENTS


class _Udp(socketserver.BaseRequestHandler):
    server: _UdpListener

    def handle(self) -> None:
        wire, answering = self.request
        if reply := self.server.reply(wire, tcp=False):
            answering.sendto(reply, self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    """A client: questions one after the other (RFC 7766), until it has no more."""

    server: _TcpListener
    timeout = _SILENCE

    def handle(self) -> None:
        while len(head := self.rfile.read(_LENGTH.size)) == _LENGTH.size:
            wire = self.rfile.read(_LENGTH.unpack(head)[0])
            reply = self.server.reply(wire, tcp=True)
            if reply is None:
                return
            self.wfile.write(_LENGTH.pack(len(reply)) + reply)


def _bound(sandbox: Sandbox, port: int) -> tuple[_UdpListener, _TcpListener]:
    """A listener for each protocol at one port; a free one whose other half is taken is given back."""
    tries = 1 if port else _TRIES
    while True:
        tries -= 1
        tcp = _TcpListener(port, _Tcp)
        try:
            udp = _UdpListener(("127.0.0.1", int(tcp.server_address[1])), _Udp)
        except OSError:
            tcp.server_close()
            if not tries:
                raise
            continue
        udp.sandbox = tcp.sandbox = sandbox
        return udp, tcp
