"""The history in PostgreSQL, as the page has it: the rows there are those of the sandbox, loaded once or twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from blocks import all_blocks
from postgres import postgres, psql
from running import run


def test_rows_in_postgresql_are_those_of_the_sandbox(tmp_path):
    (block,) = (block for block in all_blocks() if "psql" in block.text)
    again = block._replace(text="\n".join(block.text.splitlines()[3:]))
    load = block._replace(text=f"{block.text}\nexport DM_PROFILE=sandbox\n{again.text}")
    with postgres() as env:
        run(load, tmp_path, **env)
        found = psql(env, "SELECT recipient, changed, status, subject, sender, tag FROM mail")
    with closing(sqlite3.connect(tmp_path / ".local/state/dm/sandbox.db")) as db:
        truth = db.execute(
            "SELECT recipient, settled, status, message.subject, sender, tag FROM mail "
            "JOIN message ON message.id = message WHERE date(created + 28800, 'unixepoch') >= "
            "date('now', '+8 hours', '-30 days')"
        ).fetchall()
    assert sorted(found) == sorted([str(value) for value in row] for row in truth)
    assert len(found) > 100
