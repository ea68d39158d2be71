"""Counts of days as small pictures in a terminal: a line of signs for how they went, a bar for their share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.look import is_accessible, style
from dmcli.render.console import console_for, show_renderable
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.render.formats.base import Sink

_LEVELS, _PLAIN_LEVELS = "▁▂▃▄▅▆▇█", "_.:-=+*#"
_BAR = 20  # cells


class Series(NamedTuple):
    """A count of each day, the earliest first, under its title."""

    title: str
    counts: Sequence[int]


def show_sparks(series: Sequence[Series], output: Sink) -> None:
    """Draw the series below each other: how each went by itself, its sum, and the sum as a share of the largest."""
    from rich.cells import cell_len
    from rich.text import Text

    if is_accessible():  # the table has the counts and their sums
        return
    series = [one._replace(title=tr(one.title)) for one in series if any(one.counts)]
    if not series:
        return
    console = console_for(output)
    levels, full = (_PLAIN_LEVELS, "#") if console.options.ascii_only else (_LEVELS, "█")
    sums = [sum(one.counts) for one in series]
    titles, digits = max(cell_len(one.title) for one in series), max(len(f"{total:,}") for total in sums)
    room = console.width - titles - digits - 4
    if room < 1:
        return
    bar = _BAR if room > _BAR + max(len(one.counts) for one in series) else 0
    drawn = Text("\n")
    for one, total in zip(series, sums, strict=True):
        line = spark(one.counts, room - (bar + 2 if bar else 0), levels)
        drawn.append(one.title + " " * (titles - cell_len(one.title)) + "  ").append(line, style("chart"))
        drawn.append(f"  {total:>{digits},}")
        filled = full * round(_BAR * total / max(sums)) if bar else ""
        drawn.append(f"  {filled}" if filled else "", style("chart")).append("\n")
    drawn.right_crop(1)
    show_renderable(console, drawn, output)


def spark(counts: Sequence[int], width: int, levels: str = _LEVELS) -> str:
    """A sign for each count, the highest for the largest; where there are more than `width`, one for several.

    >>> spark([0, 1, 4, 8], 10)
    '▁▁▄█'
    >>> spark([0, 1, 4, 8], 2), spark([0, 0], 5)
    ('▁█', '▁▁')
    """
    each = -(-len(counts) // width)
    joined = [sum(counts[first : first + each]) for first in range(0, len(counts), each)]
    most = max(joined, default=0)
    return "".join(
        levels[-(-count * len(levels) // most) - 1 if count else 0] if most else levels[0] for count in joined
    )
