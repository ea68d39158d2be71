"""How far a run has come, for a screen reader: a line a tenth of the way, nothing drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

_EVERY = 10  # per cent


class Spoken:
    """Says the share that is done each time that it has grown by a tenth.

    >>> spoken = Spoken(print)
    >>> for done in (0, 12, 15, 340, 1000):
    ...     spoken.tell(done, 1000, f"{done:,} rows")
    0%, 0 rows
    34%, 340 rows
    100%, 1,000 rows
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self._last = say, -1

    def tell(self, done: int, total: int, text: str) -> None:
        """Say how much of all is done, where it is news."""
        percent = 100 * done // max(total, 1)
        if percent // _EVERY != self._last:
            self._last = percent // _EVERY
            self._say(tr("{percent}%, {text}", percent=percent, text=text))
