"""Merges in a folder with a file of people, and runs of them that end at a chosen point."""

from __future__ import annotations

import pytest
from failpoints import Runs


@pytest.fixture(autouse=True)
def _file(people):
    """Each test has the file."""


@pytest.fixture(scope="session")
def forks(tmp_path_factory):
    """Runs that end at a chosen point, or lack room."""
    made = Runs(str(tmp_path_factory.mktemp("runs")))
    yield made
    made.close()
