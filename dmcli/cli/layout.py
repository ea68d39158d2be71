"""How help looks: lines that break between words, and colours by meaning.

It is written without loading more than click, which parts words at hyphens and in the middle where a line is narrow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from dmcli.look import painted
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

_WIDE = 60  # columns from which what is described stands beside the description
_MOST = 30  # columns of what is described, where it stands beside
_INDENT = 4  # columns by which a description below is set in


class Formatter(click.HelpFormatter):
    """Click's, but for where a line ends, between words and never in one, and for colours by meaning."""

    def __init__(self, ctx: click.Context) -> None:
        super().__init__(width=ctx.terminal_width, max_width=ctx.max_content_width)
        self._colored = ctx.color is True

    def _in_style(self, text: str, meaning: str) -> str:
        return painted(text, meaning) if self._colored else text

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{' ' * self.current_indent}{self._in_style(tr('{heading}:', heading=heading), 'heading')}\n")

    def write_text(self, text: str) -> None:
        """Write a paragraph at the current indent."""
        indent = " " * self.current_indent
        self.write(f"{self._fill(text, indent, indent)}\n")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line, continued under its arguments where there is room for them, else set in."""
        lead = prefix or tr("Usage: ")
        room = _cells(f"{lead}{prog} ")
        beside = room <= self.width // 2 and all(room + len(word) <= self.width for word in args.split())
        after = " " * (room if beside else _INDENT)
        # What is typed is ASCII; the word before it need not be, and is as many columns.
        filled = lead + self._fill(f"{'x' * _cells(lead)}{prog} {args}", "", after)[_cells(lead) :]
        word, colon, rest = re.split("([:：])", filled, maxsplit=1)
        self.write(f"{self._in_style(word + colon, 'heading')}{rest}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _MOST, col_spacing: int = 2) -> None:
        """Write what is described with its descriptions: beside it, or below where a line is narrow."""
        rows = list(rows)
        start = " " * self.current_indent
        column = min(max(_cells(term) for term, _ in rows), col_max) + col_spacing if self.width >= _WIDE else 0
        below = " " * (self.current_indent + (column or _INDENT))
        for term, text in rows:
            filled = self._fill(text, below, below)
            if text and _cells(term) + col_spacing <= column:
                gap = " " * (column - _cells(term))
                self.write(f"{start}{self._in_style(term, 'name')}{gap}{filled[len(below) :]}\n")
            else:
                terms = self._fill(term, start, start).splitlines()
                named = "\n".join(f"{start}{self._in_style(line.lstrip(), 'name')}" for line in terms)
                self.write(f"{named}\n{filled}\n" if text else f"{named}\n")

    def write_example(self, words: Iterable[str]) -> None:
        """Write a line of a shell, with a backslash where it goes on."""
        start, after = " " * self.current_indent, " " * (self.current_indent + _INDENT)
        line = start
        for word in words:
            if line.strip() and len(line) + len(word) + len(" \\") > self.width:
                self.write(f"{line.rstrip()} \\\n")
                line = after
            line += f"{word} "
        self.write(f"{line.rstrip()}\n")

    def _fill(self, text: str, start: str, after: str) -> str:
        if not text.isascii():
            from dmcli.folding import fold

            return start + f"\n{after}".join(fold(text, self.width - len(after)).split("\n"))
        import textwrap

        return textwrap.fill(
            text,
            self.width,
            initial_indent=start,
            subsequent_indent=after,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _cells(text: str) -> int:
    """The columns that a text takes."""
    if text.isascii():
        return len(text)
    from dmcli.folding import cells

    return cells(text)
