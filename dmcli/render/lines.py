"""The formats with a line a row: JSON lines, csv and tab-separated text; nothing is cut."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from dmcli.render.cells import all_fields, raw, values
from dmcli.render.document import show_whole
from dmcli.render.output import encodable, wants_ascii
from dmcli.untrusted import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from dmcli.api.model import Field
    from dmcli.render.output import Output

    Row = dict[str, Any]

_SAMPLE = 1000  # rows whose keys make the columns where the catalogue declares none
_SPECIAL = re.compile('[",\t\r\n]')  # what a cell of csv or of tab-separated text cannot hold as it is
# How a formula begins in some spreadsheet or other, its full-width spellings too (CWE-1236); a plain number is none.
_FORMULA = re.compile("[=+\\-@\t\r\0＝＋－＠]")
_NUMBER = re.compile(r"[+-][0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPES = str.maketrans({"\t": r"\t", "\n": r"\n", "\r": r"\r"})


def show_lines(pages: Iterable[Iterable[Any]], search: Callable[[Any], Any], output: Output) -> int:
    """Print what `search` finds in each row as one line of JSON, handed on after every page; the number of rows."""
    import json

    stdout, count = output.stdout, 0
    encode = json.JSONEncoder(ensure_ascii=wants_ascii(stdout), separators=(",", ":")).encode
    for rows in pages:
        for row in rows:
            stdout.write(encodable(encode(search(row)), stdout) + "\n")
            count += 1
        stdout.flush()
    return count


def show_columns(rows: Iterable[Row], fields: tuple[Field, ...], output: Output) -> int:
    """Print csv or tsv: a line of wire names, then one line a row, nothing cut; the number of rows."""
    rows, count = iter(rows), 0
    if not fields:
        sample = list(islice(rows, _SAMPLE))
        fields, rows = all_fields((), sample), chain(sample, rows)
    names = [field.name for field in fields]
    if not names:
        return sum(1 for _ in rows)
    write = _line_writer(output)
    rows = iter(rows)
    first = next(rows, None)  # before the header, so that a list that fails leaves nothing behind
    write(names)
    for count, row in enumerate(chain(() if first is None else (first,), rows), 1):  # noqa: B007  the last count is the number of rows
        write(values(row, names))
    output.stdout.flush()
    return count


def show_found(found: Any, output: Output) -> None:
    """Print what a query found.

    In csv and tsv a list of objects has their keys as columns, a list of plain values or of lists has a line for each.
    A text stands for itself in both, so that a shell or a spreadsheet can take it as it is. Everything else is JSON, or
    YAML if that is the format.
    """
    columns = output.chosen in {"csv", "tsv"}
    if columns and isinstance(found, str):
        found = [found]
    tabular = columns and isinstance(found, list)
    if tabular and not found:
        return
    if tabular and all(isinstance(item, dict) for item in found):
        show_columns(found, all_fields((), found), output)
    elif tabular and not any(isinstance(item, dict) for item in found):
        write = _line_writer(output)
        for item in found:
            write(item if isinstance(item, list) else [item])
        output.stdout.flush()
    else:
        show_whole(found, output)


def _line_writer(output: Output) -> Callable[[Sequence[Any]], None]:
    """A function that prints the values of one line in the chosen format; on a terminal nothing in them acts on it."""
    stdout, terminal = output.stdout, output.stdout.isatty()
    comma, cell = (",", _quoted) if output.chosen == "csv" else ("\t", _one_line)
    as_is = comma != "," or output.csv_raw

    def write(line: Sequence[Any]) -> None:
        texts = [raw(value) if as_is else _inert(raw(value)) for value in line]
        if terminal:
            texts = [safe(text, lines=True) for text in texts]
        # A single empty cell is quoted, or the line would be taken for no line at all.
        text = comma.join(map(cell, texts)) or ('""' if comma == "," else "")
        stdout.write(encodable(text, stdout) + "\n")

    return write


def _inert(text: str) -> str:
    """A cell of csv that no spreadsheet takes for a formula: with an apostrophe before what would begin one."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _quoted(text: str) -> str:
    """A cell of csv. The library's writer leaves a lone carriage return bare, which breaks the line for readers."""
    return '"' + text.replace('"', '""') + '"' if _SPECIAL.search(text) else text


def _one_line(text: str) -> str:
    """A cell of tab-separated text, with its own tabs and line breaks as escapes."""
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text
