"""A folder with a file of people, and merges of it over HTTP."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing

import pytest


def write_people(rows):
    """Write the file: lines of `address,name`, or so many of them; the first is row 2."""
    lines = rows if isinstance(rows, list) else [f"p{number}@b.test,Person {number}" for number in range(2, rows + 2)]
    with open("people.csv", "w", encoding="utf-8") as file:
        file.write("\n".join(["email,name", *lines, ""]))


@pytest.fixture
def people(tmp_path, monkeypatch):
    """Writes the file anew; three people are in it."""
    monkeypatch.chdir(tmp_path)
    write_people(3)
    return write_people


@pytest.fixture
def run(box, faulty, people):
    """Runs a line against the server that can fail."""
    return lambda line, *values, **how: box("--endpoint {} " + line, faulty.url, *values, **how)


@pytest.fixture
def mailed(sandbox):
    """How many mails each recipient has."""

    def count():
        with closing(sqlite3.connect(sandbox.path)) as db, db:
            return Counter(row[0] for row in db.execute("SELECT recipient FROM mail"))

    return count


@pytest.fixture
def identified(sandbox):
    """How many mails have each Message-ID."""

    def count():
        asked = """SELECT json_extract(headers, '$."Message-ID"') FROM mail JOIN message ON message.id = mail.message"""
        with closing(sqlite3.connect(sandbox.path)) as db, db:
            return Counter(row[0] for row in db.execute(asked))

    return count
