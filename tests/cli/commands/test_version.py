"""`dm --version` and `dm version`: a line for people, all parts for a bug report."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version

import pytest

import dmcli


@pytest.mark.parametrize("line", ["--version -o json", "-o json --version", "version -o json"])
def test_all_parts_are_named(dm, line: str) -> None:
    parts = json.loads(dm(line).out)
    assert (parts["dm"], parts["python"]) == (dmcli.__version__, platform.python_version())
    assert parts["dependencies"]["click"] == version("click")
    assert parts["extras"]["keychain"] is True


@pytest.mark.parametrize("line", ["--version", "version"])
def test_people_see_a_line(dm, line: str) -> None:
    assert dm(line).out == f"dm {dmcli.__version__}\n"
