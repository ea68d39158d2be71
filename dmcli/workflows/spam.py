"""Mails taken for spam, apart from those that failed otherwise: the service's totals by day have both in one figure.

The details know each mail that was taken for spam, so those of a day are counted there. They go back a month, and some
filters of the totals cannot be put to them; where spam is not known, it stays in the figure of those that failed.
"""

from __future__ import annotations

import threading
from concurrent.futures import wait
from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.actions.common import count
from dmcli.api.paging import value_of
from dmcli.api.windows import first_day
from dmcli.errors import ConfigError
from dmcli.untrusted import read_number
from dmcli.words import marked, tr
from dmcli.workflows.together import together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Executor
    from datetime import datetime

    from dmcli.api.paging import Page
    from dmcli.client.client import Client, Reader

    Row = dict[str, Any]

_TOTALS = catalogue.get("SenderStatisticsByTagNameAndBatchID")
_DETAILS = catalogue.get("SenderStatisticsDetailByParam")
_BOTH, _SPAM = "faildCount", "3"  # the figure that has both (sic), and the outcome of a mail
_UNASKABLE = ("Esp", "DedicatedIp", "DedicatedIpPoolId")  # filters that the details lack
_MOST = 5000  # mails that are counted, a hundred a call
FAILED, SPAM = "failed", "spam"


def _fields() -> Iterator[Any]:
    for field in _TOTALS.fields:
        if field.name != _BOTH:
            yield field
            continue
        yield count(FAILED, marked("Failed"))
        yield count(SPAM, marked("Spam"))._replace(words=marked({"": "in failed"}))
        yield field._replace(title="")


# The totals with columns of their own for what failed and for spam.
ACTION = _TOTALS._replace(fields=tuple(_fields()))


class Apart:
    """Tells spam apart in pages of totals that were asked for with `params`. `now` is the service's time.

    Of all days the first is counted alone, so that what it finds out about clock and keys holds for the others;
    those of a page are counted at the same time.
    """

    def __init__(
        self,
        client: Client,
        params: Mapping[str, str],
        now: datetime,
        clock: Callable[[], float],
        pause: Callable[[float], None],
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._client, self._params, self._clock, self._pause, self._tell = client, params, clock, pause, tell
        self._left, self._lock, self._tried = _MOST, threading.Lock(), False
        self._first = f"{first_day(_DETAILS.window, now):%Y-%m-%d}" if _DETAILS.window else ""
        self._why = next(
            (
                tr("--{option} cannot be put to the details", option=_TOTALS.param(name).flag)
                for name in _UNASKABLE
                if params.get(name)
            ),
            "",
        )

    def pages(self, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages, whose rows have what failed and what was spam; says at the end where the latter is not known."""
        unknown = 0
        with together(self._client, self._clock, self._pause) as (paced, pool):
            for page in pages:
                counted = self._counted(page.rows, paced, pool)
                rows = [self.row({**row, SPAM: _spam(row, counted)}) for row in page.rows]
                unknown += sum(row[SPAM] == "" for row in rows)
                yield page._replace(rows=rows)
        if unknown:
            why = self._why or tr("the service tells it from {day} on", day=self._first)
            self._tell(
                tr(
                    "spam is not apart from failed on {count} of the days: {why}; the history may know more",
                    count=unknown,
                    why=why,
                )
            )

    @staticmethod
    def row(row: Row) -> Row:
        """A row, or the sum of some, with what failed and was no spam; with spam in it where that is not known."""
        both, spam = _number(row, _BOTH), row[SPAM]
        return {**row, FAILED: str(both if spam == "" else both - int(spam))}

    def _counted(self, rows: Iterable[Row], client: Client, pool: Executor) -> dict[str, int | None]:
        """The spam of the days whose rows do not say it, by the day; None where it is not known."""
        days = sorted({_day(row) for row in rows if not _says_it(row)})
        running = {}
        for day in [] if self._why else [day for day in days if day >= self._first]:
            running[day] = pool.submit(self._count, client, day)
            if not self._tried:
                self._tried = bool(wait([running[day]]))
        return {day: future.result() for day, future in running.items()}

    def _count(self, client: Reader, day: str) -> int | None:
        """The spam of a day by the details, None where it is not known. They take one filter at a time."""
        sender, tag = (self._params.get(name, "") for name in ("AccountName", "TagName"))
        asked = {"TagName": tag} if tag else {"AccountName": sender} if sender else {}
        window = {"StartTime": f"{day} 00:00", "EndTime": f"{day} 23:59", "Status": _SPAM, **asked}
        counted = 0
        if self._why:
            return None
        try:
            for page in client.pages(_DETAILS, window):
                if not self._may_count(len(page.rows)):
                    return None
                counted += sum(self._is_of(str(value_of(row, "AccountName") or "").lower()) for row in page.rows)
        except ConfigError as error:  # the keys may see totals but not these
            self._why = error.message
            return None
        return counted

    def _may_count(self, mails: int) -> bool:
        """Whether so many more are worth their calls."""
        with self._lock:
            self._left -= mails
            if self._left < 0:
                self._why = tr("there are more than {most:,} mails to count", most=_MOST)
            return not self._why

    def _is_of(self, sender: str) -> bool:
        asked, domain = (self._params.get(name, "").lower() for name in ("AccountName", "Domain"))
        return asked in ("", sender) and (not domain or sender.endswith(f"@{domain}"))


def _number(row: Row, name: str) -> int:
    return read_number(str(value_of(row, name))) or 0


def _day(row: Row) -> str:
    return str(value_of(row, "CreateTime"))


def _says_it(row: Row) -> bool:
    """Whether a row tells its spam: the history does, and where nothing failed there is none."""
    return value_of(row, SPAM) is not None or not _number(row, _BOTH)


def _spam(row: Row, counted: Mapping[str, int | None]) -> str:
    """How many mails of the day of a row were taken for spam; "" where that is not known."""
    found = _number(row, SPAM) if _says_it(row) else counted.get(_day(row))
    return "" if found is None else str(min(found, _number(row, _BOTH)))
