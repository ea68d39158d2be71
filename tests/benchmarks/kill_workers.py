"""Workers of one campaign in PostgreSQL, killed at any moment, and the database crashed: nothing twice, none lost.

    python tests/benchmarks/kill_workers.py --rows 12000 --workers 4 --kills 800 --crashes 40 --seed 1

Several workers send at once; again and again one of them is killed and another begun, and now and then the database is
shut down as if it had crashed, which costs all workers their connection. At the end the mails that the server has are
counted by recipient and held against the journal. Prints figures, and exits with 1 where one is not as it must be.
Needs Debian's package postgresql.
"""

from __future__ import annotations

import argparse
import atexit
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import psycopg
from kill import DM, Client, Server

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from postgres import Postgres, running

MERGE = "send merge rows.csv --from news@sandbox.test --subject Hello --text t --plan-only --campaign c --journal"
HELD = "SELECT number FROM dm_c.row WHERE state IN ('under way', 'unknown') AND worker = ANY (%s)"
ENDS = (0, 4, 6, -signal.SIGKILL)  # done, connection lost, with outcomes that could not be kept, killed


class Workers:
    """The workers that run, by process, and what was seen of them."""

    def __init__(self, client: Client, database: Postgres, line: str) -> None:
        self.client, self.database, self.line = client, database, line
        self.alive: list[int] = []
        self.counts: Counter[str] = Counter()
        self.in_flight: set[int] = set()  # rows that were under way when their worker was killed, or the database was
        self.done = False

    def start(self) -> None:
        """Another worker."""
        self.alive.append(self.client.start(self.line, fork=True))

    def reap(self, pid: int, *, wait: bool = True) -> bool:
        """Whether a worker has ended; how is noted."""
        found, status = os.waitpid(pid, 0 if wait else os.WNOHANG)
        if not found:
            return False
        self.alive.remove(pid)
        code = os.waitstatus_to_exitcode(status)
        self.counts[f"workers that ended with {code}"] += 1
        assert code in ENDS, os.pread(self.client.output, 3000, 0).decode()
        self.done |= code == 0
        return True

    def kill(self, pid: int) -> None:
        """Kill a worker, and note what it had under way."""
        os.kill(pid, signal.SIGKILL)
        self.reap(pid)
        self.counts["kills"] += 1
        self.note([pid])

    def crash(self) -> None:
        """Crash the database; all workers stop by themselves."""
        self.database.stop(signal.SIGQUIT)
        self.counts["crashes of the database"] += 1
        stopped = list(self.alive)
        for pid in stopped:
            self.reap(pid)
        self.database.start()
        self.note(stopped)

    def note(self, pids: list[int]) -> None:
        """Note what these processes had under way."""
        with psycopg.connect(self.database.url) as db:
            of = {int(host.split()[1]): number for number, host in db.execute("SELECT id, host FROM dm_c.worker")}
            held = {row[0] for row in db.execute(HELD, ([of[pid] for pid in pids if pid in of],))}
        self.counts["kills and crashes while mails were under way"] += bool(held - self.in_flight)
        self.in_flight |= held


def trouble(workers: Workers, size: int, kills: int, crashes: int, chance: random.Random) -> None:
    """Kill and crash so often, or until nothing is left to send."""
    crash_at = set(chance.sample(range(1, kills), crashes))
    while not workers.done and workers.counts["kills"] < kills:
        for pid in list(workers.alive):
            workers.reap(pid, wait=False)
        while len(workers.alive) < size:
            workers.start()
        time.sleep(chance.uniform(0, 2.0 / size))
        if workers.counts["kills"] in crash_at:
            crash_at.discard(workers.counts["kills"])
            workers.crash()
        else:
            workers.kill(chance.choice(workers.alive))


def judged(workers: Workers, server: Server) -> Counter[str]:
    """The journal held against what the server has."""
    with psycopg.connect(workers.database.url) as db:
        rows = db.execute("SELECT number, address, state FROM dm_c.row").fetchall()
    with closing(sqlite3.connect(server.database)) as db:
        mails = Counter(row[0] for row in db.execute("SELECT recipient FROM mail"))
        ids = Counter(row[0] for row in db.execute("SELECT headers FROM message"))
        seconds = Counter(int(row[0]) for row in db.execute("SELECT created FROM mail"))
    counts = workers.counts
    counts["rows"] = len(rows)
    counts["doubles by recipient"] = sum(count > 1 for count in mails.values())
    counts["doubles by Message-ID"] = sum(count > 1 for count in ids.values())
    counts["lost"] = sum(state == "sent" and not mails[person] for _, person, state in rows)
    counts["sent, and not known to be"] = sum(s not in ("sent", "unknown") and mails[p] > 0 for _, p, s in rows)
    counts["not sent in the end"] = sum(state not in ("sent", "unknown") for *_, state in rows)
    unknown = {number for number, _, state in rows if state == "unknown"}
    counts["under way at kills and crashes"] = len(workers.in_flight)
    counts["unknown"] = len(unknown)
    counts["unknown, in truth sent"] = sum(s == "unknown" and mails[p] > 0 for _, p, s in rows)
    counts["unknown, and never seen under way"] = len(unknown - workers.in_flight)
    counts["most mails in a second"] = max(seconds.values())
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=12000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kills", type=int, default=800)
    parser.add_argument("--crashes", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, running() as database:
        folder = Path(temporary)
        server = Server(folder)
        atexit.register(server.process.kill)
        # Answers take their time, so that mails are under way at most kills, half of them done and half not.
        slow = "sandbox fault add latency 0.1 --action SingleSendMail --rate"
        for line in (f"{slow} 1 --after", f"{slow} 0.5"):
            subprocess.run([*DM, *line.split()], env=server.environ, check=True, capture_output=True)
        client = Client(folder / "home")
        from dmcli.cli.commands.campaign import change  # noqa: F401  loaded once for all forks
        from dmcli.workflows.merge import sending, settle  # noqa: F401
        from dmcli.workflows.merge.journals import shared  # noqa: F401
        from dmcli.workflows.merge.letters import template

        template.Template("", "{{ a }}", html=True)
        os.chdir(folder)
        at = f"-p sandbox --endpoint http://127.0.0.1:{server.port}"
        people = "".join(f"p{number}@b.test\n" for number in range(given.rows))
        Path("rows.csv").write_text("email\n" + people, encoding="utf-8")
        assert client.run(f"{at} {MERGE} {database.url}") == 0, os.pread(client.output, 3000, 0).decode()
        workers = Workers(client, database, f"{at} campaign work c --journal {database.url}")
        began = time.monotonic()
        trouble(workers, given.workers, given.kills, given.crashes, random.Random(given.seed))  # noqa: S311
        for pid in list(workers.alive):
            workers.reap(pid)
        assert client.run(workers.line) in (0, 6)
        workers.counts["seconds"] = int(time.monotonic() - began)
        counts = judged(workers, server)
        server.kill()
        os.chdir("/")
    for name in counts:
        print(f"{name:48} {counts[name]:7}")
    wrong = ("doubles", "lost", "sent, and", "not sent", "unknown, and")
    bad = {name: counts[name] for name in counts if name.startswith(wrong) and counts[name]}
    print("as it must be" if not bad else f"WRONG: {bad}")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
