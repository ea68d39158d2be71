"""A merge and what follows on one, killed at each of their points: at least 40, no mail twice, none lost."""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from failpoints import KILLED, POINTS, Runs
from shell import words

from dmcli.sandbox.control.faults import add_fault, fault_of, remove_faults

MERGE = "send merge people.csv --from news@sandbox.test --subject Hello --text 'Dear {{ name }}' --yes --campaign"
SENT = """SELECT recipient, json_extract(headers, '$."Message-ID"') FROM mail JOIN message ON message.id = message"""
OF_A_JOURNAL = POINTS[:3]
# What is killed, at which points, and its exit code where a mail stays unknown: a merge itself, or what follows one
# that was killed with mails under way, of which the service may have one or none.
LINES = {
    "merge": (MERGE, POINTS, 6),
    "resume": ("campaign resume", POINTS, 6),
    "settle": ("campaign settle", OF_A_JOURNAL, 5),
}


def of(path, asked):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(asked).fetchall()


@pytest.fixture
def run(faulty, tmp_path, monkeypatch):
    """Runs a line, to a point where one is given."""
    monkeypatch.chdir(tmp_path)
    runs = Runs(str(tmp_path))
    yield lambda line, *point: runs(["-p", "sandbox", "--endpoint", faulty.url, *words(line)], *point)
    runs.close()


@pytest.fixture
def people(tmp_path):
    """Writes the file with two people of a campaign."""

    def write(name):
        found = {f"p{one}.{name}@b.test" for one in range(2)}
        (tmp_path / "people.csv").write_text("\n".join(["email,name", *(f"{one},x" for one in found), ""]))
        return found

    return write


@pytest.fixture
def journal(tmp_path):
    """The file of a campaign."""
    return lambda name: tmp_path / f".local/state/dm/campaigns/{name}.db"


def planned(path):
    return path.exists() and of(path, "PRAGMA user_version") != [(0,)] and of(path, "SELECT 1 FROM campaign")


def test_at_least_forty_points_are_killed_at(sandbox, run, people, journal):
    killed, names = Counter(), itertools.count(1)
    for what, (line, points, doubtful) in LINES.items():
        for point in points:
            for number in itertools.count(1):
                name = f"c{next(names)}"
                both = people(name)
                if what != "merge":
                    assert run(f"{MERGE} {name}", POINTS[5], 1) == KILLED
                code = run(f"{line} {name}", point, number)
                killed[what] += code == KILLED
                path = journal(name)
                again = run(f"campaign resume {name}" if planned(path) else f"{MERGE} {name}")
                states = dict(of(path, "SELECT address, state FROM row"))
                mails = Counter(p for p, _ in of(sandbox.path, SENT) if p in both)
                assert states.keys() == both
                assert set(states.values()) <= {"sent", "unknown"}
                assert all(mails[p] == 1 or (not mails[p] and state == "unknown") for p, state in states.items())
                unknown = "unknown" in states.values()
                assert again == (6 if unknown else 0)
                if code != KILLED:
                    assert code == (doubtful if unknown else 0)
                    break
    ids = Counter(one for _, one in of(sandbox.path, SENT))
    assert set(ids.values()) == {1}
    assert sum(killed.values()) >= 40
    assert min(killed[what] for what in LINES) >= 3


def test_killed_while_rejected_rows_are_to_be_tried_again_all_of_them_are_or_none(sandbox, run, people, journal):
    both, path, killed = people("c"), journal("c"), 0
    refusal = {"effect": "error", "value": "InvalidToAddress", "action": "SingleSendMail", "rate": 1.0}
    add_fault(sandbox, fault_of(refusal))
    assert run(f"{MERGE} c") == 7
    for point in OF_A_JOURNAL:
        for number in itertools.count(1):
            code = run("campaign retry-rejected c", point, number)
            killed += code == KILLED
            states = {state for (state,) in of(path, "SELECT state FROM row")}
            assert code in (0, KILLED)
            if states == {"pending"}:
                assert run("campaign resume c") == 7  # rejected once more
            else:
                assert states == {"rejected"}
                assert code == KILLED
            if not code:
                break
    assert killed >= len(OF_A_JOURNAL)
    remove_faults(sandbox)
    assert run("campaign retry-rejected c") == 0
    assert run("campaign resume c") == 0
    assert Counter(one for one, _ in of(sandbox.path, SENT)) == dict.fromkeys(both, 1)
