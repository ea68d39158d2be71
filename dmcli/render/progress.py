"""How far a long list has come: a bar that stands on stderr while rows go elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.render.board import Redrawn
from dmcli.render.console import console_for
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.text import Text

    from dmcli.render.formats.base import Sink

_BAR = 30  # cells


class Progress(Redrawn):
    """The rows that have come, of the `total` where that is known. It leaves nothing on the terminal.

    >>> import io
    >>> from dmcli.render import Output
    >>> sink = Output("table", "", io.StringIO())  # stderr, where that is a terminal
    >>> with Progress(sink, 1_000_000, clock=lambda: 0.0) as progress:
    ...     progress.seen = 250_000
    """

    def __init__(self, sink: Sink, total: int | None, *, clock: Callable[[], float]) -> None:
        self.seen, self._total = 0, total
        self._cells = "#." if console_for(sink).options.ascii_only else "█░"
        super().__init__(sink, self._drawn, clock=clock)

    def _drawn(self, _: str) -> Text:
        from rich.text import Text

        if not self._total:
            return Text(tr("{seen:,} rows", seen=self.seen))
        filled = min(_BAR * self.seen // self._total, _BAR)
        bar = self._cells[0] * filled + self._cells[1] * (_BAR - filled)
        return Text(tr("{bar} {seen:,} of {all:,} rows", bar=bar, seen=self.seen, all=self._total))
