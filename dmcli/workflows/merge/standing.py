"""What the account says before a merge: whether the sender may send, what is left to send, who must not get mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.actions.account import USER_STATUS
from dmcli.api.paging import value_of
from dmcli.errors import CheckFailedError, ConfigError, DmError, NotFoundError, QuotaError
from dmcli.words import counted, listed, marked, tr
from dmcli.workflows.merge.letters.letter import BATCH, SINGLE
from dmcli.workflows.usage import quota_usage, usage_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dmcli.client.client import Client

_NORMAL = "0"
_BLOCKS = marked({"UNSUB": "unsubscribed (dm suppression blocked)", "REPORT": "complained (dm suppression blocked)"})


class Left(NamedTuple):
    """Mails that are left of the quota today and this month; None where that is not known or there is no limit."""

    day: int | None = None
    month: int | None = None


class Standing(NamedTuple):
    """`day_left` and `month_left` are mails, None where that is not known or there is no limit.

    `barred` are folded addresses, and domains, that must not get mail, with the reason.
    """

    day_left: int | None
    month_left: int | None
    barred: dict[str, str]

    def check_quota(self, mails: int, in_a_day: int) -> None:
        """Raise QuotaError where so many mails, so many of them in a day, do not fit into what is left."""
        for left, wanted, when in (
            (self.day_left, in_a_day, marked("today")),
            (self.month_left, mails, marked("this month")),
        ):
            if left is not None and wanted > left:
                raise QuotaError(
                    tr(
                        "the quota has no room for {mails}: {left:,} left {when}; {remedy}",
                        mails=counted(wanted, "mail"),
                        left=left,
                        when=tr(when),
                        remedy=tr(_remedy(when, left, paced=in_a_day < mails)),
                    )
                )


def _remedy(when: str, left: int, *, paced: bool) -> str:
    """What to do where mails do not fit into what is left; `paced` are they when --per-day or --ramp was given."""
    if when != "today":
        return marked("send to fewer")
    if left == 0:
        return marked("wait for the next day of the service (UTC+8)")
    if paced:
        return marked("give a smaller --per-day or --ramp, or send to fewer")
    return marked("give --per-day or --ramp, or send to fewer")


def fold(address: str) -> str:
    """An address as duplicates are told by."""
    return address.lower()


def read_standing(
    client: Client, sender: str, now: datetime, tell: Callable[[str], None], via: str = SINGLE
) -> Standing:
    """Ask the account; `now` is the service's time. Raises NotFoundError or CheckFailedError for who cannot send.

    What the keys may not see is told, and left out.
    """
    summary = client.call(catalogue.get("DescAccountSummary"), {})
    status = str(value_of(summary, "UserStatus"))
    if status != _NORMAL and status in USER_STATUS:
        raise CheckFailedError(
            tr(
                "the account is {status}, so it sends no mail: see dm account show",
                status=tr(USER_STATUS[status]),
            )
        )
    try:
        _check_sender(sender, list(client.rows(catalogue.get("QueryMailAddressByParam"), {})), via)
    except ConfigError:
        tell(tr("warning: these keys may not see the sender addresses, so the state of this one is not known"))
    figures = usage_of(summary, quota_usage(client, now), now)
    if figures["day_used"] is None:
        tell(tr("warning: what is left of the quota is not known to these keys"))
    return Standing(figures["day_left"], figures["month_left"], _barred(client, sender, tell))


def read_left(client: Client, now: datetime) -> Left:
    """What is left of the quota; nothing is known where the service or the keys do not tell. `now` is its time."""
    try:
        summary = client.call(catalogue.get("DescAccountSummary"), {})
        figures = usage_of(summary, quota_usage(client, now), now)
    except DmError:
        return Left()
    return Left(figures["day_left"], figures["month_left"])


def _check_sender(sender: str, rows: list[dict[str, Any]], via: str) -> None:
    """Raise NotFoundError for no sender address of this account, CheckFailedError for one that is not for this."""
    names = {fold(str(value_of(row, "AccountName"))): row for row in rows}
    if fold(sender) not in names:
        from difflib import get_close_matches

        near = get_close_matches(sender, list(names), n=2, cutoff=0.5)
        hint = tr("; did you mean {names}?", names=listed(near, " or ")) if near else ""
        raise NotFoundError(tr("{sender} is no sender address of this account{nearest}", sender=sender, nearest=hint))
    if str(value_of(names[fold(sender)], "AccountStatus")) == "1":
        raise CheckFailedError(tr("the sender address {sender} is frozen: see dm address list", sender=sender))
    if via == BATCH and value_of(names[fold(sender)], "Sendtype") == "trigger":
        raise CheckFailedError(
            tr("{sender} is of the trigger type, and --via batch takes a sender of the batch type", sender=sender)
        )


def _barred(client: Client, sender: str, tell: Callable[[str], None]) -> dict[str, str]:
    found: dict[str, str] = {}
    looks: list[tuple[str, dict[str, str], str, str]] = [
        ("QueryInvalidAddress", {}, "ToAddress", marked("was found invalid earlier (dm stats invalid)")),
        ("ListUserSuppression", {}, "Address", marked("is suppressed (dm suppression list)")),
    ]
    looks += [
        (
            "ListBlockSending",
            {"BlockType": kind, "SenderEmail": sender},
            "BlockEmail",
            why,
        )
        for kind, why in _BLOCKS.items()
    ]
    for name, params, field, reason in looks:
        try:
            for row in client.rows(catalogue.get(name), params):
                found.setdefault(fold(str(value_of(row, field))), reason)
        except ConfigError:
            tell(
                tr(
                    "warning: these keys may not call {action}, so addresses that it would name are not left out",
                    action=name,
                )
            )
    return found
