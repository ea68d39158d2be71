"""What became of the mail of some weeks, from all that the service tells of it: one object, which a report draws."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.api.windows import first_day
from dmcli.errors import ConfigError
from dmcli.untrusted import read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from dmcli.api.model import Action
    from dmcli.client.client import Client

    Row = dict[str, Any]
    Read = Callable[[Action, Mapping[str, str]], Iterable[Row]]

_SPAM = "3"
_NAMED = ("AccountName", "TagName")
MOST_FAILURES = 20_000  # mails that failed, of which each kind is read; a hundred a call
MOST_COMPARED = 30  # senders, and tags, with a call for each
_SHOWN = 10  # rows of what is worst
_TOTALS = catalogue.get("SenderStatisticsByTagNameAndBatchID")
_TRACKING = catalogue.get("GetTrackList")
_DETAILS = catalogue.get("SenderStatisticsDetailByParam")
_SENT = {
    "requests": "requestCount",
    "delivered": "successCount",
    "failed": "faildCount",
    "invalid": "unavailableCount",
}
_READ = {
    "tracked": "TotalNumber",
    "opens": "RcptOpenCount",
    "unique_opens": "RcptUniqueOpenCount",
    "clicks": "RcptClickCount",
    "unique_clicks": "RcptUniqueClickCount",
}
FAILED = {"2": "invalid", "3": "spam", "4": "failed"}  # outcomes by the status in a detail


def kept_since(now: datetime) -> str:
    """The first day of which the service has failures and opens; `now` is its time."""
    return _first(_DETAILS, now)


def told_since(now: datetime) -> str:
    """The first day of which the service has anything; `now` is its time."""
    return _first(_TOTALS, now)


def _first(action: Action, now: datetime) -> str:
    return f"{first_day(action.window, now):%Y-%m-%d}" if action.window else ""


class Figures(Protocol):
    """Failures and invalid addresses of some days. Counted is one; the history has another."""

    def outcomes(self) -> dict[str, int]:
        """How many mails had which status, of those that were not delivered."""

    def kinds(self, most: int) -> list[tuple[str, str, int]]:
        """Status, message and how many mails, the most frequent first."""

    def spam_by(self, field: str) -> dict[str, int]:
        """How many mails were taken for spam, by the AccountName or TagName in lower case."""

    def domains(self, most: int) -> list[tuple[str, dict[str, int]]]:
        """Domains of recipients, and how many of their mails had which status; those with most failures first."""

    def invalid(self, most: int) -> tuple[int, list[str]]:
        """How many addresses were found invalid, and the latest of them."""


def report(
    client: Client, read: Read, since: str, until: str, kept: str, figures: Figures | None = None
) -> dict[str, Any]:
    """The report on the days from `since` to `until`, as texts of the wire. Raises DmError.

    `read` gives the rows of an action, over all pages and windows; `kept` is the first day of which it has failures and
    opens, "" where it has them of all. `figures` has the failures where they need not be counted. The keys:

    - `since`, `until`, `region`, `quota` as DescAccountSummary has it,
    - `totals` and `days`: requests, delivered, failed with spam in it, invalid; of those `tracked` opens and clicks,
      None on days of which they are not there; in totals also `spam`, None where it is not known of all days,
    - `senders` and `tags`: name, requests, delivered, failed, invalid, spam,
    - `failures` by outcome (invalid, spam, failed) and message, `recipient_domains` with most failures first,
    - `invalid_addresses`: count, latest,
    - `notes`: what is not in it, objects with `kept_since` (a day: failures and opens from then on), `most_failures`,
      `compared`, `not_allowed`.
    """
    notes: list[dict[str, Any]] = []
    if since < kept:
        notes.append({"note": "kept_since", "day": kept})
    days = list(_days(read, since, until, kept))
    counted = None
    if figures is None:
        figures = counted = Counted(read, since, until)
    cut = counted.cut if counted else []
    notes += [{"note": "most_failures", "outcome": outcome, "count": MOST_FAILURES} for outcome in cut]
    known = None if since < kept or "spam" in cut else figures
    spam = known.outcomes().get(_SPAM, 0) if known else None
    found, latest = figures.invalid(_SHOWN)
    return {
        "since": since,
        "until": until,
        "region": client.target.region,
        "totals": {**_sum(days), "spam": spam},
        "days": days,
        "failures": [
            {"outcome": FAILED.get(status, status), "message": message, "mails": mails}
            for status, message, mails in figures.kinds(_SHOWN)
        ],
        "recipient_domains": [
            {"domain": domain, "mails": sum(by.values()), **{name: by.get(code, 0) for code, name in FAILED.items()}}
            for domain, by in figures.domains(_SHOWN)
        ],
        "invalid_addresses": {"count": found, "latest": latest},
        "quota": _quota(client),
        "senders": _compared(read, "AccountName", _senders(read, notes), since, until, known),
        "tags": _compared(read, "TagName", _tags(read, notes), since, until, known),
        "notes": notes,
    }


def _days(read: Read, since: str, until: str, kept: str) -> Iterator[dict[str, Any]]:
    """A row a day, the first first: what was sent, opened and clicked; days without mail too."""
    params = {"StartTime": since, "EndTime": until}
    tracked = {str(value_of(row, "CreateTime")): row for row in read(_TRACKING, params)}
    sent = {str(value_of(row, "CreateTime")): row for row in read(_TOTALS, params)}
    for day in _each_day(since, until):
        counts = {name: _number(sent.get(day, {}), field) for name, field in _SENT.items()}
        looks = {name: _number(tracked.get(day, {}), field) if day >= kept else None for name, field in _READ.items()}
        yield {"day": day, **counts, **looks}


def _each_day(since: str, until: str) -> Iterator[str]:
    day, last = date.fromisoformat(since), date.fromisoformat(until)
    while day <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def _sum(days: Iterable[Row]) -> dict[str, int]:
    days = tuple(days)
    return {name: sum(day[name] or 0 for day in days) for name in (*_SENT, *_READ)}


class Counted:
    """Failures and invalid addresses of some days, counted from the rows that the service gives.

    Of each outcome the latest mails are read, up to as many as are worth the calls: `cut` has those of which there are
    more.
    """

    def __init__(self, read: Read, since: str, until: str) -> None:
        self._read, self._days = read, {"StartTime": since, "EndTime": until}
        self.cut: list[str] = []
        self._failures = Counter(self._failed(f"{since} 00:00", f"{until} 23:59"))

    def outcomes(self) -> dict[str, int]:
        """How many mails had which status, of those that were not delivered."""
        found = Counter[str]()
        for (status, *_), mails in self._failures.items():
            found[status] += mails
        return found

    def spam_by(self, field: str) -> dict[str, int]:
        """How many mails were taken for spam, by the AccountName or TagName in lower case."""
        found = Counter[str]()
        for (status, _, _, *names), mails in self._failures.items():
            if status == _SPAM:
                found[names[_NAMED.index(field)]] += mails
        return found

    def kinds(self, most: int) -> list[tuple[str, str, int]]:
        """Status, message and how many mails, the most frequent first."""
        found = Counter[tuple[str, str]]()
        for (status, message, *_), mails in self._failures.items():
            found[status, message] += mails
        kinds = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
        return [(status, message, mails) for (status, message), mails in kinds]

    def domains(self, most: int) -> list[tuple[str, dict[str, int]]]:
        """Domains of recipients, and how many of their mails had which status; those with most failures first."""
        found: dict[str, Counter[str]] = {}
        for (status, _, domain, *_), mails in self._failures.items():
            found.setdefault(domain, Counter())[status] += mails
        domains = sorted(found.items(), key=lambda pair: (-pair[1].total(), pair[0]))[:most]
        return [(domain, dict(counts)) for domain, counts in domains]

    def invalid(self, most: int) -> tuple[int, list[str]]:
        """How many addresses were found invalid, and the latest of them."""
        latest: list[str] = []
        count = 0
        for row in self._read(catalogue.get("QueryInvalidAddress"), self._days):
            count += 1
            if len(latest) < most:
                latest.append(str(value_of(row, "ToAddress") or ""))
        return count, latest

    def _failed(self, begin: str, end: str) -> Iterator[tuple[str, ...]]:
        """Status, message, domain of the recipient, sender and tag of each mail that failed."""
        for status, outcome in FAILED.items():
            rows = self._read(_DETAILS, {"StartTime": begin, "EndTime": end, "Status": status})
            for number, row in enumerate(rows):
                if number == MOST_FAILURES:
                    self.cut.append(outcome)
                    break
                domain = str(value_of(row, "ToAddress") or "").partition("@")[2].lower()
                named = (str(value_of(row, field) or "").lower() for field in _NAMED)
                yield status, str(value_of(row, "Message") or ""), domain, *named


def _quota(client: Client) -> dict[str, Any]:
    """The account's limits and what is left of them, under the names of DescAccountSummary; none without permission."""
    try:
        summary = client.call(catalogue.get("DescAccountSummary"), {})
    except ConfigError:
        return {}
    wanted = ("DailyQuota", "MonthQuota", "QuotaLevel", "UserStatus")
    return {name: read_number(str(value_of(summary, name))) for name in wanted}


def _senders(read: Read, notes: list[dict[str, Any]]) -> list[str]:
    return _names(read, "QueryMailAddressByParam", "AccountName", "senders", notes)


def _tags(read: Read, notes: list[dict[str, Any]]) -> list[str]:
    return _names(read, "QueryTagByParam", "TagName", "tags", notes)


def _names(read: Read, action: str, field: str, what: str, notes: list[dict[str, Any]]) -> list[str]:
    try:
        names = [str(value_of(row, field) or "") for row in read(catalogue.get(action), {})]
    except ConfigError:  # the keys may see statistics but not these
        notes.append({"note": "not_allowed", "what": what})
        return []
    if len(names) > MOST_COMPARED:
        notes.append({"note": "compared", "what": what, "count": len(names), "compared": MOST_COMPARED})
    return names[:MOST_COMPARED]


def _compared(
    read: Read, param: str, names: list[str], since: str, until: str, figures: Figures | None
) -> list[dict[str, Any]]:
    """What was sent by each of the names, the most first; those without mail are left out."""
    spam = figures.spam_by(param) if figures else {}
    found: list[dict[str, Any]] = []
    for name in names:
        rows = list(read(_TOTALS, {"StartTime": since, "EndTime": until, param: name}))
        counts = {key: sum(_number(row, field) for row in rows) for key, field in _SENT.items()}
        if counts["requests"]:
            found.append({"name": name, **counts, "spam": spam.get(name.lower(), 0) if figures else None})
    return sorted(found, key=lambda row: (-row["requests"], row["name"]))


def _number(row: Row, field: str) -> int:
    return read_number(str(value_of(row, field))) or 0
