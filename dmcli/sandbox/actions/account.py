"""The account (reference section 5), its settings, and the add-on product Sendify (SDK)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.calendar import utc_text
from dmcli.sandbox.facts import NOBODY, SDK, Facts
from dmcli.sandbox.service.delivery import Quota

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context, Handler

TRIAL = 30 * 86400  # seconds that the trial of Sendify runs
_SENDIFY = "https://sendify.example/"
_PAGES = {
    "BuyUrl": "buy",
    "BuyResourcePackageUrl": "package",
    "RenewUrl": "renew",
    "UpgradeUrl": "upgrade",
    "SpecUpgradeUrl": "spec",
    "DowngradeUrl": "downgrade",
    "LearnMoreUrl": "more",
}
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


def settings(context: Context) -> dict[str, Any]:
    """GetUser."""
    return {"Data": {"EnableEventbridge": _setting(context, "eventbridge") == 1}}


def change_settings(context: Context) -> dict[str, Any]:
    """UpdateUser."""
    _set(context, "eventbridge", int("true" in context.params["User"]))
    return {}


def sendify(context: Context) -> dict[str, Any]:
    """GetSendifyInfo: the product is open for as long as its trial runs."""
    opened = _setting(context, "sendify")
    ends = opened + TRIAL if opened else 0
    state = "" if not opened else "VALID" if context.now < ends else "EXPIRED"
    return {
        "Opened": state == "VALID",
        "Status": state,
        "ProductCode": "TRIAL" if opened else "",
        "ExpireTime": utc_text(ends) if opened else "",
        "SupportTrial": not opened,
        "Discount": "",
        **{name: f"{_SENDIFY}{page}" for name, page in _PAGES.items()},
    }


def sendify_login(context: Context) -> dict[str, Any]:
    """GetSendifyAutoLoginURL: another link for each call."""
    return {"AutoLoginURL": f"{_SENDIFY}login?token={context.request_id}"}


def open_sendify(context: Context) -> dict[str, Any]:
    """OpenSendifyTrialService: the trial begins with the first call."""
    if not _setting(context, "sendify"):
        _set(context, "sendify", context.now)
    return sendify_login(context)


def _setting(context: Context, name: str) -> int:
    return context.count("SELECT sum(value) FROM setting WHERE name = ?", name)


def _set(context: Context, name: str, value: int) -> None:
    context.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", name, value)


HANDLERS: dict[str, Handler] = {
    "DescAccountSummary": summary,
    "GetUser": settings,
    "UpdateUser": change_settings,
    "GetSendifyInfo": sendify,
    "GetSendifyAutoLoginURL": sendify_login,
    "OpenSendifyTrialService": open_sendify,
}

FACTS: dict[str, Facts] = {
    "DescAccountSummary": Facts(
        section="5.1",
        same=dict.fromkeys(("DayuStatus", "SmsRecord", "SmsSign", "SmsTemplates", "EnableTimes"), "0"),
        always={"UserStatus": "0", "QuotaLevel": "2", "MaxQuotaLevel": "10", "IpChannelType": "normal"},
        guessed={"Receivers is the number of lists; the sources call it the number of recipients.": "reference 5.1"},
        missing={"The account is never frozen, overdue or restricted.": "reference 5.1"},
    ),
    "GetUser": Facts(missing={"A POST is taken too, where the SDK makes a GET.": SDK}),
    "UpdateUser": Facts(missing={"No event is published: there is no EventBridge.": SDK}),
    "GetSendifyInfo": Facts(
        always={**{name: f"{_SENDIFY}{page}" for name, page in _PAGES.items()}, "Discount": ""},
        guessed={
            "Before the trial is opened Status, ProductCode and ExpireTime are empty; then they are VALID, TRIAL and "
            "a time, and after it EXPIRED.": SDK,
            "The trial runs for 30 days.": NOBODY,
        },
        missing={"Sendify itself is not there, and its links lead nowhere.": SDK},
    ),
    "GetSendifyAutoLoginURL": Facts(guessed={"A link is made before the trial is opened too.": NOBODY}),
    "OpenSendifyTrialService": Facts(
        guessed={"A second call opens nothing more, and is no error.": NOBODY},
    ),
}
