"""The journal in a file: one private SQLite database a campaign, in the state folder of this machine."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from dmcli.errors import ConfigError
from dmcli.local.database import open_database, transaction
from dmcli.local.files import write_private
from dmcli.local.identity import identity_of
from dmcli.words import tr
from dmcli.workflows.merge.journal import PENDING, Change, Row
from dmcli.workflows.merge.journals.tables import Cursor, Tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

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
""",  # untranslated: SQL
)
LOCK = "lock"  # the file of claims beside all journals
_SET = "UPDATE row SET state = ?, at = ?, env_id = ?, request_id = ?, code = ?, reason = ? WHERE number = ?"
_PAUSE = ".pause"  # the ending of the file whose being there tells a run to stop in good order


class FileJournal(Tables):
    """The journal in the file at `path`; "" is a file without a name that goes when it is closed.

    One process at a time sends from it, which `LocalCampaigns` sees to.

    Raises ConfigError, LockedError or LocalIOError when it cannot be opened.
    """

    def __init__(self, path: str) -> None:
        super().__init__()
        self._db = open_database(path, _MIGRATIONS, durable=True)
        self.path = path

    def close(self) -> None:
        """Give the file back."""
        self._db.close()

    def delete(self) -> None:
        """Give the file back and delete it."""
        self.close()
        remove(self.path)

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        return self._db.execute(statement, values)

    def _transaction(self) -> AbstractContextManager[None]:
        return transaction(self._db)

    @contextmanager
    def planning(self, name: str, plan: Mapping[str, Any]) -> Iterator[None]:
        """A block in which rows are put into a new journal: all of it is kept when it ends, nothing when it raises."""
        with self._transaction():
            entry = (name, int(time.time()), self._place(), json.dumps(plan))
            self._execute("INSERT INTO campaign VALUES (?, ?, ?, ?)", entry)
            yield

    def check_place(self, *, moved: bool) -> None:
        """Raise ConfigError for a copy; with `moved` it becomes the one that counts."""
        with self._transaction():
            found, place = self._execute("SELECT place FROM campaign").fetchone()[0], self._place()
            if found != place and not moved:
                raise ConfigError(
                    tr(
                        "{path} is a copy: sending from it could mail people twice; use the one on "
                        "the machine and in the folder where it was made, or give --moved if that "
                        "one is gone",
                        path=self.path,
                    )
                )
            self._execute("UPDATE campaign SET place = ?", (place,))

    def _place(self) -> str:
        return identity_of(self.path, os.path.join(os.path.dirname(self.path), LOCK)) if self.path else ""

    def entries(self, columns: str) -> Iterator[tuple[Any, ...]]:
        """Columns of all rows, by number, while they are being put in."""
        yield from self._db.execute(f"SELECT {columns} FROM row ORDER BY number")

    def claim(self, after: int, most: int) -> list[Row]:
        """The next pending rows after a number: no other process sends any."""
        clause = f"state = '{PENDING}' AND number > ? ORDER BY number LIMIT ?"  # untranslated: SQL
        with self._turn:
            return self._rows(clause, (after, most))

    def waits(self) -> str:
        """Nothing to wait for: what is not claimed here, nobody gives back."""
        return ""

    def _set(self, changes: list[Change], at: int) -> set[int]:
        for number, state, *facts in changes:
            self._execute(_SET, (state, None if state == PENDING else at, *facts, number))
        return {change.number for change in changes}

    def pause(self, wanted: bool) -> None:
        """Have a run stop in good order, or let it run again."""
        if wanted:
            write_private(self.path + _PAUSE, "")
            return
        with suppress(FileNotFoundError):
            os.unlink(self.path + _PAUSE)

    @property
    def paused(self) -> bool:
        """Whether a run is to stop."""
        return os.path.exists(self.path + _PAUSE)


def remove(path: str) -> None:
    """Delete the files of a journal."""
    for ending in ("", "-wal", "-shm", _PAUSE):
        with suppress(FileNotFoundError):
            os.unlink(path + ending)
