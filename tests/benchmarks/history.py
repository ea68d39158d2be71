"""The history with many rows: how fast a day is kept, how large it is, and how long totals, a trace and pages take.

    python tests/benchmarks/history.py --rows 1000000

Rows come as the service gives them, page by page, from memory: it is the local side that is measured, in seconds of
CPU, since others may use the machine too. Exits with 1 where a figure is missed.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from random import Random
from typing import TYPE_CHECKING

from dmcli.api import catalogue
from dmcli.workflows.history.days import day_text
from dmcli.workflows.history.reader import HistoryReader
from dmcli.workflows.history.store import History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE, A_DAY, FIRST = 100, 50_000, 20_000
LEAST_RATE = 25_000  # rows a second
MOST_BYTES = 100  # a row, with its indexes and roll-ups
MOST_TOTALS, MOST_TRACE = 0.1, 0.02  # seconds, warm
MOST_MEMORY = 150  # MiB
DETAILS = catalogue.get("SenderStatisticsDetailByParam")
TOTALS = catalogue.get("SenderStatisticsByTagNameAndBatchID")


def pages(rows: int, chance: Random, people: int, at: int) -> Iterator[list[dict[str, object]]]:
    """Details of mail to some people, in pages."""
    for start in range(0, rows, PAGE):
        yield [row(chance, people, at) for _ in range(min(PAGE, rows - start))]


def row(chance: Random, people: int, at: int) -> dict[str, object]:
    status = chance.choices((0, 2, 3, 4), (96, 2, 1, 1))[0]
    number = int(chance.random() * people)
    return {
        "AccountName": f"sender{number % 4}@mail.example.com",
        "ToAddress": f"person.{number}@provider{number % 20}.example",
        "Subject": f"News of week {at // 604800}",
        "Status": status,
        "Message": "250 Send Mail OK" if not status else f"55{status} 5.1.{status} no such mailbox",
        "ErrorClassification": "" if not status else "SmtpNxBox",
        "TagName": f"tag{number % 7}",
        "UtcLastUpdateTime": str(at + int(chance.random() * 86400)),
        "ConfigSetId": "",
        "ConfigSetName": "",
        "IpPoolId": "",
        "IpPoolName": "",
    }


def best(work: Callable[[], object]) -> float:
    """Seconds of the fastest of five runs."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def report(name: str, value: float, limit: float, *, least: bool = False) -> bool:
    """One line of a figure beside what it is to keep to; whether it does."""
    kept = value >= limit if least else value <= limit
    print(f"{name:44} {value:14,.3f} (at {'least' if least else 'most'} {limit:,}) {'ok' if kept else 'MISSED'}")
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=200_000)
    given = parser.parse_args()
    days = -(-given.rows // A_DAY)
    with tempfile.TemporaryDirectory() as folder:
        history = History(os.path.join(folder, "history.db"))
        kept = history.claim("benchmark", "owner")
        spent, cpu = 0.0, 0.0
        for day in range(FIRST, FIRST + days):
            made = list(pages(min(A_DAY, given.rows), Random(day), given.people, day * 86400))  # noqa: S311
            began, ran = time.perf_counter(), time.process_time()
            kept.put_day(day, made, settled=True)
            spent, cpu = spent + time.perf_counter() - began, cpu + time.process_time() - ran
            del made
        history.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        reader = HistoryReader(kept)
        window = {"StartTime": day_text(FIRST), "EndTime": day_text(FIRST + days - 1)}
        minutes = {"StartTime": f"{window['StartTime']} 00:00", "EndTime": f"{window['EndTime']} 23:59"}
        one = minutes | {"ToAddress": "person.77@provider17.example"}
        print(f"{'rows kept a second of wall':44} {days * A_DAY / spent:14,.0f}")
        kept_to = [
            report("rows kept a second of CPU", days * A_DAY / cpu, LEAST_RATE, least=True),
            report("bytes a row", history.size / (days * A_DAY), MOST_BYTES),
            report("seconds of the totals of all days", best(lambda: list(reader.rows(TOTALS, window))), MOST_TOTALS),
            report("seconds of one recipient's mail", best(lambda: list(reader.rows(DETAILS, one))), MOST_TRACE),
        ]
        began, count = time.perf_counter(), 0
        for page in reader.pages(DETAILS, minutes, 1000):
            count += len(page.rows)
        print(f"{'rows read a second':44} {count / (time.perf_counter() - began):14,.0f}")
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        kept_to.append(report("MiB at most, with a day in memory", memory, MOST_MEMORY))
        history.close()
    return 0 if all(kept_to) else 1


if __name__ == "__main__":
    sys.exit(main())
