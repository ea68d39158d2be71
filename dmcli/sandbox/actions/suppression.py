"""Recipients who unsubscribed or complained (SDK), as the events of their mail tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts
from dmcli.sandbox.store.sql import where
from dmcli.untrusted import read_number

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context, Handler

_EVENTS = {"UNSUB": "unsubscribe", "REPORT": "complaint"}


def list_blocked(context: Context) -> dict[str, Any]:
    """ListBlockSending: a row for each recipient and sender, the one who blocked first before the others."""
    size, after = context.page_size("MaxResults", 100), read_number(context.get("NextToken", "0"))
    if after is None:
        raise ServiceError("InvalidNextToken.Malformed")
    clause, values = where(
        {
            "event.kind = ?": _EVENTS[context.params["BlockType"]],
            "recipient = ?": context.get("BlockEmail") or None,
            "sender = ? COLLATE NOCASE": context.get("SenderEmail") or None,
            "at >= ?": int(context.get("BeginTime")) if context.get("BeginTime") else None,
            "at <= ?": int(context.get("EndTime")) if context.get("EndTime") else None,
        }
    )
    rows = context.all(
        "SELECT min(event.id) AS first, recipient, sender, at, created FROM event "
        f"JOIN mail ON mail.id = event.mail{clause} GROUP BY recipient, sender HAVING first > ? ORDER BY first LIMIT ?",
        *values,
        after,
        size + 1,
    )
    return {
        "Data": [
            {"BlockEmail": recipient, "SenderEmail": sender, "BlockTime": at, "SendTime": created, "Reason": 0}
            for _, recipient, sender, at, created in rows[:size]
        ],
        "MaxResults": size,
        "NextToken": str(rows[size - 1][0]) if len(rows) > size else "",
    }


HANDLERS: dict[str, Handler] = {"ListBlockSending": list_blocked}

FACTS: dict[str, Facts] = {
    "ListBlockSending": Facts(
        always={"Reason": "0"},
        guessed={
            "There is a row for each recipient and sender, with the first time.": NOBODY,
            "BeginTime and EndTime are epoch seconds, and both seconds count.": SDK,
        },
        missing={"Nobody complains, so the list of those who did is empty.": SDK},
    ),
}
