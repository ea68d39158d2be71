"""How much of the account's quota is used: the sum over its sender addresses, since no action tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.errors import ConfigError
from dmcli.untrusted import read_number

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
            day += read_number(str(value_of(row, "DailyReqCount"))) or 0
            month += read_number(str(value_of(row, "MonthReqCount"))) or 0
    except ConfigError:  # the keys may see the account but not its addresses
        return Usage(None, None)
    return Usage(day, month)
