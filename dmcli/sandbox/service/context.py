"""What a handler works with: the call's parameters, the database and the time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.record import Record
from dmcli.sandbox.store.sql import where

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

Row = tuple[Any, ...]
MAX_PAGE = 1000


class Context(Record):
    """One call. `params` have passed the catalogue's checks, `now` is in epoch seconds; `settings` of the sandbox.

    `host` is where the call came to, as the caller wrote it; `looked` what was found out before the call's turn,
    `peer` the IP address that the call came from.
    """

    connection: sqlite3.Connection
    params: Mapping[str, str]
    now: int
    request_id: str
    settings: Mapping[str, Any] = {}
    host: str = ""
    looked: str = ""
    peer: str = "127.0.0.1"

    def get(self, name: str, default: str = "") -> str:
        """A parameter; the default when it was not given or is empty."""
        return self.params.get(name) or default

    def yes(self, name: str) -> bool:
        """Whether a flag was given as yes."""
        return self.params.get(name) in ("true", "1")

    def one(self, sql: str, *values: object) -> Row | None:
        """The first row of a query, None where there is none."""
        row: Row | None = self.connection.execute(sql, values).fetchone()
        return row

    def count(self, sql: str, *values: object) -> int:
        """The number that a query gives."""
        row = self.connection.execute(sql, values).fetchone()
        return int(row[0] or 0)

    def all(self, sql: str, *values: object) -> list[Row]:
        """The rows of a query."""
        return self.connection.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """Do a statement; the id of the row it inserted."""
        return self.connection.execute(sql, values).lastrowid or 0

    def add(self, table: str, **values: object) -> int:
        """Insert a row of those columns; its id."""
        marks = ", ".join("?" * len(values))
        return self.run(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", *values.values())

    def page_size(self, name: str, default: int) -> int:
        """The number of rows that a parameter asks for on a page, at most MAX_PAGE."""
        return min(int(self.get(name) or default), MAX_PAGE)


if TYPE_CHECKING:
    Handler = Callable[[Context], dict[str, Any]]
    # What opens the state for a look, the parameters, and the settings; what it found is text.
    Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]
    Look = Callable[[Reading, Mapping[str, str], Mapping[str, Any]], str]


class Listed(Record):
    """A page of a list: its rows, and the fields that say which page it is."""

    rows: list[Row]
    head: dict[str, int]


def list_page(
    context: Context, columns: str, source: str, conditions: Mapping[str, Any], order: str, size: int = 10
) -> Listed:
    """The page that PageNo and PageSize ask for, of those columns of a table (or join) under those conditions."""
    clause, values = where(conditions)
    page, size = int(context.get("PageNo", "1")), context.page_size("PageSize", size)
    total = context.count(f"SELECT count(*) FROM {source}{clause}", *values)
    start = min((page - 1) * size, total)  # SQLite's numbers end where a page number may go on
    sql = f"SELECT {columns} FROM {source}{clause} ORDER BY {order} LIMIT ? OFFSET ?"
    rows = context.all(sql, *values, size, start)
    return Listed(rows, {"TotalCount": total, "PageNumber": page, "PageSize": size})
