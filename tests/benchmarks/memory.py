"""Peak memory of streaming a list of a million invalid addresses, and of a tenth of it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time

from measure import DM

from dmcli.sandbox.emulator import Sandbox

MOST = 80  # MiB


def fill(path: str, rows: int) -> None:
    """A sandbox whose invalid addresses are `rows` many."""
    sandbox = Sandbox(path)
    now = int(time.time()) - 3600
    with sandbox.store.transaction() as db:
        db.executemany(
            "INSERT INTO invalid (address, at) VALUES (?, ?)", ((f"u{n:07}@example.com", now) for n in range(rows))
        )
    sandbox.close()


def peak(path: str) -> tuple[float, float, int]:
    """MiB at most resident, seconds and lines of `dm stats invalid --all`."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [DM, "-p", "sandbox", "stats", "invalid", "--all", "-o", "ndjson"],
        stdout=subprocess.PIPE,
        env={**os.environ, "DM_SANDBOX_DB": path},
    )
    lines = sum(1 for _ in process.stdout)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    assert process.returncode == 0
    return usage.ru_maxrss / 1024, time.perf_counter() - began, lines


if __name__ == "__main__":
    figures = []
    for rows in (100_000, 1_000_000):
        with tempfile.TemporaryDirectory() as folder:
            fill(f"{folder}/sandbox.db", rows)
            mib, seconds, lines = peak(f"{folder}/sandbox.db")
        assert lines == rows
        figures.append(mib)
        print(f"{rows:>9} rows: peak {mib:.1f} MiB (at most {MOST}), {seconds:.1f} s, {rows / seconds:.0f} rows/s")
    print(f"ratio of the two peaks {figures[1] / figures[0]:.3f} (at most 1.05)")
