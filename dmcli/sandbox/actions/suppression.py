"""Who gets no more mail (SDK): `service/holding.py` holds it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api.actions.suppression import SPAN
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.context import Context, list_page
from dmcli.sandbox.service.delivery import INVALID
from dmcli.sandbox.store.sql import where
from dmcli.untrusted import read_number
from dmcli.words import marked

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Handler

_LEVEL = "SuppressionListLevel"
_EVENTS = {"UNSUB": "unsubscribe", "REPORT": "complaint"}


# When mail to an address last came back is not kept but looked up.
_LISTED = (
    "(SELECT s.id, s.address, s.created, s.type, coalesce((SELECT max(m.settled) FROM mail AS m "
    f"WHERE m.recipient = s.address AND m.status = {INVALID}), 0) AS bounced FROM suppression AS s)"
)


def query(context: Context) -> dict[str, Any]:
    """ListUserSuppression: the one added first before the others."""
    conditions = {
        "address = ? COLLATE NOCASE": context.get("Address") or None,
        "created >= ?": _seconds(context, "StartCreateTime"),
        "created <= ?": _seconds(context, "EndCreateTime"),
        "bounced >= ?": _seconds(context, "StartBounceTime"),
        "bounced <= ?": _seconds(context, "EndBounceTime"),
    }
    page = list_page(context, "id, address, type, created, bounced", _LISTED, conditions, "id")
    return {
        **page.head,
        "Data": {
            "UserSuppressions": [
                {
                    "SuppressionId": number,
                    "Address": address,
                    "Type": kind,
                    "CreateTime": created,
                    "LastBounceTime": bounced,
                }
                for number, address, kind, created, bounced in page.rows
            ]
        },
    }


def _seconds(context: Context, name: str) -> int | None:
    """A parameter in epoch seconds, None where it was not given."""
    return int(context.params[name]) if context.get(name) else None


def add(context: Context) -> dict[str, Any]:
    """CreateUserSuppression: what is there already keeps its id."""
    address = context.params["Address"].lower()
    known = context.one("SELECT id FROM suppression WHERE address = ?", address)
    number = known[0] if known else context.add("suppression", address=address, created=context.now)
    return {"SuppressionId": str(number)}


def remove(context: Context) -> dict[str, Any]:
    """RemoveUserSuppression: ids that are not there are passed over."""
    for number in context.params["SuppressionIds"].split(","):
        context.run("DELETE FROM suppression WHERE id = ?", number)
    return {}


def level(context: Context) -> dict[str, Any]:
    """GetSuppressionListLevel."""
    found = context.one("SELECT level FROM suppression_level")
    return {_LEVEL: found[0] if found else ""}


def set_level(context: Context) -> dict[str, Any]:
    """SetSuppressionListLevel."""
    context.run("DELETE FROM suppression_level")
    context.add("suppression_level", level=context.params[_LEVEL])
    return {_LEVEL: context.params[_LEVEL]}


def unblock(context: Context) -> dict[str, Any]:
    """UnblockSending: what happened up to now counts no more; where nothing is blocked nothing changes."""
    last = context.count("SELECT max(id) FROM event")
    who = (context.params["BlockEmail"], context.params["SenderEmail"], _EVENTS[context.params["BlockType"]])
    context.run("INSERT OR REPLACE INTO unblocked (recipient, sender, kind, event) VALUES (?, ?, ?, ?)", *who, last)
    return {}


def remove_invalid(context: Context) -> dict[str, Any]:
    """DeleteInvalidAddress."""
    address = context.params["ToAddress"]
    if not context.one("SELECT 1 FROM invalid WHERE address = ?", address):
        raise ServiceError("InvalidAddress.NotFound")
    context.run("DELETE FROM invalid WHERE address = ?", address)
    return {}


def list_blocked(context: Context) -> dict[str, Any]:
    """ListBlockSending: a row for each recipient and sender, the one who blocked first before the others."""
    size, after = context.page_size("MaxResults", 100), read_number(context.get("NextToken", "0"))
    if after is None:
        raise ServiceError("InvalidNextToken.Malformed")
    clause, values = where(
        {
            "kind = ?": _EVENTS[context.params["BlockType"]],
            "recipient = ?": context.get("BlockEmail") or None,
            "sender = ? COLLATE NOCASE": context.get("SenderEmail") or None,
            "at >= ?": _seconds(context, "BeginTime"),
            "at <= ?": _seconds(context, "EndTime"),
        }
    )
    rows = context.all(
        f"SELECT min(id) AS first, recipient, sender, at, created FROM block{clause} "
        "GROUP BY recipient, sender HAVING first > ? ORDER BY first LIMIT ?",
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


HANDLERS: dict[str, Handler] = {
    "ListUserSuppression": query,
    "CreateUserSuppression": add,
    "RemoveUserSuppression": remove,
    "GetSuppressionListLevel": level,
    "SetSuppressionListLevel": set_level,
    "ListBlockSending": list_blocked,
    "UnblockSending": unblock,
    "DeleteInvalidAddress": remove_invalid,
}

_HELD = marked("Mail to an address that is suppressed, or that blocks the sender, is taken and fails at once.")
FACTS: dict[str, Facts] = {
    "ListUserSuppression": Facts(
        undeclared_codes={"InvalidBetweenTime.Malformed": "the times of a pair are too far apart, or swapped"},
        copied={said("The two times of a pair are at most {days} days apart.", days=SPAN): SDK},
        guessed={
            "Address is the whole address or domain.": SDK,
            "LastBounceTime is when mail to the address was last refused as invalid, 0 where none was.": SDK,
            "Type is system for an address that was found invalid; it is in both lists, or in none.": (
                "page invalid addresses"
            ),
        },
        missing={"No address leaves the list by itself, after a year or ever.": "page invalid addresses"},
    ),
    "CreateUserSuppression": Facts(
        copied={"A domain stands for all addresses at it.": SDK},
        guessed={_HELD: NOBODY, "What is there already keeps its id.": NOBODY},
    ),
    "RemoveUserSuppression": Facts(guessed={"Ids that are not there are passed over.": NOBODY}),
    "GetSuppressionListLevel": Facts(guessed={"Before one is set the level is empty.": NOBODY}),
    "SetSuppressionListLevel": Facts(
        guessed={"A level is any line.": NOBODY}, missing={"The level changes nothing but itself.": SDK}
    ),
    "ListBlockSending": Facts(
        always={"Reason": "0"},
        guessed={
            "There is a row for each recipient and sender, with the first time.": NOBODY,
            "BeginTime and EndTime are epoch seconds, and both seconds count.": SDK,
        },
    ),
    "UnblockSending": Facts(
        guessed={
            "Where nothing is blocked, nothing changes.": NOBODY,
            "Who complained gets no more mail from that sender, whatever UnSubscribeFilterLevel says.": NOBODY,
        }
    ),
    "DeleteInvalidAddress": Facts(undeclared_codes={"InvalidAddress.NotFound": "the address is not among them"}),
}
