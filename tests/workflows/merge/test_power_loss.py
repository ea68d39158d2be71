"""Power lost at any write of a journal: it opens, what was committed stands, and nothing that was sent is pending.

SQLite promises with WAL and synchronous = FULL that the log is synced before a commit returns, that what is torn at its
end fails its checksums and is left out, and that the log is synced before a checkpoint writes the database, which is
synced before the log is written anew. So between two commits one file is being written, and any of its blocks may be
missing: those cuts are made here from the files as they are after each commit.
"""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from dmcli.workflows.merge.journal import PENDING, SENT, UNDER_WAY, UNKNOWN, Change
from dmcli.workflows.merge.journals.sqlite import LOCK, FileJournal

FRAME, BLOCK = 24 + 4096, 512
NUMBERS = range(2, 14)


class Moment(NamedTuple):
    """The files after a commit, and what state each row has in them."""

    base: bytes
    log: bytes
    states: dict[int, str]


@pytest.fixture(scope="module")
def moments(tmp_path_factory):
    """A campaign from its plan to its end, with a checkpoint on the way."""
    folder = tmp_path_factory.mktemp("journal")
    (folder / LOCK).touch()
    path, log = folder / "c.db", folder / "c.db-wal"
    journal, states, found = FileJournal(str(path)), {}, []

    def committed():
        found.append(Moment(path.read_bytes(), log.read_bytes(), dict(states)))

    committed()
    with journal.planning("c", {}):
        for number in NUMBERS:
            journal.put(number, f"p{number}@b.test", f"p{number}@b.test", {})
            states[number] = PENDING
    committed()
    for number in NUMBERS:
        if number == 8:
            with closing(sqlite3.connect(path)) as other:  # as SQLite does by itself after a thousand pages
                other.execute("PRAGMA wal_checkpoint(RESTART)")
            committed()
        for state in (UNDER_WAY, SENT):
            journal.write(Change(number, state))
            states[number] = state
            committed()
    journal.close()
    return found


def cuts(before: Moment, after: Moment, chance: random.Random):
    """The files as a loss of power between two commits may leave them."""
    old, new = before.log, after.log
    shared = next(
        (place for place in range(0, len(new), BLOCK) if old[place : place + BLOCK] != new[place:][:BLOCK]), 0
    )
    for end in {*range(shared, len(new), FRAME // 2), len(new) - 1}:  # whole frames, and torn ones
        yield before.base, new[:end] + old[end:]
    for _ in range(8):  # blocks of the log in any order, missing ones as they were or as zeros
        yield before.base, mixed(old, new, chance)
    for _ in range(8 if before.base != after.base else 0):  # a checkpoint: the log is whole, the database half written
        yield mixed(before.base, after.base, chance), before.log


def mixed(old: bytes, new: bytes, chance: random.Random) -> bytes:
    blocks = (
        chance.choice((new, old))[place : place + BLOCK].ljust(len(new[place : place + BLOCK]), b"\0")
        for place in range(0, len(new), BLOCK)
    )
    return b"".join(blocks)


def opened(folder: Path, base: bytes, log: bytes) -> dict[int, str]:
    """The states in a journal that is opened from these files, and whether it is sound."""
    path = folder / "c.db"
    for ending, data in (("", base), ("-wal", log)):
        Path(f"{path}{ending}").write_bytes(data)
    Path(f"{path}-shm").unlink(missing_ok=True)
    with closing(FileJournal(str(path))) as journal:
        found = {row.number: row.state for row in journal.rows()}
        held = sum(state == UNDER_WAY for state in found.values())
        assert journal.recover() == held == journal.counts()[UNKNOWN]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return found


def test_each_cut_leaves_the_commit_before_it_or_the_one_after(moments, tmp_path):
    chance, number, seen = random.Random(13), 0, set()  # noqa: S311  a test draws its cuts
    for before, after in pairwise(moments):
        for base, log in cuts(before, after, chance):
            found = opened(tmp_path, base, log)
            assert found in (before.states, after.states)
            seen.add(found == after.states)
            number += 1
    assert number > 400
    assert seen == {True, False}


def test_a_commit_is_synced_before_it_returns(tmp_path):
    (tmp_path / LOCK).touch()
    with closing(FileJournal(str(tmp_path / "c.db"))) as journal:
        assert journal._db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert journal._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
