"""Dedicated IPs: those that were bought, their pools, and their warm-up (SDK; not in the 2019 reference)."""

from __future__ import annotations

from dmcli.api.actions.common import REQUEST_ID, YES_NO, count
from dmcli.api.kinds.common import DEDICATED_IP, DEDICATED_IP_BY_NAME, DEDICATED_IPS, IP_POOL, TEXT
from dmcli.api.kinds.text import Choice, Flag, Integer, Text
from dmcli.api.model import ONLY_2015, Action, Command, Effect, Field, Paging, Param, bad, fair, good
from dmcli.words import marked

_PAGES = (
    Param("PageIndex", Integer(1), hidden=True),
    Param("PageSize", Integer(1), hidden=True),
)
_PAGING = Paging(page="PageIndex", size="PageSize", total=("TotalCounts",))
_POOL = Param("Id", IP_POOL, "Pool, by name or id.", required=True, option="pool", argument=True)
_IPS = Param(
    "BuyResourceIds",
    DEDICATED_IPS,
    "Dedicated IP, by address or id; repeat it or separate with commas.",
    option="ip",
)
_ADDRESS = Param(
    "DedicatedIp", DEDICATED_IP_BY_NAME, "Dedicated IP, by address or id.", required=True, option="ip", argument=True
)
_WARMED_UP = marked({"sysCusStream": "the service", "cusSelfManager": "yourself"})

ACTIONS = (
    Action(
        "DedicatedIpList",
        "dedicated_ip",
        "List the dedicated IPs that were bought.",
        Effect.READ,
        params=(Param("Keyword", Text(), "Only IPs whose address has this text.", option="keyword"), *_PAGES),
        fields=(
            Field("Ip", "IP"),
            Field("Id", "Id"),
            Field("IpPoolName", "Pool"),
            Field("Status", "Status", {"sold": good("in use"), "expired": bad("expired")}),
            Field("WarmupStatus", "Warm-up", {"running": fair("warming up"), "finish": good("warmed up")}),
            Field("ExpiredTime", "Until", shape="utc", priority=1),
            Field("IpExt", "Renews", YES_NO, priority=1, part="AutoRenewal"),
            Field("WarmupType", "Warmed up by", _WARMED_UP, priority=2),
            Field("StartTime", "Since", shape="utc", priority=3),
            Field("ZoneId", "Zone", priority=4),
            Field("InstanceId"),
        ),
        lists=("Ips",),
        paging=_PAGING,
        versions=ONLY_2015,
        commands=(Command("dedicated-ip list"),),
    ),
    Action(
        "DedicatedIpNonePoolList",
        "dedicated_ip",
        "List the dedicated IPs that are in no pool.",
        Effect.READ,
        fields=(Field("Ip", "IP"), Field("Id", "Id"), Field("ZoneId", "Zone")),
        lists=("Ips",),
        paging=Paging(),
        versions=ONLY_2015,
        commands=(Command("dedicated-ip unpooled"),),
    ),
    Action(
        "DedicatedIpAutoRenewal",
        "dedicated_ip",
        "Have dedicated IPs renewed when their term ends, or not.",
        Effect.WRITE,
        charges="the price of each IP for another term, each time one ends while it is on",
        charges_when=("AutoRenewal", "true"),
        done="set the automatic renewal of {BuyResourceIds}",
        params=(
            _IPS._replace(required=True),
            Param("AutoRenewal", Flag(), "Renew them, or let them end.", required=True, option="renew"),
        ),
        fields=(REQUEST_ID,),
        errors=("InvalidIP.NotFound",),
        versions=ONLY_2015,
        commands=(Command("dedicated-ip set-renewal", example="--ip 192.0.2.10 --no-renew"),),
        sample={"BuyResourceIds": "dm-ip-1", "AutoRenewal": "true"},
    ),
    Action(
        "DedicatedIpChangeWarmupType",
        "dedicated_ip",
        "Say who warms up a dedicated IP.",
        Effect.WRITE,
        done="changed who warms up {Id}",
        params=(
            Param("Id", DEDICATED_IP, "Dedicated IP, by address or id.", required=True, option="ip", argument=True),
            Param(
                "WarmupType",
                Choice({"service": "sysCusStream", "self": "cusSelfManager"}),
                "Leave it to the service, or do it yourself.",
                required=True,
                option="by",
            ),
        ),
        fields=(REQUEST_ID,),
        errors=("InvalidIP.NotFound",),
        versions=ONLY_2015,
        commands=(Command("dedicated-ip set-warmup", example="192.0.2.10 --by service"),),
        sample={"Id": "dm-ip-1", "WarmupType": "self"},
    ),
    Action(
        "GetDedicatedIpWarmUpInfo",
        "dedicated_ip",
        "Show for which mailbox providers a dedicated IP is warmed up.",
        Effect.READ,
        params=(_ADDRESS,),
        fields=(
            Field("Esp", "Provider"),
            Field("Finished", "Warmed up", {"True": good("yes"), "False": fair("not yet")}),
        ),
        lists=("Info",),
        paging=Paging(),
        errors=("InvalidIP.NotFound",),
        versions=ONLY_2015,
        commands=(Command("dedicated-ip warmup", example="192.0.2.10"),),
        sample={"DedicatedIp": "192.0.2.10"},
    ),
    Action(
        "GetDedicatedIpWarmUpDetail",
        "dedicated_ip",
        "Show the days of an IP's warm-up: mails sent and delivered to each provider.",
        Effect.READ,
        params=(
            _ADDRESS,
            Param("StartDayMark", Integer(1), "First day of the warm-up, from 1.", option="first-day"),
            Param("EndDayMark", Integer(1), "Last day of the warm-up.", option="last-day"),
            Param("Esp", TEXT, "Only this provider, such as gmail.com."),
        ),
        fields=(
            count("DayMark", "Warm-up day"),
            Field("Esp", "Provider"),
            count("SendCounts", "Sent"),
            count("DeliverCounts", "Delivered"),
        ),
        lists=("Detail",),
        paging=Paging(),
        errors=("InvalidIP.NotFound",),
        versions=ONLY_2015,
        commands=(Command("dedicated-ip warmup-days", example="192.0.2.10 --last-day 7"),),
        sample={"DedicatedIp": "192.0.2.10"},
    ),
    Action(
        "DedicatedIpPoolList",
        "dedicated_ip",
        "List the pools of dedicated IPs.",
        Effect.READ,
        params=(
            Param("Keyword", Text(), "Only pools whose name has this text.", option="keyword"),
            Param("PoolId", TEXT, hidden=True),
            Param("All", Flag(), hidden=True),
            *_PAGES,
        ),
        fields=(
            Field("Name", "Pool"),
            Field("Id", "Id"),
            count("IpCount", "IPs"),
            Field("Ips", "IP addresses", priority=1, part="Ip"),
            Field("CreateTime", "Created", shape="utc", priority=2),
        ),
        lists=("IpPools",),
        paging=_PAGING,
        versions=ONLY_2015,
        commands=(Command("dedicated-ip pools"),),
    ),
    Action(
        "DedicatedIpPoolCreate",
        "dedicated_ip",
        "Make a pool of dedicated IPs; its name stays.",
        Effect.CREATE,
        done="made the pool {Name}",
        params=(
            Param(
                "Name",
                Text(1, 50, pattern="[A-Za-z0-9_-]*", rule="letters, digits, _ and -", metavar="NAME"),
                "Name of the pool.",
                required=True,
                argument=True,
            ),
            _IPS,
        ),
        fields=(Field("Id", "Pool id"), REQUEST_ID),
        look="dedicated-ip pools",
        versions=ONLY_2015,
        commands=(Command("dedicated-ip create-pool", example="news --ip 192.0.2.12"),),
        sample={"Name": "news"},
    ),
    Action(
        "DedicatedIpPoolUpdate",
        "dedicated_ip",
        "Replace the IPs of a pool.",
        Effect.WRITE,
        done="the pool {Id} has these IPs, and no others",
        params=(_POOL, _IPS, Param("UpdateResource", Flag(), default="true", hidden=True)),
        fields=(Field("Id", "Pool id"), REQUEST_ID),
        errors=("InvalidIpPool.NotFound",),
        versions=ONLY_2015,
        commands=(
            Command("dedicated-ip update-pool", must=("BuyResourceIds",), example="news --ip 192.0.2.11,192.0.2.12"),
        ),
        sample={"Id": "1", "BuyResourceIds": "dm-ip-3", "UpdateResource": "true"},
    ),
    Action(
        "DedicatedIpPoolDelete",
        "dedicated_ip",
        "Delete a pool; its IPs stay.",
        Effect.DELETE,
        done="deleted the pool {Id}",
        params=(_POOL,),
        fields=(REQUEST_ID,),
        errors=("InvalidIpPool.NotFound",),
        already_done=("InvalidIpPool.NotFound",),
        versions=ONLY_2015,
        commands=(Command("dedicated-ip delete-pool", example="news"),),
        sample={"Id": "1"},
    ),
)
