"""The format for people: tables that fold instead of cutting, as wide as the terminal, or 80 where there is none."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from dmcli.api.model import Field
from dmcli.render.cells import all_fields, cell_words, table_fields, values
from dmcli.render.console import console_for, show_renderable
from dmcli.render.encoding import fit_encoding
from dmcli.render.formats.base import Format
from dmcli.render.formats.document import JSON
from dmcli.untrusted import safe

if TYPE_CHECKING:
    from dmcli.render.formats.base import Listing, Sink

_CHUNK = 1000  # rows a table holds at most, so that memory and the wait for the first row stay bounded
_GAP = 2  # blanks between columns
_WORD = 16  # longest word that a narrow column keeps whole
_NARROWEST = 2  # one wide character


class _Table(Format):
    columns = True
    for_people = True

    def show_rows(self, listing: Listing, output: Sink) -> int:
        """Print the titled fields of the rows as tables of at most 1000 rows; nothing where there is no row."""
        rows, fields, count = listing.rows, listing.fields, 0
        while chunk := list(islice(rows, _CHUNK)):
            columns = table_fields(all_fields(fields, chunk))
            fields, count = fields or columns, count + len(chunk)
            names = [field.name for field in columns]
            lines = [
                [_cell(field, value, output) for field, value in zip(columns, values(row, names), strict=True)]
                for row in chunk
            ]
            _print_grid(columns, lines, output)
        return count

    def show_record(self, record: dict[str, Any], fields: tuple[Field, ...], output: Sink) -> None:
        """Print one object as two columns, title and value: the titled fields it has, or all it has if none."""
        present = {key.lower() for key in record}
        columns = tuple(field for field in fields if field.title and field.name.lower() in present)
        columns = columns or all_fields((), [record])
        cells = zip(columns, values(record, [field.name for field in columns]), strict=True)
        lines = [[_clean(field.title, output), _cell(field, value, output)] for field, value in cells]
        _print_grid((Field("title"), Field("value")), lines, output)

    def show_value(self, value: Any, output: Sink) -> None:
        """Print what a query found, as JSON."""
        JSON.show_value(value, output)


def fit(widths: list[int], least: list[int], room: int) -> list[int]:
    """The widths, reduced to the room: the widest first, below `least` only when all are down to it."""
    widths = [min(width, max(room, _NARROWEST)) for width in widths]
    while sum(widths) > room:
        loose = [at for at, width in enumerate(widths) if width > max(least[at], _NARROWEST)]
        loose = loose or [at for at, width in enumerate(widths) if width > _NARROWEST]
        if not loose:
            break
        widths[max(loose, key=widths.__getitem__)] -= 1
    return widths


def _print_grid(columns: tuple[Field, ...], lines: list[list[str]], output: Sink) -> None:
    """Print lines of clean cells under the columns' titles; without titles the first column is what stands out."""
    if not columns or not lines:
        return
    from rich import box
    from rich.table import Column, Table
    from rich.text import Text

    console = console_for(output)
    titles = [_clean(field.title, output) for field in columns]
    down = [[title, *cells] for title, cells in zip(titles, zip(*lines, strict=True), strict=True)]
    room = console.width - _GAP * (len(columns) - 1)
    widths = fit(
        [max(map(_width, cells)) for cells in down],
        [_least(field, cells, room, first=not at) for at, (field, cells) in enumerate(zip(columns, down, strict=True))],
        room,
    )
    table = Table(
        *(
            Column(title, width=width, overflow="fold", justify="right" if field.shape == "number" else "left")
            for title, field, width in zip(titles, columns, widths, strict=True)
        ),
        box=box.SIMPLE_HEAD,
        show_header=any(titles),
        header_style="bold",
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
    )
    if not table.show_header:
        table.columns[0].style = "bold"
    for cells in lines:
        table.add_row(*map(Text, cells))
    # Where not even the narrowest columns fit, the terminal wraps; nothing is lost.
    console.width = max(console.width, sum(widths) + _GAP * (len(widths) - 1))
    show_renderable(console, table, output)


def _least(field: Field, cells: list[str], room: int, *, first: bool) -> int:
    """The width a column keeps while others can give: numbers, times and what names the row whole, of text a word."""
    whole = max(map(_width, cells))
    if field.shape:
        return whole
    word = max((_width(word) for cell in cells for word in cell.split()), default=0)
    return min(whole, room // 2) if first else min(word, _WORD)


def _width(text: str) -> int:
    """Columns a text takes on the terminal; Chinese characters take two."""
    from rich.cells import cell_len

    return cell_len(text)


def _cell(field: Field, value: Any, output: Sink) -> str:
    return _clean(cell_words(field, value), output)


def _clean(text: str, output: Sink) -> str:
    """Text that neither acts on a terminal nor fails to be encoded; escaped before it is measured."""
    return fit_encoding(safe(text), output.stdout)


TABLE = _Table()
