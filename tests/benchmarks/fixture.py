"""The fixture of a test: starting and stopping a sandbox, and what a call waits for beside 50 that hang."""

from __future__ import annotations

import socket
import statistics
import time
from http.client import HTTPConnection

from sends import request

from dmcli.api.request import Target
from dmcli.sandbox.pytest_plugin import DmSandbox

HUNG, LIMIT = 50, 50.0  # requests, milliseconds


def started_and_stopped() -> float:
    """Milliseconds of a sandbox that is not used."""
    began = time.perf_counter()
    DmSandbox().close()
    return (time.perf_counter() - began) * 1000


def call(sandbox: DmSandbox) -> float:
    """Milliseconds of a send on a connection of its own."""
    signed = request(Target(sandbox.url, "cn-hangzhou"))
    began = time.perf_counter()
    connection = HTTPConnection(sandbox.endpoint, timeout=30)
    connection.request("POST", "/", signed.body, signed.headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
    return (time.perf_counter() - began) * 1000


def hang(sandbox: DmSandbox) -> socket.socket:
    """A connection whose request is never answered."""
    signed = request(Target(sandbox.url, "cn-hangzhou"))
    given = {**signed.headers, "host": sandbox.endpoint, "content-length": str(len(signed.body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    connection = socket.create_connection(tuple(sandbox.endpoint.split(":")))
    connection.sendall(f"POST / HTTP/1.1\r\n{head}\r\n".encode() + signed.body)
    return connection


def show(name: str, times: list[float]) -> None:
    verdict = "ok" if max(times) < LIMIT else "MISSED"
    print(
        f"{name:40} median {statistics.median(times):6.1f} ms, most {max(times):6.1f} ms (below {LIMIT:.0f}) {verdict}"
    )


def main() -> None:
    started_and_stopped()
    show("start and stop", [started_and_stopped() for _ in range(50)])
    sandbox = DmSandbox()
    sandbox.quota(10**9, 10**9)
    call(sandbox)
    show("a send", [call(sandbox) for _ in range(100)])
    number = sandbox.fault("hang", times=HUNG)
    hung = [hang(sandbox) for _ in range(HUNG)]
    while sum(one["fault"] == number for one in sandbox.calls()) < HUNG:
        time.sleep(0.05)
    show(f"a send beside {HUNG} that hang", [call(sandbox) for _ in range(100)])
    for connection in hung:
        connection.close()
    sandbox.close()


if __name__ == "__main__":
    main()
