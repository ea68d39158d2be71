"""The history as Parquet, read back by pyarrow and counted beside the database of the sandbox."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pyarrow.parquet


def test_mails_as_parquet_are_those_of_the_sandbox(box, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")  # the file has moments, whatever the zone
    box("sandbox clock set 2026-03-01T16:30:00Z")
    box("sandbox seed --days 60 --mails 3000 --seed 7")
    box("stats sync")
    path = tmp_path / "mails.parquet"
    assert box("stats history export --to {}", path).err.startswith("wrote ")
    assert oct(os.stat(path).st_mode & 0o777) == "0o600"
    table = pyarrow.parquet.read_table(path)
    with closing(sqlite3.connect(tmp_path / "sandbox.db")) as db:
        truth = db.execute(
            "SELECT recipient, settled, CASE status WHEN 0 THEN 'delivered' WHEN 2 THEN 'invalid address' "
            "WHEN 3 THEN 'spam' ELSE 'failed' END, message.subject FROM mail JOIN message ON message.id = message "
            "WHERE created >= unixepoch('2026-01-31') - 28800"
        ).fetchall()
    found = [(row["ToAddress"], row["UtcLastUpdateTime"], row["Status"], row["Subject"]) for row in table.to_pylist()]
    assert sorted(found) == sorted((to, datetime.fromtimestamp(at, UTC), *more) for to, at, *more in truth)
    assert found
