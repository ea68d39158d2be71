"""Statistics (reference sections 9 and 12.1)."""

from __future__ import annotations

from dmcli.api.actions.common import (
    DELIVERY_STATUS,
    FROZEN,
    NEXT_100_PARAMS,
    NEXT_LENGTH,
    NEXT_LENGTH_PARAMS,
    PAGE_NUMBER,
    PAGE_NUMBER_PARAMS,
    REPLY_STATUS,
    count,
    keyword,
)
from dmcli.api.actions.times import days, minutes
from dmcli.api.kinds.addresses import ADDRESS_BY_NAME, ADDRESS_FILTER, DOMAIN_NAME, EMAIL
from dmcli.api.kinds.common import CONFIG_SET_REF, DEDICATED_IP_BY_NAME, IP_POOL, TAG, TEXT
from dmcli.api.kinds.text import Choice
from dmcli.api.model import ONLY_2015, ONLY_2017, Action, Command, Effect, Field, Paging, Param, Window
from dmcli.api.rules import at_most_one, needs

_FROM = Param(
    "AccountName",
    ADDRESS_FILTER,
    "Only mail from this sender address.",
    option="from",
    malformed="InvalidMailAddressName.Malformed",
)
_TAG = Param("TagName", TAG, "Only mail with this tag.", option="tag", malformed="InvalidTagName.Malformed")
_DOMAIN = Param("Domain", DOMAIN_NAME, "Only mail from this domain.", versions=ONLY_2015)
_ESP = Param(
    "Esp",
    TEXT,
    "Only one mailbox provider: gmail.com, yahoo.com, outlook.com, icloud.com or others.",
    versions=ONLY_2015,
)
_DEDICATED = (
    Param(
        "DedicatedIp", DEDICATED_IP_BY_NAME, "Only mail over this dedicated IP, by address or id.", versions=ONLY_2015
    ),
    Param(
        "DedicatedIpPoolId",
        IP_POOL,
        "Only mail over this dedicated IP pool, by name or id.",
        option="dedicated-ip-pool",
        versions=ONLY_2015,
    ),
)
_CONFIG_SET = Param(
    "ConfigSetId",
    CONFIG_SET_REF,
    "Only mail with this configuration set, by name or id.",
    option="config-set",
    versions=ONLY_2015,
)
_OFFSETS = tuple(
    Param(name, TEXT, hidden=True) for name in ("Offset", "OffsetCreateTime", "OffsetCreateTimeDesc", "Total")
)
_DATE_ERRORS = (
    "InvalidDate.Malformed",
    "InvalidDate.NotFound",
    "InvalidStartTime.Malformed",
    "InvalidBetweenTime.Malformed",
    "InvalidMailAddressName.Malformed",
    "InvalidMailAddress.NotFound",
    "InvalidTagName.Malformed",
    "InvalidYear.Malformed",
    "InternalError",
)
_TRACK_FIELDS = (
    Field("CreateTime", "Day"),
    count("TotalNumber", "Mails"),
    count("RcptOpenCount", "Opens"),
    count("RcptUniqueOpenCount", "Unique opens"),
    count("RcptUniqueOpenRate", "Unique open rate", share=("RcptUniqueOpenCount", "TotalNumber")),
    count("RcptClickCount", "Clicks"),
    count("RcptUniqueClickCount", "Unique clicks"),
    count("RcptUniqueClickRate", "Unique click rate", share=("RcptUniqueClickCount", "TotalNumber")),
    Field("RcptOpenRate"),
    Field("RcptClickRate"),
)

ACTIONS = (
    Action(
        "SenderStatisticsByTagNameAndBatchID",
        "stats",
        "Count requests, deliveries and failures by day.",
        Effect.READ,
        params=(
            *days(),
            _FROM,
            _TAG,
            _DOMAIN,
            _ESP,
            *_DEDICATED,
        ),
        fields=(
            Field("CreateTime", "Day"),
            count("requestCount", "Requests"),
            count("successCount", "Delivered"),
            count("succeededPercent", "Delivered %", share=("successCount", "requestCount")),
            count("faildCount", "Failed/spam"),  # both, and misspelt on the wire
            count("unavailableCount", "Invalid"),
            count("unavailablePercent", "Invalid %", share=("unavailableCount", "requestCount")),
        ),
        lists=("data.stat", "data"),
        paging=Paging(),
        window=Window(90, 31, stricter=Window(30, 7)),
        sums=True,
        errors=_DATE_ERRORS,
        kept=True,
        called_by="stats totals",
        sample={"StartTime": "5d", "EndTime": "today"},
    ),
    Action(
        "SenderStatisticsDetailByParam",
        "stats",
        "List what became of each mail, a row a recipient.",
        Effect.READ,
        params=(
            *minutes(),
            _FROM,
            _TAG,
            Param("ToAddress", EMAIL, "Only mail to this address.", option="to", malformed="InvalidToAddress"),
            Param(
                "Status",
                Choice({"delivered": "0", "invalid": "2", "spam": "3", "failed": "4"}),
                "Only mail with this outcome.",
            ),
            _CONFIG_SET,
            Param(
                "IpPoolId", IP_POOL, "Only mail over this IP pool, by name or id.", option="ip-pool", versions=ONLY_2015
            ),
            *NEXT_100_PARAMS,
        ),
        fields=(
            Field("UtcLastUpdateTime", "Time", shape="epoch"),
            Field("ToAddress", "To"),
            Field("Status", "Outcome", DELIVERY_STATUS),
            Field("Subject", "Subject", priority=1),
            Field("AccountName", "From", priority=2),
            Field("Message", "Message", priority=3),
            Field("ErrorClassification"),
            Field("TagName"),
            Field("LastUpdateTime", shape="stamp"),
            Field("ConfigSetId"),
            Field("ConfigSetName"),
            Field("IpPoolId"),
            Field("IpPoolName"),
        ),
        lists=("data.mailDetail", "data.detailList"),
        paging=NEXT_LENGTH,
        window=Window(30, 30, latest_first=True),
        rules=(at_most_one("AccountName", "TagName", "ToAddress"),),
        errors=("InvalidDate.Malformed", "InvalidBetweenTime.Malformed"),
        commands=(Command("stats details", example="--to ada@example.com --since 7d"),),
        kept=True,
        sample={"StartTime": "5d", "EndTime": "today", "Length": "1"},
    ),
    Action(
        "GetTrackList",
        "stats",
        "Count opens and clicks by day.",
        Effect.READ,
        params=(
            *days(),
            _FROM,
            _TAG,
            _DOMAIN,
            _ESP,
            _CONFIG_SET,
            *_DEDICATED,
            *_OFFSETS,
            *PAGE_NUMBER_PARAMS,
        ),
        fields=_TRACK_FIELDS,
        lists=("data.stat", "trackList"),
        paging=PAGE_NUMBER,
        window=Window(30, 7),
        sums=True,
        rules=(needs("TagName", "AccountName"),),
        errors=_DATE_ERRORS,
        kept=True,
        called_by="stats tracking",
        sample={"StartTime": "5d", "EndTime": "today"},
    ),
    Action(
        "GetTrackListByMailFromAndTagName",
        "stats",
        "Count opens and clicks of a sender or tag by day.",
        Effect.READ,
        params=(
            *days(),
            _FROM,
            _TAG,
            _ESP,
            _CONFIG_SET,
            *_DEDICATED,
            *_OFFSETS,
            *PAGE_NUMBER_PARAMS,
        ),
        fields=_TRACK_FIELDS,
        lists=("TrackList.Stat", "trackList"),  # upper case, here only
        paging=PAGE_NUMBER,
        window=Window(30, 15),
        sums=True,
        rules=(needs("TagName", "AccountName"),),
        errors=_DATE_ERRORS,
        versions=ONLY_2015,
        unsure_versions=ONLY_2017,  # the reference has it, the SDK of that version lacks it
        kept=True,
        called_by="stats tracking",
        sample={"StartTime": "5d", "EndTime": "today"},
    ),
    Action(
        "GetSendEmailCountByMailFrom",
        "stats",
        "Show quota, usage and state of one sender address.",
        Effect.READ,
        params=(
            Param(
                "AccountName",
                ADDRESS_BY_NAME,
                "Sender address, or its id.",
                required=True,
                option="address",
                argument=True,
                malformed="InvalidMailAddressName.Malformed",
            ),
        ),
        fields=(
            Field("mailfrom", "Address"),
            Field("mailfromStatus", "Status", FROZEN),
            Field("sendType", "Type"),
            Field("replyTo", "Reply-to"),
            Field("replyToStatus", "Confirmed", REPLY_STATUS),
            count("dailyReqCount", "Sent today"),
            count("dailyCount", "Day quota"),
            count("monthReqCount", "Sent this month"),
            count("monthCount", "Month quota"),
            count("quotaLevel", "Level"),
            Field("mailpriority", "Priority"),
            Field("createTime", "Created", shape="epoch"),
            Field("updateTime", "Changed", shape="epoch"),
        ),
        errors=("InvalidMailAddressName.Malformed",),
        versions=ONLY_2015,
        unsure_versions=ONLY_2017,  # the reference has it, the SDK of that version lacks it
        called_by="stats sender",
        sample={"AccountName": "news@sandbox.test"},
    ),
    Action(
        "QueryInvalidAddress",
        "stats",
        "List addresses found invalid.",
        Effect.READ,
        params=(
            *days(required=False, since="", until=""),
            keyword("Only addresses that have this text.", 0),
            *NEXT_LENGTH_PARAMS,
        ),
        fields=(
            Field("ToAddress", "Address"),
            Field("UtcLastUpdateTime", "Found", shape="epoch"),
            Field("LastUpdateTime", shape="stamp"),
        ),
        lists=("data.mailDetail", "detailList"),
        paging=NEXT_LENGTH,
        window=Window(30, 30, latest_first=True),
        errors=("InvalidDate.Malformed", "InvalidBetweenTime.Malformed"),
        commands=(Command("stats invalid", example="--since 30d"),),
        kept=True,
        sample={"Length": "1"},
    ),
)
