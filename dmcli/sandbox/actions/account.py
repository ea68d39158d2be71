"""The account (reference section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.facts import Facts
from dmcli.sandbox.service.delivery import Quota

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context, Handler

FREE, FREE_A_DAY = 2000, 200  # mails without charge (help page: free quota)


def summary(context: Context) -> dict[str, Any]:
    """DescAccountSummary."""
    quota = Quota.of(context)
    ever = context.count("SELECT sum(mails) FROM used")
    things = ("domain", "address", "receiver", "tag", "template")
    counts = context.one("SELECT " + ", ".join(f"(SELECT count(*) FROM {thing})" for thing in things)) or ()
    return {
        "UserStatus": 0,
        "DailyQuota": quota.daily,
        "MonthQuota": quota.monthly,
        "QuotaLevel": 2,
        "MaxQuotaLevel": 10,
        **dict(zip(("Domains", "MailAddresses", "Receivers", "Tags", "Templates"), counts, strict=True)),
        "DailyRemainFreeQuota": max(min(FREE_A_DAY - quota.today, FREE - ever), 0),
        "RemainFreeQuota": max(FREE - ever, 0),
        "EnableTimes": 0,
        "DayuStatus": 0,
        "SmsRecord": 0,
        "SmsSign": 0,
        "SmsTemplates": 0,
        "IpChannelType": "normal",
    }


HANDLERS: dict[str, Handler] = {"DescAccountSummary": summary}

FACTS: dict[str, Facts] = {
    "DescAccountSummary": Facts(
        section="5.1",
        same=dict.fromkeys(("DayuStatus", "SmsRecord", "SmsSign", "SmsTemplates", "EnableTimes"), "0"),
        always={"UserStatus": "0", "QuotaLevel": "2", "MaxQuotaLevel": "10", "IpChannelType": "normal"},
        guessed={"Receivers is the number of lists; the sources call it the number of recipients.": "reference 5.1"},
        missing={"The account is never frozen, overdue or restricted.": "reference 5.1"},
    ),
}
