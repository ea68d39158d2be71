"""How far a run has come: a bar, and a line of what there is to say, redrawn in place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dmcli.look import style
from dmcli.render.board import Redrawn
from dmcli.render.console import console_for
from dmcli.render.encoding import fit_encoding
from dmcli.untrusted import brief

if TYPE_CHECKING:
    from rich.text import Text

    from dmcli.render.formats.base import Sink

_WIDEST = 60  # cells of the bar


class Meter(Redrawn):
    """A bar for how much of all is done. It leaves nothing on the terminal.

    >>> import io
    >>> from dmcli.render import Output
    >>> with Meter(Output("table", "", io.StringIO())) as meter:
    ...     meter.tell(340, 1000, "340 of 1,000 sent, 98/s, 7 s left")
    """

    def __init__(self, sink: Sink) -> None:
        self._sink, self._options = sink, console_for(sink).options
        self._done, self._total, self._text = 0, 1, ""
        super().__init__(sink, self._drawn, clock=time.monotonic)

    def tell(self, done: int, total: int, text: str) -> None:
        """Say how much of all is done."""
        self._done, self._total, self._text = done, max(total, 1), text
        self.refresh()

    def _drawn(self, _: str) -> Text:
        from rich.text import Text

        full, empty = "#." if self._options.ascii_only else "█░"
        width = max(min(self._options.max_width - 6, _WIDEST), 1)
        filled = width * self._done // self._total
        drawn = Text().append(full * filled, style("good")).append(empty * (width - filled), style("quiet"))
        drawn.append(f" {100 * self._done // self._total:3}%\n")
        return drawn.append(fit_encoding(brief(self._text), self._sink.stdout))
