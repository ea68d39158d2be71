"""A merge beside what else mails: its CPU at 200 ms latency, flat out beside the vendor's SDK, a large plan, a resume.

    python tests/benchmarks/merge.py [latency] [flat] [plan] [resume] [--rows 1000000]

Without names all four are measured. CPU seconds count, which the load of others changes little; the server is a process
of its own. `plan` and `resume` take as many rows as are said, a million where nothing is.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from measure import DM

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

TEXTS = ("--subject", "Hello {{ name }}", "--html", "@body.html", "--text", "@body.txt")
LINE = ("send", "merge", "rows.csv", "--from", "news@sandbox.test", "--yes")
# A newsletter of 10 KB in both its parts: a greeting, and articles with a link that tells who follows it.
GREETING = "<h1>Dear {{ name }},</h1>\n"
ARTICLE = (
    '<h2 style="font: 20px/26px sans-serif; margin: 0 0 12px">What is new</h2>\n<p style="margin: 0 0 12px">'
    + "A sentence as they stand in newsletters, with a comma and so on. " * 8
    + '<a href="https://news.example/read?article=7&amp;reader={{ id }}">Read on</a></p>\n'
)
PLAIN_ARTICLE = "What is new\n\nRead on: https://news.example/read?article=7&reader={{ id }}\n\n"
PAGE, PLAIN = GREETING + ARTICLE * 13, "Dear {{ name }},\n\n" + PLAIN_ARTICLE * 13
ANSWERS = {
    "DescAccountSummary": {"UserStatus": 0, "DailyQuota": 2000000, "MonthQuota": 60000000},
    "QueryMailAddressByParam": {
        "TotalCount": 1,
        "data": {"mailAddress": [{"AccountName": "news@sandbox.test", "AccountStatus": "0", "DailyReqCount": 0}]},
    },
    "SenderStatisticsByTagNameAndBatchID": {"TotalCount": 0, "data": {"stat": []}},
    "QueryInvalidAddress": {"TotalCount": 0, "data": {"mailDetail": []}},
    "ListUserSuppression": {"TotalCount": 0, "Data": {"UserSuppressions": []}},
    "ListBlockSending": {"Data": []},
}
# dm takes no more mails a second than the service does; to see what a mail costs it is let go of that.
UNPACED = """
import sys
from dmcli.cli import app
from dmcli.workflows.merge import bucket, pace
bucket.TAKEN = 1e6
pace.BY_ONE = pace.Way(rate=1e6)
sys.exit(app.run(sys.argv[1:]))
"""
SDK = """
import csv, sys
from alibabacloud_dm20151123 import models
from alibabacloud_dm20151123.client import Client
from alibabacloud_tea_openapi.models import Config
client = Client(Config(access_key_id="dm-sandbox-id", access_key_secret="dm-sandbox-secret",
                       endpoint=sys.argv[1].split("//")[1], protocol="http", region_id="cn-hangzhou"))
bodies = open("body.html").read(), open("body.txt").read()
for row in csv.DictReader(open("rows.csv")):
    html, text = (body.replace("{{ name }}", row["name"]).replace("{{ id }}", row["id"]) for body in bodies)
    client.single_send_mail(models.SingleSendMailRequest(
        account_name="news@sandbox.test", address_type=1, reply_to_address=False, to_address=row["email"],
        subject="Hello " + row["name"], html_body=html, text_body=text))
"""


def serve(told: Connection) -> None:
    """Answer with constants; with SingleSendMail once the latency that was asked for is over."""
    sent, latency = 0, 0.0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent, latency
        with suppress(asyncio.IncompleteReadError, ConnectionError):  # it was hung up
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"(?i)content-length: (\d+)", head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                found = re.search(rb"(?i)x-acs-action: (\w+)", head) or re.search(rb"(?:^|&)Action=(\w+)", body)
                action = found[1].decode() if found else ""
                answer = {"RequestId": "R", "EnvId": "1", **ANSWERS.get(action, {})}
                if action == "SingleSendMail":
                    sent += 1
                    await asyncio.sleep(latency)
                elif asked := re.match(rb"GET /latency/(\S*) ", head):  # by this benchmark
                    latency = float(asked[1] or latency)
                    answer = {"sent": sent}
                data = json.dumps(answer).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(data))
                writer.write(b"Date: Sat, 28 Nov 2026 12:00:00 GMT\r\n\r\n" + data)

    async def main() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=1 << 20, backlog=200)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


class Spent(NamedTuple):
    """What a process took: seconds, CPU seconds, MiB at most resident."""

    wall: float
    cpu: float
    mib: float


def run(*command: str, **environ: str) -> Spent:
    """One process, to its end. Fails when it fails."""
    began, process = (
        time.perf_counter(),
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **environ}),
    )
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    assert process.returncode == 0, said.decode()
    return Spent(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


class Bench:
    """A table and a body in the working folder, and the server."""

    def __init__(self) -> None:
        here, there = multiprocessing.Pipe()
        self.server = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
        self.server.start()
        self.url = f"http://127.0.0.1:{here.recv()}"
        self.dm = ["-p", "sandbox", "--endpoint", self.url]
        Path("body.html").write_text(PAGE, encoding="utf-8")
        Path("body.txt").write_text(PLAIN, encoding="utf-8")

    def rows(self, count: int) -> None:
        with open("rows.csv", "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(["email", "name", "id"])
            out.writerows((f"reader{n}@example.com", f"Reader {n}", str(n)) for n in range(count))

    def ask(self, latency: float | str = "") -> int:
        """How many mails were taken; with a latency, that is from then on."""
        from urllib.request import urlopen

        with urlopen(f"{self.url}/latency/{latency}") as answer:  # noqa: S310  our own server
            return json.load(answer)["sent"]


def show(name: str, found: float, limit: float, unit: str, *, least: bool = False) -> None:
    kept = found >= limit if least else found <= limit
    verdict = "ok" if kept else "MISSED"
    print(f"{name:54} {found:9.2f} {unit:10} (at {'least' if least else 'most'} {limit:g}) {verdict}", flush=True)


def latency(bench: Bench, _: int) -> None:
    """At 200 ms: mails a second, CPU and memory, all of the command with its start and its plan in it."""
    count = 6000
    bench.rows(count)
    bench.ask(0.2)
    before = bench.ask()
    watched = subprocess.Popen([DM, *bench.dm, *LINE, *TEXTS], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while bench.ask() - before < 100:
        time.sleep(0.01)
    first, began, cpu = bench.ask(), time.perf_counter(), cpu_of(watched.pid)
    while bench.ask() - before < count - 100:
        time.sleep(0.25)
    last, ended, spent = bench.ask(), time.perf_counter(), cpu_of(watched.pid) - cpu
    _, _, usage = os.wait4(watched.pid, 0)
    watched.returncode = 0
    bench.ask(0)
    show("at 200 ms: mails a second", (last - first) / (ended - began), 98, "/s", least=True)
    show("at 200 ms: share of one core", 100 * spent / (ended - began), 20, "%")
    show("at 200 ms: memory", usage.ru_maxrss / 1024, 60, "MiB")


def cpu_of(pid: int) -> float:
    """CPU seconds that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def flat(bench: Bench, _: int) -> None:
    """Mails a CPU second, plan and journal and all, beside a loop over the vendor's SDK that only sends."""
    count, pairs = 5000, []
    bench.rows(count)
    for turn in range(3):
        before = bench.ask()
        ours = run(sys.executable, "-c", UNPACED, *bench.dm, *LINE, *TEXTS, "--campaign", f"flat{turn}", "--again")
        assert bench.ask() - before == count
        theirs = run(sys.executable, "-c", SDK, bench.url)
        assert bench.ask() - before == 2 * count
        pairs.append((theirs.cpu / ours.cpu, count / ours.cpu, count / theirs.cpu))
    found, mine, others = sorted(pairs)[1]
    show(f"flat out: {mine:.0f} mails a CPU second, the SDK's {others:.0f}: ratio", found, 2.5, "", least=True)


def plan(bench: Bench, rows: int) -> None:
    """Every row rendered, and kept as a plan that is not begun."""
    bench.rows(rows)
    spent = run(DM, *bench.dm, *LINE, *TEXTS, "--dry-run", "-o", "json")
    show(f"plan of {rows:,} rows: CPU seconds for a million", spent.cpu * 1_000_000 / rows, 100, "s")
    show(f"plan of {rows:,} rows: memory", spent.mib, 100, "MiB")


def resume(bench: Bench, rows: int) -> None:
    """From the start of a process to the first mail that the server has, after the run before it was killed."""
    bench.rows(rows)
    taken, line = [], [*LINE, "--subject", "Hello {{ name }}", "--text", "Dear {{ name }},"]
    for _ in range(4):
        before, began = bench.ask(), time.perf_counter()
        with subprocess.Popen([DM, *bench.dm, *line], stderr=subprocess.DEVNULL) as process:
            while bench.ask() == before:
                assert process.poll() is None
                time.sleep(0.01)
            taken.append(time.perf_counter() - began)
            process.kill()
        line = ["campaign", "resume", "rows"]
    show(f"resume of {rows:,} rows: seconds to the first mail", sorted(taken[1:])[1], 3, "s")


PARTS = {one.__name__: one for one in (latency, flat, plan, resume)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    for name in given.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= {
                "HOME": folder,
                "XDG_CONFIG_HOME": folder,
                "XDG_STATE_HOME": folder,
                "XDG_CACHE_HOME": folder,
            }
            os.chdir(folder)
            PARTS[name](Bench(), given.rows)
            os.chdir("/")


if __name__ == "__main__":
    main()
