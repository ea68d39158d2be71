"""The uses that docstrings show: each is run, and what it prints is compared."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted(ROOT.glob("dmcli/**/*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


def test_the_classes_that_need_one_show_a_use():
    assert {"dmcli.client.client", "dmcli.client.attempts", "dmcli.credentials.__init__", "dmcli.secret"} <= set(
        MODULES
    )


@pytest.mark.parametrize("name", MODULES)
def test_what_a_docstring_shows_is_so(name, tmp_path):
    result = doctest.testmod(import_module(name), extraglobs={"folder": tmp_path}, optionflags=doctest.ELLIPSIS)
    assert result.attempted
    assert not result.failed
