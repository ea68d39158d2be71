"""The journal of a campaign: one private SQLite file that knows of every row whether it may have been sent.

A row is `under way` on disk before the first byte of its mail leaves, and has its outcome there before the next is
begun. Whoever opens a journal in which rows are under way finds them unknown: the process that sent them has ended.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.errors import ConfigError, DmError, InputError
from dmcli.local.database import open_database, transaction
from dmcli.local.identity import identity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PENDING, UNDER_WAY, SENT, REJECTED, SKIPPED, UNKNOWN = "pending", "under way", "sent", "rejected", "skipped", "unknown"
STATES = (SENT, PENDING, UNDER_WAY, UNKNOWN, REJECTED, SKIPPED)
_MIGRATIONS = (
    """
-- One row: what the campaign is. `place` tells the file from a copy of it.
CREATE TABLE campaign (name TEXT NOT NULL, made INTEGER NOT NULL, place TEXT NOT NULL, plan TEXT NOT NULL);
-- `key` is the folded address, NULL where the row is skipped, so that nobody is mailed twice. `data` are the values
-- that the templates use; no text of a mail is kept. `at` is when the state was reached, in epoch seconds.
CREATE TABLE row (
  number INTEGER PRIMARY KEY, address TEXT NOT NULL, key TEXT UNIQUE, data TEXT NOT NULL, state TEXT NOT NULL,
  at INTEGER, env_id TEXT NOT NULL DEFAULT '', request_id TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '');
CREATE INDEX row_pending ON row (number) WHERE state = 'pending';
CREATE INDEX row_under_way ON row (number) WHERE state = 'under way';
CREATE INDEX row_at ON row (at) WHERE at IS NOT NULL;
-- What a person or a recovery decided about a row.
CREATE TABLE event (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, number INTEGER NOT NULL, what TEXT NOT NULL);
""",
)
LOCK = "lock"  # the file of claims beside all journals
_SET = "UPDATE row SET state = ?, at = ?, env_id = ?, request_id = ?, code = ?, reason = ? WHERE number = ?"
_PUT = (
    "INSERT INTO row (number, address, key, data, state, reason) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
)
_ENDED = "the run ended before an answer came"


class Row(NamedTuple):
    """A row of the journal; `data` are the values of its columns, as JSON."""

    number: int
    address: str
    state: str
    at: int | None
    env_id: str
    request_id: str
    code: str
    reason: str
    data: str

    @property
    def values(self) -> dict[str, str]:
        """The values of the columns that the templates use."""
        found: dict[str, str] = json.loads(self.data)
        return found


class Change(NamedTuple):
    """What became of a row."""

    number: int
    state: str
    env_id: str = ""
    request_id: str = ""
    code: str = ""
    reason: str = ""


class _Ticket:
    """A change that waits to be on disk."""

    def __init__(self, change: Change) -> None:
        self.change, self.done = change, False
        self.error: DmError | None = None


class Journal:
    """The journal in the file at `path`; several threads may share one. See `Campaigns` in `campaigns.py`.

    Raises ConfigError, LockedError or LocalIOError when it cannot be opened.
    """

    def __init__(self, path: str) -> None:
        self._db = open_database(path, _MIGRATIONS, durable=True)
        self.path = path
        self._turn = threading.Lock()  # of using the connection
        self._waiting: deque[_Ticket] = deque()

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    @contextmanager
    def planning(self, name: str, plan: Mapping[str, Any]) -> Iterator[None]:
        """A block in which rows are put into a new journal: all of it is kept when it ends, nothing when it raises."""
        with transaction(self._db):
            entry = (name, int(time.time()), self._place(), json.dumps(plan))
            self._db.execute("INSERT INTO campaign VALUES (?, ?, ?, ?)", entry)
            yield

    def put(self, number: int, address: str, key: str | None, values: Mapping[str, str], reason: str = "") -> int:
        """Add a row to a plan, skipped where there is a reason; the number of an earlier row with the key, else 0."""
        entry = (number, address, None if reason else key, json.dumps(values), SKIPPED if reason else PENDING, reason)
        if self._db.execute(_PUT, entry).rowcount:
            return 0
        return int(self._db.execute("SELECT number FROM row WHERE key = ?", (key,)).fetchone()[0])

    def about(self) -> tuple[str, int, dict[str, Any]] | None:
        """The campaign's name, when it was made in epoch seconds, and its plan; None before there is one."""
        row = self._db.execute("SELECT name, made, plan FROM campaign").fetchone()
        return (row[0], row[1], json.loads(row[2])) if row else None

    def check_place(self, *, moved: bool) -> None:
        """Raise ConfigError for a copy; with `moved` it becomes the one that counts."""
        with transaction(self._db):
            found, place = self._db.execute("SELECT place FROM campaign").fetchone()[0], self._place()
            if found != place and not moved:
                raise ConfigError(
                    f"{self.path} is a copy: sending from it could mail people twice; use the one on the machine and "
                    "in the folder where it was made, or give --moved if that one is gone"
                )
            self._db.execute("UPDATE campaign SET place = ?", (place,))

    def _place(self) -> str:
        return identity_of(self.path, os.path.join(os.path.dirname(self.path), LOCK))

    def recover(self) -> int:
        """Make rows under way unknown, since nobody sends them any more; how many there were."""
        with transaction(self._db):
            self._note(f"state = '{UNDER_WAY}'", (), _ENDED)
            found = self._db.execute(
                f"UPDATE row SET state = ?, reason = ? WHERE state = '{UNDER_WAY}'", (UNKNOWN, _ENDED)
            )
            return found.rowcount

    def write(self, change: Change) -> None:
        """Keep what became of a row. Returns once it outlasts a loss of power; what others wait for goes with it.

        Raises LockedError or LocalIOError; then nothing of it is kept.
        """
        ticket = _Ticket(change)
        self._waiting.append(ticket)
        with self._turn:
            if not ticket.done:
                self._commit([self._waiting.popleft() for _ in range(len(self._waiting))])
        if ticket.error:
            raise ticket.error

    def _commit(self, batch: list[_Ticket]) -> None:
        error: DmError | None = None
        try:
            with transaction(self._db):
                at = int(time.time())
                for number, state, *facts in (ticket.change for ticket in batch):
                    self._db.execute(_SET, (state, None if state == PENDING else at, *facts, number))
        except DmError as failed:
            error = failed
        for ticket in batch:
            ticket.done, ticket.error = True, error

    def pending(self, after: int, most: int) -> list[Row]:
        """The next rows to send, by number."""
        clause = f"state = '{PENDING}' AND number > ? ORDER BY number LIMIT ?"
        with self._turn:
            return self._rows(clause, (after, most))

    def rows(self, states: Iterable[str] = STATES) -> Iterator[Row]:
        """All rows in these states, by number, a thousand at a time."""
        marks, after = list(states), 0
        clause = f"state IN ({', '.join('?' * len(marks))}) AND number > ? ORDER BY number LIMIT 1000"
        while found := self._rows(clause, (*marks, after)):
            yield from found
            after = found[-1].number

    def _rows(self, clause: str, values: tuple[Any, ...]) -> list[Row]:
        return [
            Row(*row) for row in self._db.execute(f"SELECT {', '.join(Row._fields)} FROM row WHERE {clause}", values)
        ]

    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        with self._turn:
            found = dict(self._db.execute("SELECT state, count(*) FROM row GROUP BY state").fetchall())
        return {state: found.get(state, 0) for state in STATES}

    def begun_since(self, at: float) -> int:
        """How many mails may have been sent since a time, in epoch seconds."""
        with self._turn:
            row = self._db.execute(
                "SELECT count(*) FROM row WHERE at >= ? AND state IN (?, ?, ?)", (at, SENT, UNKNOWN, UNDER_WAY)
            ).fetchone()
        return int(row[0])

    def decide(self, numbers: Iterable[int] | None, state: str, what: str, *, of: str = UNKNOWN) -> int:
        """Put rows of one state into another because somebody knows better; how many (all of that state for None).

        Raises InputError, and changes nothing, when one of the numbers is not in that state.
        """
        changed = 0
        with transaction(self._db):
            for number in [None] if numbers is None else numbers:
                clause, values = ("state = ?", (of,)) if number is None else ("state = ? AND number = ?", (of, number))
                self._note(clause, values, what)
                found = self._db.execute(
                    f"UPDATE row SET state = ?, reason = ? WHERE {clause}", (state, what, *values)
                ).rowcount
                if number is not None and not found:
                    raise InputError(f"row {number} is not {of}; nothing was changed")
                changed += found
        return changed

    def _note(self, clause: str, values: tuple[Any, ...], what: str) -> None:
        self._db.execute(
            f"INSERT INTO event (at, number, what) SELECT ?, number, ? FROM row WHERE {clause}",
            (int(time.time()), what, *values),
        )


def remove(path: str) -> None:
    """Delete the files of a journal."""
    for ending in ("", "-wal", "-shm", ".pause"):
        with suppress(FileNotFoundError):
            os.unlink(path + ending)
