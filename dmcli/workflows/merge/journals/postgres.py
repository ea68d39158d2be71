"""The journal in PostgreSQL, from which any number of machines send at once: a schema a campaign.

A worker reserves some pending rows together with the moments at which their mails may leave, in one transaction by the
database's clock. Before the first byte of a mail it puts the row under way, which succeeds for its own reservation
alone. A lock that its connection holds tells that it lives; once that is free, what it had reserved is pending as
before, and what it had under way is unknown.
"""

from __future__ import annotations

import json
import math
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from dmcli.errors import ConfigError, DmError
from dmcli.words import tr
from dmcli.workflows.merge.journal import PENDING, SENT, UNDER_WAY, UNKNOWN, Change, Row
from dmcli.workflows.merge.journals.rate import TABLES as RATE_TABLES
from dmcli.workflows.merge.journals.rate import SharedBucket, SharedRate
from dmcli.workflows.merge.journals.sqlite import FileJournal
from dmcli.workflows.merge.journals.tables import ENDED, Cursor, Tables
from dmcli.workflows.merge.pace import BY_ONE, Pace, Wishes, begin_of, day_of, used_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from dmcli.workflows.merge.journals.server import Server
    from dmcli.workflows.merge.pace import Way

_FORMAT = 1
_TABLES = """
CREATE TABLE campaign (format INTEGER NOT NULL, name TEXT NOT NULL, made BIGINT NOT NULL, plan TEXT NOT NULL,
  paused BOOLEAN NOT NULL DEFAULT false);
-- As in a file; `worker` has the row reserved while it is pending, and has begun it otherwise.
CREATE TABLE row (
  number INTEGER PRIMARY KEY, address TEXT NOT NULL, key TEXT UNIQUE, data TEXT NOT NULL, state TEXT NOT NULL,
  at BIGINT, env_id TEXT NOT NULL DEFAULT '', request_id TEXT NOT NULL DEFAULT '', code TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '', worker INTEGER);
CREATE INDEX row_free ON row (number) WHERE state = 'pending' AND worker IS NULL;
CREATE INDEX row_held ON row (worker) WHERE state IN ('pending', 'under way') AND worker IS NOT NULL;
CREATE INDEX row_at ON row (at) WHERE at IS NOT NULL;
CREATE TABLE event (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at BIGINT NOT NULL, number INTEGER NOT NULL,
  what TEXT NOT NULL);
CREATE TABLE worker (id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY, host TEXT NOT NULL);
"""
_COLUMNS = "number, address, key, data, state, reason"  # untranslated: SQL
# Given back is what is pending, but for what this worker sends again since it was refused: that has the refusal's code.
# An outcome may come after others took the worker for dead.
_SET = f"""
UPDATE row AS r SET state = c.state, at = CASE WHEN c.state = '{PENDING}' THEN NULL ELSE ?::bigint END,
  env_id = c.env_id, request_id = c.request_id, code = c.code, reason = c.reason,
  worker = CASE WHEN c.state = '{PENDING}' AND c.code = '' THEN NULL ELSE r.worker END
FROM unnest(?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
  AS c (number, state, env_id, request_id, code, reason)
WHERE r.number = c.number AND r.worker = ? AND r.state = ANY (
  CASE WHEN c.state = '{UNDER_WAY}' THEN ARRAY['{PENDING}'] ELSE ARRAY['{UNDER_WAY}', '{UNKNOWN}'] END)
RETURNING r.number"""
_RESERVE = f"""
UPDATE row SET worker = ? WHERE number IN (
  SELECT number FROM row WHERE state = '{PENDING}' AND worker IS NULL AND number > ?
  ORDER BY number LIMIT ? FOR UPDATE SKIP LOCKED)
RETURNING {", ".join(Row._fields)}"""
# One statement sees one moment: a row that its worker begins between two would be in neither count.
_TAKEN = f"""
SELECT (SELECT count(*) FROM row WHERE at >= ? AND state IN ('{SENT}', '{UNKNOWN}', '{UNDER_WAY}'))
  + (SELECT count(*) FROM row WHERE state = '{PENDING}' AND worker IS NOT NULL)"""
_AHEAD = 0.2  # seconds of the rate that a worker reserves rows for; if it dies, others wait so much longer


class PostgresJournal(Tables):
    """The journal of a campaign at a server; it may not be there yet. `schema` is quoted, and made by `planning`."""

    _given_back = ", worker = NULL"

    def __init__(self, server: Server, name: str) -> None:
        super().__init__()
        self._server, self.name = server, name
        self.schema = f'"dm_{name}"'
        self._draft: FileJournal | None = None
        self._worker = 0
        self._rate: SharedRate | None = None
        self._wishes, self._made, self._mails = Wishes(), 0, 1
        self._why = ""  # nothing could be reserved

    def close(self) -> None:
        """Give back what is reserved and not begun; the connection is the server's."""
        if self._worker:
            with suppress(DmError), self._turn, self._transaction():
                self._free(self._worker)
        self._worker = 0

    def delete(self) -> None:
        """Delete all that is known of the campaign, where there is one."""
        if self.exists:
            self._execute(f"DROP SCHEMA {self.schema} CASCADE")

    @property
    def exists(self) -> bool:
        """Whether there is such a campaign. Raises ConfigError for one of a newer dm."""
        if self._execute("SELECT to_regclass(?)", (f"{self.schema}.campaign",)).fetchone() == (None,):
            return False
        version = self._execute("SELECT max(format) FROM campaign").fetchone()[0]
        if version > _FORMAT:
            raise ConfigError(
                tr(
                    "the campaign {name!r} has format {version}, this dm knows {format}; upgrade dm",
                    name=self.name,
                    version=version,
                    format=_FORMAT,
                )
            )
        return True

    def _execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        return self._server.execute(self.schema, statement, values)

    def _transaction(self) -> AbstractContextManager[None]:
        return self._server.transaction(self.schema)

    @contextmanager
    def planning(self, name: str, plan: Mapping[str, Any]) -> Iterator[None]:
        """A block in which rows are put into a new journal: all of it is kept when it ends, nothing when it raises.

        They are gathered in a file of this machine, so that a row costs no question to the server.
        """
        self._draft = FileJournal("")
        try:
            with self._draft.planning(name, plan):
                yield
                with self._transaction():
                    self._server.wait("tables")  # two that make them at once would fail
                    self._execute(RATE_TABLES)
                    self._execute(f"CREATE SCHEMA {self.schema}")
                    self._execute(_TABLES)
                    self._execute(
                        "INSERT INTO campaign (format, name, made, plan) "
                        "VALUES (?, ?, extract(epoch FROM clock_timestamp()), ?)",
                        (_FORMAT, name, json.dumps(plan)),
                    )
                    self._server.copy(f"row ({_COLUMNS})", self._draft.entries(_COLUMNS))
        finally:
            self._draft.close()
            self._draft = None

    def put(self, number: int, address: str, key: str | None, values: Mapping[str, str], reason: str = "") -> int:
        """Add a row to a plan, skipped where there is a reason; the number of an earlier row with the key, else 0."""
        assert self._draft is not None  # noqa: S101  only in the block of `planning`
        return self._draft.put(number, address, key, values, reason)

    def pace(self, scope: str, wishes: Wishes, way: Way = BY_ONE) -> Pace:
        """The pace of a worker: of all workers of the account one rate, of this campaign what was asked for.

        From then on rows are reserved only as many as may leave soon.
        """
        buckets = [SharedBucket(self._server, scope, way.rate)]
        if wishes.rate:
            buckets.append(SharedBucket(self._server, self.schema, wishes.rate / way.mails))
        about = self.about()
        self._wishes, self._made = wishes, about[1] if about else 0
        self._mails = way.mails
        self._rate = SharedRate(self._server, self._turn, buckets)
        return Pace(self._rate, wishes, self.begun_since, way, shared=True)

    def recover(self) -> int:
        """Make rows of workers that have ended unknown where they were under way, free where not; how many unknown."""
        with self._turn, self._transaction():
            found = 0
            held = f"state IN ('{PENDING}', '{UNDER_WAY}') AND worker IS NOT NULL"  # untranslated: SQL
            workers = self._execute(f"SELECT DISTINCT worker FROM row WHERE {held}").fetchall()
            for (worker,) in workers:
                if worker != self._worker and self._server.free(self._life_of(worker)):
                    clause = f"state = '{UNDER_WAY}' AND worker = ?"  # untranslated: SQL
                    found += self._move_here(clause, (worker,), UNKNOWN, ENDED)
                    self._free(worker)
            return found

    def _free(self, worker: int) -> None:
        self._execute(f"UPDATE row SET worker = NULL WHERE state = '{PENDING}' AND worker = ?", (worker,))

    def _life_of(self, worker: int) -> str:
        return f"{self.schema} worker {worker}"

    def _join(self) -> None:
        """Be a worker, which is seen to live while the connection does."""
        import socket

        with self._transaction():  # others see the worker when it has its lock
            said = f"{socket.gethostname()} {os.getpid()}"
            worker = self._execute("INSERT INTO worker (host) VALUES (?) RETURNING id", (said,)).fetchone()[0]
            self._server.lock(self._life_of(worker))
        self._worker = worker

    def claim(self, after: int, most: int) -> list[Row]:
        """Reserve the next pending rows after a number, and the moments at which they may be begun."""
        with self._turn:
            if not self._worker:
                self._join()
            with self._transaction():
                if not after:
                    self._free(self._worker)
                if self._rate:  # from here on others wait, so that what is left today is so for this worker
                    most = min(most, math.ceil(self._rate.hold() * _AHEAD) * self._mails)
                most = min(most, self._left_today(most))
                rows = [Row(*row) for row in self._execute(_RESERVE, (self._worker, after, most)).fetchall()]
                if self._rate and rows:
                    self._rate.reserve(math.ceil(len(rows) / self._mails))
            return sorted(rows)

    def _left_today(self, wanted: int) -> int:
        """How many of so many mails today still may have, what is reserved taken off."""
        if not self._wishes.waits:
            return wanted
        day = day_of(self._server.now())
        allowed = self._wishes.allowance(day - day_of(self._made))
        if not allowed:
            return wanted
        left = allowed - int(self._execute(_TAKEN, (begin_of(day),)).fetchone()[0])
        self._why = used_up(allowed, begin_of(day + 1)) if left <= 0 else ""
        return max(left, 0)

    def waits(self) -> str:
        """Why no row can be reserved now: today has had its mails, or other workers have the rest."""
        self.recover()
        with self._turn:
            left = self._execute(f"SELECT count(*) FROM row WHERE state IN ('{PENDING}', '{UNDER_WAY}')").fetchone()[0]
        return (self._why or tr("other workers have the rest")) if left else ""

    def _set(self, changes: list[Change], _: int) -> set[int]:
        found = self._execute(_SET, (int(self._server.now()), *map(list, zip(*changes, strict=True)), self._worker))
        return {row[0] for row in found.fetchall()}

    def pause(self, wanted: bool) -> None:
        """Have all workers stop in good order, or let them run again."""
        self._execute("UPDATE campaign SET paused = ?", (wanted,))

    @property
    def paused(self) -> bool:
        """Whether workers are to stop."""
        with self._turn:
            return bool(self._execute("SELECT paused FROM campaign").fetchone()[0])
