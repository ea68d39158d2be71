"""Who gets no more mail: recipients who unsubscribed or complained (SDK; not in the 2019 reference)."""

from __future__ import annotations

from dmcli.api.kinds.common import ADDRESS_FILTER, EMAIL, TEXT
from dmcli.api.kinds.dates import Instant
from dmcli.api.kinds.text import Choice, Integer
from dmcli.api.model import ONLY_2015, Action, Command, Effect, Field, Paging, Param

BLOCK_TYPE = Choice({"unsubscribe": "UNSUB", "complaint": "REPORT"})

ACTIONS = (
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
)
