"""Columns of text under their titles, line by line. What fits is written as it is; rich folds only what does not.

Its own tables take as long for a thousand rows as a whole call takes.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dmcli.folding import fold_chinese, has_chinese
from dmcli.look import in_style, style
from dmcli.record import Record
from dmcli.untrusted import Painted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console  # noqa: TID251  to annotate

    from dmcli.render.formats.base import Sink

GAP = 2  # blanks between columns
_LONGEST = 64  # of a word that is kept whole: an address or an id
_WORD = 16  # of a longer one that a column has room for before it folds
_NARROWEST = 2  # one wide character


class Column(Record):
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

    @cached_property
    def width(self) -> int:
        """Columns of the terminal that nothing folds in."""
        return max(map(_width, (self.title, *self.cells)))

    @cached_property
    def least(self) -> int:
        """Columns in which no word is folded: numbers and times are whole, and words no longer than ids are."""
        whole = max(map(_width, self.cells)) if self.shape else 0
        words = {word for text in (self.title, *self.cells) for word in text.split()}
        return max(whole, *map(_least, words), _NARROWEST)


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


def print_grid(columns: Sequence[Column], console: Console, output: Sink) -> None:
    """Print columns under their titles, if they have any.

    Where not even the narrowest columns fit, the terminal wraps; nothing is lost.
    """
    from rich.box import SIMPLE_HEAD

    room = console.width - GAP * (len(columns) - 1)
    least = [column.least for column in columns]
    if columns[0].width <= room // 2:  # what names the row
        least[0] = columns[0].width
    widths = fit([column.width for column in columns], least, room)
    box = SIMPLE_HEAD.substitute(console.options)  # in ASCII where the stream has no more
    between = " " * (GAP - 1) + box.mid_vertical
    lines: list[str] = []
    if any(column.title for column in columns):
        heads = [Column("", [column.title], [style("heading")], column.shape) for column in columns]
        lines += _rows(heads, widths, between, console, low=True)
        lines.append(box.get_row([width + GAP - 1 for width in widths[:-1]] + widths[-1:], "head", edge=False))
    lines += _rows(columns, widths, between, console)
    output.stdout.write(Painted("".join(f"{line}\n" for line in lines)))
    output.stdout.flush()


def _rows(
    columns: Sequence[Column], widths: Sequence[int], between: str, console: Console, *, low: bool = False
) -> Iterator[str]:
    """The lines of all rows; where a cell has fewer than others of its row, they stand above, or `low`."""
    drawn = [_drawn(column, width, console) for column, width in zip(columns, widths, strict=True)]
    for cells in zip(*drawn, strict=True):
        row, height = cells, max(map(len, cells))
        if height > 1:
            blanks = [[" " * width] * (height - len(cell)) for cell, width in zip(row, widths, strict=True)]
            row = tuple(blank + cell if low else cell + blank for blank, cell in zip(blanks, row, strict=True))
        yield from map(between.join, zip(*row, strict=True))


def _drawn(column: Column, width: int, console: Console) -> list[list[str]]:
    """The lines of each cell, all as wide as the column."""
    right, plain = column.shape == "number", console.no_color

    def line(text: str, look: str) -> str:
        text = text.rstrip() if right else text
        blank, shown = " " * (width - _width(text)), text if plain else in_style(text, look)
        return blank + shown if right else shown + blank

    return [
        [line(text, look)] if _width(text) <= width else [line(part, look) for part in _folded(text, width, console)]
        for text, look in zip(column.cells, column.styles, strict=True)
    ]


def _folded(text: str, width: int, console: Console) -> list[str]:
    """The lines of a text that is wider than its column."""
    from rich.text import Text

    return [line.plain for line in Text(fold_chinese(text, width)).wrap(console, width, overflow="fold")]


def _least(word: str) -> int:
    """Columns that a word needs: all of it, or a part of what is very long, and of Chinese, which has no blanks."""
    width = _width(word)
    return width if width <= (_WORD if has_chinese(word) else _LONGEST) else _WORD


def _width(text: str) -> int:
    """Columns a text takes on the terminal; Chinese characters take two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
