"""The format for people: tables as wide as the terminal, or 80 columns where there is none, in which words stay whole.

What does not fit gives way in this order: text folds between words; columns that are empty are left out, and then those
of a priority, which is said; each row becomes a block of its own, a line a field. A word is folded where a block has no
room for it, and where it is longer than an address or an id is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api.kinds.dates import local_text
from dmcli.errors import DmError
from dmcli.look import is_accessible, style
from dmcli.render.cells import all_fields, cell_words, column_writer, table_fields, values, zone_apart
from dmcli.render.console import console_for, show_renderable, style_of
from dmcli.render.encoding import fit_encoding
from dmcli.render.flat import flat
from dmcli.render.formats.base import Format
from dmcli.render.formats.document import JSON
from dmcli.render.formats.grid import GAP, Column, print_grid
from dmcli.untrusted import safe
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console  # noqa: TID251  to annotate

    from dmcli.api.model import Field
    from dmcli.render.formats.base import Listing, Sink

_CHUNK = 1000  # rows a table holds at most, so that memory and the wait for the first row stay bounded


class _Table(Format):
    columns = True
    for_people = True

    def show_rows(self, listing: Listing, output: Sink) -> int:
        """Print the titled fields of the rows as tables of at most 1000 rows; nothing where there is no row."""
        fields, count = listing.fields, 0
        left_out: dict[str, None] = {}
        for chunk in _chunks(listing.rows):
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
            print_grid(shown or _blocks(titled, lines, output), console, output)
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
            print_grid(_blocks(columns, [line], output), console_for(output), output)

    def show_value(self, value: Any, output: Sink) -> None:
        """Print what a query found, as JSON."""
        JSON.show_value(value, output)


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """The rows, as many at a time as a table holds; where they fail, those before come first."""
    chunk: list[Any] = []
    try:
        for row in rows:
            chunk.append(row)
            if len(chunk) == _CHUNK:
                yield chunk
                chunk = []
    except DmError:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


def _column(field: Field, found: Sequence[Any], output: Sink) -> Column:
    """The column of a field; the zone of its times stands once, in the title."""
    zone, cells = "", [_clean(text, output) for text in column_writer(field, output.zone, local_text)(found)]
    if field.shape in ("epoch", "stamp", "utc"):
        zone, cells = zone_apart(cells)
    title = _clean(f"{field.title} {zone}".rstrip(), output)
    styles = [style_of(field, value) for value in found] if field.words else [""] * len(found)
    return Column(title, cells, styles, field.shape, field.priority)


def _blocks(fields: Sequence[Field], lines: Iterable[Sequence[Any]], output: Sink) -> list[Column]:
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
        Column("", left, [style("heading")] * len(left)),
        Column("", [text for text, _ in right], [style for _, style in right]),
    ]


def _fitting(columns: list[Column], width: int) -> list[Column]:
    """The columns of which none has to fold a word, without those that must give way for it; empty where none fit.

    What says nothing in any row gives way first, then what has a priority.
    """
    words = [column for column in columns if column.says_something]
    priorities = sorted({column.priority for column in words}, reverse=True)
    for left in (columns, *([column for column in words if column.priority <= most] for most in priorities)):
        if sum(column.least for column in left) + GAP * (len(left) - 1) <= width:
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


def _clean(text: str, output: Sink) -> str:
    """Text that neither acts on a terminal nor fails to be encoded; escaped before it is measured."""
    return fit_encoding(safe(text), output.stdout)


TABLE = _Table()
