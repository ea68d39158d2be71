"""The account's quota: how many mails it may send a day and a month, and how many it has sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.errors import InputError
from dmcli.sandbox.service.context import Context
from dmcli.sandbox.service.delivery import Quota
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.sandbox.store.account import Account


def get_quota(sandbox: Account) -> dict[str, int]:
    """The mails that the account may send, `daily` and `monthly`."""
    with sandbox.store.reading() as connection:
        return dict(connection.execute("SELECT name, value FROM setting WHERE name IN ('daily', 'monthly')"))


def set_quota(sandbox: Account, daily: int | None = None, monthly: int | None = None) -> None:
    """Set how many mails the account may send a day and a month; None leaves one as it is. Raises InputError."""
    wanted = {name: value for name, value in (("daily", daily), ("monthly", monthly)) if value is not None}
    for name, value in wanted.items():
        if not 0 <= value < 1 << 62:
            raise InputError(
                tr("a daily quota of {value} is not possible; give a number of mails, 0 or more", value=value)
                if name == "daily"
                else tr("a monthly quota of {value} is not possible; give a number of mails, 0 or more", value=value)
            )
    with sandbox.store.transaction() as connection:
        connection.executemany("UPDATE setting SET value = ? WHERE name = ?", [(v, n) for n, v in wanted.items()])


def get_usage(sandbox: Account) -> Quota:
    """The quota with the mails that were sent today and this month."""
    now = int(sandbox.now().timestamp())
    with sandbox.store.reading() as connection:
        return Quota.of(Context(connection, {}, now, ""))
