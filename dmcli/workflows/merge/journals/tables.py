"""A journal in the tables of a database: the statements that every database takes, and their order.

A change outlasts a loss of power once it is committed, which takes a disk some milliseconds; so changes of threads that
write at the same time are committed together.
"""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from dmcli.errors import DmError, InputError, LockedError
from dmcli.words import marked, tr
from dmcli.workflows.merge.journal import PENDING, SENT, SKIPPED, STATES, UNDER_WAY, UNKNOWN, Change, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

PUT = (
    "INSERT INTO row (number, address, key, data, state, reason) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
)
ENDED = marked("the run ended before an answer came")  # kept in journals


class Cursor(Protocol):
    """What a statement gives."""

    @property
    def rowcount(self) -> int:
        """Rows that were changed."""

    def fetchone(self) -> Any:
        """The next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """All rows."""


class _Ticket:
    """Changes that wait to be on disk together."""

    def __init__(self, changes: tuple[Change, ...]) -> None:
        self.changes, self.done = changes, False
        self.error: DmError | None = None


class Tables(ABC):
    """What a journal does by the same statements everywhere; `?` stands for a value in all of them.

    The tables are `campaign` (name, made, place, plan), `row` and `event`, as `journals/sqlite.py` has them.
    """

    _given_back = ""  # what else a row is set to that may be sent again

    def __init__(self) -> None:
        self._turn = threading.Lock()  # of using the connection
        self._waiting: deque[_Ticket] = deque()

    @abstractmethod
    def _execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        """Do a statement."""

    @abstractmethod
    def _transaction(self) -> AbstractContextManager[None]:
        """A block of statements that are kept together, or not at all."""

    @abstractmethod
    def _set(self, changes: list[Change], at: int) -> set[int]:
        """Keep changes, in a transaction; the rows that took them. `at` is now in epoch seconds."""

    def put(self, number: int, address: str, key: str | None, values: Mapping[str, str], reason: str = "") -> int:
        """Add a row to a plan, skipped where there is a reason; the number of an earlier row with the key, else 0."""
        entry = (number, address, None if reason else key, json.dumps(values), SKIPPED if reason else PENDING, reason)
        if self._execute(PUT, entry).rowcount:
            return 0
        return int(self._execute("SELECT number FROM row WHERE key = ?", (key,)).fetchone()[0])

    def about(self) -> tuple[str, int, dict[str, Any]] | None:
        """The campaign's name, when it was made in epoch seconds, and its plan; None before there is one."""
        row = self._execute("SELECT name, made, plan FROM campaign").fetchone()
        return (row[0], row[1], json.loads(row[2])) if row else None

    def recover(self) -> int:
        """Make rows under way unknown, since nobody sends them any more; how many there were."""
        return self._move(f"state = '{UNDER_WAY}'", (), UNKNOWN, ENDED)

    def write(self, *changes: Change) -> None:
        """Keep what became of rows, in one commit. Returns once it outlasts a loss of power.

        What others wait for goes with it. Raises LockedError where one of the rows is no longer this run's.
        """
        ticket = _Ticket(changes)
        self._waiting.append(ticket)
        with self._turn:
            if not ticket.done:
                self._commit([self._waiting.popleft() for _ in range(len(self._waiting))])
        if ticket.error:
            raise ticket.error

    def _commit(self, batch: list[_Ticket]) -> None:
        error: DmError | None = None
        kept: set[int] = set()
        try:
            with self._transaction():
                kept = self._set([change for ticket in batch for change in ticket.changes], int(time.time()))
        except DmError as failed:
            error = failed
        for ticket in batch:
            ticket.done, ticket.error = True, error
            taken = [change.number for change in ticket.changes if change.number not in kept]
            if not error and taken:
                ticket.error = LockedError(tr("row {row} is no longer this run's", row=taken[0]))

    def decide(self, numbers: Iterable[int] | None, state: str, what: str, *, of: str = UNKNOWN) -> int:
        """Put rows of one state into another because somebody knows better; how many (all of that state for None).

        Raises InputError, and changes nothing, when one of the numbers is not in that state.
        """
        if numbers is None:
            return self._move("state = ?", (of,), state, what)
        changed = 0
        with self._transaction():
            for number in numbers:
                found = self._move_here("state = ? AND number = ?", (of, number), state, what)  # untranslated: SQL
                if not found:
                    raise InputError(tr("row {row} is not {state}; nothing was changed", row=number, state=tr(of)))
                changed += found
        return changed

    def _move(self, clause: str, values: tuple[Any, ...], state: str, why: str) -> int:
        with self._transaction():
            return self._move_here(clause, values, state, why)

    def _move_here(self, clause: str, values: tuple[Any, ...], state: str, why: str) -> int:
        """Put rows into a state for a reason that is kept as an event too; how many."""
        self._execute(
            f"INSERT INTO event (at, number, what) SELECT ?, number, ? FROM row WHERE {clause}",
            (int(time.time()), why, *values),
        )
        more = self._given_back if state == PENDING else ""
        return self._execute(
            f"UPDATE row SET state = ?, reason = ?{more} WHERE {clause}", (state, why, *values)
        ).rowcount

    def rows(self, states: Iterable[str] = STATES) -> Iterator[Row]:
        """All rows in these states, by number, a thousand at a time."""
        marks, after = list(states), 0
        places = ", ".join("?" * len(marks))
        clause = f"state IN ({places}) AND number > ? ORDER BY number LIMIT 1000"  # untranslated: SQL
        while found := self._rows(clause, (*marks, after)):
            yield from found
            after = found[-1].number

    def _rows(self, clause: str, values: tuple[Any, ...]) -> list[Row]:
        found = self._execute(f"SELECT {', '.join(Row._fields)} FROM row WHERE {clause}", values)
        return [Row(*row) for row in found.fetchall()]

    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""
        with self._turn:
            found = dict(self._execute("SELECT state, count(*) FROM row GROUP BY state").fetchall())
        return {state: found.get(state, 0) for state in STATES}

    def begun_since(self, at: float) -> int:
        """How many mails may have been sent since a time, in epoch seconds."""
        statement = "SELECT count(*) FROM row WHERE at >= ? AND state IN (?, ?, ?)"
        with self._turn:
            return int(self._execute(statement, (at, SENT, UNKNOWN, UNDER_WAY)).fetchone()[0])
