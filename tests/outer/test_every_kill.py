"""A merge, its resumption and its settling, killed at each of their points: at least 40, no mail twice, none lost."""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from contextlib import closing

from failpoints import KILLED, POINTS, Runs
from shell import words

MERGE = "send merge people.csv --from news@sandbox.test --subject Hello --text 'Dear {{ name }}' --yes --campaign"
SENT = """SELECT recipient, json_extract(headers, '$."Message-ID"') FROM mail JOIN message ON message.id = message"""
# What is killed, after what: a merge itself, or what follows one that was killed with a mail under way.
LINES = {"merge": MERGE, "resume": "campaign resume", "settle": "campaign settle"}


def of(path, asked):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(asked).fetchall()


def test_at_least_forty_points_are_killed_at(sandbox, faulty, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    at = ["-p", "sandbox", "--endpoint", faulty.url]
    runs, killed, names = Runs(str(tmp_path)), Counter(), itertools.count(1)

    def run(line, *point):
        return runs([*at, *words(line)], *point)

    def planned(path):
        return path.exists() and of(path, "PRAGMA user_version") != [(0,)] and of(path, "SELECT 1 FROM campaign")

    try:
        for (what, line), point in itertools.product(LINES.items(), POINTS):
            for number in itertools.count(1):
                name = f"c{next(names)}"
                people = {f"p{one}.{name}@b.test" for one in range(2)}
                (tmp_path / "people.csv").write_text("\n".join(["email,name", *(f"{p},x" for p in people), ""]))
                if what != "merge":
                    assert run(f"{MERGE} {name}", POINTS[5], 1) == KILLED
                if what == "settle":
                    assert run(f"campaign resume {name}") == 6
                code = run(f"{line} {name}", point, number)
                killed[what] += code == KILLED
                path = tmp_path / f".local/state/dm/campaigns/{name}.db"
                again = f"campaign resume {name}" if planned(path) else f"{MERGE} {name}"
                assert run(again) in (0, 6), runs.output
                states = dict(of(path, "SELECT address, state FROM row"))
                mails = Counter(p for p, _ in of(sandbox.path, SENT) if p in people)
                assert states.keys() == people
                assert set(states.values()) <= {"sent", "unknown"}
                assert all(mails[p] == 1 or (not mails[p] and state == "unknown") for p, state in states.items())
                if code != KILLED:
                    assert code in (0, 6), runs.output
                    break
    finally:
        runs.close()
    ids = Counter(one for _, one in of(sandbox.path, SENT))
    assert set(ids.values()) == {1}
    assert sum(killed.values()) >= 40
    assert min(killed[what] for what in LINES) >= 3
