"""Sender addresses (reference section 7)."""

from __future__ import annotations

from dmcli.api.actions.common import (
    CREATED_TEXT,
    DOMAIN_STATUS,
    FROZEN,
    PAGE_NO,
    PAGE_NO_PARAMS,
    REPLY_STATUS,
    REQUEST_ID,
    SMTP_PASSWORD,
    count,
    keyword,
)
from dmcli.api.actions.reply import REPLY_ADDRESS
from dmcli.api.kinds.addresses import ADDRESS_BY_NAME, ADDRESS_REF, Email
from dmcli.api.kinds.common import PASSWORD, TEXT
from dmcli.api.kinds.text import Choice, Text
from dmcli.api.model import ONLY_2015, ONLY_2017, Action, Command, Effect, Field, Param
from dmcli.api.rules import at_least_one

_ERRORS = (
    "InvalidMailAddressSendType.Malformed",
    "InvalidMailAddressDomain.Malformed",
    "InvalidMailAddressStatus.Malformed",
)
_EXAMPLE = "news@mail.example.com"  # a sender address as people would have
_ADDRESS_ID = Param(
    "MailAddressId",
    ADDRESS_REF,
    "Sender address, or its id.",
    required=True,
    option="address",
    argument=True,
    malformed="InvalidMailAddressId.Malformed",
)
_SENDTYPE = Param(
    "Sendtype",
    Choice(("batch", "trigger")),
    "batch for campaigns, trigger for single transactional mails.",
    option="type",
    malformed="InvalidMailAddressSendType.Malformed",
)

ACTIONS = (
    Action(
        "CreateMailAddress",
        "address",
        "Add a sender address to a domain.",
        Effect.CREATE,
        done="added the sender address {AccountName}",
        params=(
            Param(
                "AccountName",
                Email(60),
                "Sender address to add.",
                required=True,
                option="address",
                argument=True,
                malformed="InvalidMailAddressName.Malformed",
            ),
            _SENDTYPE._replace(required=True),
            REPLY_ADDRESS,
            Param(
                "AddressType",
                Choice({"internal": "INTERNAL", "external": "EXTERNAL"}),
                "Whether the domain belongs to this account.",
                versions=ONLY_2015,
            ),
        ),
        fields=(Field("MailAddressId", "Address id"), REQUEST_ID),
        errors=_ERRORS,
        already_done=("InvalidMailAddressName.Duplicate",),
        creates=ADDRESS_REF,
        look="address list",
        commands=(Command("address create", example="news@mail.example.com --type batch"),),
        sample={"AccountName": "new@sandbox.test", "Sendtype": "batch"},
    ),
    Action(
        "QueryMailAddressByParam",
        "address",
        "List sender addresses with their quotas and states.",
        Effect.READ,
        params=(
            keyword("Only addresses that have this text.", 60),
            _SENDTYPE._replace(help="Only addresses of this type."),
            *PAGE_NO_PARAMS,
        ),
        fields=(
            Field("AccountName", "Address"),
            Field("MailAddressId", "Id"),
            Field("Sendtype", "Type"),
            Field("AccountStatus", "Status", FROZEN),
            Field("ReplyAddress", "Reply-to", priority=2),
            Field("ReplyStatus", "Confirmed", REPLY_STATUS, priority=2),
            count("DailyReqCount", "Today", priority=1),
            count("MonthReqCount", "Month", priority=1),
            Field("DailyCount"),
            Field("MonthCount"),
            Field("DomainStatus", words=DOMAIN_STATUS, alone="Domain"),
            Field("AddressType"),
            Field("ConfigSetId"),
            Field("ConfigSetName", alone="Configuration set"),
            Field("MailAddressVerificationStatus"),
            Field("SenderAddress"),
            CREATED_TEXT,
        ),
        lists=("data.mailAddress", "data.data"),
        paging=PAGE_NO,
        commands=(
            Command("address list"),
            Command(
                "address show",
                "Show a sender address with its quota and state.",
                shows=ADDRESS_REF,
                example=_EXAMPLE,
                groups=(("ReplyAddress", "ReplyStatus"), ("DailyReqCount", "MonthReqCount")),
            ),
        ),
    ),
    Action(
        "ModifyMailAddress",
        "address",
        "Change a sender address's reply-to address or SMTP password.",
        Effect.WRITE,
        done="changed the sender address {MailAddressId}",
        params=(
            _ADDRESS_ID,
            REPLY_ADDRESS._replace(help="New reply-to address; it must be confirmed again."),
            Param("Password", PASSWORD, SMTP_PASSWORD, secret=True, malformed="InvalidDomainPassword.Malformed"),
        ),
        fields=(REQUEST_ID,),
        rules=(at_least_one("ReplyAddress", "Password", code=""),),
        errors=_ERRORS,
        already_done=("InvalidDomainPassword.equalcurrent",),
        commands=(
            Command(
                "address update",
                "Change the reply-to address of a sender address.",
                only=("MailAddressId", "ReplyAddress"),
                must=("ReplyAddress",),
                example=f"{_EXAMPLE} --reply-to office@example.com",
            ),
            Command(
                "address set-password",
                "Set the SMTP password of a sender address.",
                only=("MailAddressId", "Password"),
                must=("Password",),
                example=_EXAMPLE,
            ),
        ),
        sample={"MailAddressId": "1", "Password": "abcABC123456"},
    ),
    Action(
        "DeleteMailAddress",
        "address",
        "Delete a sender address; the service allows ten a month.",
        Effect.DELETE,
        done="deleted the sender address {MailAddressId}",
        params=(_ADDRESS_ID,),
        fields=(REQUEST_ID,),
        errors=_ERRORS,
        already_done=("InvalidMailAddressId.Malformed",),
        commands=(Command("address delete", example=_EXAMPLE),),
        sample={"MailAddressId": "1"},
    ),
    Action(
        "CheckReplyToMailAddress",
        "address",
        "Mail the confirmation link to the reply-to address of a sender address.",
        Effect.SEND,
        done="mailed the link that confirms the reply-to address of {MailAddressId}",
        params=(
            # The parameter table says MailAddressesId, the sample beside it MailAddressId (reference section 7.5).
            _ADDRESS_ID._replace(aliases=("MailAddressesId",)),
            Param("Lang", TEXT, "Language of the mail: en, else Chinese.", option="mail-lang", versions=ONLY_2015),
            Param("Region", TEXT, hidden=True),
        ),
        fields=(REQUEST_ID,),
        errors=_ERRORS,
        versions=ONLY_2015,
        unsure_versions=ONLY_2017,  # the reference has it, the SDK of that version lacks it
        commands=(Command("address verify-reply", example=_EXAMPLE),),
        sample={"MailAddressId": "1"},
    ),
    Action(
        "ApproveReplyMailAddress",
        "address",
        "Confirm a reply-to address with the ticket from the mail.",
        Effect.WRITE,
        done="confirmed the reply-to address",
        params=(
            Param(
                "Ticket",
                Text(1, metavar="TICKET"),
                "Ticket from the link in the mail.",
                required=True,
                argument=True,
                secret=True,
                malformed="InvalidTicket.Malformed",
            ),
        ),
        fields=(REQUEST_ID,),
        errors=_ERRORS,
        versions=ONLY_2015,
        unsure_versions=ONLY_2017,  # the reference has it, the SDK of that version lacks it
        commands=(Command("address approve-reply"),),
        sample={"Ticket": "ticket"},
    ),
    Action(
        "UpdateMailAddressMsgCallBackUrl",
        "address",
        "Set where delivery events of a sender address are posted.",
        Effect.WRITE,
        done="delivery events of {MailFrom} are posted to {NotifyUrl} from now on",
        params=(
            Param(
                "MailFrom",
                ADDRESS_BY_NAME,
                "Sender address, or its id.",
                required=True,
                option="address",
                argument=True,
                malformed="InvalidMailAddressNameMalformed",  # printed without its dot
            ),
            Param(
                "NotifyUrl",
                Text(0, 1024, metavar="URL"),
                "URL of a web hook, or an MNS region; an empty text clears it.",
                option="url",
                argument=True,
                malformed="InvalidNotifyUrl.Malformed",
            ),
        ),
        fields=(REQUEST_ID,),
        errors=("InvalidMailAddressNameMalformed",),
        versions=ONLY_2015,
        unsure_versions=ONLY_2017,  # the reference has it, the SDK of that version lacks it
        # The heading and the reply's root say CallBack, the table and the sample Callback (reference section 7.6).
        aliases=("UpdateMailAddressMsgCallbackUrl",),
        commands=(
            Command("address set-callback", must=("NotifyUrl",), example=f"{_EXAMPLE} https://example.com/hook"),
        ),
        sample={"MailFrom": "news@sandbox.test"},
    ),
)
