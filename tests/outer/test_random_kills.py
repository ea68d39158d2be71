"""A campaign that is killed 300 times, each time at a point drawn by chance: no mail twice, none lost."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from contextlib import closing

from failpoints import KILLED, POINTS, Runs
from shell import words

KILLS, ROWS = 300, 1800
MERGE = "send merge people.csv --from news@sandbox.test --subject Hello --text 'Dear {{ name }}' --yes --campaign c"


def of(path, asked):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(asked).fetchall()


def test_after_every_kill_the_journal_knows_who_may_have_a_mail(sandbox, faulty, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    chance = random.Random(13)  # noqa: S311  a test draws its moments
    people = [f"p{number}@b.test" for number in range(ROWS)]
    (tmp_path / "people.csv").write_text("\n".join(["email,name", *(f"{one},x" for one in people), ""]), "utf-8")
    at = ["-p", "sandbox", "--endpoint", faulty.url]
    journal = tmp_path / ".local/state/dm/campaigns/c.db"
    runs = Runs(str(tmp_path))
    held: set[str] = set()
    try:
        line, killed, code = [*at, *words(MERGE)], 0, KILLED
        while code == KILLED:
            wish = (chance.choice(POINTS), chance.randint(1, 3)) if killed < KILLS else ()
            code = runs(line, *wish)
            killed += code == KILLED
            if (
                journal.exists()
                and of(journal, "PRAGMA user_version") != [(0,)]
                and of(journal, "SELECT 1 FROM campaign")
            ):
                line = [*at, "campaign", "resume", "c", "--rate", "1000/s"]
                held |= {row[0] for row in of(journal, "SELECT address FROM row WHERE state = 'under way'")}
        said = runs.output
    finally:
        runs.close()
    assert code in (0, 6), said
    states = dict(of(journal, "SELECT address, state FROM row"))
    mails = Counter(row[0] for row in of(sandbox.path, "SELECT recipient FROM mail"))
    asked = """SELECT json_extract(headers, '$."Message-ID"') FROM mail JOIN message ON message.id = mail.message"""
    ids = Counter(row[0] for row in of(sandbox.path, asked))
    assert killed == KILLS
    assert set(ids.values()) == {1}
    assert len(ids) == sum(mails.values())
    assert max(mails.values()) == 1
    assert states.keys() == set(people)
    assert {one for one in people if states[one] == "unknown"} == held  # no more than were under way at the kills
    assert {one for one in people if states[one] == "sent"} == mails.keys() - held
    assert set(states.values()) == {"sent", "unknown"}
