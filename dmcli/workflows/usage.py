"""How much of the account's quota is used: the sum over its sender addresses, since no action tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.errors import ConfigError

if TYPE_CHECKING:
    from dmcli.client.client import Client


class Usage(NamedTuple):
    """Mails requested today and this month by the service's calendar; None where the permission to know is missing."""

    day_used: int | None
    month_used: int | None


def quota_usage(client: Client) -> Usage:
    """The usage, from the DailyReqCount and MonthReqCount of QueryMailAddressByParam."""
    day = month = 0
    try:
        for row in client.rows(catalogue.get("QueryMailAddressByParam"), {}):
            day += _number(value_of(row, "DailyReqCount"))
            month += _number(value_of(row, "MonthReqCount"))
    except ConfigError:  # the keys may see the account but not its addresses
        return Usage(None, None)
    return Usage(day, month)


def _number(value: object) -> int:
    return int(str(value)) if str(value).isdigit() else 0
