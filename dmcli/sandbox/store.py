"""The sandbox's state: one SQLite file, its schema, what a new one starts with, and the transactions around it."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dmcli.database import open_database, transaction
from dmcli.errors import InputError
from dmcli.local import state_folder

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

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
MIGRATIONS = (_SCHEMA, _SEED)


TIMEOUT = 30.0  # seconds to wait for another process


class Store:
    """The state in one SQLite file, or in memory for `:memory:`. Safe to use from several threads and processes.

    Raises ConfigError, LockedError or LocalIOError when the file cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self._connection = open_database(path, MIGRATIONS, timeout=TIMEOUT)
        # Writing the log back costs more than writing it; a busy server does it every 16 MiB.
        self._connection.execute("PRAGMA wal_autocheckpoint = 4000")
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, alone with it; what was done in the block is kept when it ends, undone when it raises."""
        with self._lock, transaction(self._connection):
            yield self._connection

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._connection.close()


def path_of(environ: Mapping[str, str]) -> str:
    """Where the sandbox's state is: $DM_SANDBOX_DB, else sandbox.db in the state folder."""
    return environ.get("DM_SANDBOX_DB") or os.path.join(state_folder(environ), "sandbox.db")


def reset(store: Store) -> None:
    """Forget everything, and start anew with what a new sandbox has."""
    with store.transaction() as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            connection.execute(f"DELETE FROM {table}")
        for statement in _SEED.split(";\n"):
            connection.execute(statement)


def quota(store: Store) -> dict[str, int]:
    """The mails that the account may send, `daily` and `monthly`."""
    with store.transaction() as connection:
        return dict(connection.execute("SELECT name, value FROM setting WHERE name IN ('daily', 'monthly')"))


def set_quota(store: Store, daily: int | None = None, monthly: int | None = None) -> None:
    """Set how many mails the account may send a day and a month; None leaves one as it is. Raises InputError."""
    wanted = {name: value for name, value in (("daily", daily), ("monthly", monthly)) if value is not None}
    for name, value in wanted.items():
        if not 0 <= value < 1 << 62:
            raise InputError(f"a {name} quota of {value} is not possible; give a number of mails, 0 or more")
    with store.transaction() as connection:
        connection.executemany("UPDATE setting SET value = ? WHERE name = ?", [(v, n) for n, v in wanted.items()])
