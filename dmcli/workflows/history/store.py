"""What is kept: a day of mail at a time, replaced as a whole, so that nothing is counted twice.

The service gives a row of details no name by which it could be found again. So the day is what is kept or not, and a
day that is read again takes the place of what was there: what changed late is taken over.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.paging import value_of
from dmcli.api.signing import sha256_hex
from dmcli.errors import LockedError, NotFoundError
from dmcli.local.database import open_database, transaction
from dmcli.local.locks import Claims
from dmcli.local.paths import state_folder
from dmcli.untrusted import read_number
from dmcli.words import tr
from dmcli.workflows.history.schema import FAILED, MIGRATIONS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

# The columns of `sort`, and the field of a row of details that each is.
SORT = {
    "sender": "AccountName",
    "tag": "TagName",
    "status": "Status",
    "message": "Message",
    "class": "ErrorClassification",
    "config": "ConfigSetId",
    "config_name": "ConfigSetName",
    "pool": "IpPoolId",
    "pool_name": "IpPoolName",
}
_SORT = ", ".join(SORT)
_TEXTS = ("recipient", "subject")
_FIELDS = ("ToAddress", "Subject", "UtcLastUpdateTime", *SORT.values())  # in the order of the columns of `incoming`
_NUMBERS = [field in ("UtcLastUpdateTime", "Status") for field in _FIELDS]
_MOST = (1 << 63) - 1  # of a number in SQLite
_INCOMING = f"""
CREATE TEMP TABLE incoming (seq INTEGER PRIMARY KEY, {", ".join(_TEXTS)}, at INTEGER, {_SORT});
CREATE TEMP TABLE found (address TEXT COLLATE NOCASE, at INTEGER)
"""
_GATHER = f"INSERT INTO temp.incoming VALUES ({', '.join('?' * (len(SORT) + 4))})"
_KEEP = (
    *(f"INSERT OR IGNORE INTO text (value) SELECT {column} FROM incoming ORDER BY seq DESC" for column in _TEXTS),
    f"INSERT OR IGNORE INTO sort ({_SORT}) SELECT {_SORT} FROM incoming ORDER BY seq DESC",
)
_TAKE = f"""
INSERT INTO detail (account, day, seq, recipient, subject, sort, at)
SELECT ?, ?, seq, (SELECT id FROM text WHERE value = recipient), (SELECT id FROM text WHERE value = subject),
  (SELECT id FROM sort WHERE ({_SORT}) = ({", ".join(f"i.{column}" for column in SORT)})), at
FROM incoming AS i
"""
_COUNT = """
INSERT INTO daily (account, day, sender, tag, provider, status, mails)
SELECT ?, ?, lower(sender), tag, lower(substr(recipient, instr(recipient, '@') + 1)), status, count(*)
FROM incoming GROUP BY 3, 4, 5, 6
"""


class DayState(NamedTuple):
    """A day that was read: its mails, and whether it is settled, so that it is not read again by itself."""

    mails: int
    settled: bool


class History:
    """The database at `path`, which the first claim makes.

    All but `close` raise ConfigError, LockedError or LocalIOError when it cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    @cached_property
    def db(self) -> sqlite3.Connection:
        """The connection; the file is made where there is none."""
        return open_database(self.path, MIGRATIONS)

    @cached_property
    def _claims(self) -> Claims:
        return Claims(f"{self.path}.lock")

    def close(self) -> None:
        """Give the file back, and what was claimed."""
        for opened in ("db", "_claims"):
            if opened in vars(self):
                getattr(self, opened).close()

    def find(self, place: str, owner: str) -> Kept | None:
        """What is kept of an account: `place` is its endpoint, `owner` whose keys call it. None where nothing is."""
        if not self._is_there():
            return None
        row = self.db.execute("SELECT id FROM account WHERE place = ? AND owner = ?", (place, _hash(owner))).fetchone()
        return Kept(self.db, row[0]) if row else None

    def claim(self, place: str, owner: str) -> Kept:
        """What is kept of an account, to be changed. Raises LockedError while another process changes it."""
        with transaction(self.db):
            self.db.execute("INSERT OR IGNORE INTO account (place, owner) VALUES (?, ?)", (place, _hash(owner)))
        kept = self.find(place, owner)
        assert kept is not None  # noqa: S101  it was just inserted
        if not self._claims.take(kept.account):
            raise LockedError(
                tr("another dm is writing the history of this account right now: let it end, or run it later")
            )
        return kept

    def forget(self, place: str) -> None:
        """Forget all accounts at a place, which has forgotten them too."""
        if not self._is_there():
            return
        with transaction(self.db):
            for (account,) in self.db.execute("SELECT id FROM account WHERE place = ?", (place,)).fetchall():
                for table in ("day", "detail", "daily", "failure", "track", "invalid"):
                    self.db.execute(f"DELETE FROM {table} WHERE account = ?", (account,))
                self.db.execute("DELETE FROM account WHERE id = ?", (account,))

    def _is_there(self) -> bool:
        """Whether there is a file, or what stands in its way: to open that says what it is."""
        try:
            os.lstat(self.path)
        except FileNotFoundError:
            return False
        except OSError:  # a folder that may not be entered, or is none
            pass
        return True

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        files = (self.path, f"{self.path}-wal")
        return sum(os.path.getsize(file) for file in files if os.path.exists(file))


class Kept:
    """What is kept of one account."""

    def __init__(self, db: sqlite3.Connection, account: int) -> None:
        self.db, self.account = db, account

    def all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.reading():
            return self.db.execute(sql, values).fetchall()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """A look at one moment, that waits for nobody."""
        with transaction(self.db, writes=False):
            yield

    def days(self) -> dict[int, DayState]:
        """The days that were read, the earliest first."""
        sql = "SELECT day, mails, settled FROM day WHERE account = ? ORDER BY day"
        return {day: DayState(mails, bool(settled)) for day, mails, settled in self.all(sql, self.account)}

    def put_day(self, day: int, pages: Iterable[list[dict[str, Any]]], *, settled: bool) -> int:
        """Replace the details of a day by these, the newest first; how many there are.

        They are gathered before anything is replaced: what raises on the way leaves the day as it was. The day counts
        as read with the same commit that keeps its rows.
        """
        db = self.db
        with transaction(db, writes=False):
            self._empty()
        seq = 0
        for rows in pages:
            with transaction(db, writes=False):  # but to tables that are this connection's alone
                db.executemany(_GATHER, [(seq - number, *_cells(row)) for number, row in enumerate(rows)])
            seq -= len(rows)
        with transaction(db):
            for table in ("detail", "daily", "failure"):
                db.execute(f"DELETE FROM {table} WHERE account = ? AND day = ?", (self.account, day))
            for statement in _KEEP:
                db.execute(statement)
            db.execute(_TAKE, (self.account, day))
            db.execute(_COUNT, (self.account, day))
            db.execute(f"{FAILED} AND d.account = ? AND d.day = ? GROUP BY 1, 2, 3, 4", (self.account, day))
            db.execute("INSERT OR REPLACE INTO day VALUES (?, ?, ?, ?)", (self.account, day, settled, -seq))
            self._empty()
        return -seq

    def put_tracks(self, first: int, last: int, sender: str, tag: str, rows: Mapping[int, str]) -> None:
        """Replace opens and clicks of some days, which are JSON by day; "" stands for all senders, all tags."""
        with transaction(self.db):
            self.db.execute(
                "DELETE FROM track WHERE account = ? AND day BETWEEN ? AND ? AND sender = ? AND tag = ?",
                (self.account, first, last, sender, tag),
            )
            self.db.executemany(
                "INSERT OR REPLACE INTO track VALUES (?, ?, ?, ?, ?)",
                [(self.account, day, sender, tag, counts) for day, counts in rows.items()],
            )

    def put_invalid(self, pages: Iterable[list[dict[str, Any]]], until: int) -> int:
        """Add invalid addresses, each with the time it was found last; how many are new. They are read up to a day."""
        db = self.db
        with transaction(db, writes=False):
            self._empty()
        for rows in pages:
            with transaction(db, writes=False):
                found = [
                    (_text(value_of(row, "ToAddress")), _number(value_of(row, "UtcLastUpdateTime"))) for row in rows
                ]
                db.executemany("INSERT INTO temp.found VALUES (?, ?)", found)
        with transaction(db):
            (before,) = db.execute("SELECT count(*) FROM invalid WHERE account = ?", (self.account,)).fetchone()
            db.execute(
                "INSERT INTO invalid (account, at, address) SELECT ?, max(at), address FROM found GROUP BY address "
                "ON CONFLICT (account, address) DO UPDATE SET at = excluded.at",
                (self.account,),
            )
            db.execute("UPDATE account SET invalid_until = ? WHERE id = ?", (until, self.account))
            (after,) = db.execute("SELECT count(*) FROM invalid WHERE account = ?", (self.account,)).fetchone()
            self._empty()
        return int(after - before)

    def _empty(self) -> None:
        """Empty the tables that rows are gathered in; they are on the disk, but not in the file."""
        if not self.db.execute("SELECT 1 FROM temp.sqlite_master WHERE name = 'incoming'").fetchone():
            for statement in _INCOMING.split(";"):
                self.db.execute(statement)
        self.db.execute("DELETE FROM temp.incoming")
        self.db.execute("DELETE FROM temp.found")


def _hash(owner: str) -> str:
    return sha256_hex(owner.encode("utf-8", "surrogatepass"))


def _cells(row: dict[str, Any]) -> list[Any]:
    """A row of details as `incoming` has it, without its number."""
    try:
        values = [row[field] for field in _FIELDS]
    except KeyError:  # another spelling, or a field less
        values = [value_of(row, field) for field in _FIELDS]
    return [
        _number(value) if number else value if isinstance(value, str) and value.isascii() else _text(value)
        for number, value in zip(_NUMBERS, values, strict=True)
    ]


def _text(value: object) -> str:
    """A field as a text that SQLite takes: it knows no lone surrogates."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode()


def _number(value: object) -> int:
    """A field as a number, -1 for what is none."""
    number = value if type(value) is int else read_number(str(value), _MOST)
    return -1 if number is None or number > _MOST else number


def path_of(environ: Mapping[str, str]) -> str:
    """Where the history is: $DM_HISTORY, else history.db in the state folder."""
    return environ.get("DM_HISTORY") or os.path.join(state_folder(environ), "history.db")


def open_history(environ: Mapping[str, str]) -> History:
    """The history of this user. Raises ConfigError, LockedError or LocalIOError."""
    return History(path_of(environ))


def find_kept(history: History, place: str, owner: str) -> Kept:
    """What is kept of an account. Raises NotFoundError where nothing is."""
    kept = history.find(place, owner)
    if kept is None:
        raise NotFoundError(tr("there is no history of this account yet: begin one with dm stats sync"))
    return kept
