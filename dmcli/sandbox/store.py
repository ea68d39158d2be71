"""The sandbox's state: one SQLite file, its schema, what a new one starts with, and the transactions around it."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from dmcli.database import open_database, transaction
from dmcli.errors import InputError, LockedError
from dmcli.local import state_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping

# Times are epoch seconds. Addresses and domains are kept in lower case or compared without regard to case.
_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
-- Grouped by the period they were used in, so that old ones go without a search.
CREATE TABLE nonce (period INTEGER, nonce TEXT, PRIMARY KEY (period, nonce)) WITHOUT ROWID;
CREATE TABLE domain (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, status INTEGER NOT NULL DEFAULT 1,
  selector TEXT NOT NULL DEFAULT '', password TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL);
CREATE TABLE address (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, domain TEXT NOT NULL, sendtype TEXT NOT NULL,
  status INTEGER NOT NULL DEFAULT 0, reply TEXT NOT NULL DEFAULT '', reply_status INTEGER NOT NULL DEFAULT 1,
  address_type TEXT NOT NULL DEFAULT 'INTERNAL', password TEXT NOT NULL DEFAULT '', callback TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE TABLE address_deletion (id INTEGER PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE ticket (ticket TEXT PRIMARY KEY, address INTEGER NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE receiver (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, alias TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '', columns TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE member (
  receiver TEXT NOT NULL, email TEXT NOT NULL COLLATE NOCASE, variables TEXT NOT NULL, created INTEGER NOT NULL,
  PRIMARY KEY (receiver, email)) WITHOUT ROWID;
CREATE TABLE tag (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL DEFAULT '');
CREATE TABLE template (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, subject TEXT NOT NULL, html TEXT NOT NULL,
  nickname TEXT NOT NULL DEFAULT '', status INTEGER NOT NULL DEFAULT 2, remark TEXT NOT NULL DEFAULT '',
  sms_content TEXT NOT NULL DEFAULT '', sms_type TEXT NOT NULL DEFAULT '0', type INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL);
CREATE TABLE task (
  id INTEGER PRIMARY KEY AUTOINCREMENT, receivers TEXT NOT NULL, template TEXT NOT NULL, tag TEXT NOT NULL,
  count INTEGER NOT NULL, status INTEGER NOT NULL DEFAULT 1, address_type TEXT NOT NULL, ip_pool TEXT NOT NULL,
  created INTEGER NOT NULL);
-- What was sent, once a call; a `mail` row a recipient says what became of it there. Each index costs every send a page
-- in the log; a sender has too large a part of the mail for one of its own.
CREATE TABLE message (
  id INTEGER PRIMARY KEY, request_id TEXT NOT NULL, alias TEXT NOT NULL, reply_to TEXT NOT NULL,
  reply_alias TEXT NOT NULL, subject TEXT NOT NULL, html TEXT NOT NULL, text TEXT NOT NULL, track INTEGER NOT NULL,
  headers TEXT NOT NULL, attachments TEXT NOT NULL, template TEXT NOT NULL, ip_pool TEXT NOT NULL,
  size INTEGER NOT NULL);
-- `settled` is when the outcome is known; `subject` and `variables` are there only where they differ by recipient.
CREATE TABLE mail (
  id INTEGER PRIMARY KEY, message INTEGER NOT NULL, kind TEXT NOT NULL, sender TEXT NOT NULL,
  recipient TEXT NOT NULL COLLATE NOCASE, bcc INTEGER NOT NULL, tag TEXT NOT NULL, status INTEGER NOT NULL,
  reason TEXT NOT NULL, class TEXT NOT NULL, subject TEXT, variables TEXT,
  created INTEGER NOT NULL, settled INTEGER NOT NULL);
CREATE INDEX mail_by_time ON mail (created);
CREATE INDEX mail_by_recipient ON mail (recipient, created);
CREATE TABLE event (id INTEGER PRIMARY KEY, mail INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX event_by_mail ON event (mail);
CREATE TABLE invalid (
  id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE COLLATE NOCASE, at INTEGER NOT NULL);
-- Recipients that counted against the quota, by day of the service; deleting mail gives nothing back.
CREATE TABLE used (day INTEGER PRIMARY KEY, mails INTEGER NOT NULL);
"""

# Enough for the first send to succeed. Part of the migrations, so that of two first processes one does it.
_SEED = """
INSERT INTO setting (name, value) VALUES ('daily', 2000), ('monthly', 60000);
INSERT INTO domain (name, status, selector, created)
  VALUES ('sandbox.test', 0, 'aliyun-cn-hangzhou', CAST(strftime('%s', 'now') AS INTEGER));
INSERT INTO address (name, domain, sendtype, created, updated)
  SELECT column1, 'sandbox.test', column2, CAST(strftime('%s', 'now') AS INTEGER),
    CAST(strftime('%s', 'now') AS INTEGER)
  FROM (VALUES ('noreply@sandbox.test', 'trigger'), ('news@sandbox.test', 'batch'));
INSERT INTO tag (name, description) VALUES ('welcome', 'Mail to new customers');
INSERT INTO receiver (id, name, alias, description, columns, created)
  VALUES (lower(hex(randomblob(16))), 'customers', 'customers@list', 'Three customers to try with',
    'UserName,NickName,Gender,Birthday,Mobile', CAST(strftime('%s', 'now') AS INTEGER));
INSERT INTO member (receiver, email, variables, created)
  SELECT receiver.id, people.column1, people.column2, receiver.created
  FROM receiver, (VALUES ('ada@example.com', '{"UserName": "Ada"}'), ('li@example.com', '{"UserName": "Li"}'),
    ('sam@example.com', '{"UserName": "Sam"}')) AS people WHERE receiver.name = 'customers';
INSERT INTO template (name, subject, html, created)
  VALUES ('newsletter', 'News for {UserName}', '<p>Dear {UserName},</p><p>this is what is new.</p>',
    CAST(strftime('%s', 'now') AS INTEGER));
"""
# What serves those who look in from outside: the log of calls, faults to inject, limits, uploads, what was read.
_AROUND = """
-- Of what the caller sent, secrets are masked and long values cut; `spoilt` is how the reply was spoilt on purpose.
CREATE TABLE call (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, ms REAL NOT NULL, request_id TEXT NOT NULL,
  action TEXT NOT NULL, version TEXT NOT NULL, scheme TEXT NOT NULL, key_id TEXT NOT NULL, status INTEGER NOT NULL,
  code TEXT NOT NULL, spoilt TEXT NOT NULL, fault INTEGER, request TEXT NOT NULL, reply TEXT NOT NULL);
CREATE TABLE fault (
  id INTEGER PRIMARY KEY AUTOINCREMENT, effect TEXT NOT NULL, value TEXT NOT NULL, after INTEGER NOT NULL,
  action TEXT NOT NULL, recipient TEXT NOT NULL, nth INTEGER NOT NULL, times INTEGER, rate REAL, seed INTEGER NOT NULL,
  html INTEGER NOT NULL, retry_after INTEGER, seen INTEGER NOT NULL DEFAULT 0, struck INTEGER NOT NULL DEFAULT 0);
CREATE TABLE bucket (
  action TEXT PRIMARY KEY, rate REAL NOT NULL, burst REAL NOT NULL, level REAL NOT NULL, at REAL NOT NULL)
  WITHOUT ROWID;
CREATE TABLE upload (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, data BLOB NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
-- What counts against the quota is counted as it is sent, see `used`.
CREATE TRIGGER mail_counts AFTER INSERT ON mail WHEN new.kind = 'mail' BEGIN
  INSERT INTO used (day, mails) VALUES ((new.created + 28800) / 86400, 1)
    ON CONFLICT (day) DO UPDATE SET mails = mails + 1;
END;
ALTER TABLE domain ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE template ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE template ADD COLUMN submitted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE address ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE address ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
"""
MIGRATIONS = (_SCHEMA, _SEED, _AROUND)


TIMEOUT = 30.0  # seconds to wait for another process
_GLANCE = 0.05  # seconds between two looks, for what other processes may have changed


T = TypeVar("T")


class Live(NamedTuple):
    """What may change between two calls.

    `settings` by name; `clock` are the seconds by which the account's clock was turned; whether there are `faults` and
    `limits` at all.
    """

    settings: dict[str, int | str]
    clock: float
    faults: bool
    limits: bool


class _Job(Generic[T]):
    """A work that waits to be done."""

    __slots__ = ("error", "result", "settled", "work")

    def __init__(self, work: Callable[[sqlite3.Connection, Live], T]) -> None:
        self.work = work
        self.result: T | None = None
        self.error: Exception | None = None
        self.settled = False


class Store:
    """The state in one SQLite file, or in memory for `:memory:`. Safe to use from several threads and processes.

    Raises ConfigError, LockedError or LocalIOError when the file cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self.path = "" if path == ":memory:" else path
        self._kept: dict[str, sqlite3.Connection] = {}  # snapshots, where there is no file to keep them beside
        self._connection = open_database(path, MIGRATIONS, timeout=TIMEOUT)
        # Writing the log back costs more than writing it; a busy server does it every 16 MiB.
        self._connection.execute("PRAGMA wal_autocheckpoint = 4000")
        self._lock = threading.RLock()  # whoever is in a transaction may ask what is live
        self._live: Live | None = None
        self._version = 0
        self._changed = threading.Condition()
        self._waiting: deque[_Job[Any]] = deque()

    def live(self) -> Live:
        """What may change between two calls."""
        with self._lock:
            return self._current()

    def _current(self) -> Live:
        """What may change between two calls, read again only when somebody changed it. Only for who has the lock."""
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

        Works that wait for their turn share one transaction, since a commit costs more than most of them do: whoever
        gets the turn does them all. Where one fails each is done by itself, so a work may be begun twice.
        """
        job: _Job[T] = _Job(work)
        self._waiting.append(job)
        with self._lock:
            if not job.settled:
                self._settle([self._waiting.popleft() for _ in range(len(self._waiting))])
        self._tell()
        if job.error:
            raise job.error
        return cast("T", job.result)

    def _settle(self, jobs: list[_Job[Any]]) -> None:
        """Do some works in one transaction, or each in its own."""
        try:
            with transaction(self._connection):
                live = self._current()
                for job in jobs:
                    job.result = job.work(self._connection, live)
        except Exception as error:  # noqa: BLE001  it belongs to whoever wanted the work
            if len(jobs) == 1 or isinstance(error, LockedError):  # each alone would wait as long again
                for job in jobs:
                    job.error = error
            else:
                for job in jobs:
                    self._settle([job])
        for job in jobs:
            job.settled = True

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, alone with it; what was done in the block is kept when it ends, undone when it raises."""
        with self._lock, transaction(self._connection):
            yield self._connection
        self._tell()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, alone with it, for a look at how things are at one moment; no writer is waited for."""
        with self._lock, transaction(self._connection, writes=False):
            yield self._connection

    def wait_for(self, look: Callable[[sqlite3.Connection], T], enough: Callable[[T], bool], seconds: float) -> T:
        """What `look` finds once it is enough, or when the seconds are over."""
        end = time.monotonic() + seconds
        while True:
            with self._lock:
                found = look(self._connection)
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
        """Take all there is from another database, in place of what there was."""
        with self._lock:
            other.backup(self._connection)
            self._live = None
        self._tell()

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

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._connection.close()
            for copy in self._kept.values():
                copy.close()

    def _tell(self) -> None:
        """Wake those who wait for something to change."""
        with self._changed:
            self._changed.notify_all()


def path_of(environ: Mapping[str, str]) -> str:
    """Where the sandbox's state is: $DM_SANDBOX_DB, else sandbox.db in the state folder."""
    return environ.get("DM_SANDBOX_DB") or os.path.join(state_folder(environ), "sandbox.db")


def reset(store: Store) -> None:
    """Forget everything, and start anew with what a new sandbox has."""
    with store.change() as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            connection.execute(f"DELETE FROM {table}")
        for statement in _SEED.split(";\n"):
            connection.execute(statement)


def quota(store: Store) -> dict[str, int]:
    """The mails that the account may send, `daily` and `monthly`."""
    with store.reading() as connection:
        return dict(connection.execute("SELECT name, value FROM setting WHERE name IN ('daily', 'monthly')"))


def set_quota(store: Store, daily: int | None = None, monthly: int | None = None) -> None:
    """Set how many mails the account may send a day and a month; None leaves one as it is. Raises InputError."""
    wanted = {name: value for name, value in (("daily", daily), ("monthly", monthly)) if value is not None}
    for name, value in wanted.items():
        if not 0 <= value < 1 << 62:
            raise InputError(f"a {name} quota of {value} is not possible; give a number of mails, 0 or more")
    with store.transaction() as connection:
        connection.executemany("UPDATE setting SET value = ? WHERE name = ?", [(v, n) for n, v in wanted.items()])
