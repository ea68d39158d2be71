"""What became of mails without an answer, as far as the service's statistics of each mail tell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.api.kinds.dates import Minute
from dmcli.api.paging import value_of
from dmcli.untrusted import read_number
from dmcli.words import marked
from dmcli.workflows.merge.journal import SENT, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.client.client import Client
    from dmcli.workflows.merge.journal import Journal, Row
    from dmcli.workflows.merge.letters.letter import Letter

_DETAILS = catalogue.get("SenderStatisticsDetailByParam")
_BEFORE, _AFTER = 60, 86400  # seconds around the attempt in which its mail would be counted
FOUND = marked("found in the service's statistics")  # kept in journals


class Settled(NamedTuple):
    """A row of unknown outcome, and whether the service has its mail; that it has not proves nothing."""

    row: Row
    found: bool


def settle(client: Client, letter: Letter, journal: Journal) -> Iterator[Settled]:
    """Look every unknown row up by recipient, subject, sender and time; those that are found become sent."""
    for row in list(journal.rows([UNKNOWN])):
        found = _is_there(client, letter, row)
        if found:
            journal.decide([row.number], SENT, FOUND)
        yield Settled(row, found)


def _is_there(client: Client, letter: Letter, row: Row) -> bool:
    wire, at = letter.mail(row.number, row.values).wire, row.at or 0
    now, kind = datetime.now(UTC), Minute()
    end = min(at + _AFTER, now.timestamp())
    window = {
        name: kind.to_wire(datetime.fromtimestamp(moment, UTC).isoformat(timespec="minutes"), now)
        for name, moment in (("StartTime", at - _BEFORE), ("EndTime", end))
    }
    for found in client.rows(_DETAILS, {**window, "ToAddress": wire["ToAddress"]}):
        when = read_number(str(value_of(found, "UtcLastUpdateTime")))
        if (
            value_of(found, "Subject") == wire["Subject"]
            and str(value_of(found, "AccountName")).lower() == wire["AccountName"].lower()
            and (when is None or when >= at - _BEFORE)
        ):
            return True
    return False
