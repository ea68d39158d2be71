"""Statistics (reference sections 9 and 12.1), counted from the mail that was sent; days are the service's (UTC+8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.regions import OFFSET
from dmcli.sandbox.calendar import day_start, day_text, time_text
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts
from dmcli.sandbox.service.delivery import DELIVERED, INVALID, Quota, count_sent, env_id
from dmcli.sandbox.service.filters import mail_conditions, read_cursor, read_day, read_moment, window_conditions
from dmcli.sandbox.service.tally import COUNTED
from dmcli.sandbox.store.sql import like, where
from dmcli.words import marked

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context, Handler, Row

_DAY = f"(m.created + {OFFSET}) / 86400"
_MAIL = "mail AS m JOIN message AS g ON g.id = m.message"
_NAMES = "LEFT JOIN config_set AS c ON c.id = g.config_set LEFT JOIN ip_pool AS p ON p.id = g.ip_pool"
_DETAIL = (
    "SELECT m.id, m.message, m.sender, m.recipient, m.tag, m.status, m.reason, m.class, "
    "coalesce(m.subject, g.subject), g.config_set, coalesce(c.name, ''), g.ip_pool, coalesce(p.name, ''), g.size, "
    f"m.created, m.settled FROM {_MAIL} {_NAMES}"
)
_OF_EACH = ("Esp", "ConfigSetId", "DedicatedIpPoolId", "DedicatedIp")  # what only a mail itself tells
_OUTCOME = "CASE WHEN settled <= ? THEN status END AS outcome"
_EACH = f"counted AS (SELECT *, {_DAY} AS day, 1 AS mails, {_OUTCOME} FROM mail AS m)"


class Detail(NamedTuple):
    """What became of a mail, as _DETAIL selects it."""

    id: int
    message: int
    sender: str
    recipient: str
    tag: str
    status: int
    reason: str
    kind: str
    subject: str
    config_set: str
    config_name: str
    ip_pool: str
    pool_name: str
    size: int
    created: int
    settled: int


class Invalid(NamedTuple):
    """An address that was found invalid, and when."""

    id: int
    address: str
    at: int


def totals(context: Context) -> dict[str, Any]:
    """SenderStatisticsByTagNameAndBatchID: a row for each day on which there was mail, the earliest first."""
    conditions, source = {**mail_conditions(context), **window_conditions(context)}, _EACH
    if not any(map(context.get, _OF_EACH)):
        days = {f"m.day {sign} ?": read_day(context, name) for sign, name in ((">=", "StartTime"), ("<=", "EndTime"))}
        conditions, source = {**mail_conditions(context), **days}, COUNTED
    clause, values = where(conditions)
    sql = (
        f"WITH {source} SELECT day, sum(mails), sum(mails * (outcome IS {DELIVERED})), "
        f"sum(mails * (outcome NOT IN ({DELIVERED}, {INVALID}))), sum(mails * (outcome IS {INVALID})) "
        f"FROM counted AS m{clause} GROUP BY 1 HAVING sum(mails) > 0 ORDER BY 1"
    )
    rows = [_total(row) for row in context.all(sql, context.now, *values)]
    return {"TotalCount": len(rows), "totalCount": len(rows), "data": {"stat": rows}}


def _total(row: Row) -> dict[str, str]:
    day, sent, delivered, failed, invalid = (figure or 0 for figure in row)
    return {
        "CreateTime": day_text(day),
        "createTime": day_text(day),
        "requestCount": str(sent),
        "successCount": str(delivered),
        "faildCount": str(failed),  # sic
        "unavailableCount": str(invalid),
        "succeededPercent": _percent(delivered, sent),
        "unavailablePercent": _percent(invalid, sent),
    }


def details(context: Context) -> dict[str, Any]:
    """SenderStatisticsDetailByParam: newest first; mail whose outcome is not known yet is not there."""
    size, since, until = (
        context.page_size("Length", 100),
        read_moment(context, "StartTime"),
        read_moment(context, "EndTime") + 59,
    )
    conditions = {
        "m.sender = ?": context.get("AccountName").lower() or None,
        "m.tag = ?": context.get("TagName") or None,
        "m.recipient = ?": context.get("ToAddress") or None,
        "m.status = ?": context.get("Status") or None,
        "g.ip_pool = ?": context.get("IpPoolId") or None,
        "g.config_set = ?": context.get("ConfigSetId") or None,
        "m.kind = ?": "mail",
        "m.settled <= ?": context.now,
        "m.created >= ?": since,
        "m.created <= ?": until,
    }
    after = read_cursor(context)
    clause, values = where(conditions)
    if after:
        clause, values = f"{clause} AND (m.created, m.id) < (?, ?)", [*values, *after]
    rows = context.all(f"{_DETAIL}{clause} ORDER BY m.created DESC, m.id DESC LIMIT ?", *values, size + 1)
    shown = [Detail(*row) for row in rows[:size]]
    return {
        "NextStart": f"{shown[-1].created}#{shown[-1].id}" if len(rows) > size else "",
        "data": {"mailDetail": [_detail(row) for row in shown], "detailList": [_detail_2019(row) for row in shown]},
    }


def _detail(mail: Detail) -> dict[str, Any]:
    return {
        "AccountName": mail.sender,
        "ToAddress": mail.recipient,
        "Subject": mail.subject,
        "Status": mail.status,
        "Message": mail.reason,
        "ErrorClassification": mail.kind,
        "TagName": mail.tag,
        "LastUpdateTime": time_text(mail.settled),
        "UtcLastUpdateTime": str(mail.settled),
        "ConfigSetId": mail.config_set,
        "ConfigSetName": mail.config_name,
        "IpPoolId": mail.ip_pool,
        "IpPoolName": mail.pool_name,
    }


def _detail_2019(mail: Detail) -> dict[str, Any]:
    return {
        "accountName": mail.sender,
        "toAddress": mail.recipient,
        "tagName": mail.tag,
        "batchId": env_id(mail.message),
        "code": mail.reason[:3],
        "message": mail.reason,
        "status": mail.status,
        "mailSize": mail.size,
        "lastUpdateTime": time_text(mail.settled),
        "utcLastUpdateTime": mail.settled,
    }


def tracking(context: Context) -> dict[str, Any]:
    """GetTrackList: opens and clicks by day, of the mail that was sent with tracking; blind copies are not tracked."""
    rows, head = _tracked(context)
    return {**head, "data": {"stat": rows}, "trackList": [_lower(row) for row in rows]}


def tracking_of(context: Context) -> dict[str, Any]:
    """GetTrackListByMailFromAndTagName: the same under other names, TotalPages as a text."""
    rows, head = _tracked(context)
    pages = str(head["TotalPages"])
    return {**head, "TotalPages": pages, "TrackList": {"Stat": rows}, "trackList": [_lower(row) for row in rows]}


def _tracked(context: Context) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The rows of a page of tracking, and the fields around them."""
    conditions = {**mail_conditions(context), **window_conditions(context), "g.track = ?": 1, "m.bcc = ?": 0}
    clause, values = where(conditions)
    figures = ", ".join(
        f"(SELECT {count} FROM event AS e WHERE e.mail = m.id AND e.kind = '{kind}') AS {kind}_{name}"
        for kind in ("open", "click")
        for name, count in (("all", "count(*)"), ("any", "count(*) > 0"))
    )
    sql = (
        "SELECT day, count(*), sum(open_all), sum(open_any), sum(click_all), sum(click_any) "
        f"FROM (SELECT {_DAY} AS day, {figures} FROM {_MAIL}{clause}) GROUP BY day ORDER BY day"
    )
    every = context.all(sql, *values)
    page, size = int(context.get("PageNumber", "1")), context.page_size("PageSize", 10)
    shown = every[(page - 1) * size : page * size]
    head = {
        "PageNo": page,
        "pageNo": page,
        "PageSize": size,
        "pageSize": size,
        "Total": len(every),
        "TotalPages": -(-len(every) // size),
        **dict.fromkeys(("OffsetCreateTime", "offsetCreateTime", "OffsetCreateTimeDesc", "offsetCreateTimeDesc"), ""),
    }
    return [_track(row) for row in shown], head


def _track(row: Row) -> dict[str, str]:
    day, sent, opens, openers, clicks, clickers = row
    return {
        "CreateTime": day_text(day),
        "TotalNumber": str(sent),
        "RcptOpenCount": str(opens),
        "RcptOpenRate": _percent(opens, sent),
        "RcptUniqueOpenCount": str(openers),
        "RcptUniqueOpenRate": _percent(openers, sent),
        "RcptClickCount": str(clicks),
        "RcptClickRate": _percent(clicks, sent),
        "RcptUniqueClickCount": str(clickers),
        "RcptUniqueClickRate": _percent(clickers, sent),
    }


def _lower(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the 2019 reference's lower first letters."""
    return {name[0].lower() + name[1:]: value for name, value in row.items()}


def sender(context: Context) -> dict[str, Any]:
    """GetSendEmailCountByMailFrom."""
    name = context.params["AccountName"].lower()
    sql = "SELECT status, sendtype, reply, reply_status, created, updated FROM address WHERE name = ?"
    row = context.one(sql, name)
    if not row:
        raise ServiceError("InvalidMailAddress.NotFound")
    status, sendtype, reply, reply_status, created, updated = row
    quota, sent = Quota.of(context), count_sent(context, name)
    data = {
        "mailfrom": name,
        "mailfromStatus": str(status),
        "replyTo": reply,
        "replyToStatus": str(reply_status),
        "sendType": sendtype,
        "mailpriority": 0,
        "dailyCount": quota.daily,
        "dailyReqCount": sent.today,
        "monthCount": quota.monthly,
        "monthReqCount": sent.month,
        "quotaLevel": 2,
        "createTime": created,
        "updateTime": updated,
    }
    return {"data": data}


def invalid(context: Context) -> dict[str, Any]:
    """QueryInvalidAddress: newest first. The cursor carries the total, so that it is counted once for all pages."""
    size, after = context.page_size("Length", 100), read_cursor(context)
    conditions: dict[str, Any] = like("address", context.get("KeyWord"))
    if context.get("StartTime"):
        conditions["at >= ?"] = day_start(read_day(context, "StartTime"))
    if context.get("EndTime"):
        conditions["at < ?"] = day_start(read_day(context, "EndTime") + 1)
    if after:
        last, total = after
        conditions["id < ?"] = last
    clause, values = where(conditions)
    if not after:
        total = context.count(f"SELECT count(*) FROM invalid{clause}", *values)
    rows = context.all(f"SELECT id, address, at FROM invalid{clause} ORDER BY id DESC LIMIT ?", *values, size + 1)
    shown = [Invalid(*row) for row in rows[:size]]
    return {
        "TotalCount": total,
        "total": total,
        "NextStart": f"{shown[-1].id}#{total}" if len(rows) > size else "",
        "data": {"mailDetail": [_invalid(one) for one in shown]},
        "detailList": [_lower(_invalid(one)) for one in shown],
    }


def _invalid(found: Invalid) -> dict[str, Any]:
    return {"ToAddress": found.address, "LastUpdateTime": time_text(found.at), "UtcLastUpdateTime": found.at}


def _percent(part: int, whole: int) -> str:
    """A share as the service writes it."""
    return f"{100 * part / whole:.2f}%" if whole else "0%"


HANDLERS: dict[str, Handler] = {
    "SenderStatisticsByTagNameAndBatchID": totals,
    "SenderStatisticsDetailByParam": details,
    "GetTrackList": tracking,
    "GetTrackListByMailFromAndTagName": tracking_of,
    "GetSendEmailCountByMailFrom": sender,
    "QueryInvalidAddress": invalid,
}

_OFFSETS = ("Offset", "OffsetCreateTime", "OffsetCreateTimeDesc", "Total")
_OFFSET_FIELDS = dict.fromkeys(
    ("OffsetCreateTime", "OffsetCreateTimeDesc", "offsetCreateTime", "offsetCreateTimeDesc"), ""
)
_OLD_TRACKS = (
    "trackList",
    "createTime",
    "totalNumber",
    "rcptOpenCount",
    "rcptUniqueOpenCount",
    "rcptUniqueOpenRate",
    "rcptClickCount",
    "rcptUniqueClickCount",
    "rcptUniqueClickRate",
    "pageNo",
    "pageSize",
    "offsetCreateTime",
    "offsetCreateTimeDesc",
)
_OVER_IP = marked("DedicatedIp finds the mail over the pool that has the IP now.")
_OPEN_LISTS = dict.fromkeys(
    marked(
        (
            "Lists of opens and clicks have ten days a page, unless another number is asked for.",
            "Shares are texts with two decimals and a percent sign.",
            "MissingAccountName is answered where TagName stands alone.",
        )
    ),
    NOBODY,
) | {_OVER_IP: NOBODY}
FACTS: dict[str, Facts] = {
    "SenderStatisticsByTagNameAndBatchID": Facts(
        section="12.1",
        printed=("AccountName", "TagName", "StartTime", "EndTime"),
        old=("totalCount", "createTime"),
        never=("InvalidYear.Malformed", "InternalError"),
        copied={"A window begins at most 90 days back and spans at most 31; the reference has 30 and 7.": SDK},
        guessed={
            "faildCount is spam and failures together, unavailableCount the invalid addresses.": "reference 12.1",
            "Only days on which there was mail have a row.": NOBODY,
            "A sender is found that is the account's or has sent mail; a tag or domain need not be there.": NOBODY,
            "Mail whose outcome is not known yet is in requestCount alone.": NOBODY,
            _OVER_IP: NOBODY,
        },
        missing={"Rows are not at data itself, where the reference has them, but at data.stat.": "reference 12.1"},
    ),
    "SenderStatisticsDetailByParam": Facts(
        section="12.1",
        printed=("AccountName", "TagName", "StartTime", "EndTime", "ToAddress", "Status", "Length"),
        old=(
            "detailList",
            "accountName",
            "toAddress",
            "tagName",
            "batchId",
            "code",
            "message",
            "status",
            "mailSize",
            "lastUpdateTime",
            "utcLastUpdateTime",
        ),
        own=("TagName",),
        likely=("InvalidDate.Malformed", "InvalidBetweenTime.Malformed"),
        undeclared_codes={
            "InvalidParameter": "more than one of AccountName, TagName and ToAddress is given",
            "InvalidStartTime.Malformed": "the window begins more than 30 days back",
        },
        copied={"A call gives at most 100 rows.": SDK},
        guessed={
            "Rows are the newest first, by when the mail was sent.": NOBODY,
            "Mail whose outcome is not known yet has no row.": NOBODY,
            "batchId is the EnvId of the send, and code the number that the message begins with.": "reference 12.1",
            "Mail has the configuration set and the pool of when it was sent; names are today's.": NOBODY,
        },
    ),
    "GetTrackList": Facts(
        section="12.1",
        printed=("StartTime", "EndTime"),
        old=_OLD_TRACKS,
        own=("rcptOpenRate", "rcptClickRate"),
        always=_OFFSET_FIELDS,
        unread=_OFFSETS,
        never=("InvalidYear.Malformed", "InternalError"),
        copied={"TagName needs AccountName.": SDK},
        guessed=_OPEN_LISTS,
    ),
    "GetTrackListByMailFromAndTagName": Facts(
        section="12.1",
        printed=("AccountName", "TagName", "StartTime", "EndTime"),
        old=_OLD_TRACKS,
        own=("rcptOpenRate", "rcptClickRate"),
        always=_OFFSET_FIELDS,
        unread=_OFFSETS,
        never=("InvalidYear.Malformed", "InternalError"),
        copied={"TagName needs AccountName.": "reference 12.1"},
        guessed=_OPEN_LISTS,
    ),
    "GetSendEmailCountByMailFrom": Facts(
        section="12.1",
        printed=("AccountName",),
        sdk=False,
        always={"mailfromStatus": "0", "mailpriority": "0", "quotaLevel": "2"},
        undeclared_codes={"InvalidMailAddress.NotFound": "the account has no such sender address"},
        guessed={
            "dailyCount and monthCount are the account's quota.": "reference 12.1",
            "The reply's object stands at data.": "reference 12.1",
        },
    ),
    "QueryInvalidAddress": Facts(
        section="12.1",
        printed=("StartTime", "EndTime", "KeyWord", "Length", "NextStart"),
        old=("total", "detailList", "toAddress", "lastUpdateTime", "utcLastUpdateTime"),
        likely=("InvalidDate.Malformed", "InvalidBetweenTime.Malformed"),
        undeclared_codes={"InvalidStartTime.Malformed": "the window begins more than 30 days back"},
        guessed={
            "Rows are the newest first, by when the address was found.": NOBODY,
            "An address is found once, and keeps the time of that.": NOBODY,
        },
        missing={"No address ever leaves the list.": "page error codes"},
    ),
}
