"""The sandbox over HTTP with its log of calls, beside the same server answering a constant, and two other sandboxes.

`python tests/benchmarks/served.py [CALLS] [ROUNDS]`: ten thousand sends by eight clients of one program, against each
server in turn: moto_server and aws-ses-v2-local (npm) too, where they are on the PATH. They are asked for the same mail
in their own protocol, and verify no signature. Rates are of wall time, so only ratios within a round mean something;
the server's CPU is printed beside them. Exits with 1 where a figure is missed.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from sends import CLIENTS, PARAMS, Target, request

from dmcli.sandbox.control.quota import set_quota
from dmcli.sandbox.emulator import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SENDS = Path(__file__).with_name("sends.py")
SENDER = "noreply@sandbox.test"
P99, SLOWEST = 8.0, 25.0  # milliseconds

Call = tuple[str, str, "bytes | str", dict[str, str]]


class Found(NamedTuple):
    """Calls a second, microseconds of CPU that the server takes for one, and milliseconds until answers came."""

    rate: float
    cpu: float
    p99: float
    slowest: float


def spent(process: int) -> float:
    """Seconds of CPU of a process."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def hammer(port: int, process: int, calls: list[Call]) -> Found:
    """All calls, by eight clients that keep their connection."""
    taken: list[float] = []
    failed: list[bytes] = []

    def client(part: list[Call]) -> None:
        with closing(HTTPConnection("127.0.0.1", port)) as connection:
            for method, path, body, headers in part:
                began = time.perf_counter()
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                text = answer.read()
                taken.append(time.perf_counter() - began)
                if answer.status != 200:
                    failed.append(text)

    threads = [threading.Thread(target=client, args=(calls[number::CLIENTS],)) for number in range(CLIENTS)]
    before, began = spent(process), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, cpu = time.perf_counter() - began, spent(process) - before
    assert not failed, failed[0]
    taken.sort()
    ms = [one * 1000 for one in (taken[len(taken) * 99 // 100], taken[-1])]
    return Found(len(calls) / seconds, cpu / len(calls) * 1e6, *ms)


@contextmanager
def running(command: list[str], port: int) -> Iterator[tuple[int, int]]:
    """A server: its port and its process."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            if not port:
                port = int(server.stdout.readline().rsplit(":", 1)[1])
            for _ in range(600):
                with socket.socket() as probe:
                    if not probe.connect_ex(("127.0.0.1", port)):
                        break
                time.sleep(0.05)
            yield port, server.pid
        finally:
            server.terminate()


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def ours(kind: str, calls: int) -> Found:
    """The sandbox, or the same server answering a constant."""
    with tempfile.TemporaryDirectory() as folder:
        with closing(Sandbox(f"{folder}/sandbox.db")) as sandbox:
            set_quota(sandbox, 10**9, 10**9)
        with running([sys.executable, str(SENDS), kind, folder], 0) as (port, process):
            target = Target(f"http://127.0.0.1:{port}", "cn-hangzhou")
            signed = [request(target) for _ in range(calls)]
            return hammer(port, process, [("POST", "/", one.body, one.headers) for one in signed])


def moto(program: str, calls: int) -> Found:
    """Moto's SES, version 1 of its API."""
    port = free_port()
    form = {"content-type": "application/x-www-form-urlencoded", "authorization": SIGNED.format(service="ses")}
    mail = {
        "Action": "SendEmail",
        "Source": SENDER,
        "Destination.ToAddresses.member.1": PARAMS["ToAddress"],
        "Message.Subject.Data": PARAMS["Subject"],
        "Message.Body.Text.Data": PARAMS["TextBody"],
    }
    with running([program, "-p", str(port)], port) as (_, process):
        verified = urlencode({"Action": "VerifyEmailIdentity", "EmailAddress": SENDER})
        hammer(port, process, [("POST", "/", verified, form)])
        return hammer(port, process, [("POST", "/", urlencode(mail), form)] * calls)


def ses_local(program: str, calls: int) -> Found:
    """The sandbox of npm for SES, version 2 of its API."""
    port = free_port()
    headers = {"content-type": "application/json", "authorization": SIGNED.format(service="ses")}
    text = {"Subject": {"Data": PARAMS["Subject"]}, "Body": {"Text": {"Data": PARAMS["TextBody"]}}}
    mail = {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": [PARAMS["ToAddress"]]},
        "Content": {"Simple": text},
    }
    with running([program, "--port", str(port)], port) as (_, process):
        return hammer(port, process, [("POST", "/v2/email/outbound-emails", json.dumps(mail), headers)] * calls)


SIGNED = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, "
    "Signature=0000000000000000000000000000000000000000000000000000000000000000"
)


def constant(calls: int) -> Found:
    """The same server answering a constant."""
    return ours("constant", calls)


def moto_server(calls: int) -> Found | None:
    """Moto's SES, where it is installed; a tenth of the calls, since it is slow."""
    program = shutil.which("moto_server")
    return moto(program, max(calls // 10, CLIENTS)) if program else None


def node(calls: int) -> Found | None:
    """The sandbox of npm, where it is installed."""
    program = shutil.which("aws-ses-v2-local")
    return ses_local(program, calls) if program else None


# Each with the least that our rate may be as a multiple of its own.
PEERS: dict[Callable[[int], Found | None], float] = {constant: 0.45, moto_server: 9.0, node: 1.5}


def times_as_long(peer: Callable[[int], Found | None], calls: int = 5000, rounds: int = 3) -> float | None:
    """The time of a call as a multiple of the peer's, the median of some rounds; None where it is not installed."""
    found = [(theirs.rate, ours("sandbox", calls).rate) for _ in range(rounds) if (theirs := peer(calls))]
    return statistics.median(theirs / own for theirs, own in found) if found else None


def main(calls: int = 10_000, rounds: int = 3) -> int:
    """One line a server and round, then one a figure."""
    found: dict[str, list[Found]] = {}
    for _ in range(rounds):
        for name, server in (("sandbox", lambda calls: ours("sandbox", calls)), *((p.__name__, p) for p in PEERS)):
            if (one := server(calls)) is None:
                continue
            found.setdefault(name, []).append(one)
            print(
                f"{name:11} {one.rate:6.0f}/s, CPU {one.cpu:5.0f} us, p99 {one.p99:6.1f} ms, "
                f"slowest {one.slowest:6.1f} ms",
                flush=True,
            )
    met = []
    for peer, least in PEERS.items():
        if peer.__name__ in found:
            pairs = list(zip(found["sandbox"], found[peer.__name__], strict=True))
            rate, cpu = (statistics.median(a[i] / b[i] for a, b in pairs) for i in (0, 1))
            met.append(rate >= least)
            print(f"rate / {peer.__name__:11} {rate:6.2f} (at least {least}), CPU a call {cpu:.2f} of theirs")
    for name, most in (("p99", P99), ("slowest", SLOWEST)):
        best = min(getattr(one, name) for one in found["sandbox"])
        met.append(best <= most)
        print(f"{name:18} {best:6.1f} ms (at most {most}), the best of {rounds}, since others may use the machine")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
