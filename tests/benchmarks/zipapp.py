"""What it costs to start dm.pyz, against the dm that is installed: python tests/benchmarks/zipapp.py dm.pyz."""

from __future__ import annotations

import sys

from measure import DM, ratio, report

if __name__ == "__main__":
    pyz = [sys.executable, sys.argv[1]]
    for line in ("--version", "--help", "domain list --help", "-p sandbox domain list", "-p sandbox account show"):
        report(f"dm.pyz {line}", ratio([*pyz, *line.split()], [DM, *line.split()], HOME="/nonexistent"), 1.3)
