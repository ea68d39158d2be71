"""Who gets no more mail: suppressed, unsubscribed, complained or invalid (SDK; not in the 2019 reference)."""

from __future__ import annotations

from dmcli.api.actions.common import PAGE_NO, PAGE_NO_PARAMS, REQUEST_ID
from dmcli.api.kinds.addresses import ADDRESS_FILTER, EMAIL, EMAIL_OR_DOMAIN, SUPPRESSION_REF
from dmcli.api.kinds.common import TEXT
from dmcli.api.kinds.dates import Instant
from dmcli.api.kinds.text import Choice, Integer, Text
from dmcli.api.model import ONLY_2015, Action, Command, Effect, Field, Paging, Param
from dmcli.api.rules import within_days

BLOCK_TYPE = Choice({"unsubscribe": "UNSUB", "complaint": "REPORT"})

SPAN = 7  # days between the two times of a pair (SDK)
_LEVEL = "SuppressionListLevel"

ACTIONS = (
    Action(
        "ListUserSuppression",
        "suppression",
        "List the addresses and domains that get no mail from this account.",
        Effect.READ,
        params=(
            Param("Address", EMAIL_OR_DOMAIN, "Only this address or domain.", option="address"),
            Param("StartCreateTime", Instant(), "Added from then on: a time, a date, today or 7d.", option="since"),
            Param(
                "EndCreateTime",
                Instant(end=True),
                "Added up to then, at most 7 days later: a time, a date or today.",
                option="until",
            ),
            Param("StartBounceTime", Instant(), "Mail last bounced from then on.", option="bounced-since"),
            Param(
                "EndBounceTime",
                Instant(end=True),
                "Mail last bounced up to then, at most 7 days later.",
                option="bounced-until",
            ),
            *PAGE_NO_PARAMS,
        ),
        fields=(
            Field("Address", "Address"),
            Field("SuppressionId", "Id"),
            Field("Type", "Added by", {"system": "the service", "user": "the account"}),
            Field("CreateTime", "Added at", shape="epoch"),
            Field("LastBounceTime", "Last bounce", shape="epoch", priority=1),
        ),
        lists=("Data.UserSuppressions",),
        paging=PAGE_NO,
        rules=(
            within_days("StartCreateTime", "EndCreateTime", SPAN),
            within_days("StartBounceTime", "EndBounceTime", SPAN),
        ),
        versions=ONLY_2015,
        commands=(Command("suppression list"),),
    ),
    Action(
        "CreateUserSuppression",
        "suppression",
        "Send no more mail to an address, or to a whole domain.",
        Effect.CREATE,
        done="{Address} gets no more mail",
        params=(Param("Address", EMAIL_OR_DOMAIN, "The address or domain.", required=True, argument=True),),
        fields=(Field("SuppressionId", "Id"), REQUEST_ID),
        creates=SUPPRESSION_REF,
        look="suppression list --address {Address}",
        versions=ONLY_2015,
        commands=(Command("suppression add", example="ada@example.com"),),
        sample={"Address": "ada@example.com"},
    ),
    Action(
        "RemoveUserSuppression",
        "suppression",
        "Send mail again to an address or domain that was suppressed.",
        Effect.DELETE,
        done="{SuppressionIds} may get mail again",
        params=(
            Param("SuppressionIds", SUPPRESSION_REF, "The address or domain, or its id.", required=True, argument=True),
        ),
        fields=(REQUEST_ID,),
        versions=ONLY_2015,
        commands=(Command("suppression remove", example="ada@example.com"),),
        sample={"SuppressionIds": "1"},
    ),
    Action(
        "GetSuppressionListLevel",
        "suppression",
        "Show the level of the suppression list.",
        Effect.READ,
        fields=(Field(_LEVEL, "Suppression level"),),
        versions=ONLY_2015,
        commands=(Command("suppression level"),),
    ),
    Action(
        "SetSuppressionListLevel",
        "suppression",
        "Set the level of the suppression list.",
        Effect.WRITE,
        done="set the level of the suppression list",
        params=(
            Param(
                _LEVEL,
                Text(1, metavar="LEVEL"),
                "The level, sent as it is, since the vendor publishes no values; "
                "`dm suppression level` shows the one in force.",
                required=True,
                argument=True,
            ),
        ),
        fields=(Field(_LEVEL, "Suppression level"), REQUEST_ID),
        versions=ONLY_2015,
        commands=(Command("suppression set-level"),),
        sample={_LEVEL: "account"},
    ),
    Action(
        "ListBlockSending",
        "suppression",
        "List recipients who unsubscribed or complained.",
        Effect.READ,
        params=(
            Param(
                "BlockType",
                BLOCK_TYPE,
                "Those who unsubscribed, or those who complained.",
                required=True,
                option="type",
            ),
            Param("BlockEmail", EMAIL, "Only this recipient.", option="to"),
            Param("SenderEmail", ADDRESS_FILTER, "Only those who block this sender address.", option="from"),
            Param("BeginTime", Instant(), "Blocked from then on: a time, a date, today or 7d.", option="since"),
            Param("EndTime", Instant(end=True), "Blocked up to then: a time, a date or today.", option="until"),
            Param("NextToken", TEXT, hidden=True),
            Param("MaxResults", Integer(1, 500), hidden=True),
        ),
        fields=(
            Field("BlockEmail", "Recipient"),
            Field("SenderEmail", "Sender"),
            Field("BlockTime", "Blocked", shape="epoch"),
            Field("SendTime", "Mail sent", shape="epoch", priority=1),
            Field("Reason", "Reason", {"0": "not said", "1": "not interested", "2": "repetitive", "3": "too frequent"}),
        ),
        lists=("Data",),
        paging=Paging(cursor="NextToken", size="MaxResults", total=(), default_size=100),
        versions=ONLY_2015,
        commands=(Command("suppression blocked"),),
        sample={"BlockType": "unsubscribe", "MaxResults": "1"},
    ),
    Action(
        "UnblockSending",
        "suppression",
        "Lift the block of a recipient; only where they asked for mail again.",
        Effect.DELETE,
        methods=("POST",),
        done="{BlockEmail} may get mail from {SenderEmail} again",
        params=(
            Param("BlockEmail", EMAIL, "The recipient.", required=True, argument=True),
            Param("SenderEmail", ADDRESS_FILTER, "The sender address that is blocked.", required=True, option="from"),
            Param("BlockType", BLOCK_TYPE, "Who unsubscribed, or who complained.", required=True, option="type"),
        ),
        fields=(REQUEST_ID,),
        versions=ONLY_2015,
        commands=(
            Command("suppression unblock", example="ada@example.com --from news@mail.example.com --type unsubscribe"),
        ),
        sample={"BlockEmail": "a@gmail.com", "BlockType": "unsubscribe", "SenderEmail": "noreply@sandbox.test"},
    ),
    Action(
        "DeleteInvalidAddress",
        "suppression",
        "Take an address from those that are known as invalid.",
        Effect.DELETE,
        done="{ToAddress} is no longer known as invalid",
        params=(Param("ToAddress", EMAIL, "The address.", required=True, argument=True),),
        fields=(REQUEST_ID,),
        already_done=("InvalidAddress.NotFound",),
        versions=ONLY_2015,
        commands=(Command("suppression remove-invalid", example="ada@example.com"),),
        sample={"ToAddress": "old@b.test"},
    ),
)
