"""What a report says of failures and invalid addresses, from the history: counted there, and none is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.workflows.history.days import day_number, day_start

if TYPE_CHECKING:
    from dmcli.workflows.history.store import Kept

NAMED = {"AccountName": "sender", "TagName": "tag"}  # fields of a row, and their columns
_FAILED = "FROM failure JOIN sort ON sort.id = sort WHERE account = ? AND day BETWEEN ? AND ? AND status IN (2, 3, 4)"


class KeptFigures:
    """The failures and invalid addresses of the days from `since` to `until`, both `yyyy-MM-dd`."""

    def __init__(self, kept: Kept, since: str, until: str) -> None:
        self._kept, self._days = kept, (day_number(since), day_number(until))

    def outcomes(self) -> dict[str, int]:
        """How many mails had which status, of those that were not delivered."""
        return {str(status): mails for status, mails in self._all(f"SELECT status, sum(mails) {_FAILED} GROUP BY 1")}

    def kinds(self, most: int) -> list[tuple[str, str, int]]:
        """Status, message and how many mails, the most frequent first."""
        sql = f"SELECT status, message, sum(mails) {_FAILED} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {most:d}"
        return [(str(status), message, mails) for status, message, mails in self._all(sql)]

    def spam_by(self, field: str) -> dict[str, int]:
        """How many mails were taken for spam, by the AccountName or TagName in lower case."""
        sql = f"SELECT lower({NAMED[field]}), sum(mails) {_FAILED} AND status = 3 GROUP BY 1"
        return dict(self._all(sql))

    def domains(self, most: int) -> list[tuple[str, dict[str, int]]]:
        """Domains of recipients, and how many of their mails had which status; those with most failures first."""
        sql = (
            "SELECT domain, sum(mails * (status = 2)), sum(mails * (status = 3)), sum(mails * (status = 4)) "
            f"{_FAILED} GROUP BY 1 ORDER BY sum(mails) DESC, 1 LIMIT {most:d}"
        )
        return [(domain, dict(zip("234", counts, strict=True))) for domain, *counts in self._all(sql)]

    def invalid(self, most: int) -> tuple[int, list[str]]:
        """How many addresses were found invalid, and the latest of them."""
        first, last = self._days
        found = "FROM invalid WHERE account = ? AND at >= ? AND at < ?"
        values = (self._kept.account, day_start(first), day_start(last + 1))
        ((count,),) = self._kept.all(f"SELECT count(*) {found}", *values)
        latest = self._kept.all(f"SELECT address {found} ORDER BY at DESC, address DESC LIMIT {most:d}", *values)
        return count, [address for (address,) in latest]

    def _all(self, sql: str) -> list[tuple[Any, ...]]:
        return self._kept.all(sql, self._kept.account, *self._days)
