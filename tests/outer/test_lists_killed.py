"""Imports and syncs that are killed at every point of every call: run again, each person is in the list once."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from failpoints import KILLED, POINTS, Runs

from dmcli.api.actions.receiver import MAX_SAVED

SIZE = MAX_SAVED + 3  # two calls that save


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    made = Runs(str(tmp_path_factory.mktemp("runs")))
    yield made
    made.close()


def counted(box):
    """How often each person is in the list."""
    rows = box("receiver members vip --all -o json").json["data"]["detail"]
    return Counter(row["Email"] for row in rows)


@pytest.mark.parametrize("point", POINTS[3:])
@pytest.mark.parametrize("line", ["import vip people.csv", "sync vip people.csv --delete-missing --max-delete 9 --yes"])
def test_run_again_after_a_kill_everybody_is_there_once(forks, faulty, box, tmp_path, monkeypatch, point, line):
    monkeypatch.chdir(tmp_path)
    people = [f"m{number}@example.com" for number in range(SIZE)]
    (tmp_path / "people.csv").write_text("\n".join(["email", *people, ""]), encoding="utf-8")
    words = ["-p", "sandbox", "--endpoint", faulty.url, "receiver", *line.split(), "-o", "json"]
    killed = 0
    for number in itertools.count(1):
        box("receiver create vip")
        box("receiver add vip m0@example.com old@example.com -q")
        code = forks(words, point, number)
        if code == KILLED:
            killed += 1
            there = counted(box)
            assert set(there.values()) == {1}
            assert {"m0@example.com"} <= there.keys() <= {*people, "old@example.com"}
            assert forks(words) == 0, forks.output
        else:
            assert code == 0, forks.output
        assert counted(box) == Counter(people if line.startswith("sync") else [*people, "old@example.com"])
        box("receiver delete vip --yes -q")
        if code == 0:
            break
    assert killed >= 3
