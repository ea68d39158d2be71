"""A server of the sandbox under requests made by chance, and under looks at hostile mails.

    python tests/benchmarks/fuzz.py --requests 20000 --jobs 2 --seed 1

Requests go to a `dm sandbox serve` of its own over raw keep-alive sockets on 127.0.0.1. It ends with 1 where a figure
is not as it must be.
"""

from __future__ import annotations

import argparse
import heapq
import json
import multiprocessing
import os
import random
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from hostile import Asked, Caller, mails
from measure import DM

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOWEST, SLOWEST_LOOK, LONGEST_WAIT = 0.3, 0.5, 0.05  # seconds
MOST_MEMORY = 64  # MiB at most resident while requests are answered
PATIENCE = 60.0  # seconds until a request counts as unanswered
_PAGES = """
mail/{} mail/{}/text mail/{}/source mail/{}/headers mail/{}/raw mail/{}/links mail/{}/files mail/{}/delivery
mail/{}/body mail/{}/eml ?text=aaaaaaaaaaaaaaaaaab ?subject=x calls api/mails api/mails/{} api/mails/{}/html
api/mails/{}/text api/mails/{}/eml api/mails/{}/links api/mails/{}/codes
"""
LOOKS = ("", *_PAGES.split())


class Answer(NamedTuple):
    """An answer: its status (0 where there was none), its body, and the seconds it took."""

    status: int
    body: bytes
    seconds: float


class Line:
    """A connection that is kept as long as the server keeps it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._socket: socket.socket | None = None

    def ask(self, asked: Asked) -> Answer:
        """Send a request and read its answer."""
        began = time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        status, body, keep = 0, b"", False
        with suppress(OSError):
            with suppress(BrokenPipeError, ConnectionResetError):  # refused before it was read, and the answer is there
                self._socket.sendall(asked.data)
                if not asked.proper:
                    self._socket.shutdown(socket.SHUT_WR)
            status, body, keep = self._read(bodiless=asked.bodiless)
        if not keep or not asked.proper:
            self.close()
        return Answer(status, body, time.perf_counter() - began)

    def _read(self, *, bodiless: bool) -> tuple[int, bytes, bool]:
        """Status and body, and whether the connection stays; 0 where it ended before."""
        assert self._socket is not None
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            piece = self._socket.recv(1 << 18)
            if not piece:
                return 0, bytes(data), False
            data += piece
        head = bytes(data[:end]).lower()
        length = re.search(rb"\r\ncontent-length: ([0-9]+)", head)
        most = end + 4 + (int(length[1]) if length and not bodiless else 0)
        while len(data) < most and (piece := self._socket.recv(1 << 18)):
            data += piece
        status = int(head.split(b" ", 2)[1]) if len(data) >= most else 0
        return status, bytes(data[end + 4 :]), b"\r\nconnection: close" not in head

    def close(self) -> None:
        """Hang up."""
        if self._socket:
            self._socket.close()
            self._socket = None


class Tally(NamedTuple):
    """What a job saw: how often each status, requests answered 5xx or not at all, all times, the slowest requests."""

    statuses: Counter[int]
    wrong: list[bytes]
    times: list[float]
    slowest: list[tuple[float, bytes]]


@contextmanager
def served() -> Iterator[tuple[int, int]]:
    """The port and the process id of a server with a state of its own."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DM_SANDBOX_DB": f"{folder}/sandbox.db", "XDG_STATE_HOME": folder}
        command = [DM, "sandbox", "serve", "--port", "0"]
        with (
            Path(folder, "stderr").open("w+", encoding="utf-8") as talk,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=talk, text=True, env=env) as server,
        ):
            try:
                yield int(server.stdout.readline().rsplit(":", 1)[1]), server.pid
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(PATIENCE)
                talk.seek(0)
                lines = [line for line in talk if not line.startswith("[sandbox]")]
                print("".join(lines[:20]), end="")


def peak(process: int) -> float:
    """MiB that a process had resident at most; 0 where the system does not tell."""
    with suppress(OSError):
        match = re.search(r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{process}/status").read_text(encoding="ascii"))
        return int(match[1]) / 1024 if match else 0
    return 0


def work(job: int, port: int, count: int, seed: int) -> Tally:
    """Send that many requests, one after the other."""
    line, caller = Line(port), Caller(port, random.Random(seed * 1000 + job), f"fuzz{job}")  # noqa: S311  to be repeated
    tally = Tally(Counter(), [], [], [])
    for _ in range(count):
        asked = caller.any()
        answer = line.ask(asked)
        tally.statuses[answer.status] += 1
        tally.times.append(answer.seconds)
        heapq.heappush(tally.slowest, (answer.seconds, asked.data[:300]))
        if len(tally.slowest) > 3:
            heapq.heappop(tally.slowest)
        if (answer.status >= 500 and answer.status != 501) or (not answer.status and asked.proper):
            tally.wrong.append(str(answer.status).encode() + b" " + asked.data[:600])
    line.close()
    return tally


def requests(count: int, jobs: int, seed: int) -> bool:
    """Requests made by chance: whether all is as it must be."""
    with served() as (port, process):
        began = time.perf_counter()
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            tallies = pool.starmap(work, [(job, port, count // jobs, seed) for job in range(jobs)])
        took, memory = time.perf_counter() - began, peak(process)
    statuses = sum((tally.statuses for tally in tallies), Counter())
    times = sorted(one for tally in tallies for one in tally.times)
    slowest = sorted((one for tally in tallies for one in tally.slowest), reverse=True)[:3]
    wrong = [one for tally in tallies for one in tally.wrong]
    print(f"{len(times):,} requests in {took:.0f} s, {len(times) / took:.0f} a second")
    print("statuses:", ", ".join(f"{status or 'none'} {number:,}" for status, number in sorted(statuses.items())))
    share = {name: times[int(len(times) * part)] * 1000 for name, part in (("median", 0.5), ("99.9 %", 0.999))}
    print(", ".join(f"{name} {ms:.1f} ms" for name, ms in share.items()))
    for data in wrong[:10]:
        print("WRONG", data)
    for seconds, data in slowest:
        print(f"slow {seconds * 1000:.0f} ms {data[:160]!r}")
    fine = [
        verdict("answered 5xx or not at all", len(wrong), 0, ""),
        verdict("slowest request", times[-1], SLOWEST, "s"),
        verdict("memory of the server", memory, MOST_MEMORY, "MiB"),
    ]
    return all(fine)


class Neighbour:
    """Another caller, who makes small calls all the time; `longest` is how long it waited for one at most."""

    def __init__(self, port: int) -> None:
        self.longest, self.calls = 0.0, 0
        self._stopped = threading.Event()
        self._line, self._caller = Line(port), Caller(port, random.Random(1), "neighbour")  # noqa: S311
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stopped.is_set():
            answer = self._line.ask(self._caller.call("DescAccountSummary", {}))
            assert answer.status == 200, answer
            self.longest = max(self.longest, answer.seconds)
            self.calls += 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()


def looks() -> bool:
    """Looks at hostile mails, while another caller makes small calls: whether all is as it must be."""
    found: list[tuple[float, str]] = []
    waits: list[tuple[float, str]] = []
    wrong = 0
    with served() as (port, process):
        line, caller = Line(port), Caller(port, random.Random(1), "looks")  # noqa: S311
        for name, action, params in mails():
            sent = line.ask(caller.call(action, {**params, "Format": "JSON"}))
            if sent.status != 200:
                print("WRONG refused:", name, sent.status, sent.body[:200])
                wrong += 1
                continue
            listed = line.ask(caller.request("GET", "/_dm/api/mails?limit=1", {}))
            number = json.loads(listed.body)["mails"][0]["id"]
            for path in LOOKS:
                asked = caller.request("GET", f"/_dm/{path.format(number)}", {})
                with Neighbour(port) as neighbour:
                    answer = line.ask(asked)
                if answer.status not in (200, 404):
                    print("WRONG", name, path, answer.status)
                    wrong += 1
                found.append((answer.seconds, f"{path.format(number) or 'inbox'}: {name}"))
                waits.append((neighbour.longest, f"{path.format(number) or 'inbox'}: {name}"))
        line.close()
        memory = peak(process)
    print(f"{len(found)} looks at {len(list(mails()))} mails; at most {memory:.0f} MiB")
    for title, all_of in (("look", found), ("wait", waits)):
        for seconds, what in sorted(all_of, reverse=True)[:5]:
            print(f"slow {title} {seconds * 1000:.0f} ms, {what}")
    fine = [
        verdict("mails and looks answered otherwise", wrong, 0, ""),
        verdict("slowest look", max(found)[0], SLOWEST_LOOK, "s"),
        verdict("longest wait of another caller", max(waits)[0], LONGEST_WAIT, "s"),
    ]
    return all(fine)


def verdict(name: str, value: float, most: float, unit: str) -> bool:
    """One line: the figure, and the one to keep to."""
    fine = value <= most
    print(f"{name:40} {value:8.3f} {unit} (at most {most:g}) {'ok' if fine else 'MISSED'}")
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("requests", "looks"))
    given = parser.parse_args()
    fine = given.only == "looks" or requests(given.requests, given.jobs, given.seed)
    return 0 if (given.only == "requests" or looks()) and fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
