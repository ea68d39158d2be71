"""Files that can not grow any further, at each write of a merge, of settling and of an import: told, and gone on with.

The system refuses a write beyond a size that is raised from run to run, so that each write is the one that fails.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from failpoints import KILLED, POINTS
from shell import words

MERGE = "send merge people.csv --from news@sandbox.test --subject 'Hello {{ name }}' --text 'Dear {{ name }}' --yes"
FRAME = 4096 + 24  # of SQLite's log
ROOMS = (0, 100, *range(5000, 30 * FRAME, 4 * FRAME + 700))


def failed(code, said):
    """What a run without room says: one sentence, that of the exit code."""
    assert "Traceback" not in said
    assert code in (6, 8), said
    assert any(sign in said for sign in ("disk is full", "disk I/O error", "File too large")), said


@pytest.fixture
def line(faulty):
    return lambda text: ["-p", "sandbox", "--endpoint", faulty.url, *words(text)]


def states(path):
    with closing(sqlite3.connect(path)) as db:
        kept = db.execute("PRAGMA user_version").fetchone()[0] and db.execute("SELECT 1 FROM campaign").fetchone()
        return dict(db.execute("SELECT address, state FROM row")) if kept else {}


def test_a_merge_without_room_says_so_and_goes_on_when_there_is_some(forks, line, people, mailed, tmp_path):
    journals, codes = tmp_path / ".local/state/dm/campaigns", []
    for number, room in enumerate(ROOMS):
        name = f"c{number}"
        everybody = {f"p{one}.{name}@b.test" for one in range(2)}
        people([f"{address},{name}" for address in everybody])
        codes.append(forks(line(f"{MERGE} --campaign {name}"), room=room))
        if codes[-1]:
            failed(codes[-1], forks.output)
        path = journals / f"{name}.db"
        known = states(path) if path.exists() else {}
        assert {one for one in everybody if mailed()[one]} <= {
            one for one, state in known.items() if state in ("sent", "unknown", "under way")
        }
        again = f"campaign resume {name}" if known else f"{MERGE} --campaign {name}"
        assert forks(line(again)) in (0, 6), (room, forks.output)
        for one, state in states(path).items():
            assert mailed()[one] == 1 or (mailed()[one] == 0 and state == "unknown"), (room, one, state)
        assert states(path).keys() == everybody
    assert codes[0] == 8
    assert codes[-1] == 0
    assert len([code for code in codes if code]) >= 5


def test_settling_without_room_changes_all_or_nothing_and_is_done_again(forks, line, people, tmp_path):
    people(["p@b.test,P"])
    assert forks(line(f"{MERGE} --campaign c"), POINTS[5], 1) == KILLED
    assert forks(line("campaign resume c")) == 6
    path, codes = tmp_path / ".local/state/dm/campaigns/c.db", []
    for room in (0, 100, *range(3000, 6 * FRAME, 3000)):
        before = states(path)
        codes.append(forks(line("campaign settle c"), room=room))
        if codes[-1] not in (0, 5):
            failed(codes[-1], forks.output)
            assert states(path) == before == {"p@b.test": "unknown"}
    assert codes[0] == 8
    assert forks(line("campaign settle c")) == 0, forks.output
    assert states(path) == {"p@b.test": "sent"}


def test_an_import_without_room_loses_nobody_and_is_run_again(forks, line, box, people, tmp_path):
    everybody = [f"p{one}@b.test" for one in range(700)]
    people([*(f"{one},P" for one in everybody), "bad,P"])
    box("receiver create vip")
    wanted, codes = line("receiver import vip people.csv --skip-bad bad.csv"), []
    for room in (0, 5, 4096, 100_000):
        codes.append(forks(wanted, room=room))
        if codes[-1] != 7:
            failed(codes[-1], forks.output)
            assert not (tmp_path / "bad.csv").exists()
    assert codes[0] == 8
    assert forks(wanted) == 7, forks.output
    there = Counter(row["Email"] for row in box("receiver members vip --all -o json").json["data"]["detail"])
    assert there == Counter(everybody)
