"""Dedicated IPs (SDK): three that a new sandbox has bought, for a term each; their warm-up goes by its clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.actions.common import ESPS
from dmcli.sandbox.calendar import DAY, utc_text
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.pools import existing_pool
from dmcli.sandbox.store.sql import like, where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.sandbox.service.context import Context, Handler

TERM, WARM_UP = 30, 30  # days that an IP is bought for, and that it takes to warm it up
ZONE = "cn-hangzhou-k"
OTHERS = "others"
PROVIDERS = (*ESPS, OTHERS)
_COLUMNS = "i.id, i.ip, i.renewal, i.warmup, i.changed, i.started, coalesce(i.pool, 0), coalesce(p.name, '')"
_IPS = "dedicated_ip AS i LEFT JOIN ip_pool AS p ON p.id = i.pool"


class Ip(NamedTuple):
    """A dedicated IP with the id and name of its pool, 0 and "" for none; `changed` is 0 where nothing was changed."""

    id: str
    ip: str
    renewal: int
    warmup: str
    changed: int
    started: int
    pool: int
    pool_name: str

    def day(self, now: int) -> int:
        """The day of its warm-up, from 1."""
        return max(now - self.started, 0) // DAY + 1

    def ends(self, now: int) -> int:
        """When the term ends that runs now, or ran last where it is not renewed."""
        terms = (self.day(now) - 1) // TERM + 1 if self.renewal else 1
        return self.started + terms * TERM * DAY

    def short(self) -> dict[str, str]:
        """What other lists have of it."""
        return {"Id": self.id, "Ip": self.ip, "ZoneId": ZONE}


def list_ips(context: Context) -> dict[str, Any]:
    """DedicatedIpList."""
    rows, head = _page(context, _COLUMNS, _IPS, like("i.ip", context.get("Keyword")), "i.id")
    return {**head, "Ips": [_row(context, Ip(*row)) for row in rows]}


def _row(context: Context, ip: Ip) -> dict[str, Any]:
    sent = ip.pool and context.one("SELECT 1 FROM message WHERE ip_pool = ? LIMIT 1", str(ip.pool))
    return {
        **ip.short(),
        "InstanceId": ip.id,
        "IpPoolName": ip.pool_name,
        "StartTime": utc_text(ip.started),
        "ExpiredTime": utc_text(ip.ends(context.now)),
        "Status": "sold" if context.now < ip.ends(context.now) else "expired",
        "WarmupStatus": "finish" if ip.day(context.now) > WARM_UP else "running",
        "WarmupType": ip.warmup,
        "IpExt": {
            "AutoRenewal": bool(ip.renewal),
            "HasSendMail": bool(sent),
            "LastWarmUpTypeChangedTime": utc_text(ip.changed) if ip.changed else "",
        },
    }


def unpooled(context: Context) -> dict[str, Any]:
    """DedicatedIpNonePoolList."""
    rows = context.all(f"SELECT {_COLUMNS} FROM {_IPS} WHERE i.pool IS NULL ORDER BY i.id")
    return {"Ips": [Ip(*row).short() for row in rows]}


def set_renewal(context: Context) -> dict[str, Any]:
    """DedicatedIpAutoRenewal."""
    ids = [_existing(context, "id", one).id for one in _given(context)]
    for one in ids:
        context.run("UPDATE dedicated_ip SET renewal = ? WHERE id = ?", int(context.yes("AutoRenewal")), one)
    return {}


def set_warmup(context: Context) -> dict[str, Any]:
    """DedicatedIpChangeWarmupType."""
    ip, kind = _existing(context, "id", context.params["Id"]), context.params["WarmupType"]
    if ip.warmup != kind:
        context.run("UPDATE dedicated_ip SET warmup = ?, changed = ? WHERE id = ?", kind, context.now, ip.id)
    return {}


def warmup(context: Context) -> dict[str, Any]:
    """GetDedicatedIpWarmUpInfo: all providers are done on the same day."""
    done = _existing(context, "ip", context.params["DedicatedIp"]).day(context.now) > WARM_UP
    return {"Info": [{"Esp": provider, "Finished": done} for provider in PROVIDERS]}


def warmup_days(context: Context) -> dict[str, Any]:
    """GetDedicatedIpWarmUpDetail: what was sent over the IP's pool, day by day."""
    ip = _existing(context, "ip", context.params["DedicatedIp"])
    first, last = int(context.get("StartDayMark", "1")), min(ip.day(context.now), WARM_UP)
    last = min(last, int(context.get("EndDayMark", str(last))))
    sql = (
        "SELECT (mail.created - ?) / 86400 + 1, substr(recipient, instr(recipient, '@') + 1) COLLATE NOCASE AS domain, "
        "count(*), sum(status = 0) FROM mail JOIN message ON message.id = mail.message "
        "WHERE ip_pool = ? AND mail.created >= ? GROUP BY 1, lower(domain)"
    )
    sent: dict[tuple[int, str], tuple[int, int]] = {}
    for day, domain, mails, delivered in context.all(sql, ip.started, str(ip.pool), ip.started):
        key = (day, domain.lower() if domain.lower() in PROVIDERS else OTHERS)
        before = sent.get(key, (0, 0))
        sent[key] = (before[0] + mails, before[1] + delivered)
    return {
        "Detail": [
            dict(zip(("DayMark", "Esp", "SendCounts", "DeliverCounts"), (day, provider, *figures), strict=True))
            for day in range(first, last + 1)
            for provider in PROVIDERS
            if context.get("Esp", provider) == provider
            for figures in [sent.get((day, provider), (0, 0))]
        ]
    }


def list_pools(context: Context) -> dict[str, Any]:
    """DedicatedIpPoolList: the number of the page and its size are texts here."""
    conditions = {**like("name", context.get("Keyword")), "id = ?": context.get("PoolId") or None}
    rows, head = _page(context, "id, name, created", "ip_pool", conditions, "id", whole=context.yes("All"))
    texts = {name: str(head[name]) for name in ("CurrentPage", "PageSize")}
    return {**head, **texts, "IpPools": [_pool_row(context, *row) for row in rows]}


def _pool_row(context: Context, pool: int, name: str, created: int) -> dict[str, Any]:
    ips = [Ip(*row) for row in context.all(f"SELECT {_COLUMNS} FROM {_IPS} WHERE i.pool = ? ORDER BY i.id", pool)]
    return {
        "Id": str(pool),
        "Name": name,
        "CreateTime": utc_text(created),
        "IpCount": len(ips),
        "Ips": [ip.short() for ip in ips],
    }


def create_pool(context: Context) -> dict[str, str]:
    """DedicatedIpPoolCreate."""
    ips = _free(context, 0)
    pool = context.add("ip_pool", name=context.params["Name"], created=context.now)
    _fill(context, pool, ips)
    return {"Id": str(pool)}


def update_pool(context: Context) -> dict[str, str]:
    """DedicatedIpPoolUpdate: without UpdateResource the IPs stay."""
    pool = existing_pool(context, context.params["Id"])
    if context.yes("UpdateResource"):
        ips = _free(context, pool)
        context.run("UPDATE dedicated_ip SET pool = NULL WHERE pool = ?", pool)
        _fill(context, pool, ips)
    return {"Id": str(pool)}


def delete_pool(context: Context) -> dict[str, Any]:
    """DedicatedIpPoolDelete."""
    pool = existing_pool(context, context.params["Id"])
    context.run("UPDATE dedicated_ip SET pool = NULL WHERE pool = ?", pool)
    context.run("UPDATE config_set SET ip_pool = '' WHERE ip_pool = ?", str(pool))
    context.run("DELETE FROM ip_pool WHERE id = ?", pool)
    return {}


def _given(context: Context) -> list[str]:
    return [one.strip() for one in context.get("BuyResourceIds").split(",") if one.strip()]


def _free(context: Context, pool: int) -> list[str]:
    """The ids that the call gives, of IPs in no pool but this one. Raises ServiceError."""
    known = {one for (one,) in context.all("SELECT id FROM dedicated_ip WHERE coalesce(pool, ?) = ?", pool, pool)}
    ids = _given(context)
    if not known.issuperset(ids):
        raise ServiceError("InvalidBuyResourceIds.Malformed")
    return ids


def _fill(context: Context, pool: int, ids: list[str]) -> None:
    for one in ids:
        context.run("UPDATE dedicated_ip SET pool = ? WHERE id = ?", pool, one)


def _existing(context: Context, column: str, value: str) -> Ip:
    """The IP of that id or address. Raises ServiceError."""
    row = context.one(f"SELECT {_COLUMNS} FROM {_IPS} WHERE i.{column} = ?", value)
    if not row:
        raise ServiceError("InvalidIP.NotFound")
    return Ip(*row)


def _page(
    context: Context, columns: str, source: str, conditions: Mapping[str, Any], order: str, *, whole: bool = False
) -> tuple[list[tuple[Any, ...]], dict[str, Any]]:
    """The page that PageIndex and PageSize ask for, all rows where the `whole` is asked for; and what it says of it."""
    clause, values = where(conditions)
    total = context.count(f"SELECT count(*) FROM {source}{clause}", *values)
    page, size = int(context.get("PageIndex", "1")), context.page_size("PageSize", 10)
    if whole:
        page, size = 1, max(total, 1)
    start = min((page - 1) * size, total)
    rows = context.all(
        f"SELECT {columns} FROM {source}{clause} ORDER BY {order} LIMIT ? OFFSET ?", *values, size, start
    )
    return rows, {"TotalCounts": total, "CurrentPage": page, "PageSize": size, "HasMore": start + size < total}


HANDLERS: dict[str, Handler] = {
    "DedicatedIpList": list_ips,
    "DedicatedIpNonePoolList": unpooled,
    "DedicatedIpAutoRenewal": set_renewal,
    "DedicatedIpChangeWarmupType": set_warmup,
    "GetDedicatedIpWarmUpInfo": warmup,
    "GetDedicatedIpWarmUpDetail": warmup_days,
    "DedicatedIpPoolList": list_pools,
    "DedicatedIpPoolCreate": create_pool,
    "DedicatedIpPoolUpdate": update_pool,
    "DedicatedIpPoolDelete": delete_pool,
}

FACTS: dict[str, Facts] = {
    "DedicatedIpList": Facts(
        always={"ZoneId": ZONE},
        guessed={
            "Status is sold, and expired after the term; WarmupStatus is running, and then finish.": SDK,
            said("A term has {days} days.", days=TERM): NOBODY,
        },
        missing={"No IP can be bought: a new sandbox has three.": SDK},
    ),
    "DedicatedIpNonePoolList": Facts(always={"ZoneId": ZONE}),
    "DedicatedIpAutoRenewal": Facts(missing={"A renewal costs nothing.": SDK}),
    "DedicatedIpChangeWarmupType": Facts(missing={"The warm-up goes on in the same way, whoever does it.": SDK}),
    "GetDedicatedIpWarmUpInfo": Facts(
        guessed={
            said("A warm-up takes {days} days for every provider, whatever is sent.", days=WARM_UP): NOBODY,
        },
    ),
    "GetDedicatedIpWarmUpDetail": Facts(
        guessed={
            "Mail over the IP's pool counts for each IP of the pool.": NOBODY,
            "A day of the warm-up has 24 hours, from when the IP was bought.": NOBODY,
        },
    ),
    "DedicatedIpPoolList": Facts(always={"ZoneId": ZONE}),
    "DedicatedIpPoolCreate": Facts(guessed={"Several pools may have the same name.": NOBODY}),
    "DedicatedIpPoolUpdate": Facts(copied={"Without UpdateResource the IPs of the pool stay.": SDK}),
    "DedicatedIpPoolDelete": Facts(
        guessed={"Its IPs are in no pool then, and its configuration sets have none.": NOBODY}
    ),
}
