"""What it costs to start: help, that of each group, version and completion of words, against importing click."""

from __future__ import annotations

import sys

from measure import DM, ratio, report

from dmcli.cli.app import GROUPS

CLICK = [sys.executable, "-c", "import click"]


def words(line: str) -> dict[str, str]:
    return {"_DM_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}


if __name__ == "__main__":
    report("dm --version", ratio([DM, "--version"], CLICK), 1.25)
    report("dm --help", ratio([DM, "--help"], CLICK), 1.25)
    report("complete 'dm sta'", ratio([DM], CLICK, **words("dm sta")), 1.25)
    report("complete 'dm domain '", ratio([DM], CLICK, **words("dm domain ")), 1.25)
    report("complete 'dm send single --sub'", ratio([DM], CLICK, **words("dm send single --sub")), 1.25)
    for group in GROUPS:
        report(f"dm {group} --help", ratio([DM, group, "--help"], CLICK, runs=9), 4.0)
