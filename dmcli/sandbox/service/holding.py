"""Who gets no mail: found invalid, suppressed, unsubscribed as far as a send asks for that, or not valid enough."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dmcli.sandbox.service.validation import examine
from dmcli.sandbox.store.sql import from_json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.sandbox.service.context import Context

FORBIDDEN_LISTS = ("ForbiddenStatusList", "ForbiddenSubStatusList")
# Whether there is anybody who gets no mail, in SQL. Mostly there is nobody, and no recipient need be looked for.
ANYBODY_HELD = " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in ("suppression", "invalid", "blocking"))
# The addresses are one value, a JSON list: for an IN of several SQLite makes a table first.
_SUPPRESSED = "SELECT address FROM json_each(?) CROSS JOIN suppression ON address = value"
_INVALID = "SELECT address FROM json_each(?) CROSS JOIN invalid ON address = value"
_BLOCKED = "SELECT DISTINCT recipient FROM json_each(?) CROSS JOIN block ON recipient = value WHERE kind = "
_UNSUBSCRIBED, _COMPLAINED = f"{_BLOCKED}'unsubscribe'", f"{_BLOCKED}'complaint' AND sender = ?"
# Whose unsubscribes count, by UnSubscribeFilterLevel (SDK).
_LEVELS = {
    "mailfrom": " AND sender = ?",
    "mailfrom_domain": " AND substr(sender, instr(sender, '@') + 1) = ?",
    "edm_id": "",
}


def known_invalid(context: Context, addresses: Iterable[str]) -> frozenset[str]:
    """Those of the addresses, in lower case, that were found invalid before."""
    return frozenset(_among(context, _INVALID, addresses))


def held_back(context: Context, sender: str, sendtype: str, addresses: Iterable[str]) -> frozenset[str]:
    """Those of the addresses, in lower case, that get no mail of this sender, which is in lower case."""
    wanted = {address.lower() for address in addresses}
    found = _among(context, _SUPPRESSED, {*wanted, *map(_domain, wanted)})
    held = {address for address in wanted if address in found or _domain(address) in found}
    held |= _among(context, _COMPLAINED, wanted, sender)
    level = context.get("UnSubscribeFilterLevel", "default")
    if level == "default":  # counts for senders of the batch type, by the sender address (SDK)
        level = "mailfrom" if sendtype == "batch" else "disabled"
    if level in _LEVELS:
        whose = {"mailfrom": [sender], "mailfrom_domain": [_domain(sender)]}.get(level, [])
        held |= _among(context, _UNSUBSCRIBED + _LEVELS[level], wanted, *whose)
    return frozenset(held)


def forbidden(context: Context, validation: str, addresses: Iterable[str]) -> frozenset[str]:
    """Those of the addresses, in lower case, that a validation forbids: its settings as JSON."""
    settings = from_json(validation, "InternalError")
    if not settings.get("Enabled"):
        return frozenset()
    statuses, whys = ({_bare(one) for one in settings[name]} for name in FORBIDDEN_LISTS)
    checked = {address.lower(): examine(context, address) for address in addresses}
    return frozenset(
        address for address, found in checked.items() if _bare(found.status) in statuses or _bare(found.why) in whys
    )


def _bare(status: str) -> str:
    """A status without what its spellings differ in: DONOTMAIL in the SDK, DO_NOT_MAIL in the Terraform provider."""
    return status.replace("_", "").upper()


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _among(context: Context, sql: str, texts: Iterable[str], *more: str) -> set[str]:
    """What a query finds among some texts, in lower case; `more` are the values after them."""
    return {text.lower() for (text,) in context.all(sql, json.dumps(list(texts)), *more)}
