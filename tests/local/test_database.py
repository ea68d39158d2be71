"""Private SQLite files: migrated once, whole or not at all, whoever else opens them."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time

import pytest
from patience import PATIENT

from dmcli.errors import ConfigError, LocalIOError, LockedError
from dmcli.local.database import open_database, transaction

MIGRATIONS = (
    "CREATE TABLE word (text TEXT NOT NULL); -- a comment; with a semicolon\nINSERT INTO word VALUES ('a;b');",
    """
    CREATE TABLE log (text TEXT);
    CREATE TRIGGER noted AFTER INSERT ON word BEGIN INSERT INTO log VALUES (new.text); SELECT 1; END;
    INSERT INTO word VALUES ('second') -- no semicolon before this""",
)


def _mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def test_database_is_private_and_migrated(tmp_path):
    path = tmp_path / "new" / "data.db"
    old = os.umask(0)
    try:
        db = open_database(str(path), MIGRATIONS)
    finally:
        os.umask(old)
    try:
        assert db.execute("SELECT text FROM word").fetchall() == [("a;b",), ("second",)]
        assert db.execute("SELECT text FROM log").fetchall() == [("second",)]
        pragmas = ("journal_mode", "synchronous", "user_version", "busy_timeout")
        assert [db.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas] == ["wal", 1, 2, 30000]
        assert db.isolation_level is None
        assert _mode(path.parent) == 0o700
        assert {name: _mode(path.parent / name) for name in os.listdir(path.parent)} == dict.fromkeys(
            ("data.db", "data.db-wal", "data.db-shm"), 0o600
        )
        worker = threading.Thread(target=db.execute, args=("INSERT INTO word VALUES ('thread')",))
        worker.start()
        worker.join()
        assert db.execute("SELECT count(*) FROM word").fetchone() == (3,)
    finally:
        db.close()


def test_an_older_database_gets_the_rest_once(tmp_path):
    path = str(tmp_path / "data.db")
    open_database(path, MIGRATIONS[:1]).close()
    for _ in range(2):
        db = open_database(path, MIGRATIONS)
        assert db.execute("SELECT count(*) FROM word").fetchone() == (2,)
        db.close()


def test_a_failing_migration_leaves_nothing_behind(tmp_path):
    path = str(tmp_path / "data.db")
    with pytest.raises(LocalIOError, match="no such table: nowhere"):
        open_database(path, (*MIGRATIONS, "CREATE TABLE more (x); INSERT INTO nowhere VALUES (1);"))
    db = open_database(path, ())
    assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    db.close()


def test_a_newer_database_is_refused(tmp_path):
    path = str(tmp_path / "data.db")
    open_database(path, MIGRATIONS).close()
    with pytest.raises(ConfigError, match=r"has format 2, this dm knows none above 1"):
        open_database(path, MIGRATIONS[:1])


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "data.db"
    path.write_text("no database at all, but rather long text\n" * 100)
    with pytest.raises(ConfigError, match="not a usable database"):
        open_database(str(path), MIGRATIONS)
    with pytest.raises(LocalIOError, match="unable to open database file"):
        open_database(str(tmp_path), MIGRATIONS)
    with pytest.raises(LocalIOError, match="cannot make the folder"):
        open_database(str(path / "below"), MIGRATIONS)


def test_in_memory():
    db = open_database(":memory:", MIGRATIONS)
    assert db.execute("SELECT count(*) FROM word").fetchone() == (2,)
    db.close()
    assert not os.path.exists(":memory:")


def test_a_held_lock_is_reported_after_the_timeout(tmp_path):
    path = str(tmp_path / "data.db")
    holder = open_database(path, MIGRATIONS[:1])
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LockedError, match="locked by another run"):
        open_database(path, MIGRATIONS, timeout=0.05)
    open_database(path, MIGRATIONS[:1], timeout=0.05).close()  # up to date: needs no write lock
    holder.execute("ROLLBACK")
    holder.close()


def test_many_processes_open_a_new_database_at_once(tmp_path):
    program = (
        "import sys; from dmcli.local.database import open_database; import sqlite3\n"
        "print(flush=True); sys.stdin.readline()\n"
        "steps = ('CREATE TABLE t (x);', 'INSERT INTO t VALUES (1);')\n"
        "for number in range(5):\n"
        "    db = open_database(f'{sys.argv[1]}/{number}/data.db', steps)\n"
        "    db.execute('INSERT INTO t VALUES (2)'); db.close()\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(8)
    ]
    for process in processes:
        process.stdout.readline()
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=PATIENT)
    assert [process.returncode for process in processes] == [0] * 8
    for number in range(5):
        db = sqlite3.connect(tmp_path / str(number) / "data.db")
        assert db.execute("SELECT x, count(*) FROM t GROUP BY x").fetchall() == [(1, 1), (2, 8)]
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        db.close()


def test_opening_an_up_to_date_database_is_fast(tmp_path):
    path = str(tmp_path / "data.db")
    keep = open_database(path, MIGRATIONS)
    took = []
    for _ in range(20):
        start = time.thread_time()  # of work, however busy the machine is
        open_database(path, MIGRATIONS).close()
        took.append(time.thread_time() - start)
    keep.close()
    assert min(took) < 0.005


def test_what_a_transaction_did_is_kept_or_undone(tmp_path):
    db = open_database(str(tmp_path / "a.db"), MIGRATIONS)
    before = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    with transaction(db):
        db.execute("CREATE TABLE kept (x)")

    def failing():
        with transaction(db):
            db.execute("CREATE TABLE gone (x)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (before[0] + 1,)
    db.close()


def test_a_disk_that_fails_is_told(tmp_path):
    db = open_database(str(tmp_path / "a.db"), MIGRATIONS)
    db.execute("PRAGMA query_only = ON")
    with (
        pytest.raises(LocalIOError, match=r"a\.db cannot be used: attempt to write a readonly database"),
        transaction(db),
    ):
        db.execute("CREATE TABLE gone (x)")
    db.close()
    memory = open_database(":memory:", MIGRATIONS)
    with pytest.raises(LocalIOError, match="a temporary database cannot be used: no such table"), transaction(memory):
        memory.execute("DELETE FROM nowhere")
    memory.close()
