"""The account (reference section 5), its settings, and the add-on product Sendify (SDK)."""

from __future__ import annotations

from dmcli.api.actions.common import REQUEST_ID, YES_NO, count
from dmcli.api.kinds.json import Switch
from dmcli.api.model import ONLY_2015, Action, Command, Effect, Field, Param, bad, good

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
    Action(
        "GetUser",
        "account",
        "Show the settings of the account.",
        Effect.READ,
        fields=(Field("EnableEventbridge", "Events go to EventBridge", YES_NO), Field("Data")),
        methods=("GET",),
        versions=ONLY_2015,
        called_by="account settings",
    ),
    Action(
        "UpdateUser",
        "account",
        "Change the settings of the account.",
        Effect.WRITE,
        methods=("POST",),
        done="changed the settings of the account",
        params=(
            Param(
                "User",
                Switch("EnableEventbridge"),
                "Publish events of mail, such as deliveries and opens, to EventBridge.",
                required=True,
                option="eventbridge",
            ),
        ),
        form=("User",),
        versions=ONLY_2015,
        called_by="account settings",
        sample={"User": "true"},
    ),
    Action(
        "GetSendifyInfo",
        "account",
        "Show whether the add-on product Sendify is open, and where it is bought.",
        Effect.READ,
        fields=(
            Field("Opened", "Open", YES_NO),
            Field("Status", "Status"),
            Field("ProductCode", "Product"),
            Field("ExpireTime", "Ends", shape="utc"),
            Field("SupportTrial", "Trial possible", YES_NO),
            Field("Discount", "Discount"),
            Field("BuyUrl", "Buy"),
            Field("RenewUrl", "Renew"),
            Field("LearnMoreUrl", "Learn more"),
            Field("UpgradeUrl"),
            Field("DowngradeUrl"),
            Field("SpecUpgradeUrl"),
            Field("BuyResourcePackageUrl"),
        ),
        versions=ONLY_2015,
        commands=(Command("account sendify"),),
    ),
    Action(
        "GetSendifyAutoLoginURL",
        "account",
        "Make a link that logs in to Sendify, for anybody who has it.",
        Effect.READ,
        fields=(Field("AutoLoginURL", "Login link"),),
        versions=ONLY_2015,
        commands=(Command("account sendify-login"),),
    ),
    Action(
        "OpenSendifyTrialService",
        "account",
        "Open the trial of the add-on product Sendify.",
        Effect.SEND,
        charges="the trial, which an account may have once",
        done="opened the trial of Sendify",
        fields=(Field("AutoLoginURL", "Login link"), REQUEST_ID),
        look="account sendify",
        versions=ONLY_2015,
        commands=(Command("account sendify-trial"),),
    ),
)
