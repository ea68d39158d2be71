"""CSV and TSV. What separates values is told by the header line alone, never guessed from rows."""

from __future__ import annotations

import csv
import re
from itertools import islice
from typing import TYPE_CHECKING

from dmcli.errors import InputError
from dmcli.local.tables.model import Record, Table
from dmcli.local.tables.text import Encoding, lines_of
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

_DELIMITERS = marked({",": "commas", ";": "semicolons", "\t": "tabs"})
_LONGEST = 1000  # lines that a header may have in quotation marks
_SAYS = re.compile(r'"?sep=(?P<delimiter>[^\w"\r\n])"?[\r\n]*')  # Excel's first line; no row, and not shown as one
_CSV_ERRORS = marked(  # by what is in Python's
    {
        "expected after": "there is text after a closing quotation mark",  # untranslated: the key
        "unexpected end": "a quotation mark is opened and never closed",  # untranslated: the key
        "field limit": "a value has more than {most:,} characters, or a quotation mark is not closed",  # untranslated
    }
)


def open_delimited(path: str, wanted: str) -> Table:
    """The table in a CSV or TSV file. Raises InputError."""
    encoding = Encoding(path, wanted)
    first, header = _first_lines(path, encoding)
    says = _SAYS.fullmatch(first)
    delimiter = says["delimiter"] if says else _delimiter(path, header)

    def records() -> Iterator[Record]:
        return _records(path, encoding, delimiter, skipped=1 if says else 0)

    names = next((record for record in records() if any(record.cells) or record.faults), None)
    if not names:
        raise InputError(tr("{path} has no rows, and no names of columns either", path=path))
    number, cells, faults = names
    if faults:
        raise InputError(
            tr(
                "{path}: row {number}, which has the names of the columns: {reason}",
                path=path,
                number=number,
                reason=faults[-1],
            )
        )
    between = tr(_DELIMITERS[delimiter]) if delimiter in _DELIMITERS else repr(delimiter)
    found = tr(
        "{encoding}, {separators} between values, the names of the columns in row {number}",
        encoding=encoding.said,
        separators=between,
        number=number,
    )
    return Table(path, cells, found, number, lambda: islice(records(), number, None))


def _first_lines(path: str, encoding: Encoding) -> tuple[str, str]:
    """The first line, and the one with the names: the first with any text, and as many as its quotation marks want."""
    with lines_of(path, encoding, []) as lines:
        first = next(lines, "")
        header = "" if _SAYS.fullmatch(first) else first
        for line in islice(lines, _LONGEST):
            if header.strip() and not header.count('"') % 2:
                break
            header += line
    return first, header


def _delimiter(path: str, header: str) -> str:
    """What separates the names in the header; a comma where there is one name. Raises InputError for two of them."""
    outside = re.sub(r'"[^"]*"', "", header)
    found = [delimiter for delimiter in _DELIMITERS if delimiter in outside]
    if len(found) > 1:
        both = tr(" and ").join(tr(_DELIMITERS[one]) for one in found)
        raise InputError(
            tr(
                "{path}: the names of the columns have {both} between them: write a line "
                "sep=; (or sep=,) above them to say which separates values",
                path=path,
                both=both,
            )
        )
    return found[0] if found else ","


def _records(path: str, encoding: Encoding, delimiter: str, skipped: int) -> Iterator[Record]:
    """All rows of the file, the names too, after so many lines that are none."""
    faults: list[str] = []
    number = 0
    with lines_of(path, encoding, faults) as lines:
        reader = csv.reader(islice(lines, skipped, None), delimiter=delimiter, strict=True)
        try:
            for number, cells in enumerate(reader, 1):
                if faults:
                    yield Record(number, cells, {-1: faults[0]})
                    faults.clear()
                else:
                    yield Record(number, cells)
        except csv.Error as error:
            known = (text for mark, text in _CSV_ERRORS.items() if mark in str(error))
            said = next((tr(text, most=csv.field_size_limit()) for text in known), str(error))
            raise InputError(
                tr(
                    "{path}: row {number}: {reason}; what follows cannot be told apart",
                    path=path,
                    number=number + 1,
                    reason=said,
                )
            ) from None
