"""What a table of any format is: named columns, and rows that are right, or wrong for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence


class Row(NamedTuple):
    """A row: its number as people count (in a spreadsheet; a line of ndjson), and every column's text by its name."""

    number: int
    values: dict[str, str]


class BadRow(NamedTuple):
    """A row that cannot be taken: its number, the reason, and its cells as far as they could be read."""

    number: int
    reason: str
    cells: Sequence[str]


class Record(NamedTuple):
    """A row as its format has it: the cells in the order of the columns.

    `faults` are reasons by the place of the cell that they are about, -1 for the row as a whole.
    """

    number: int
    cells: Sequence[str]
    faults: Mapping[int, str] = {}


class Table:
    """A file of rows below the names of columns; it is read anew, and as a stream, each time its rows are asked for.

    `columns` are the names, with an empty one where a column has none; `found` says in words what was found: format,
    encoding, what separates values, where the names are.
    """

    def __init__(
        self, path: str, columns: Sequence[str], found: str, header: int, records: Callable[[], Iterator[Record]]
    ) -> None:
        self.path = path
        self.columns = tuple(name.strip() for name in columns)
        self.found = found
        self.header = header  # the number of the row that has the names; 0 where each row has them
        self._records = records
        self._check_names()

    def _check_names(self) -> None:
        """Raise InputError for names that would not tell columns apart."""
        seen: dict[str, int] = {}
        for place, name in enumerate(self.columns):
            if name and seen.setdefault(name, place) != place:
                raise self.error(
                    self.header,
                    tr(
                        "columns {one} and {other} are both named {name!r}: give each its own name",
                        one=letters(seen[name]),
                        other=letters(place),
                        name=name,
                    ),
                )
            if not name.isprintable():
                raise self.error(
                    self.header,
                    tr("the name of column {column} has characters that nobody sees", column=letters(place)),
                )
        if not any(self.columns):
            raise self.error(self.header, tr("there are no names of columns: the first row must have them"))

    def error(self, number: int, reason: str) -> InputError:
        """The refusal of a row."""
        if not number:
            return InputError(tr("{source}: {problem}", source=self.path, problem=reason))
        return InputError(tr("{path}: row {number}: {reason}", path=self.path, number=number, reason=reason))

    def rows(
        self, wanted: Collection[str] | None = None, on_bad: Callable[[BadRow], None] | None = None
    ) -> Iterator[Row]:
        """The rows in order; one without any value is left out. Cells of columns that are not wanted may be bad.

        A row that cannot be taken goes to `on_bad`, without which it raises InputError. So does at once what makes all
        that follows doubtful, such as a quotation mark that is never closed.
        """
        columns = self.columns
        unnamed = [place for place, name in enumerate(columns) if not name]
        for record in self._records():
            number, cells, faults = record
            if not any(cells) and not faults:
                continue
            if faults or unnamed or len(cells) != len(columns):
                reason = self._fault(record, wanted)
                if reason and on_bad is None:
                    raise self.error(number, reason)
                if reason and on_bad:
                    on_bad(BadRow(number, reason, cells))
                    continue
            values = dict(zip(columns, cells, strict=False))
            if unnamed:
                del values[""]
            yield Row(number, values)

    def _fault(self, record: Record, wanted: Collection[str] | None) -> str:
        """Why a row cannot be taken; "" where it can."""
        columns = self.columns
        if -1 in record.faults:
            return record.faults[-1]
        if len(record.cells) < len(columns):
            return tr("it has {number} of {all} values", number=len(record.cells), all=len(columns))
        for place, text in enumerate(record.cells):
            if text and not (place < len(columns) and columns[place]):
                return tr("column {column} has the value {text!r} and no name", column=letters(place), text=text[:30])
        for place, reason in record.faults.items():
            if wanted is None or columns[place] in wanted:
                return tr(
                    "column {name} ({letters}): {reason}", name=columns[place], letters=letters(place), reason=reason
                )
        return ""


def letters(place: int) -> str:
    """A column's letters in a spreadsheet, from its place counted from 0.

    >>> letters(0), letters(25), letters(26), letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    text = ""
    place += 1
    while place:
        place, last = divmod(place - 1, 26)
        text = chr(65 + last) + text
    return text
