"""How rows and pages are found in replies: pure functions over the catalogue's Paging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.record import Record
from dmcli.untrusted import read_number

if TYPE_CHECKING:
    from dmcli.api.model import Action, Paging


class Page(Record):
    """One page of a list.

    `reply` is as received, `rows` stand at the dotted `path` in it ("" if none), `more` says that pages follow.
    """

    reply: dict[str, Any]
    rows: list[dict[str, Any]]
    path: str
    more: bool = False


def value_of(row: dict[str, Any], name: str) -> Any:
    """A field by name without regard to case, the exact spelling first; None if it is not there."""
    if name in row:
        return row[name]
    folded = name.lower()
    return next((value for key, value in row.items() if key.lower() == folded), None)


def rows_of(reply: dict[str, Any], paths: tuple[str, ...]) -> tuple[str, list[dict[str, Any]]]:
    """The first of the paths that holds a list, as it is spelled in the reply, and its rows; ("", []) if none does."""
    for path in paths:
        at: Any = reply
        spelled = []
        for step in path.split("."):
            key = step if isinstance(at, dict) and step in at else _spelling(at, step)
            at = at.get(key) if isinstance(at, dict) else None
            spelled.append(key)
        if isinstance(at, list):
            return ".".join(spelled), [row for row in at if isinstance(row, dict)]
    return "", []


def first_page(paging: Paging, size: int) -> dict[str, str]:
    """The parameters that ask for the first page of `size` rows."""
    asked = {paging.page: "1"} if paging.page else {}
    return asked | ({paging.size: str(size or paging.default_size)} if paging.size else {})


def next_page(paging: Paging, asked: dict[str, str], reply: dict[str, Any], rows: int, seen: int) -> dict[str, str]:
    """The parameters that ask for the page after this one; empty when it was the last.

    `rows` is the number of rows on this page, `seen` the number on all pages so far.
    """
    total = total_of(paging, reply)
    if paging.cursor:
        cursor = value_of(reply, paging.cursor)
        stands_still = str(cursor) == asked.get(paging.cursor)
        short = rows < int(asked.get(paging.size, "1")) or (total is not None and seen >= total)
        # At the end of a list a cursor may stand still; where more rows must follow it may not, and is noticed.
        return {} if cursor in (None, "", 0, "0") or (stands_still and short) else {paging.cursor: str(cursor)}
    if not paging.page or not rows:
        return {}
    # Without a total a full page suggests another.
    finished = seen >= total if total is not None else rows < int(asked.get(paging.size, "1"))
    return {} if finished else {paging.page: str(int(asked[paging.page]) + 1)}


def most_rows(paging: Paging, reply: dict[str, Any]) -> int:
    """More rows than a list can have grown to while it was read, by the total of its first reply; 0 for none."""
    total = total_of(paging, reply)
    return 0 if total is None else 2 * total + 10_000


class Circle:
    """Notices when pages come again, by Brent's search: any circle is found, and one mark is remembered.

    circle = Circle()
    for page in pages:
        if circle.closes(page.rows):
            raise ...
    """

    def __init__(self) -> None:
        self._mark: Any = None
        self._turn, self._limit = 0, 1

    def closes(self, mark: Any) -> bool:
        """Whether this mark (a cursor, or the rows of a page) was there before."""
        if mark == self._mark:
            return True
        self._turn += 1
        if self._turn == self._limit:
            self._mark, self._limit = mark, self._limit * 2
        return False


def total_of(paging: Paging, reply: dict[str, Any]) -> int | None:
    """How many rows the list has, as the reply says."""
    totals = (read_number(str(value_of(reply, name))) for name in paging.total)
    return next((total for total in totals if total is not None), None)


def _spelling(at: Any, step: str) -> str:
    """The key of a mapping that differs from `step` in case only."""
    keys = at if isinstance(at, dict) else ()
    return next((key for key in keys if key.lower() == step.lower()), step)


def page_of(action: Action, reply: dict[str, Any]) -> Page:
    """The reply as a page, its rows at the first declared path that holds a list."""
    path, rows = rows_of(reply, action.lists)
    return Page(reply, rows, path)
