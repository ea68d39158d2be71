"""Kill a merge at any moment, many times, and go on with it: no mail twice, none lost, few of unknown outcome.

    python tests/benchmarks/kill_merge.py --rows 2000 --kills 300 --seed 1

One campaign, killed at a moment drawn by chance and resumed until nothing is pending; the server is a process of its
own. At the end the mails that it has are counted by recipient and held against the journal. Prints figures, and exits
with 1 where one is not as it must be.
"""

from __future__ import annotations

import argparse
import atexit
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from kill import Client, Server, damaged

MERGE = "send merge rows.csv --from news@sandbox.test --subject Hello --html <p>{{{{name}}}}</p> --yes --campaign c"


def kills(client: Client, server: Server, rows: int, most: int, seed: int) -> Counter[str]:
    """Run, kill and resume until it is done; the counts by name."""
    chance, counts = random.Random(seed), Counter[str]()  # noqa: S311  a test draws its moments
    at = f"-p sandbox --endpoint http://127.0.0.1:{server.port}"
    Path("rows.csv").write_text("email,name\n" + "".join(f"p{n}@b.test,P{n}\n" for n in range(rows)), encoding="utf-8")
    line = f"{at} {MERGE.replace('{{{{', '{{').replace('}}}}', '}}')}"
    journal = Path(os.environ["HOME"], ".local/state/dm/campaigns/c.db")
    before: set[int] = set()
    while True:
        began = time.monotonic()
        pid = client.start(line, fork=chance.random() >= 0.05)
        if counts["kills"] < most:
            time.sleep(
                chance.uniform(0, 0.8 if line.endswith("resume c") else 2.0 + rows / 2000)
            )  # or it is never planned
            os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        counts["runs"] += 1
        if code != -signal.SIGKILL:
            assert code in (0, 6), os.pread(client.output, 2000, 0).decode()
            break
        counts["kills"] += 1
        counts["ms in all"] += int(1000 * (time.monotonic() - began))
        if planned(journal):
            line = f"{at} campaign resume c"
            held = under_way(journal)
            counts["under way at kills"] += len(held - before)  # one kill may follow another before anything is done
            counts["kills while mails were under way"] += bool(held - before)
            before = held
    return counts


def planned(journal: Path) -> bool:
    """Whether the plan was kept."""
    if not journal.exists():
        return False
    with closing(sqlite3.connect(journal)) as db:
        return bool(db.execute("PRAGMA user_version").fetchone()[0] and db.execute("SELECT 1 FROM campaign").fetchone())


def under_way(journal: Path) -> set[int]:
    """The rows that were under way when the process died."""
    with closing(sqlite3.connect(journal)) as db:
        return {row[0] for row in db.execute("SELECT number FROM row WHERE state = 'under way'")}


def judged(server: Server, counts: Counter[str]) -> Counter[str]:
    """The journal held against what the server has."""
    with closing(sqlite3.connect(Path(os.environ["HOME"], ".local/state/dm/campaigns/c.db"))) as db:
        states = dict(db.execute("SELECT address, state FROM row").fetchall())
    with closing(sqlite3.connect(server.database)) as db:
        mails = Counter(row[0] for row in db.execute("SELECT recipient FROM mail"))
    counts["rows"] = len(states)
    counts["doubles"] = sum(count > 1 for count in mails.values())
    counts["lost"] = sum(state == "sent" and not mails[person] for person, state in states.items())
    counts["sent, and not known to be"] = sum(
        state not in ("sent", "unknown") and mails[person] > 0 for person, state in states.items()
    )
    counts["not sent in the end"] = sum(state not in ("sent", "unknown") for state in states.values())
    counts["unknown"] = sum(state == "unknown" for state in states.values())
    counts["unknown, in truth sent"] = sum(s == "unknown" and mails[p] > 0 for p, s in states.items())
    return counts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        server = Server(folder)
        atexit.register(server.process.kill)
        client = Client(folder / "home")
        os.chdir(folder)
        counts = judged(server, kills(client, server, given.rows, given.kills, given.seed))
        counts["damaged files"] = damaged(folder / "home")
        server.kill()
        os.chdir("/")
    for name in counts:
        print(f"{name:40} {counts[name]:7}")
    bad = {
        name: counts[name]
        for name in ("doubles", "lost", "sent, and not known to be", "not sent in the end", "damaged files")
        if counts[name]
    }
    if counts["unknown"] != counts["under way at kills"]:
        bad["unknown"] = counts["unknown"]
    print("as it must be" if not bad else f"WRONG: {bad}")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
