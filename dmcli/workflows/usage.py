"""How much of the account's quota is used: no action tells it, and two know a part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.kinds.dates import service_zone
from dmcli.api.paging import value_of
from dmcli.api.quota import left_of, runs_out
from dmcli.errors import CheckFailedError, ConfigError, DmError, QuotaError, RefusedError
from dmcli.untrusted import read_number
from dmcli.words import marked, tr
from dmcli.workflows.windows import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dmcli.client.client import Client

STATISTICS, ADDRESSES = marked(("statistics", "addresses"))  # data in JSON
SPANS = {"day": ("DailyQuota", marked("today")), "month": ("MonthQuota", marked("this month"))}
_MISSING = marked("what sender addresses sent that are deleted")


class Used(NamedTuple):
    """Mails requested, and the source that says so; None and "" where the permission to know is missing."""

    mails: int | None = None
    source: str = ""


class Usage(NamedTuple):
    """What is used today and this month, by the service's calendar."""

    day: Used = Used()
    month: Used = Used()

    def of(self, span: str) -> Used:
        """What is used of a day or a month."""
        return self.day if span == "day" else self.month


def quota_usage(client: Client, now: datetime) -> Usage:
    """The usage: the larger of two figures of the service. `now` is its time.

    One is the DailyReqCount and MonthReqCount of QueryMailAddressByParam, summed over the sender addresses that there
    are: an address that was deleted takes its figures with it, though its mail counts still. The other is requestCount
    of SenderStatisticsByTagNameAndBatchID, which knows all mail of the account but may lag behind. Raises DmError.
    """
    known = [usage for usage in (_known(_of_statistics, client, now), _known(_of_addresses, client, now)) if usage]
    if not known:
        return Usage()
    return Usage(*(max(figures, key=lambda used: used.mails or 0) for figures in zip(*known, strict=True)))


def _known(source: Callable[[Client, datetime], Usage], client: Client, now: datetime) -> Usage | None:
    """What a source says; None where the keys may not ask it, or the service refuses."""
    try:
        return source(client, now)
    except (ConfigError, RefusedError):
        return None


def _of_addresses(client: Client, _: datetime) -> Usage:
    day = month = 0
    for row in client.rows(catalogue.get("QueryMailAddressByParam"), {}):
        day += _count(row, "DailyReqCount")
        month += _count(row, "MonthReqCount")
    return Usage(Used(day, ADDRESSES), Used(month, ADDRESSES))


def _of_statistics(client: Client, now: datetime) -> Usage:
    today = f"{now.astimezone(service_zone()):%Y-%m-%d}"
    day = month = 0
    action = catalogue.get("SenderStatisticsByTagNameAndBatchID")
    for row in rows(client, action, {"StartTime": f"{today[:8]}01", "EndTime": today}, now):
        month += _count(row, "requestCount")
        day += _count(row, "requestCount") if value_of(row, "CreateTime") == today else 0
    return Usage(Used(day, STATISTICS), Used(month, STATISTICS))


def _count(row: dict[str, Any], name: str) -> int:
    return read_number(str(value_of(row, name))) or 0


def limit_of(summary: dict[str, Any], name: str) -> int | None:
    """How many mails the quota allows, -1 for a quota without a limit; None where that is not known."""
    text = str(value_of(summary, name))
    return -1 if text.startswith("-") else read_number(text)


def usage_of(summary: dict[str, Any], usage: Usage, now: datetime) -> dict[str, Any]:
    """Used, left and their sources, and when what is left is gone at today's pace, of the day and the month.

    `summary` is the reply of DescAccountSummary. Counts are in mails, times in epoch seconds; None is what is not
    known, what has no limit, and a time that does not come before the day or the month is over.
    """
    document: dict[str, Any] = {}
    pace = usage.day.mails
    for span, (limit, _) in SPANS.items():
        used = usage.of(span)
        left = left_of(limit_of(summary, limit), used.mails)
        gone = runs_out(int(now.timestamp()), pace, left, span)
        document |= {
            f"{span}_used": used.mails,
            f"{span}_left": left,
            f"{span}_source": used.source or None,
            f"{span}_runs_out": gone,
        }
    summed = ADDRESSES in (usage.day.source, usage.month.source)
    return {**document, "missing": _MISSING if summed else None}


def check_quota(summary: dict[str, Any], figures: Mapping[str, Any], need: int, least: str) -> None:
    """See that `need` more mails fit, and that what is left is not below `least`: `10%` of the quota, or a number.

    Raises QuotaError where it does not, for day and month at once; DmError where the keys may not know.
    """
    short = []
    for span, (name, when) in SPANS.items():
        limit, left = limit_of(summary, name), figures[f"{span}_left"]
        if limit is not None and limit < 0:
            continue
        if limit is None or left is None:
            raise _unknown(figures)
        floor = -(-limit * int(least[:-1]) // 100) if least.endswith("%") else int(least or 0)
        if need > left:
            short.append(
                tr(
                    "no room for {need:,} more: {left:,} of {limit:,} left {when}",
                    need=need,
                    left=left,
                    limit=limit,
                    when=tr(when),
                )
            )
        elif left < floor:
            short.append(
                tr(
                    "{left:,} of {limit:,} left {when} is below {least}",
                    left=left,
                    limit=limit,
                    when=tr(when),
                    least=least,
                )
            )
    if short:
        raise QuotaError(tr("; ").join(short), hint=tr("Wait for the next day or month of the service (UTC+8)."))


def _unknown(figures: Mapping[str, Any]) -> DmError:
    if figures["day_used"] is None:
        return ConfigError(
            tr("what is left of the quota is not known: these keys may see neither statistics nor sender addresses"),
            hint=tr("Allow them dm:SenderStatisticsByTagNameAndBatchID or dm:QueryMailAddressByParam."),
        )
    return CheckFailedError(tr("what is left of the quota is not known: the service did not tell how large it is"))
