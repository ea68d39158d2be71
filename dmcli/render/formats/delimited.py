"""csv and tab-separated text: a line a row, a column for each field by its wire name, in words, and nothing is cut."""

from __future__ import annotations

import re
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from dmcli.api.kinds.dates import local_text
from dmcli.render.cells import all_fields, cell_words, raw_text, values
from dmcli.render.encoding import fit_encoding
from dmcli.render.formats.base import Format, Listing
from dmcli.render.formats.document import JSON
from dmcli.untrusted import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dmcli.render.formats.base import Sink

_SAMPLE = 1000  # rows whose keys make the columns where the catalogue declares none
_SPECIAL = re.compile('[",\t\r\n]')  # what a cell of csv or of tab-separated text cannot hold as it is
# How a formula begins in some spreadsheet or other, its full-width spellings too (CWE-1236); a plain number is none.
_FORMULA = re.compile("[=+\\-@\t\r\0＝＋－＠]")
_NUMBER = re.compile(r"[+-][0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_MARK = "\ufeff"  # by which spreadsheets know UTF-8
_ESCAPES = str.maketrans({"\t": r"\t", "\n": r"\n", "\r": r"\r"})


class _Delimited(Format):
    """A format with a mark between cells. `write_cell` makes a cell a text without a line break of its own or the mark.

    `time_text` writes times. With `for_spreadsheets` values are as received where the output wants them raw, else no
    cell is a formula; and a line is never empty.
    """

    columns = True

    def __init__(
        self,
        mark: str,
        write_cell: Callable[[str], str],
        time_text: Callable[[datetime], str],
        *,
        for_spreadsheets: bool = False,
    ) -> None:
        self._mark, self._write_cell, self._time_text = mark, write_cell, time_text
        self._for_spreadsheets = for_spreadsheets

    def show_rows(self, listing: Listing, output: Sink) -> int:
        """Print a line of wire names, then a line for each row: the words of codes, and times."""
        rows, fields, count = listing.rows, listing.fields, 0
        if not fields:
            sample = list(islice(rows, _SAMPLE))
            fields, rows = all_fields((), sample), chain(sample, rows)
        names = [field.name for field in fields]
        cell = partial(cell_words, zone=output.zone, time_text=self._time_text)
        if not names:
            return sum(1 for _ in rows)
        write, as_received = self._line_writer(output), self._for_spreadsheets and output.csv_raw
        first = next(rows, None)  # before the header, so that a list that fails leaves nothing behind
        write(names)
        for count, row in enumerate(chain(() if first is None else (first,), rows), 1):  # noqa: B007  the last count is the number of rows
            found = values(row, names)
            write(found if as_received else list(map(cell, fields, found)))
        output.stdout.flush()
        return count

    def show_value(self, value: Any, output: Sink) -> None:
        """Print what a query found.

        A list of objects has their keys as columns, a list of plain values or of lists has a line for each. A text
        stands for itself, so that a shell or a spreadsheet can take it as it is; raw, with its own tabs and line
        breaks. Everything else is JSON.
        """
        if isinstance(value, str) and output.raw and not self._for_spreadsheets and not output.stdout.isatty():
            output.stdout.write(fit_encoding(value, output.stdout) + "\n")
            output.stdout.flush()
            return
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list):
            JSON.show_value(value, output)
        elif all(isinstance(item, dict) for item in items):
            self.show_rows(Listing([items]), output)
        elif any(isinstance(item, dict) for item in items):
            JSON.show_value(value, output)
        else:
            write = self._line_writer(output)
            for item in items:
                write(item if isinstance(item, list) else [item])
            output.stdout.flush()

    def _line_writer(self, output: Sink) -> Callable[[Sequence[Any]], None]:
        """A function that prints the values of one line; on a terminal nothing in them acts on it.

        Tab-separated text is for eyes: what comes after the pipe, `less -R` or `head`, hands it to a terminal. csv is
        data.
        """
        stdout = output.stdout
        escape = stdout.isatty() or not (self._for_spreadsheets or output.raw)
        disarm = self._for_spreadsheets and not output.csv_raw
        if self._for_spreadsheets and output.bom:
            stdout.write(fit_encoding(_MARK, stdout))

        def write(line: Sequence[Any]) -> None:
            texts = [_disarm(raw_text(value)) if disarm else raw_text(value) for value in line]
            if escape:
                texts = [safe(text, lines=True) for text in texts]
            # A single empty cell is quoted, or the line would be taken for no line at all.
            text = self._mark.join(map(self._write_cell, texts)) or ('""' if self._for_spreadsheets else "")
            stdout.write(fit_encoding(text, stdout) + "\n")

        return write


def _disarm(text: str) -> str:
    """A cell of csv that no spreadsheet takes for a formula: with an apostrophe before what would begin one."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _quote(text: str) -> str:
    """A cell of csv. The library's writer leaves a lone carriage return bare, which breaks the line for readers."""
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def _one_line(text: str) -> str:
    """A cell of tab-separated text, with its own tabs and line breaks as escapes."""
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


def _iso_time(moment: datetime) -> str:
    """A time as other programs read it: ISO 8601 with its offset."""
    return moment.isoformat(timespec="seconds")


CSV = _Delimited(",", _quote, _iso_time, for_spreadsheets=True)
TSV = _Delimited("\t", _one_line, local_text)
