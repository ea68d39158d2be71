"""A report over many rows of history: seconds of wall and of CPU, MiB, and the size of its page.

    python tests/benchmarks/report.py --rows 5000000 [--history FILE]

The history is made first, which takes minutes; with --history it is made in that file, or taken from there. Exits with
1 where a figure is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from random import Random

from history import A_DAY, pages, report
from measure import DM, spent

from dmcli.workflows.history.days import day_at, day_text
from dmcli.workflows.history.store import History

MOST_SECONDS, MOST_MEMORY, MOST_PAGE = 3.0, 150, 300_000
SENDERS, TAGS, DOMAIN = 4, 7, "mail.example.com"


def fill(path: str, place: str, days: int, people: int, until: int) -> None:
    """A history of some days with the details, opens and invalid addresses of each."""
    history = History(path)
    kept = history.claim(place, "dm-sandbox-id")
    for day in range(until - days + 1, until + 1):
        chance = Random(day)  # noqa: S311
        kept.put_day(day, pages(A_DAY, chance, people, day * 86400), settled=True)
        found = [
            {"ToAddress": f"gone.{day}.{n}@provider{n % 20}.example", "UtcLastUpdateTime": day * 86400 + n}
            for n in range(1000)
        ]
        kept.put_invalid([found], day)
    looks = '{{"CreateTime": "{}", "TotalNumber": "50000", "RcptOpenCount": "20000", "RcptUniqueOpenCount": "9000"}}'
    for sender in ("", *(f"sender{n}@{DOMAIN}" for n in range(SENDERS))):
        span = range(until - days + 1, until + 1)
        kept.put_tracks(span[0], span[-1], sender, "", {day: looks.format(day_text(day)) for day in span})
    history.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    history.close()


def account() -> str:
    """The senders and tags of the history in a sandbox; the place of its history."""
    spent([DM, *f"-p sandbox -q domain create {DOMAIN}".split()])
    for number in range(SENDERS):
        spent([DM, *f"-p sandbox -q address create sender{number}@{DOMAIN} --type batch".split()])
    for number in range(TAGS):
        spent([DM, *f"-p sandbox -q tag create tag{number}".split()])
    return f"sandbox {os.environ['DM_SANDBOX_DB']}"


def main() -> int:
    from datetime import UTC, datetime

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--history", default="")
    given = parser.parse_args()
    days, until = -(-given.rows // A_DAY), day_at(datetime.now(UTC))
    with tempfile.TemporaryDirectory() as folder:
        path = given.history or os.path.join(folder, "history.db")
        os.environ |= {"DM_HISTORY": path, "DM_SANDBOX_DB": f"{path}.sandbox"}
        if not os.path.exists(path):
            fill(path, account(), days, given.people, until)
        line = f"-p sandbox stats report -q --from-history --since {days - 1}d --html"
        page = os.path.join(folder, "report.html")
        kept_to = []
        for name in ("cold", "warm", "again"):
            wall, cpu, memory = spent([DM, *line.split(), page])
            print(f"{name}: {wall:.2f} s of wall")
            kept_to.append(report("seconds of CPU", cpu, MOST_SECONDS))
            kept_to.append(report("MiB", memory, MOST_MEMORY))
        kept_to.append(report("bytes of the page", os.path.getsize(page), MOST_PAGE))
    return 0 if all(kept_to) else 1


if __name__ == "__main__":
    sys.exit(main())
