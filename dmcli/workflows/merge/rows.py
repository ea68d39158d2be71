"""Rows of a run that wait to be sent: as a journal gives them, and in halves those that were refused together."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.workflows.merge.journal import Journal, Row

_CHUNK = 500  # rows read at once


class Waiting:
    """The rows, in groups: a call has rows of one group. The length is that of the first, 0 where none is read."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._groups: deque[deque[Row]] = deque()
        self._after = 0
        self.again = False  # some that were begun are pending again

    def __len__(self) -> int:
        return len(self._groups[0]) if self._groups else 0

    def read(self, *, idle: bool) -> bool:
        """Whether there are rows; reads on where none is at hand. Rows that came back are read once the run is idle."""
        if self._groups:
            return True
        rows = self._journal.claim(self._after, _CHUNK)
        if not rows and self.again and idle:
            self._after, self.again = 0, False
            rows = self._journal.claim(0, _CHUNK)
        if rows:
            self._after = rows[-1].number
            self._groups.append(deque(rows))
        return bool(rows)

    def take(self, most: int) -> list[Row]:
        """The next rows for a call, so many at most."""
        group = self._groups[0]
        rows = [group.popleft() for _ in range(min(most, len(group)))]
        if not group:
            self._groups.popleft()
        return rows

    def halve(self, rows: Sequence[Row]) -> None:
        """Have rows that the service refused together go next, in two calls."""
        middle = len(rows) // 2
        self._groups.extendleft((deque(rows[middle:]), deque(rows[:middle])))
