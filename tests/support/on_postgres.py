"""A plugin of pytest: campaigns are kept in the PostgreSQL of TEST_POSTGRES, which is empty at each test.

What is about a file as such is left out.
"""

from __future__ import annotations

import os

import psycopg
import pytest

_URL = os.environ["TEST_POSTGRES"]
_OF_A_FILE = (
    "journal_is_private",
    "a_copy_of_the_journals",
    "second_run_on_a_campaign",
    "dry_run_shows",
    "campaign work people",
    "a_plan_of_before",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if not any(part in item.name for part in _OF_A_FILE)]


@pytest.fixture(autouse=True)
def _in_postgres(_home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(_URL, autocommit=True) as db:
        found = db.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'dm')").fetchall()
        for (name,) in found:
            db.execute(f'DROP SCHEMA "{name}" CASCADE')
    monkeypatch.setenv("DM_JOURNAL", _URL)
