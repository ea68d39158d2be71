"""csv and tab-separated text: a line a row, a column for each field by its wire name, in words, and nothing is cut."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from dmcli.api.kinds.dates import local_text
from dmcli.render.cells import all_fields, column_writer, columns_of, raw_text, raw_texts
from dmcli.render.encoding import fit_encoding
from dmcli.render.formats.base import Format, Listing, following
from dmcli.render.formats.document import JSON
from dmcli.untrusted import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dmcli.api.model import Field
    from dmcli.render.formats.base import Sink

_AT_ONCE = 100  # rows that are written together
_SAMPLE = 1000  # rows whose keys make the columns where the catalogue declares none
_SPECIAL = re.compile('[",\t\r\n]')  # what a cell of csv or of tab-separated text cannot hold as it is
# How a formula begins in some spreadsheet or other, its full-width spellings too (CWE-1236); a plain number is none.
_FORMULA_MARKS = frozenset("=+-@\t\r\0＝＋－＠")
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
        pages, fields, count = iter(listing.pages), listing.fields, 0
        if not fields:
            sample = list(islice(chain.from_iterable(pages), _SAMPLE))
            fields, pages = all_fields((), sample), chain((sample,), pages)
        names = [field.name for field in fields]
        if not names:
            return sum(1 for _ in chain.from_iterable(pages))
        writers = self._column_writers(fields, output)
        pages = following([next(pages, ())], pages)  # before the header: a list that fails leaves nothing behind
        write = self._writer(output)
        write([names])
        for rows in map(iter, pages):  # of which none is kept while the next is fetched
            while chunk := list(islice(rows, _AT_ONCE)):
                columns = zip(writers, columns_of(chunk, names), strict=True)
                write(list(zip(*[texts(column) for texts, column in columns], strict=True)))
                count += len(chunk)
        output.stdout.flush()
        return count

    def _column_writers(self, fields: Sequence[Field], output: Sink) -> list[Callable[[Sequence[Any]], list[str]]]:
        if self._for_spreadsheets and output.csv_raw:
            return [raw_texts] * len(fields)
        return [column_writer(field, output.zone, self._time_text) for field in fields]

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
            write = self._writer(output)
            write([list(map(raw_text, item if isinstance(item, list) else [item])) for item in items])
            output.stdout.flush()

    def _writer(self, output: Sink) -> Callable[[Sequence[Sequence[str]]], None]:
        """A function that prints the cells of some lines; on a terminal nothing in them acts on it.

        Tab-separated text is for eyes: what comes after the pipe, `less -R` or `head`, hands it to a terminal. csv is
        data.
        """
        stdout, mark = output.stdout, self._mark
        escape = stdout.isatty() or not (self._for_spreadsheets or output.raw)
        disarm = self._for_spreadsheets and not output.csv_raw
        if self._for_spreadsheets and output.bom:
            stdout.write(fit_encoding(_MARK, stdout))

        def line(texts: Sequence[str]) -> str:
            if disarm:
                texts = list(map(_disarm, texts))
            if escape:
                texts = [safe(text, lines=True) for text in texts]
            # A single empty cell is quoted, or the line would be taken for no line at all.
            return mark.join(map(self._write_cell, texts)) or ('""' if self._for_spreadsheets else "")

        def write(lines: Sequence[Sequence[str]]) -> None:
            cells = list(chain.from_iterable(lines))
            plain = all(cells) or len(lines) < len(cells)  # more than one column, or none of the cells empty
            if plain and _is_plain("".join(cells), mark) and _FORMULA_MARKS.isdisjoint([text[:1] for text in cells]):
                shown = map(mark.join, lines)
            else:
                shown = map(line, lines)
            stdout.write(fit_encoding("\n".join(shown) + "\n", stdout))

        return write


def _is_plain(text: str, mark: str) -> bool:
    """Whether cells that hold this text, as nearly all do, can be written as they are."""
    return text.isprintable() and '"' not in text and mark not in text


def _disarm(text: str) -> str:
    """A cell of csv that no spreadsheet takes for a formula: with an apostrophe before what would begin one."""
    return f"'{text}" if text[:1] in _FORMULA_MARKS and not _NUMBER.fullmatch(text) else text


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
