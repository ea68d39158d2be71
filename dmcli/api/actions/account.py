"""The account (reference section 5)."""

from __future__ import annotations

from dmcli.api.actions.common import count
from dmcli.api.model import Action, Command, Effect, Field, bad, good

# 3 is the reference's word for restricted sending; the SDK counts 4 and 8 instead.
USER_STATUS: dict[str, str] = {
    "0": good("normal"),
    "1": bad("frozen"),
    "2": bad("overdue"),
    "3": bad("outbound restricted"),
    "4": bad("outbound restricted"),
    "8": bad("deleted"),
}

ACTIONS = (
    Action(
        "DescAccountSummary",
        "account",
        "Show quota, level, status and counts of the account.",
        Effect.READ,
        fields=(
            Field("UserStatus", "Status", USER_STATUS),
            count("DailyQuota", "Day quota"),
            count("MonthQuota", "Month quota"),
            count("QuotaLevel", "Level"),
            count("MaxQuotaLevel", "Highest level"),
            count("Domains", "Domains"),
            count("MailAddresses", "Senders"),
            count("Receivers", "Lists"),
            count("Tags", "Tags"),
            count("Templates", "Templates"),
            Field("DailyRemainFreeQuota"),
            Field("RemainFreeQuota"),
            Field("EnableTimes"),
            Field("DayuStatus"),
            Field("SmsRecord"),
            Field("SmsSign"),
            Field("SmsTemplates"),
            Field("IpChannelType"),
        ),
        commands=(Command("account show"),),
    ),
)
