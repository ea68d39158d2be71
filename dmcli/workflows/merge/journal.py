"""What a journal of a campaign is: it knows of every row whether its mail may have been sent.

A row is `under way`, where it outlasts a loss of power, before the first byte of its mail leaves, and its outcome is
there before the row is left. Rows that were under way when the process that sent them ended are unknown: never sent
again. Where journals are kept is in `journals/`; all of them are a `Journal`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from dmcli.words import marked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

PENDING, UNDER_WAY, SENT, REJECTED, SKIPPED, UNKNOWN = marked(
    ("pending", "under way", "sent", "rejected", "skipped", "unknown")
)
STATES = (SENT, PENDING, UNDER_WAY, UNKNOWN, REJECTED, SKIPPED)


class Row(NamedTuple):
    """A row of the journal; `data` are the values of its columns, as JSON."""

    number: int
    address: str
    state: str
    at: int | None
    env_id: str
    request_id: str
    code: str
    reason: str
    data: str

    @property
    def values(self) -> dict[str, str]:
        """The values of the columns that the templates use."""
        found: dict[str, str] = json.loads(self.data)
        return found


class Change(NamedTuple):
    """What became of a row."""

    number: int
    state: str
    env_id: str = ""
    request_id: str = ""
    code: str = ""
    reason: str = ""


class Journal(Protocol):
    """A campaign and its rows; several threads may share one. `Campaigns` finds them by name.

    All methods raise LockedError, LocalIOError, ConfigError or UnreachableError where the journal fails; then nothing
    of what they were to change is kept.
    """

    def close(self) -> None:
        """Give it back."""

    def delete(self) -> None:
        """Give it back, and delete all that is known of the campaign."""

    def planning(self, name: str, plan: Mapping[str, Any]) -> AbstractContextManager[None]:
        """A block in which rows are put into a new journal: all of it is kept when it ends, nothing when it raises."""

    def put(self, number: int, address: str, key: str | None, values: Mapping[str, str], reason: str = "") -> int:
        """Add a row to a plan, skipped where there is a reason; the number of an earlier row with the key, else 0."""

    def about(self) -> tuple[str, int, dict[str, Any]] | None:
        """The campaign's name, when it was made in epoch seconds, and its plan; None before there is one."""

    def recover(self) -> int:
        """Make rows unknown that were under way in a process that has ended; how many there were."""

    def claim(self, after: int, most: int) -> list[Row]:
        """The next pending rows after a number, which nobody else sends: this process's until it ends.

        They stay pending, so that the end of the process costs nothing; one is begun by writing it as under way. From
        0 on it is begun anew: what was claimed before and not begun is free again.
        """

    def waits(self) -> str:
        """Why no row can be claimed now though one may be later; "" where none is to come."""

    def write(self, *changes: Change) -> None:
        """Keep what became of rows, in one commit. Returns once it outlasts a loss of power.

        What others wait for goes with it. What becomes pending with a code stays this run's, and may be begun again.
        Raises LockedError where one of the rows is no longer this run's.
        """

    def decide(self, numbers: Iterable[int] | None, state: str, what: str, *, of: str = UNKNOWN) -> int:
        """Put rows of one state into another because somebody knows better; how many (all of that state for None).

        Raises InputError, and changes nothing, when one of the numbers is not in that state.
        """

    def rows(self, states: Iterable[str] = STATES) -> Iterator[Row]:
        """All rows in these states, by number."""

    def counts(self) -> dict[str, int]:
        """How many rows are in each state."""

    def begun_since(self, at: float) -> int:
        """How many mails may have been sent since a time, in epoch seconds."""

    def pause(self, wanted: bool) -> None:
        """Have runs stop in good order, or let them run again."""

    @property
    def paused(self) -> bool:
        """Whether runs are to stop."""
