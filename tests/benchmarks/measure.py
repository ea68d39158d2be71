"""Timing whole processes in pairs: A B A B ..., so that a drift of the machine hits both."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

DM = str(Path(sys.executable).with_name("dm"))


def once(command: list[str], env: dict[str, str]) -> float:
    """Seconds of one run. Fails when the command fails."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **env})
    return time.perf_counter() - began


def spent(command: list[str], env: dict[str, str] | None = None) -> tuple[float, float, float]:
    """Seconds of wall, seconds of CPU and MiB at most resident of one run. Fails when the command fails."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **(env or {})})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def ratio(a: list[str], b: list[str], runs: int = 25, **env: str) -> tuple[float, float, float]:
    """Median of A/B pair by pair, and the medians of both in seconds."""
    once(a, env), once(b, env)
    pairs = [(once(a, env), once(b, env)) for _ in range(runs)]
    return (
        statistics.median(x / y for x, y in pairs),
        statistics.median(x for x, _ in pairs),
        statistics.median(y for _, y in pairs),
    )


def report(name: str, found: tuple[float, float, float], limit: float) -> None:
    """One line: the ratio, the figure to keep to, both medians."""
    value, a, b = found
    verdict = "ok" if value <= limit else "MISSED"
    print(f"{name:46} {value:5.2f} (at most {limit:.2f}) {verdict:7} {a * 1000:6.0f} ms / {b * 1000:.0f} ms")
