"""From which addresses mail may be sent (SDK); `service/callers.py` holds sends to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.callers import PROTECTION, is_protected

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context, Handler

MOST = 10  # entries (help pages)


def add(context: Context) -> dict[str, Any]:
    """AddIpfilter: what is there already keeps its id."""
    text = context.params["IpAddress"]
    known = context.one("SELECT id FROM ipfilter WHERE address = ?", text)
    if known:
        return {"IpFilterId": str(known[0])}
    if context.count("SELECT count(*) FROM ipfilter") >= MOST:
        raise ServiceError("InvalidIPNumber.Malformed")
    return {"IpFilterId": str(context.add("ipfilter", address=text, created=context.now))}


def query(context: Context) -> dict[str, Any]:
    """GetIpfilterList: all of them, on one page."""
    rows = context.all("SELECT id, address, created FROM ipfilter ORDER BY id")
    return {
        "TotalCount": len(rows),
        "PageNumber": 1,
        "PageSize": MOST,
        "data": {
            "ipfilters": [
                {"Id": str(number), "IpAddress": address, "CreateTime": str(created)}
                for number, address, created in rows
            ]
        },
    }


def delete(context: Context) -> dict[str, Any]:
    """DeleteIpfilterByEdmId."""
    if not context.one("SELECT 1 FROM ipfilter WHERE id = ?", context.params["Id"]):
        raise ServiceError("InvalidIP.NotFound")
    context.run("DELETE FROM ipfilter WHERE id = ?", context.params["Id"])
    return {}


def protection(context: Context) -> dict[str, Any]:
    """GetIpProtection."""
    return {"IpProtection": "1" if is_protected(context) else "0"}


def protect(context: Context) -> dict[str, Any]:
    """UpdateIpProtection."""
    value = int(context.params["IpProtection"])
    context.run("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", PROTECTION, value)
    return {}


HANDLERS: dict[str, Handler] = {
    "AddIpfilter": add,
    "GetIpfilterList": query,
    "DeleteIpfilterByEdmId": delete,
    "GetIpProtection": protection,
    "UpdateIpProtection": protect,
}

FACTS: dict[str, Facts] = {
    "AddIpfilter": Facts(
        undeclared_codes={"InvalidIPNumber.Malformed": "there are as many entries as there may be"},
        copied={said("There are at most {most} entries.", most=MOST): "help pages"},
        guessed={
            "An entry is an address, a network with a slash and its bits, or a first and a last address with a "
            "hyphen.": SDK,
            "What is there already keeps its id.": NOBODY,
        },
    ),
    "GetIpfilterList": Facts(
        always={"PageNumber": "1", "PageSize": str(MOST)},
        copied={"CreateTime is in epoch seconds, as text.": "help pages"},
        guessed={"All entries are on one page.": SDK},
    ),
    "DeleteIpfilterByEdmId": Facts(unread=("FromType",)),
    "GetIpProtection": Facts(),
    "UpdateIpProtection": Facts(
        guessed={
            "Only sends are refused to other addresses, with InvalidIP.NotFound; it can always be switched off.": (
                NOBODY
            ),
            "A call in this process comes from 127.0.0.1.": NOBODY,
        },
    ),
}
