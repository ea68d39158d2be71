"""A bare-socket server between `dm` and a real sandbox: it injects faults and counts what arrives."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import trustme
from patience import PATIENT, SOON, eventually

from dmcli.api.wire import Reply, Request
from dmcli.sandbox.gateway.request import is_upload, read_call
from dmcli.sandbox.server.http1 import wire

UPLOAD = "PostObject"  # what a form with a file counts as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmcli.sandbox.emulator import Sandbox


class Fault(NamedTuple):
    """What the server does to an arrived request in place of answering it.

    `spoil` gets the connection and the reply that the sandbox gave, or would have given. `executed` says whether the
    sandbox got the request. Of TLS faults nothing arrives: `handshake` gets the bare connection.
    """

    name: str
    spoil: Callable[[socket.socket, Reply], None] | None = None
    executed: bool = False
    handshake: Callable[[socket.socket], None] | None = None


class Faulty:
    """The server. The first `times` requests of the action `target` meet the fault; all others reach the sandbox."""

    def __init__(self, sandbox: Sandbox, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> None:
        self.sandbox = sandbox
        self.fault: Fault | None = None
        self.target = ""
        self.times = 0
        self.effect = ""  # of the target, as `impatient` has to know
        self.strike: Callable[[], None] = lambda: None  # what comes with the fault
        self.arrivals: list[str] = []
        self.due = 0  # attempts that are under way or over and meet the fault, as far as `impatient` knows of them
        self.struck = 0  # attempts that met it
        self.connections = 0
        self.sent = 0  # bytes of the last spoilt reply
        self._tls = tls
        self._lock = threading.Lock()
        self._idle, self._asking, self._closed = threading.Condition(), 0, False  # of calls in the sandbox
        self._listening = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://{host}:{self._listening.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):  # closed before
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self._listening.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        with self._idle:  # the sandbox is closed next, under nobody's hands
            self._closed = True
            self._idle.wait_for(lambda: not self._asking, PATIENT)

    def inject(self, fault: Fault, target: str, times: int = 1_000_000) -> None:
        """Spoil requests of an action from now on."""
        self.fault, self.target, self.times = fault, target, times

    def arrived(self, action: str) -> int:
        """How many requests of the action arrived, among them those that were given up before they could be read."""
        self.catch_up()
        return self.arrivals.count(action)

    def catch_up(self) -> None:
        """Wait until each attempt that was to meet the fault has met it."""
        eventually(lambda: self.struck >= self.due)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, EOFError, ValueError), connection:
            connection.settimeout(PATIENT)
            if self.fault and self.fault.handshake and self._due():
                connection.recv(1)  # the client has begun
                self.fault.handshake(connection)
                return
            secure = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with secure:
                while self._answer(secure):
                    pass

    def _due(self) -> bool:
        with self._lock:
            self.times -= 1
            return self.times >= 0

    def _answer(self, connection: socket.socket) -> bool:
        """Read one request and answer it; whether more may come."""
        request = read_request(connection)
        action = UPLOAD if is_upload(request) else read_call(request).action
        self.arrivals.append(action)
        fault = self.fault
        if not (fault and fault.spoil and action == self.target and self._due()):
            connection.sendall(wire(self._exchange(request), connection="keep-alive"))
            return True
        reply = self._exchange(request) if fault.executed else Reply(200, {}, b'{"RequestId": "R"}')
        self.strike()
        self.struck += 1
        fault.spoil(connection, reply)
        return False

    def _exchange(self, request: Request) -> Reply:
        """The sandbox's reply. Raises EOFError once the server is closed."""
        with self._idle:
            if self._closed:
                raise EOFError
            self._asking += 1
        try:
            return self.sandbox.exchange(request)
        finally:
            with self._idle:
                self._asking -= 1
                self._idle.notify_all()


def read_request(connection: socket.socket) -> Request:
    """One request with its body. Raises EOFError when there is none."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += _more(connection)
    method, target, _ = first.split(" ")
    path = target if target.startswith("/") else "/"
    return Request(method, f"http://{headers['host']}{path}", headers, body)


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise EOFError
    return data


def reset(connection: socket.socket) -> None:
    """End a connection with a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def trickle(connection: socket.socket, head: bytes, byte: bytes) -> None:
    """Send a head, then one byte at a time until the other side has had enough."""
    connection.sendall(head)
    while True:
        connection.sendall(byte)
        time.sleep(0.001)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Who issues the certificates that tests trust."""
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch) -> None:
    """Makes `dm` trust that authority, and nobody else."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("DM_CA_BUNDLE", str(path))


@pytest.fixture
def secured(authority) -> Callable[..., ssl.SSLContext]:
    """Makes a server's TLS context with a certificate for these names."""

    def made(*names: str, by: trustme.CA = authority, **more) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        by.issue_cert(*names, **more).configure_cert(context)
        return context

    return made


@pytest.fixture
def faulty(sandbox) -> Iterator[Faulty]:
    """The server over plain HTTP."""
    made = Faulty(sandbox)
    yield made
    made.close()


@pytest.fixture
def faulty_tls(sandbox, secured, trusted) -> Iterator[Faulty]:
    """The server over TLS, which `dm` trusts."""
    made = Faulty(sandbox, tls=secured("localhost"), host="localhost")
    yield made
    made.close()


class Impatience(dict[Any, float]):
    """The seconds that an attempt of an effect may take: few where it meets the server's fault, else the usual ones.

    So the fault is not waited for, and nothing else is given up because the machine is busy.
    """

    def __init__(self, faulty: Faulty, usual: dict[Any, float]) -> None:
        super().__init__(usual)
        self._faulty = faulty

    def __getitem__(self, effect: Any) -> float:
        self._faulty.catch_up()  # what is left of the fault is known once earlier attempts have met it
        if effect.name != self._faulty.effect or self._faulty.times <= 0:
            return super().__getitem__(effect)
        self._faulty.due += 1
        return SOON


@pytest.fixture
def impatient(faulty, run_clock, monkeypatch) -> None:
    """Attempts that meet the fault are given up soon: it takes all of their time, and else time stands still."""
    from dmcli.client import client

    def strike() -> None:
        run_clock.now += SOON

    faulty.strike = strike
    monkeypatch.setattr(client, "PATIENCE", Impatience(faulty, client.PATIENCE))
