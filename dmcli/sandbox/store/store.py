"""The sandbox's state: one SQLite file, and the transactions around it."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import deque
from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from dmcli.api.regions import DEFAULT_REGION, REGIONS
from dmcli.errors import LockedError
from dmcli.local.database import copy_database, open_database, transaction
from dmcli.local.paths import state_folder
from dmcli.record import Record
from dmcli.sandbox.store.schema import MIGRATIONS, SEED
from dmcli.sandbox.store.sql import holds
from dmcli.words import tr

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping

TIMEOUT = 30.0  # seconds to wait for another process
_SOON = 0.1  # seconds that nobody minds
_CLOSING = 1.0  # seconds to wait for another thread
_WRITTEN_EACH = 400  # transactions after which the log is written back
_GLANCE = 0.05  # seconds between two looks, for what other processes may have changed


T = TypeVar("T")


class Live(Record):
    """What may change between two calls.

    `settings` by name; `clock` are the seconds by which the account's clock was turned; whether there are `faults` and
    `limits` at all.
    """

    settings: dict[str, int | str]
    clock: float
    faults: bool
    limits: bool


class Job:
    """A work that waits for its turn, and what it returned or raised."""

    __slots__ = ("done", "error", "result", "work")

    def __init__(self, work: Callable[[sqlite3.Connection, Live], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: Exception | None = None
        self.done = False


class Store:
    """The state in one SQLite file, or in memory for `:memory:`. Safe to use from several threads and processes.

    with store.reading() as connection:  # the state at one moment
        connection.execute("SELECT name FROM tag").fetchall()
    with store.transaction() as connection:  # kept when the block ends, undone when it raises
        connection.execute("DELETE FROM tag")
    store.write(work)  # work(connection, live), together with the works of other threads in one transaction

    Raises ConfigError, LockedError or LocalIOError when the file cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self.path = "" if path == ":memory:" else path
        self._kept: dict[str, sqlite3.Connection] = {}  # snapshots, where there is no file to keep them beside
        self._connection = _open(path)
        # A thread writes the log back, which takes longer than a call should wait; here only what it leaves behind.
        self._connection.execute("PRAGMA wal_autocheckpoint = 10000")
        self._unwritten = 0  # transactions since
        self._patience = TIMEOUT  # seconds that statements wait for other processes
        self._writer: threading.Thread | None = None
        self._lock = threading.RLock()  # code in a transaction may ask what is live
        self._reader: sqlite3.Connection | None = None  # what reads holds up nobody who writes
        self._reading = threading.Lock()
        self._live: Live | None = None
        self._version = 0
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self.called = 0.0  # when the last call began to write, on the monotonic clock

    def live(self) -> Live:
        """What may change between two calls."""
        with self._lock:
            return self._current()

    def glance(self) -> Live:
        """The same as it was last known, with no turn to wait for: another process may have changed it since."""
        return self._live or self.live()

    def glance_soon(self) -> Live | None:
        """The same; None where it is not known, and others are at it for more than a moment."""
        if not self._live and self._lock.acquire(timeout=_SOON):
            try:
                return self._current()
            finally:
                self._lock.release()
        return self._live

    def _current(self) -> Live:
        """What may change between two calls, read again only when it has changed. The caller holds the lock."""
        version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        if self._live is None or version != self._version:
            settings = dict(self._connection.execute("SELECT name, value FROM setting"))
            faults, limits = (
                self._connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None
                for table in ("fault", "bucket")
            )
            self._live = Live(settings, float(settings.get("clock", 0)), faults, limits)
            self._version = version
        return self._live

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction that may change settings, faults or limits."""
        with self.transaction() as connection:
            self._live = None
            yield connection

    def write(self, work: Callable[[sqlite3.Connection, Live], T]) -> T:
        """Do the work in a transaction; what it returns. What it raises is raised, and undone.

        Works that wait for their turn share one transaction, since a commit costs more than most of them do: the
        one that gets its turn does them all. Where one fails each is done by itself, so a work may be begun twice.
        """
        (job,) = self.write_all([work])
        if job.error:
            raise job.error
        return cast("T", job.result)

    def write_all(self, works: Iterable[Callable[[sqlite3.Connection, Live], Any]]) -> list[Job]:
        """Do some works in one transaction, with those of other threads; what became of each."""
        jobs = [Job(work) for work in works]
        self.called = time.monotonic()
        self._waiting.extend(jobs)
        with self._lock:
            if not all(job.done for job in jobs):
                self._wait(TIMEOUT)
                self._run([self._waiting.popleft() for _ in range(len(self._waiting))])
        self._committed()
        return jobs

    def write_soon(self, works: Iterable[Callable[[sqlite3.Connection, Live], Any]]) -> list[Job]:
        """Do some works in one transaction, unless others are at it for more than a moment: LockedError for each."""
        jobs = [Job(work) for work in works]
        self.called = time.monotonic()
        if not self._lock.acquire(timeout=_SOON):
            for job in jobs:
                job.error = LockedError(tr("another thread holds {database}", database=self.path))
            return jobs
        try:
            self._wait(_SOON)
            self._run(jobs)
        finally:
            self._lock.release()
        self._committed()
        return jobs

    def _wait(self, seconds: float) -> None:
        """Have what comes wait so long for other processes; to ask again each time takes as long as to keep a mail."""
        if seconds != self._patience:
            self._connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}").fetchone()
            self._patience = seconds

    def _run(self, jobs: list[Job]) -> None:
        """Do some works in one transaction, or each in its own."""
        try:
            with transaction(self._connection):
                live = self._current()
                for job in jobs:
                    job.result = job.work(self._connection, live)
        except Exception as error:  # noqa: BLE001  it belongs to the caller of `write`
            if len(jobs) == 1 or isinstance(error, LockedError):  # each alone would wait as long again
                for job in jobs:
                    job.error = error
            else:
                for job in jobs:
                    self._run([job])
        for job in jobs:
            job.done = True

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, alone with it; what was done in the block is kept when it ends, undone when it raises."""
        with self._lock:
            self._wait(TIMEOUT)
            with transaction(self._connection):
                yield self._connection
        self._committed()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection, alone with it, for a look at how things are at one moment: what is committed.

        No writer is waited for, nor waits; in memory there is one connection, and they take turns.
        """
        if not self.path:
            with self._lock, transaction(self._connection, writes=False):
                yield self._connection
            return
        with self._reading:
            if self._reader is None:
                self._reader = _open(self.path)
                self._reader.execute("PRAGMA query_only = TRUE")
            with transaction(self._reader, writes=False):
                yield self._reader

    def wait_for(self, look: Callable[[sqlite3.Connection], T], enough: Callable[[T], bool], seconds: float) -> T:
        """What `look` finds once it is enough, or when the seconds are over."""
        end = time.monotonic() + seconds
        while True:
            with self.reading() as connection:
                found = look(connection)
            left = end - time.monotonic()
            if enough(found) or left <= 0:
                return found
            with self._changed:
                self._changed.wait(min(left, _GLANCE))

    def copy_to(self, other: sqlite3.Connection) -> None:
        """Copy all there is into another database."""
        with self._lock:
            self._connection.backup(other)

    def copy_from(self, other: sqlite3.Connection) -> None:
        """Take all there is from another database, in place of what there was.

        Raises LockedError when another process holds the file for too long.
        """
        with self._lock:
            self._wait(TIMEOUT)
            copy_database(other, self._connection)
            self._live = None
        self._committed()

    def kept(self) -> list[str]:
        """The snapshots in memory."""
        with self._lock:
            return sorted(self._kept)

    def keep(self, name: str, copy: sqlite3.Connection | None) -> bool:
        """Keep a whole copy as a snapshot in memory, or none; one of that name is closed. Whether there was one."""
        with self._lock:
            before = self._kept.pop(name, None)
            if copy:
                self._kept[name] = copy
        if before:
            before.close()
        return before is not None

    def go_back(self, name: str) -> bool:
        """Take all there is from a snapshot in memory; false where there is none of that name."""
        with self._lock:
            if name not in self._kept:
                return False
            self.copy_from(self._kept[name])
        return True

    def reset(self) -> None:
        """Forget everything but the snapshots, and start anew with what a new sandbox has.

        A new database takes the place of the file, since to delete rows takes longer the more of them there are.
        """
        import sqlite3

        with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
            copy_database(_empty(), new)
            for statement in SEED.split(";\n"):
                new.execute(statement)
            self.copy_from(new)

    def close(self) -> None:
        """Give the file back; where somebody works on it for long, that is left to the end of the process.

        What is not committed then is undone.
        """
        if not self._lock.acquire(timeout=_CLOSING):
            return
        try:
            for connection in (self._connection, *self._kept.values()):
                connection.close()
        finally:
            self._lock.release()
        if self._writer:
            self._writer.join(_CLOSING)
        if self._reader and self._reading.acquire(timeout=_CLOSING):
            self._reader.close()
            self._reading.release()

    def _committed(self) -> None:
        """Have the log written back now and then, and wake those who wait for something to change."""
        self._unwritten += 1
        if self._unwritten >= _WRITTEN_EACH and self.path and not (self._writer and self._writer.is_alive()):
            from dmcli.sandbox.store.writeback import write_back

            self._unwritten = 0
            self._writer = write_back(self.path, self._lock, TIMEOUT)
        with self._changed:
            self._changed.notify_all()


def _open(path: str) -> sqlite3.Connection:
    connection = open_database(path, MIGRATIONS, timeout=TIMEOUT)
    connection.create_function("holds", -1, holds, deterministic=True)
    return connection


@cache
def _empty() -> sqlite3.Connection:
    """A database with all tables and no rows; to make one takes as long as thirty resets."""
    new = open_database(":memory:", MIGRATIONS)
    atexit.register(new.close)
    for (table,) in new.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        new.execute(f"DELETE FROM {table}")
    return new


def path_of(environ: Mapping[str, str], region: str = "") -> str:
    """Where the sandbox's state is: $DM_SANDBOX_DB, else sandbox.db in the state folder.

    Each region's account has a file of its own, whose name ends with the region but for that of the default region.
    Without a `region` it is the file that stands there, whatever account is in it.
    """
    path = environ.get("DM_SANDBOX_DB") or os.path.join(state_folder(environ), "sandbox.db")
    if not region or path == ":memory:":
        return path
    stem, extension = os.path.splitext(path)
    stem = stem.removesuffix(f"-{region_of(path)}")
    return f"{stem}{extension}" if region == DEFAULT_REGION else f"{stem}-{region}{extension}"


def region_of(path: str) -> str:
    """The region whose account a file has, as its name says."""
    stem = os.path.splitext(path)[0]
    return next((region for region in REGIONS if stem.endswith(f"-{region}")), DEFAULT_REGION)
