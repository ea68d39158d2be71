"""Export of invalid addresses to csv over HTTP: memory, and rows a second beside a bare loop of requests, json and csv.

`python tests/benchmarks/export.py [ROWS] [ROWS A PAGE] [PAIRS]`: a million rows in pages of 1,000, three times in turn,
where nothing else is said. The share is that of seconds of CPU, the median of the pairs, since others may use the
machine too; the wall's is printed beside it. Exits with 1 where a figure is missed.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import re
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from measure import DM

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MOST, LEAST = 40, 0.8  # MiB, and the share of the bare loop's rate
BARE = """
import csv, sys, requests
url, size, out = sys.argv[1], sys.argv[2], csv.writer(sys.stdout, lineterminator="\\n")
session, cursor = requests.Session(), ""
out.writerow(["ToAddress", "UtcLastUpdateTime", "LastUpdateTime"])
while True:
    asked = {"Action": "QueryInvalidAddress", "Length": size, **({"NextStart": cursor} if cursor else {})}
    reply = session.post(url, data=asked).json()
    for row in reply["data"]["mailDetail"]:
        out.writerow([row["ToAddress"], row["UtcLastUpdateTime"], row["LastUpdateTime"]])
    cursor = reply["NextStart"]
    if not cursor:
        break
"""


def answer(rows: int, size: int, start: int) -> bytes:
    """A page of the list, as the service gives it."""
    end = min(start + size, rows)
    found = [
        {
            "ToAddress": f"u{n:07}@example.com",
            "LastUpdateTime": "2026-11-28T13:28Z",
            "UtcLastUpdateTime": 1795843680 + n,
        }
        for n in range(start, end)
    ]
    more = str(end) if end < rows else ""
    page = {"RequestId": "R", "TotalCount": rows, "NextStart": more, "data": {"mailDetail": found}}
    return json.dumps(page).encode()


def serve(rows: int, size: int, told: Connection) -> None:
    """Answer with pages that are made beforehand, so that it is the client that takes the time."""
    pages = {start: answer(rows, size, start) for start in range(0, rows, size)}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):  # it was hung up
            await answers(reader, writer)

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = re.search(rb"(?i)content-length: (\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            at = re.search(rb"NextStart=(\d+)", body) or re.search(rb"NextStart=(\d+)", head)
            page = pages[int(at[1]) if at else 0] if head.startswith(b"POST") else b"{}"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(page))
            writer.write(page)
            await writer.drain()

    async def main() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class Run(NamedTuple):
    """Seconds of wall and of CPU, MiB at most resident, and lines of output."""

    wall: float
    cpu: float
    mib: float
    lines: int


def run(command: list[str]) -> Run:
    """One run of a command. Fails when the command fails."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    lines = 0
    while piece := process.stdout.read1(1 << 16):
        lines += piece.count(b"\n")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    assert process.returncode == 0
    return Run(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, lines)


def main(rows: int = 1_000_000, size: int = 1000, pairs: int = 3) -> int:
    """One line each, and the ratio."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(rows, size, there), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}/"
    ours = [DM, *f"-p sandbox --endpoint {url} stats invalid --all -o csv --page-size {size}".split()]
    bare = [sys.executable, "-c", BARE, url, str(size)]
    found = []
    for _ in range(pairs):
        pair = run(bare), run(ours)
        found.append(pair)
        for name, one in zip(("bare loop", "dm"), pair, strict=True):
            assert one.lines == rows + 1
            said = f"{one.wall:.1f} s, {one.cpu:.1f} s of CPU, {rows / one.cpu:,.0f} rows/s of it, {one.mib:.1f} MiB"
            print(f"{name:10} {rows} rows in pages of {size}: {said}")
    share = statistics.median(loop.cpu / mine.cpu for loop, mine in found)
    wall = statistics.median(loop.wall / mine.wall for loop, mine in found)
    mib = max(mine.mib for _, mine in found)
    print(f"share of the bare loop's rate {share:.2f} (at least {LEAST}) {'ok' if share >= LEAST else 'MISSED'}")
    print(f"by the wall {wall:.2f}")
    print(f"memory {mib:.1f} MiB (at most {MOST}) {'ok' if mib < MOST else 'MISSED'}")
    server.terminate()
    return 0 if share >= LEAST and mib < MOST else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
