"""Lists over HTTP: export of invalid addresses to csv and ndjson beside a bare loop, and a table's first row.

`python tests/benchmarks/export.py [ROWS] [ROWS A PAGE] [PAIRS]`: a million rows in pages of 1,000, three times in turn,
where nothing else is said, then tables of 10,000 rows in pages of 100. The loop is of requests, json and csv; the share
is that of seconds of CPU, the median of the pairs, since others may use the machine too; the wall's is printed beside
it. Of the tables the quickest counts. Exits with 1 where a figure is missed.
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

MOST, LEAST = 32, 0.8  # MiB, and the share of the bare loop's rate
TABLE, FIRST, TABLES = 10_000, 0.3, 9  # rows, seconds until something is seen, and runs
BARE = """
import csv, json, sys, requests
url, size, names = sys.argv[1], sys.argv[2], ["ToAddress", "UtcLastUpdateTime", "LastUpdateTime"]
session, cursor = requests.Session(), ""
{start}
while True:
    asked = {{"Action": "QueryInvalidAddress", "Length": size, **({{"NextStart": cursor}} if cursor else {{}})}}
    reply = session.post(url, data=asked).json()
    for row in reply["data"]["mailDetail"]:
        {write}
    cursor = reply["NextStart"]
    if not cursor:
        break
"""
# What a bare loop does before the rows, and with each; and the lines that a format has beside its rows.
FORMATS = {
    "csv": (
        "out = csv.writer(sys.stdout, lineterminator='\\n'); out.writerow(names)",
        "out.writerow([row[name] for name in names])",
        1,
    ),
    "ndjson": ("write = sys.stdout.write", "write(json.dumps(row) + '\\n')", 0),
}


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


def export(fmt: str, url: str, rows: int, size: int, pairs: int) -> bool:
    """A format beside the bare loop, in pairs; whether it is quick and small enough."""
    start, write, heads = FORMATS[fmt]
    ours = [DM, *f"-p sandbox --endpoint {url} stats invalid --all -o {fmt} --page-size {size}".split()]
    bare = [sys.executable, "-c", BARE.format(start=start, write=write), url, str(size)]
    found = [(run(bare), run(ours)) for _ in range(pairs)]
    for at, name in enumerate(("bare loop", "dm")):
        assert {pair[at].lines for pair in found} == {rows + heads}
        cpu, mib = statistics.median(pair[at].cpu for pair in found), max(pair[at].mib for pair in found)
        print(f"{fmt:6} {name:10} {rows} rows in pages of {size}: {cpu:.1f} s of CPU, {mib:.1f} MiB")
    share = statistics.median(loop.cpu / mine.cpu for loop, mine in found)
    wall = statistics.median(loop.wall / mine.wall for loop, mine in found)
    mib = max(mine.mib for _, mine in found)
    print(f"{fmt:6} share of the loop's rate {share:.2f} (at least {LEAST}), by the wall {wall:.2f}")
    print(f"{fmt:6} memory {mib:.1f} MiB (at most {MOST})", flush=True)
    return share >= LEAST and mib <= MOST


def table(url: str) -> bool:
    """How soon a table is seen, the quickest of some; whether that is soon enough."""
    firsts, alls = [], []
    for _ in range(TABLES):
        began = time.perf_counter()
        command = [DM, *f"-p sandbox --endpoint {url} stats invalid --all -o table".split()]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout.read(1)
            firsts.append(time.perf_counter() - began)
            assert process.stdout.read().count(b"\n") > TABLE
        alls.append(time.perf_counter() - began)
    print(f"table  of {TABLE} rows is seen after {min(firsts):.2f} s (at most {FIRST}), ends after {min(alls):.2f} s")
    return min(firsts) <= FIRST


def main(rows: int = 1_000_000, size: int = 1000, pairs: int = 3) -> int:
    """Some lines a format, and one for the table."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled, and compiling takes memory
    met = []
    for each, length in ((rows, size), (TABLE, 100)):
        here, there = multiprocessing.Pipe()
        server = multiprocessing.Process(target=serve, args=(each, length, there), daemon=True)
        server.start()
        url = f"http://127.0.0.1:{here.recv()}/"
        met += [export(fmt, url, rows, size, pairs) for fmt in FORMATS] if length == size else [table(url)]
        server.terminate()
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
