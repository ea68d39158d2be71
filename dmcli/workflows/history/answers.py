"""What the history has for each action of statistics, in the form in which the service answers it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dmcli.api.actions.common import ESPS
from dmcli.api.paging import value_of
from dmcli.untrusted import read_number
from dmcli.workflows.history.days import Span, day_number, day_start, day_text, stamp
from dmcli.workflows.history.store import SORT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dmcli.workflows.history.store import Kept

_DELIVERED, _INVALID, _SPAM = 0, 2, 3
_MINUTE = 60
# The fields of a row of details, in the order in which the service has them.
_FIELDS = (
    *("AccountName", "ToAddress", "Subject", "Status", "Message", "ErrorClassification", "TagName", "LastUpdateTime"),
    *("UtcLastUpdateTime", "ConfigSetId", "ConfigSetName", "IpPoolId", "IpPoolName"),
)
_SORT = ", ".join(f"s.{column}" for column in SORT)
# Nearly all addresses are in lower case; the others have an index of their own.
_ANY_CASE = (
    "SELECT id FROM text WHERE value = lower(?) UNION "
    "SELECT id FROM text WHERE value != lower(value) AND value = ? COLLATE NOCASE"
)
_COUNTS = ("TotalNumber", "RcptOpenCount", "RcptUniqueOpenCount", "RcptClickCount", "RcptUniqueClickCount")


def _days(params: Mapping[str, str]) -> Span:
    return Span(day_number(params["StartTime"]), day_number(params["EndTime"]))


def _totals(kept: Kept, params: Mapping[str, str]) -> dict[str, Any]:
    """SenderStatisticsByTagNameAndBatchID, of the mails whose outcome was known when they were read."""
    esp = params.get("Esp", "").lower()
    others = ", ".join(f"'{one}'" for one in ESPS)
    clause, values = _where(
        {
            "account = ?": kept.account,
            "day >= ?": _days(params).first,
            "day <= ?": _days(params).last,
            "sender = ?": params.get("AccountName", "").lower() or None,
            "tag = ?": params.get("TagName") or None,
            "substr(sender, instr(sender, '@') + 1) = ?": params.get("Domain", "").lower() or None,  # untranslated: SQL
            "provider = ?": esp if esp and esp != "others" else None,
            f"(provider NOT IN ({others})) = ?": 1 if esp == "others" else None,
        }
    )
    rows = kept.all(
        f"SELECT day, sum(mails), sum(mails * (status = {_DELIVERED})), "
        f"sum(mails * (status NOT IN ({_DELIVERED}, {_INVALID}))), sum(mails * (status = {_SPAM})), "
        f"sum(mails * (status = {_INVALID})) "
        f"FROM daily{clause} GROUP BY day ORDER BY day",
        *values,
    )
    return {"TotalCount": len(rows), "data": {"stat": [_total(*row) for row in rows]}}


def _total(day: int, sent: int, delivered: int, failed: int, spam: int, invalid: int) -> dict[str, str]:
    return {
        "CreateTime": day_text(day),
        "requestCount": str(sent),
        "successCount": str(delivered),
        "faildCount": str(failed),  # sic; spam is in it, and stands below, where the service does not say it
        "spam": str(spam),
        "unavailableCount": str(invalid),
        "succeededPercent": _percent(delivered, sent),
        "unavailablePercent": _percent(invalid, sent),
    }


def _details(kept: Kept, params: Mapping[str, str]) -> dict[str, Any]:
    """SenderStatisticsDetailByParam, newest first. When a mail was sent is known to the day, see `_edges`."""
    size, to = int(params.get("Length") or 100), params.get("ToAddress")
    after = [int(part) for part in params.get("NextStart", "0").split("#")]
    clause, values = _where(
        {
            "d.account = ?": kept.account,
            "d.day >= ?": _days(params).first,
            # Of two upper bounds SQLite would search by this one, and go through all pages before.
            "d.day <= ?": _days(params).last if len(after) == 1 else None,
            "s.sender = ? COLLATE NOCASE": params.get("AccountName") or None,
            "s.tag = ?": params.get("TagName") or None,
            "? IN (s.config, s.config_name)": params.get("ConfigSetId") or None,
            "? IN (s.pool, s.pool_name)": params.get("IpPoolId") or None,
            "s.status = ?": params.get("Status") or None,
            **_edges(params),
        }
    )
    if to:
        clause, values = f"{clause} AND d.recipient IN ({_ANY_CASE})", [*values, to, to]
    if len(after) > 1:
        clause, values = f"{clause} AND (d.day, d.seq) < (?, ?)", [*values, *after]
    index = " INDEXED BY detail_by_recipient" if to else ""  # untranslated: SQL
    rows = kept.all(
        f"SELECT d.day, d.seq, d.at, r.value, t.value, {_SORT} FROM detail AS d{index} "
        "CROSS JOIN sort AS s ON s.id = sort "
        "CROSS JOIN text AS r ON r.id = recipient CROSS JOIN text AS t ON t.id = subject"
        f"{clause} ORDER BY d.day DESC, d.seq DESC LIMIT ?",
        *values,
        size + 1,
    )
    shown = rows[:size]
    return {
        "NextStart": f"{shown[-1][0]}#{shown[-1][1]}" if len(rows) > size else "",
        "data": {"mailDetail": [_detail(*row[2:]) for row in shown]},
    }


def _edges(params: Mapping[str, str]) -> dict[str, int | None]:
    """The conditions on days that a window begins or ends within: there the last change of a mail counts."""
    first, last = (day_start(day_number(text)) + _seconds(text) for text in (params["StartTime"], params["EndTime"]))
    begins, ends = first == day_start(_days(params).first), last + _MINUTE == day_start(_days(params).last + 1)
    return {
        f"(d.day > {_days(params).first} OR d.at >= ?)": None if begins else first,
        f"(d.day < {_days(params).last} OR d.at < ?)": None if ends else last + _MINUTE,
    }


def _seconds(text: str) -> int:
    """The seconds of the day at a minute `yyyy-MM-dd HH:mm`."""
    hours, minutes = text[11:].split(":")
    return int(hours) * 3600 + int(minutes) * _MINUTE


def _detail(at: int, recipient: str, subject: str, *cells: Any) -> dict[str, Any]:
    sort = dict(zip(SORT.values(), cells, strict=True))
    known = {"ToAddress": recipient, "Subject": subject, "LastUpdateTime": stamp(at), "UtcLastUpdateTime": str(at)}
    return {name: known[name] if name in known else sort[name] for name in _FIELDS}


def _tracking(kept: Kept, params: Mapping[str, str]) -> dict[str, Any]:
    """GetTrackList: the service's counts; those of several senders are added up."""
    rows = _tracks(kept, params)
    return {"Total": len(rows), "data": {"stat": rows}}


def _tracking_of(kept: Kept, params: Mapping[str, str]) -> dict[str, Any]:
    """GetTrackListByMailFromAndTagName."""
    rows = _tracks(kept, params)
    return {"Total": len(rows), "TrackList": {"Stat": rows}}


def _tracks(kept: Kept, params: Mapping[str, str]) -> list[dict[str, Any]]:
    sender, tag, domain = (params.get(name, "") for name in ("AccountName", "TagName", "Domain"))
    narrowed = bool(tag or domain)
    clause, values = _where(
        {
            "account = ?": kept.account,
            "day >= ?": _days(params).first,
            "day <= ?": _days(params).last,
            "sender = ?": sender.lower() if sender or not narrowed else None,
            "sender != ?": "" if narrowed else None,
            "tag = ?": tag,
            "substr(sender, instr(sender, '@') + 1) = ?": domain.lower() or None,  # untranslated: SQL
        }
    )
    by_day: dict[int, list[dict[str, Any]]] = {}
    for day, counts in kept.all(f"SELECT day, counts FROM track{clause} ORDER BY day, sender", *values):
        by_day.setdefault(day, []).append(json.loads(counts))
    return [rows[0] if len(rows) == 1 else _added(day, rows) for day, rows in by_day.items()]


def _added(day: int, rows: list[dict[str, Any]]) -> dict[str, str]:
    """The counts of several senders on a day in one row."""
    counts = {name: sum(read_number(str(value_of(row, name))) or 0 for row in rows) for name in _COUNTS}
    rates = {
        name.replace("Count", "Rate"): _percent(count, counts["TotalNumber"])
        for name, count in counts.items()
        if name != "TotalNumber"
    }
    return {"CreateTime": day_text(day), **{name: str(count) for name, count in counts.items()}, **rates}


def _invalid(kept: Kept, params: Mapping[str, str]) -> dict[str, Any]:
    """QueryInvalidAddress, newest first. The cursor carries the total, so that it is counted once for all pages."""
    size, word = int(params.get("Length") or 100), params.get("KeyWord", "")
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    start, end = params.get("StartTime"), params.get("EndTime")
    at, counted, address = [*params.get("NextStart", "").split("#", 2), "", ""][:3]
    clause, values = _where(
        {
            "account = ?": kept.account,
            "address LIKE ? ESCAPE '\\'": f"%{escaped}%" if word else None,
            "at >= ?": day_start(day_number(start)) if start else None,
            "at < ?": day_start(day_number(end) + 1) if end and not address else None,
        }
    )
    if address:
        total = int(counted)
        clause, values = f"{clause} AND (at, address) < (?, ?)", [*values, int(at), address]  # untranslated: SQL
    else:
        ((total,),) = kept.all(f"SELECT count(*) FROM invalid{clause}", *values)
    rows = kept.all(
        f"SELECT at, address FROM invalid{clause} ORDER BY at DESC, address DESC LIMIT ?", *values, size + 1
    )
    shown = rows[:size]
    return {
        "TotalCount": total,
        "NextStart": f"{shown[-1][0]}#{total}#{shown[-1][1]}" if len(rows) > size else "",
        "data": {
            "mailDetail": [
                {"ToAddress": address, "LastUpdateTime": stamp(at), "UtcLastUpdateTime": at} for at, address in shown
            ]
        },
    }


def _where(conditions: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A WHERE clause of conditions with one ? each, and the values; those without a value (None) are left out."""
    given = {text: value for text, value in conditions.items() if value is not None}
    return f" WHERE {' AND '.join(given)}", list(given.values())


def _percent(part: int, whole: int) -> str:
    """A share as the service writes it."""
    return f"{100 * part / whole:.2f}%" if whole else "0%"


# What answers each action, and the filters that it applies.
ANSWERS: dict[str, tuple[Callable[[Kept, Mapping[str, str]], dict[str, Any]], tuple[str, ...]]] = {
    "SenderStatisticsByTagNameAndBatchID": (_totals, ("AccountName", "TagName", "Domain", "Esp")),
    "SenderStatisticsDetailByParam": (
        _details,
        ("AccountName", "TagName", "ToAddress", "Status", "ConfigSetId", "IpPoolId"),
    ),
    "GetTrackList": (_tracking, ("AccountName", "TagName", "Domain")),
    "GetTrackListByMailFromAndTagName": (_tracking_of, ("AccountName", "TagName", "Domain")),
    "QueryInvalidAddress": (_invalid, ("KeyWord",)),
}
