"""Kill `dm` and the sandbox's server at any moment, many times: no mail twice, none lost without a word.

    python tests/benchmarks/kill.py --kills 10000 --server-kills 500 --jobs 2 --seed 1

A round sends one mail under a key of its own, is killed at a moment drawn by chance, and is run again until it is
decided; what the ledger does not know is settled by what the server has. One run in ten is a process from its first
instruction, the others are forked from one that has loaded everything. Between client and server stands a relay that
counts the client's bytes, so that it is seen whether an outcome may be unknown. Prints figures, and exits with 1 where
one is not as it must be.
"""

from __future__ import annotations

import argparse
import atexit
import mmap
import os
import random
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

DM = [sys.executable, "-c", "from dmcli.cli.app import main; main()"]
LINE = "-p sandbox --deadline 20s --endpoint {url} send single --to {to} --subject s --text t --idempotency-key {key}"
SENT, UNKNOWN = 0, 6


class Server:
    """`dm sandbox serve` in a process of its own, on a port that stays the same."""

    def __init__(self, folder: Path) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]
        self.database = folder / "sandbox.db"
        self.environ = {**os.environ, "DM_SANDBOX_DB": str(self.database), "HOME": str(folder)}
        most = "--daily 1000000000 --monthly 1000000000"  # a refusal for want of quota would decide nothing
        subprocess.run([*DM, *f"sandbox quota {most}".split()], env=self.environ, check=True, capture_output=True)
        self.start()

    def start(self) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        line = f"sandbox serve --port {self.port}"
        self.process = subprocess.Popen([*DM, *line.split()], env=self.environ, **quiet)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def mails(self, to: str) -> int:
        """How many mails it has for a recipient."""
        with closing(sqlite3.connect(self.database, timeout=60)) as db:
            return int(db.execute("SELECT count(*) FROM mail WHERE recipient = ?", (to,)).fetchone()[0])


class Relay:
    """A process between client and server that counts the bytes that clients send."""

    def __init__(self, upstream: int) -> None:
        self._shared = mmap.mmap(-1, 8)
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        self._pid = os.fork()
        if self._pid == 0:
            import asyncio

            with_signals_ignored()
            asyncio.run(self._serve(listening, upstream))
        listening.close()

    def count(self) -> int:
        return int(struct.unpack("q", self._shared[:8])[0])

    def close(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)

    async def _serve(self, listening: socket.socket, upstream: int) -> None:
        import asyncio

        async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, counted: bool) -> None:
            try:
                while data := await reader.read(65536):
                    if counted:
                        self._shared[:8] = struct.pack("q", self.count() + len(data))
                    writer.write(data)
                    await writer.drain()
            except OSError:
                pass
            finally:
                writer.close()

        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                back, forth = await asyncio.open_connection("127.0.0.1", upstream)
            except OSError:
                writer.close()
                return
            await asyncio.gather(pump(reader, forth, counted=True), pump(back, writer, counted=False))

        server = await asyncio.start_server(relay, sock=listening)
        await server.serve_forever()


def with_signals_ignored() -> None:
    """An interruption is the first process's to act on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Client:
    """Runs `dm`, in a forked copy of this process or in one of its own."""

    def __init__(self, home: Path) -> None:
        home.mkdir()
        os.environ.update(HOME=str(home), DM_SANDBOX_DB=str(home / "unused.db"))
        from dmcli.cli import app, perform  # noqa: F401  loaded once for all forks
        from dmcli.cli.run import exits, failure  # noqa: F401
        from dmcli.client import transport  # noqa: F401
        from dmcli.workflows import idempotency  # noqa: F401

        self.app = app
        self.output = os.open(home / "output", os.O_RDWR | os.O_CREAT | os.O_TRUNC)

    def start(self, line: str, *, fork: bool) -> int:
        """The number of the process."""
        os.ftruncate(self.output, 0)
        if not fork:
            # Not by Popen, which would wait by itself for one that nobody holds any more.
            to = [(os.POSIX_SPAWN_DUP2, self.output, 1), (os.POSIX_SPAWN_DUP2, self.output, 2)]
            return os.posix_spawn(DM[0], [*DM, *line.split()], os.environ, file_actions=to)
        pid = os.fork()
        if pid == 0:
            os.dup2(self.output, 1), os.dup2(self.output, 2)
            code = 70
            try:
                code = self.app.run(line.split())
                sys.stdout.flush()
            finally:
                os._exit(code)
        return pid

    def run(self, line: str) -> int:
        """The exit code of a run to its end."""
        return os.waitstatus_to_exitcode(os.waitpid(self.start(line, fork=True), 0)[1])


def rounds(number: int, kills: int, seed: int, server: Server, folder: Path, *, of_server: bool) -> Counter[str]:
    """Rounds of one worker until so many kills hit; the counts by name."""
    chance = random.Random(seed + number)  # noqa: S311  a test draws its moments
    relay, client, counts = Relay(server.port), Client(folder / f"home{number}{of_server}"), Counter[str]()
    url = f"http://127.0.0.1:{relay.port}"
    usual = {True: 0.05, False: 0.5}  # seconds of a run, forked or not; learnt below
    turn = 0
    while counts["kills"] < kills:
        turn += 1
        to, fork = f"k{number}.{int(of_server)}.{turn}@b.test", chance.random() >= 0.1
        line = LINE.format(url=url, to=to, key=f"key{number}.{turn}")
        code: int | None = None
        for _ in range(chance.choice((1, 1, 2))):
            bytes_before = relay.count()
            began = time.monotonic()
            pid = client.start(line, fork=fork)
            time.sleep(chance.uniform(0, usual[fork] * 1.2))
            if of_server:
                server.kill()
                server.start()
                counts["kills"] += 1
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            else:
                os.kill(pid, signal.SIGKILL)
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                if code == -signal.SIGKILL:
                    counts["kills"] += 1
                else:
                    usual[fork] = 0.9 * usual[fork] + 0.1 * (time.monotonic() - began)
            silent = relay.count() == bytes_before
            if code in (SENT, UNKNOWN):
                break
        counts["rounds"] += 1
        if counts["rounds"] % 500 == 0:
            print(f"worker {number}: {counts['kills']} kills", file=sys.stderr, flush=True)
        decide(client, server, line, to, code, counts, silent=silent)
    relay.close()
    counts["damaged files"] += damaged(folder / f"home{number}{of_server}")
    return counts


def decide(
    client: Client, server: Server, line: str, to: str, code: int | None, counts: Counter[str], *, silent: bool
) -> None:
    """Run again until it is known that the mail was sent once, and count what was found on the way."""
    if code != SENT:
        code = client.run(line)
    if code == UNKNOWN:
        counts["unknown"] += 1
        counts["unknown, no byte left"] += silent
        there = server.mails(to)
        counts["unknown, in truth sent"] += there
        settle = (
            line.split(" send ", maxsplit=1)[0]
            + f" send resolve {line.rsplit(' ', 1)[1]} {'--sent' if there else '--not-sent'}"
        )
        assert client.run(settle) == 0
        code = client.run(line)
    if code != SENT:
        counts[f"other end: {code}"] += 1
        return
    there = server.mails(to)
    counts["doubles"] += there > 1
    counts["lost without a word"] += there == 0


def damaged(folder: Path) -> int:
    """How many SQLite files below a folder are not whole."""
    bad = 0
    for path in folder.rglob("*.db"):
        with closing(sqlite3.connect(path)) as db:
            bad += db.execute("PRAGMA integrity_check").fetchone() != ("ok",)
    return bad


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--server-kills", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        server = Server(folder)
        atexit.register(server.process.kill)
        for counts in workers(given.jobs, given.kills, given.seed, server, folder):
            total += Counter({f"client: {name}": count for name, count in counts.items()})
        if given.server_kills:
            (counts,) = workers(1, given.server_kills, given.seed, server, folder, of_server=True)
            total += Counter({f"server: {name}": count for name, count in counts.items()})
        os.system(f"kill -TERM {server.process.pid}")  # noqa: S605  ours
        server.process.wait()
        total["damaged files"] += damaged(folder)
    for name in sorted(total):
        print(f"{name:40} {total[name]:7}")
    wrong = [name for name in total if name.endswith(("doubles", "word", "damaged files")) or "other end" in name]
    bad = {name: total[name] for name in wrong if total[name]}
    print("as it must be" if not bad else f"WRONG: {bad}")
    sys.exit(bool(bad))


def workers(
    jobs: int, kills: int, seed: int, server: Server, folder: Path, *, of_server: bool = False
) -> list[Counter[str]]:
    """The counts of so many workers, each a process of its own."""
    import json

    pids = {}
    for number in range(jobs):
        path = folder / f"counts{number}{of_server}"
        pid = os.fork()
        if pid == 0:
            counts = rounds(number, -(-kills // jobs), seed, server, folder, of_server=of_server)
            path.write_text(json.dumps(counts))
            os._exit(0)
        pids[pid] = path
    for pid in pids:
        assert os.waitpid(pid, 0)[1] == 0, "a worker failed"
    return [Counter(json.loads(path.read_text())) for path in pids.values()]


if __name__ == "__main__":
    main()
