"""The format for people: tables as wide as the terminal, or 80 columns where there is none, in which words stay whole.

What does not fit gives way in this order: text folds between words; columns that are empty are left out, and then those
of a priority, which is said; each row becomes a block of its own, a line a field. A word is folded where a block has no
room for it, and where it is longer than an address or an id is.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from dmcli.folding import fold_chinese, has_chinese
from dmcli.look import is_accessible, style
from dmcli.record import Record
from dmcli.render.cells import all_fields, cell_words, table_fields, values, zone_apart
from dmcli.render.console import console_for, show_renderable, style_of
from dmcli.render.encoding import fit_encoding
from dmcli.render.flat import flat
from dmcli.render.formats.base import Format
from dmcli.render.formats.document import JSON
from dmcli.untrusted import safe
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console  # noqa: TID251  to annotate

    from dmcli.api.model import Field
    from dmcli.render.formats.base import Listing, Sink

_CHUNK = 1000  # rows a table holds at most, so that memory and the wait for the first row stay bounded
_GAP = 2  # blanks between columns
_LONGEST = 64  # of a word that is kept whole: an address or an id
_WORD = 16  # of a longer one that a column has room for before it folds
_NARROWEST = 2  # one wide character


class _Column(Record):
    """A column: its title, its cells as they are shown, and the style of each."""

    title: str
    cells: Sequence[str]
    styles: Sequence[str]
    shape: str = ""
    priority: int = 0

    @property
    def says_something(self) -> bool:
        """Whether any cell has a word."""
        return any(self.cells)

    @property
    def width(self) -> int:
        """Columns of the terminal that nothing folds in."""
        return max(map(_width, (self.title, *self.cells)))

    @property
    def least(self) -> int:
        """Columns in which no word is folded: numbers and times are whole, and words no longer than ids are."""
        whole = max(map(_width, self.cells)) if self.shape else 0
        words = [_least(word) for text in (self.title, *self.cells) for word in text.split()]
        return max(whole, *words, _NARROWEST)


class _Table(Format):
    columns = True
    for_people = True

    def show_rows(self, listing: Listing, output: Sink) -> int:
        """Print the titled fields of the rows as tables of at most 1000 rows; nothing where there is no row."""
        rows, fields, count = listing.rows, listing.fields, 0
        left_out: dict[str, None] = {}
        while chunk := list(islice(rows, _CHUNK)):
            titled = table_fields(all_fields(fields, chunk))
            fields, count = fields or titled, count + len(chunk)
            lines = [values(row, [field.name for field in titled]) for row in chunk]
            columns = [_column(*one, output) for one in zip(titled, zip(*lines, strict=True), strict=True)]
            console = console_for(output)
            if is_accessible():
                output.stdout.write("\n" if count > len(chunk) else "")
                _print_flat(titled, lines, console, output)
                continue
            shown = _fitting(columns, console.width)
            if shown:
                lost = [column.says_something and column not in shown for column in columns]
                left_out |= dict.fromkeys(field.title for field, gone in zip(titled, lost, strict=True) if gone)
            _print_grid(shown or _blocks(titled, lines, output), console, output)
        if left_out:
            output.tell(
                tr("no room for {columns}: a wider terminal shows more, -o csv everything", columns=listed(left_out))
            )
        return count

    def show_record(self, record: dict[str, Any], fields: tuple[Field, ...], output: Sink) -> None:
        """Print one object as two columns, title and value: the titled fields it has, or all it has if none.

        A list of nothing has no line.
        """
        record = {name: value for name, value in record.items() if value != []}
        present = {key.lower() for key in record}
        columns = tuple(field for field in fields if field.title and field.name.lower() in present)
        columns = columns or all_fields((), [record])
        line = values(record, [field.name for field in columns])
        if is_accessible():
            _print_flat(columns, [line], console_for(output), output)
        else:
            _print_grid(_blocks(columns, [line], output), console_for(output), output)

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


def _column(field: Field, found: Sequence[Any], output: Sink) -> _Column:
    """The column of a field; the zone of its times stands once, in the title."""
    zone, cells = "", [_clean(cell_words(field, value, output.zone), output) for value in found]
    if field.shape in ("epoch", "stamp"):
        zone, cells = zone_apart(cells)
    title = _clean(f"{field.title} {zone}".rstrip(), output)
    return _Column(title, cells, [style_of(field, value) for value in found], field.shape, field.priority)


def _blocks(fields: Sequence[Field], lines: Iterable[Sequence[Any]], output: Sink) -> list[_Column]:
    """Rows as blocks, an empty line between them: a column of titles, and one of values."""
    titles = [_clean(field.title, output) for field in fields]
    left: list[str] = []
    right: list[tuple[str, str]] = []
    for line in lines:
        left += ["", *titles] if left else titles
        cells = [
            (_clean(cell_words(*one, output.zone), output), style_of(*one)) for one in zip(fields, line, strict=True)
        ]
        right += [("", ""), *cells] if right else cells
    return [
        _Column("", left, [style("heading")] * len(left)),
        _Column("", [text for text, _ in right], [style for _, style in right]),
    ]


def _fitting(columns: list[_Column], width: int) -> list[_Column]:
    """The columns of which none has to fold a word, without those that must give way for it; empty where none fit.

    What says nothing in any row gives way first, then what has a priority.
    """
    words = [column for column in columns if column.says_something]
    priorities = sorted({column.priority for column in words}, reverse=True)
    for left in (columns, *([column for column in words if column.priority <= most] for most in priorities)):
        if sum(column.least for column in left) + _GAP * (len(left) - 1) <= width:
            return left
    return []


def _print_flat(fields: Sequence[Field], lines: Iterable[Sequence[Any]], console: Console, output: Sink) -> None:
    """Print rows as a screen reader has them: a line a field that says something, an empty line between rows."""
    from rich.text import Text

    groups = (
        [
            (_clean(field.title, output), Text(text, style_of(field, value)))
            for field, value in zip(fields, line, strict=True)
            if (text := _clean(cell_words(field, value, output.zone), output))
        ]
        for line in lines
    )
    show_renderable(console, flat(groups, console), output)


def _print_grid(columns: list[_Column], console: Console, output: Sink) -> None:
    """Print columns under their titles, if they have any."""
    from rich import box
    from rich.table import Column, Table
    from rich.text import Text

    room = console.width - _GAP * (len(columns) - 1)
    least = [column.least for column in columns]
    if columns[0].width <= room // 2:  # what names the row
        least[0] = columns[0].width
    widths = fit([column.width for column in columns], least, room)
    table = Table(
        *(
            Column(
                fold_chinese(column.title, width),
                width=width,
                overflow="fold",
                justify="right" if column.shape == "number" else "left",
            )
            for column, width in zip(columns, widths, strict=True)
        ),
        box=box.SIMPLE_HEAD,
        show_header=any(column.title for column in columns),
        header_style=style("heading"),
        show_edge=False,
        pad_edge=False,
        padding=(0, _GAP - 1, 0, 0),
    )
    for row in zip(*(zip(column.cells, column.styles, strict=True) for column in columns), strict=True):
        cells = zip(row, widths, strict=True)
        table.add_row(*(Text(fold_chinese(text, width), style) for (text, style), width in cells))
    # Where not even the narrowest columns fit, the terminal wraps; nothing is lost.
    console.width = max(console.width, sum(widths) + _GAP * (len(widths) - 1))
    show_renderable(console, table, output)


def _least(word: str) -> int:
    """Columns that a word needs: all of it, or a part of what is very long, and of Chinese, which has no blanks."""
    width = _width(word)
    return width if width <= (_WORD if has_chinese(word) else _LONGEST) else _WORD


def _width(text: str) -> int:
    """Columns a text takes on the terminal; Chinese characters take two."""
    from rich.cells import cell_len

    return cell_len(text)


def _clean(text: str, output: Sink) -> str:
    """Text that neither acts on a terminal nor fails to be encoded; escaped before it is measured."""
    return fit_encoding(safe(text), output.stdout)


TABLE = _Table()
