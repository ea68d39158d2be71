"""Kill `stats sync` at any moment, many times, while mails change: in the end the history is that of a run in peace.

    python tests/benchmarks/kill_sync.py --kills 1000 --mails 4000 --seed 1

Each round kills a run at a moment drawn by chance; now and then a mail of the last days bounces late, and days pass.
What is held at the end is compared with what one undisturbed run makes of the days that both could read, and with the
server's own rows. Prints figures, and exits with 1 where one is not as it must be.
"""

from __future__ import annotations

import argparse
import atexit
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from kill import DM, Client, Server, damaged

TABLES = {
    "day": "SELECT day, mails FROM day",
    "daily": "SELECT day, sender, tag, provider, status, mails FROM daily",
    "track": "SELECT day, sender, tag, counts FROM track",
    "invalid": "SELECT at, address FROM invalid",
    "failure": "SELECT day, domain, mails, sender, tag, status, message, class FROM failure "
    "JOIN sort ON sort.id = sort",
    "detail": "SELECT day, seq, at, r.value, t.value, sender, tag, status, message, class FROM detail "
    "JOIN text AS r ON r.id = recipient JOIN text AS t ON t.id = subject JOIN sort ON sort.id = sort",
}
TRUTH = """
SELECT (created + 28800) / 86400, recipient, sender, tag, status, reason FROM mail
WHERE (created + 28800) / 86400 >= ? AND settled <= ? ORDER BY 1, 2, 3, 4, 5, 6
"""
KEPT = """
SELECT day, r.value, sender, tag, status, message FROM detail
JOIN text AS r ON r.id = recipient JOIN sort ON sort.id = sort ORDER BY 1, 2, 3, 4, 5, 6
"""


def kills(client: Client, server: Server, line: str, most: int, seed: int) -> Counter[str]:
    """Run and kill until there were enough; the counts by name. Runs that end are counted too."""
    chance, counts = random.Random(seed), Counter[str]()  # noqa: S311  a test draws its moments
    whole = 1.0
    while counts["kills"] < most:
        if counts["runs"] % 20 == 0:
            counts["late bounces"] += bounce(server, chance)
        began = time.monotonic()
        pid = client.start(line, fork=chance.random() >= 0.05)
        time.sleep(chance.uniform(0, whole))
        os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        counts["runs"] += 1
        counts["kills"] += code == -signal.SIGKILL
        counts["ended before they were killed"] += code == 0
        if code == 0:
            whole = 0.9 * whole + 0.1 * (time.monotonic() - began)
        assert code in (0, -signal.SIGKILL), os.pread(client.output, 2000, 0).decode()
    return counts


def bounce(server: Server, chance: random.Random) -> int:
    """Let a delivered mail of the last three days bounce."""
    recent = int(time.time()) - 2 * 86400
    with closing(sqlite3.connect(server.database, timeout=60)) as db:
        sql = "SELECT id FROM mail WHERE status = 0 AND created > ?"
        ids = [number for (number,) in db.execute(sql, (recent,))]
    if not ids:
        return 0
    line = f"sandbox play bounce --mail {chance.choice(ids)}"
    done = subprocess.run([*DM, *line.split()], env=server.environ, capture_output=True, check=False)
    return done.returncode == 0


def held(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that a history holds, whatever numbers its texts have."""
    with closing(sqlite3.connect(path)) as db:
        return {name: sorted(map(tuple, db.execute(sql)), key=repr) for name, sql in TABLES.items()}


def judged(history: Path, again: Path, server: Server, counts: Counter[str]) -> Counter[str]:
    """The history held against one that was made in peace, and against the server's rows."""
    killed, whole = held(history), held(again)
    for name in TABLES:
        counts[f"{name}: rows"] = len(killed[name])
        counts[f"{name}: differences"] = sum((Counter(killed[name]) - Counter(whole[name])).values()) + sum(
            (Counter(whole[name]) - Counter(killed[name])).values()
        )
    with closing(sqlite3.connect(history)) as db, closing(sqlite3.connect(server.database)) as truth:
        first = db.execute("SELECT min(day) FROM day").fetchone()[0]
        kept = Counter(db.execute(KEPT).fetchall())
        sent = Counter(truth.execute(TRUTH, (first, int(time.time()))).fetchall())
    counts["mails that the server does not have"] = sum((kept - sent).values())
    counts["mails that are not kept"] = sum((sent - kept).values())
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=4000)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        seeding = {**os.environ, "DM_SANDBOX_DB": str(folder / "sandbox.db"), "HOME": str(folder)}
        line = f"sandbox seed --days 60 --mails {given.mails} --seed 7 -q"
        subprocess.run([*DM, *line.split()], env=seeding, check=True, capture_output=True)
        server = Server(folder)
        atexit.register(server.process.kill)
        client = Client(folder / "home")
        line = f"-p sandbox --endpoint http://127.0.0.1:{server.port} stats sync -q"
        history = folder / "home" / ".local/state/dm/history.db"
        counts = kills(client, server, line, given.kills, given.seed)
        assert client.run(line) == 0
        counts["damaged files"] = damaged(folder / "home")
        shutil.move(history, folder / "killed.db")
        history.with_name("history.db-wal").unlink(missing_ok=True)
        history.with_name("history.db-shm").unlink(missing_ok=True)
        assert client.run(line) == 0
        counts = judged(folder / "killed.db", history, server, counts)
        server.kill()
    for name in counts:
        print(f"{name:40} {counts[name]:7}")
    bad = {
        name: count
        for name, count in counts.items()
        if count and ("differences" in name or name.startswith(("mails", "damaged")))
    }
    print("as it must be" if not bad else f"WRONG: {bad}")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
