"""What became of the mail of some weeks, from all that the service tells of it: one object, which a report draws."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

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
_FAILED = {"2": "invalid", "3": "spam", "4": "failed"}  # outcomes by the status in a detail


def kept_since(now: datetime) -> str:
    """The first day of which the service has failures and opens; `now` is its time."""
    return _first(_DETAILS, now)


def told_since(now: datetime) -> str:
    """The first day of which the service has anything; `now` is its time."""
    return _first(_TOTALS, now)


def _first(action: Action, now: datetime) -> str:
    return f"{first_day(action.window, now):%Y-%m-%d}" if action.window else ""


def report(client: Client, read: Read, since: str, until: str, kept: str) -> dict[str, Any]:
    """The report on the days from `since` to `until`, as texts of the wire. Raises DmError.

    `read` gives the rows of an action, over all pages and windows; `kept` is the first day of which it has failures and
    opens, "" where it has them of all. Its keys: `since`, `until`, `region`, `totals` and `days` (requests, delivered,
    failed with spam in it, invalid; of those `tracked` opens and clicks, None on days of which they are not
    there), `failures` by outcome (invalid, spam, failed) and message, `recipient_domains` with most failures first,
    `invalid_addresses`, `quota` as DescAccountSummary has it, `senders`, `tags`, and `notes`, objects on what is not
    in it: `kept_since` (a day: failures and opens from then on), `most_failures`, `compared`, `not_allowed`.
    """
    notes: list[dict[str, Any]] = []
    if since < kept:
        notes.append({"note": "kept_since", "day": kept})
    days = list(_days(read, since, until, kept))
    failures = list(_failures(read, since, until, notes))
    return {
        "since": since,
        "until": until,
        "region": client.target.region,
        "totals": _sum(days),
        "days": days,
        "failures": _by_kind(failures),
        "recipient_domains": _by_domain(failures),
        "invalid_addresses": _invalid(read, since, until),
        "quota": _quota(client),
        "senders": _compared(read, "AccountName", _senders(read, notes), since, until),
        "tags": _compared(read, "TagName", _tags(read, notes), since, until),
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


def _failures(read: Read, since: str, until: str, notes: list[dict[str, Any]]) -> Iterator[Row]:
    """The mails that failed, the latest of each outcome first, up to as many as are worth the calls."""
    begin, end = f"{since} 00:00", f"{until} 23:59"
    for status, outcome in _FAILED.items():
        rows = read(_DETAILS, {"StartTime": begin, "EndTime": end, "Status": status})
        for number, row in enumerate(rows):
            if number == MOST_FAILURES:
                notes.append({"note": "most_failures", "outcome": outcome, "count": MOST_FAILURES})
                break
            yield row


def _by_kind(failures: Iterable[Row]) -> list[dict[str, Any]]:
    """How many mails failed in which way, the most frequent first."""
    kinds = Counter((str(value_of(row, "Status")), str(value_of(row, "Message") or "")) for row in failures)
    return [
        {"outcome": _FAILED.get(status, status), "message": message, "mails": mails}
        for (status, message), mails in kinds.most_common(_SHOWN)
    ]


def _by_domain(failures: Iterable[Row]) -> list[dict[str, Any]]:
    """How many mails to which domain failed, by outcome; the most first."""
    domains: dict[str, Counter[str]] = {}
    for row in failures:
        domain = str(value_of(row, "ToAddress") or "").rpartition("@")[2].lower()
        domains.setdefault(domain, Counter())[str(value_of(row, "Status"))] += 1
    worst = sorted(domains.items(), key=lambda pair: (-pair[1].total(), pair[0]))[:_SHOWN]
    return [
        {
            "domain": domain,
            "mails": counts.total(),
            **{name: counts[status] for status, name in _FAILED.items()},
        }
        for domain, counts in worst
    ]


def _invalid(read: Read, since: str, until: str) -> dict[str, Any]:
    """How many addresses were found invalid, and the latest of them."""
    action = catalogue.get("QueryInvalidAddress")
    latest: list[str] = []
    count = 0
    for row in read(action, {"StartTime": since, "EndTime": until}):
        count += 1
        if len(latest) < _SHOWN:
            latest.append(str(value_of(row, "ToAddress") or ""))
    return {"count": count, "latest": latest}


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


def _compared(read: Read, param: str, names: list[str], since: str, until: str) -> list[dict[str, Any]]:
    """What was sent by each of the names, the most first; those without mail are left out."""
    found = []
    for name in names:
        rows = list(read(_TOTALS, {"StartTime": since, "EndTime": until, param: name}))
        counts = {key: sum(_number(row, field) for row in rows) for key, field in _SENT.items()}
        if counts["requests"]:
            found.append({"name": name, **counts})
    return sorted(found, key=lambda row: (-row["requests"], row["name"]))


def _number(row: Row, field: str) -> int:
    return read_number(str(value_of(row, field))) or 0
