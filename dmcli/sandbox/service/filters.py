"""The parameters of statistics as SQL conditions: the filters, the window of time, and where a page begins."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dmcli.api.actions.common import ESPS
from dmcli.api.regions import OFFSET
from dmcli.sandbox.calendar import day_of, day_start
from dmcli.sandbox.errors import ServiceError

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context

_MESSAGE = "EXISTS (SELECT 1 FROM message WHERE message.id = m.message AND"


def mail_conditions(context: Context) -> dict[str, Any]:
    """The conditions on mail that totals and tracking take, as `where` reads them. Raises ServiceError."""
    name, domain, esp = context.get("AccountName").lower(), context.get("Domain").lower(), context.get("Esp").lower()
    if name and not context.one(
        "SELECT 1 FROM address WHERE name = ? UNION ALL SELECT 1 FROM mail WHERE sender = ?", name, name
    ):
        raise ServiceError("InvalidMailAddress.NotFound")
    provider = "substr(lower(m.recipient), instr(m.recipient, '@') + 1)"
    others = ", ".join(f"'{one}'" for one in ESPS)
    return {
        "m.kind = ?": "mail",
        "m.sender = ?": name or None,
        "m.tag = ?": context.get("TagName") or None,
        "substr(m.sender, instr(m.sender, '@') + 1) = ?": domain or None,
        f"{provider} = ?": esp if esp and esp != "others" else None,
        f"({provider} NOT IN ({others})) = ?": 1 if esp == "others" else None,
        f"{_MESSAGE} config_set = ?)": context.get("ConfigSetId") or None,
        f"{_MESSAGE} ip_pool = ?)": context.get("DedicatedIpPoolId") or None,
        f"{_MESSAGE} ip_pool = (SELECT CAST(pool AS TEXT) FROM dedicated_ip WHERE ip = ?))": (
            context.get("DedicatedIp") or None
        ),
    }


def window_conditions(context: Context) -> dict[str, int]:
    """The conditions of the window from StartTime to EndTime, both days included."""
    return {
        "m.created >= ?": day_start(read_day(context, "StartTime")),
        "m.created < ?": day_start(read_day(context, "EndTime") + 1),
    }


def read_day(context: Context, name: str) -> int:
    """The value of a parameter that is a day of the service's calendar, as a number."""
    return day_of(read_moment(context, name))


def read_moment(context: Context, name: str) -> int:
    """The value of a parameter that is a day or a minute of the service's calendar, in epoch seconds."""
    return int(datetime.fromisoformat(context.params[name]).replace(tzinfo=UTC).timestamp()) - OFFSET


def read_cursor(context: Context) -> tuple[int, int] | None:
    """The two numbers of the cursor NextStart; None for the first page. Raises ServiceError."""
    text = context.get("NextStart", "0")
    if text == "0":
        return None
    match = re.fullmatch(r"(\d{1,18})#(\d{1,18})", text, re.ASCII)
    if not match:
        raise ServiceError("InvalidNextStart.Malformed")
    return int(match[1]), int(match[2])
