"""Parameters that mails and batches have in common. They are apart, since kinds of JSON are slow to load."""

from __future__ import annotations

from dmcli.api.actions.common import IP_POOL_PARAM
from dmcli.api.kinds.addresses import SENDER
from dmcli.api.kinds.common import ALIAS
from dmcli.api.kinds.json import Headers, StoredTemplate
from dmcli.api.kinds.text import Choice, Flag
from dmcli.api.model import ONLY_2015, Param

STORED_TEMPLATE = StoredTemplate("template", "QueryTemplateByParam", "TemplateName", "TemplateId")
SENDER_PARAM = Param(
    "AccountName",
    SENDER,
    "Sender address, or 'Name <address>'; default: the profile's 'from'.",
    required=True,
    option="from",
    malformed="InvalidMailAddressName.Malformed",
)
ADDRESS_TYPE = Param(
    "AddressType",
    Choice({"account": "1", "random": "0"}),
    "Send from the account's sender address, or from a random one.",
    required=True,
    default="account",
)
CLICK_TRACE = Param("ClickTrace", Flag("1", "0"), "Track opens and clicks; needs a tag.", option="track")
REPLY_ALIAS = Param(
    "ReplyAddressAlias",
    ALIAS,
    "Display name of the reply-to address.",
    option="reply-alias",
    malformed="InvalidReplyAddressAlias.Malformed",
)
# What the SDK of today knows and the reference does not.
DELIVERY_OPTIONS = (
    Param("DomainAuth", Flag(), "Authenticate by the domain instead of one sender address.", versions=ONLY_2015),
    Param(
        "Headers",
        Headers(),
        "Up to 10 extra headers as a JSON object: X-User-..., Message-ID, List-Unsubscribe.",
        versions=ONLY_2015,
    ),
    IP_POOL_PARAM._replace(versions=ONLY_2015),
    Param(
        "UnSubscribeFilterLevel",
        Choice(("disabled", "default", "mailfrom", "mailfrom_domain", "edm_id")),
        "Whose earlier unsubscribes hold the mail back.",
        option="unsubscribe-level",
    ),
    Param(
        "UnSubscribeLinkType",
        Choice(("disabled", "default", "zh-cn", "en-us")),
        "Whether an unsubscribe link is added.",
        option="unsubscribe-link",
    ),
)
