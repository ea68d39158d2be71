"""Statistics answered from the history as the service would answer them, so that all that reads them can read it here.

    reader = HistoryReader(kept)
    for page in reader.pages(catalogue.get("SenderStatisticsDetailByParam"), {"StartTime": ..., "EndTime": ...}):
        page.rows

Windows may be of any length, and filters go together as the caller likes. What is not kept is refused, never left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.client.client import walk
from dmcli.errors import InputError
from dmcli.words import listed, tr
from dmcli.workflows.history.answers import ANSWERS
from dmcli.workflows.history.days import Span, day_number, spans
from dmcli.workflows.history.figures import NAMED, KeptFigures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dmcli.api.model import Action
    from dmcli.api.paging import Page
    from dmcli.workflows.history.store import Kept

_WINDOW = ("StartTime", "EndTime")
_PAGING = ("Length", "NextStart", "PageNumber", "PageSize")
_DAY = len("yyyy-MM-dd")


class HistoryReader:
    """Reads what is kept of an account. `tell` says which days of a window are missing."""

    def __init__(self, kept: Kept, tell: Callable[[str], None] = lambda _: None) -> None:
        self._kept, self._tell = kept, tell
        self._told: set[tuple[str, str]] = set()

    def call(self, action: Action, params: Mapping[str, str]) -> dict[str, Any]:
        """One page of an action's answer. Raises InputError for a filter that the history cannot apply."""
        answer, filters = ANSWERS[action.name]
        unknown = [name for name in params if name not in (*_WINDOW, *_PAGING, *filters) and params[name]]
        if unknown:
            flag = action.param(unknown[0]).flag
            raise InputError(
                tr("--{flag} cannot be used with --from-history, which does not keep that: leave one out", flag=flag)
            )
        self._tell_missing(action, params)
        return answer(self._kept, params)

    def pages(self, action: Action, params: Mapping[str, str], size: int = 0) -> Iterator[Page]:
        """The pages of a list."""
        yield from walk(self.call, action, params, size)

    def rows(self, action: Action, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """The rows of a list, over all pages."""
        for page in self.pages(action, params):
            yield from page.rows

    def figures(self, since: str, until: str) -> KeptFigures:
        """The failures and invalid addresses of some days, counted."""
        return KeptFigures(self._kept, since, until)

    def names(self, field: str) -> list[str]:
        """The senders (AccountName) or the tags (TagName) of all mail that is kept."""
        sql = f"SELECT DISTINCT {NAMED[field]} FROM daily WHERE account = ?"
        return [name for (name,) in self._kept.all(sql, self._kept.account)]

    def _tell_missing(self, action: Action, params: Mapping[str, str]) -> None:
        """Say once of a window which of its days the history does not have, which it has, and how it gets more."""
        from dmcli.workflows.history.sync import REACH

        window = (params.get("StartTime", "")[:_DAY], params.get("EndTime", "")[:_DAY])
        if not all(window) or action.name == "QueryInvalidAddress" or window in self._told:
            return
        self._told.add(window)
        states = self._kept.days()
        asked = range(day_number(window[0]), day_number(window[1]) + 1)
        missing = [day for day in asked if day not in states]
        if missing:
            self._tell(
                tr(
                    "warning: the history has nothing of {days}; it keeps {kept}, and dm stats sync "
                    "adds the last {reach} days",
                    days=listed(map(str, spans(missing))),
                    kept=Span(min(states), max(states)) if states else tr("none"),
                    reach=REACH,
                )
            )
