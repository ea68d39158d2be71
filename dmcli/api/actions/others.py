"""Actions that the service has or had and no area declares: `dm api` calls them, the sandbox does not do them."""

from __future__ import annotations

from dmcli.api.kinds.text import Body
from dmcli.api.model import ONLY_2017, V2017, Action, Effect, Param
from dmcli.words import marked

_ANY = Body()
_MAIL = (
    *("AccountName", "AddressType", "ClickTrace", "FromAlias", "HtmlBody", "HtmlBodyPlaceHolders", "ReplyAddress"),
    *("ReplyAddressAlias", "ReplyToAddress", "Subject", "TagName", "TextBody", "ToAddress"),
)
_PAGES = ("Offset", "OffsetCreateTime", "OffsetCreateTimeDesc", "PageNumber", "PageSize", "Total")
# What only the SDK of 2017-06-22 has (alibabacloud-dm20170622 1.2.4), with the parameters that it sends.
_ONLY_2017 = {
    "CheckDomainDns": (marked("Check one DNS record of a domain."), Effect.READ, ("DomainId", "Type")),
    "GetAccountList": (marked("List the account's regions."), Effect.READ, _PAGES),
    "GetMailAddressMsgCallBackUrl": (marked("Show where a sender's events go."), Effect.READ, ("MailFrom",)),
    "SingleSendMailV2": (marked("Send one mail whose body has placeholders."), Effect.SEND, _MAIL),
}
# Names that stood in the metadata of the vendor's command line and are in no SDK: no source says what they take and do.
_FORMER = (
    *(
        "ApproveMailTemplate",
        "ApproveSmsTemplate",
        "ApproveTemplate",
        "CheckInvalidAddress",
        "CreateDayu",
        "CreateSign",
    ),
    *("DeleteSign", "DescAccountSummary2", "EnableAccount", "GetRegionList", "GetSenderAddressList", "MigrateMarket"),
    *("ModifyAccountNotification", "ModifySenderAddressNotification", "QuerySignByParam", "QuerySmsStatistics"),
    *("SetMaxQuotaLevel", "SingleSendSms", "UpdateDomainTrackName"),
)
FORMER = "former"  # stands for an area
_UNKNOWN = marked("No source says what it does; it is called as if it sent mail.")


def _of_2017(name: str, summary: str, effect: Effect, params: tuple[str, ...]) -> Action:
    # The SDK marks none as required.
    return Action(name, V2017, summary, effect, tuple(Param(one, _ANY) for one in params), versions=ONLY_2017)


# By name; what stands for their area is the version that has them, or FORMER.
OTHERS = {
    **{name: _of_2017(name, *facts) for name, facts in _ONLY_2017.items()},
    **{name: Action(name, FORMER, _UNKNOWN, Effect.SEND) for name in _FORMER},
}
# What the service has and the sandbox does not do.
LACKING = tuple(_ONLY_2017)
