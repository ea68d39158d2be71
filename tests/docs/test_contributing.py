"""What CONTRIBUTING.md and docs/architecture.md show of the code is the code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dmcli.api.catalogue import AREAS

PROJECT = Path(__file__).parents[2]
DIFF = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("```diff\n")[2].partition("```")[0]


@pytest.mark.parametrize("path", ["dmcli/api/actions/task.py", "dmcli/sandbox/actions/task.py"])
def test_the_worked_example_is_what_stands_there(path):
    shown = DIFF.partition(f"+++ b/{path}\n")[2].partition("\n---")[0].rstrip("\n")
    assert "\n".join(line.removeprefix("+") for line in shown.split("\n")) == (PROJECT / path).read_text().rstrip("\n")


def test_the_line_of_the_area_is_there():
    (line,) = [line for line in DIFF.partition("@@ AREAS\n")[2].split("\n") if line.startswith("+")]
    assert line == f'+        "task": "{AREAS["task"]}",'


def test_the_drawing_of_the_rooms_is_fresh():
    subprocess.run([sys.executable, str(PROJECT / "docs" / "rooms.py"), "--check"], check=True)
