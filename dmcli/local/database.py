"""A private SQLite file: opened, brought up to date, and written in transactions that end whole or not at all."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dmcli.errors import ConfigError, LocalIOError, LockedError
from dmcli.local.files import make_folder, make_private
from dmcli.words import tr

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from dmcli.errors import DmError

_DAMAGE = ("malformed", "not a database")


def open_database(
    path: str, migrations: tuple[str, ...], *, timeout: float = 30.0, durable: bool = False
) -> sqlite3.Connection:
    """Open a private SQLite file in autocommit mode, made and brought up to date where needed; `:memory:` works too.

    "" is a file without a name that goes when it is closed.

    Each migration is an SQL script; `user_version` counts those applied. Several processes may open the same new file
    at once. `timeout` is in seconds, for this and for each later statement. With `durable` what was committed outlasts
    a loss of power, else only the end of the process. Raises ConfigError when the file is no
    database or was written by a newer dm, LockedError when others hold it too long, LocalIOError when the disk fails.

    >>> db = open_database(f"{folder}/notes.db", ("CREATE TABLE note (text TEXT NOT NULL);",))
    >>> with transaction(db):
    ...     _ = db.execute("INSERT INTO note VALUES ('kept')")
    >>> db.execute("SELECT text FROM note").fetchall()
    [('kept',)]
    >>> db.close()
    """
    import sqlite3

    if path not in (":memory:", ""):
        make_folder(os.path.dirname(os.path.abspath(path)))
        make_private(path)  # SQLite gives its companion files the same mode
    deadline = time.monotonic() + timeout
    try:
        db = sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)
        try:
            while not _try_prepare(db, path, migrations, deadline):
                time.sleep(0.01)
            if durable:
                db.execute("PRAGMA synchronous = FULL")
        except BaseException:
            db.close()
            raise
    except sqlite3.OperationalError as error:
        raise LocalIOError(tr("cannot open {path}: {error}", path=path, error=error)) from None
    except sqlite3.DatabaseError as error:
        raise ConfigError(
            tr("{path} is not a usable database ({error}); move it away to start anew", path=path, error=error)
        ) from None
    return db


@contextmanager
def transaction(db: sqlite3.Connection, *, writes: bool = True) -> Iterator[None]:
    """A transaction: what was done in the block is kept when it ends, undone when it raises.

    One that only reads waits for nobody, and sees nothing of what others do meanwhile.
    Raises LockedError when another process holds the file for too long, LocalIOError when the disk fails or is full,
    ConfigError when the file is damaged.
    """
    try:
        db.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        yield
        db.execute("COMMIT")
    except BaseException as error:
        if db.in_transaction:  # a full disk may have ended it already
            db.execute("ROLLBACK")
        failure = _failure_of(db, error)
        if failure is None:
            raise
        raise failure from None


def copy_database(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Put all that one database has in place of all that another has, at once or not at all.

    Raises what `transaction` does.
    """
    import sqlite3

    def go_on(status: int, _left: int, _pages: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):  # or it would be tried again for ever
            raise sqlite3.OperationalError("database is locked")  # untranslated: as SQLite says it

    try:
        source.backup(target, progress=go_on)
    except sqlite3.Error as error:
        raise _failure_of(target, error) or error from None


def _failure_of(db: sqlite3.Connection, error: BaseException) -> DmError | None:
    """What an error of SQLite means; None for one that is the caller's own."""
    import sqlite3

    if isinstance(error, sqlite3.OperationalError):
        if "locked" in str(error):
            return LockedError(
                tr("another program holds {database} ({error}); try again", database=_name_of(db), error=error)
            )
        return LocalIOError(tr("{database} cannot be used: {error}", database=_name_of(db), error=error))
    if isinstance(error, sqlite3.DatabaseError) and any(sign in str(error) for sign in _DAMAGE):
        return ConfigError(
            tr("{database} is damaged ({error}); move it away to start anew", database=_name_of(db), error=error)
        )
    return None


def _name_of(db: sqlite3.Connection) -> str:
    """The path of a database's file."""
    return str(db.execute("PRAGMA database_list").fetchone()[2]) or tr("a temporary database")


def _try_prepare(db: sqlite3.Connection, path: str, migrations: tuple[str, ...], deadline: float) -> bool:
    """Whether the connection is set up; false while another process is in the way, LockedError after `deadline`."""
    import sqlite3

    try:
        _prepare(db, path, migrations)
    except sqlite3.OperationalError as error:
        # The switch to WAL does not wait for others as long as the other statements do.
        if "locked" not in str(error):
            raise
        if time.monotonic() >= deadline:
            raise LockedError(tr("{path} is locked by another run; try again when that has ended", path=path)) from None
        return False
    return True


def _prepare(db: sqlite3.Connection, path: str, migrations: tuple[str, ...]) -> None:
    """Set up a connection and apply the migrations that the file lacks, all of them or none."""
    if db.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    if _version(db, path, migrations) == len(migrations):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        # Read again: another process may have applied them while this one waited for its turn.
        for script in migrations[_version(db, path, migrations) :]:
            for statement in _statements(script):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {len(migrations)}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _version(db: sqlite3.Connection, path: str, migrations: tuple[str, ...]) -> int:
    """How many migrations the file has."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(migrations):
        raise ConfigError(
            tr(
                "{path} has format {version}, this dm knows none above {count}; upgrade dm or move the file away",
                path=path,
                version=version,
                count=len(migrations),
            )
        )
    return version


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one; `executescript` would end the transaction around them."""
    import sqlite3

    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    yield statement  # a comment after the last semicolon, or a statement before such a comment
