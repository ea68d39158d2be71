"""`dm receiver create` and `add`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dmcli.api import catalogue
from dmcli.api.actions.common import count
from dmcli.api.actions.receiver import MAX_SAVED
from dmcli.api.kinds.addresses import Email
from dmcli.api.kinds.addrspec import oddity
from dmcli.api.kinds.base import read_each
from dmcli.api.kinds.common import EMAIL
from dmcli.api.kinds.text import Body
from dmcli.api.model import Field
from dmcli.cli.options import Value, options_of
from dmcli.cli.tree import command
from dmcli.errors import DmError, InputError, PartlyRejectedError
from dmcli.plural import counted
from dmcli.untrusted import read_json

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.cli.values import Call
    from dmcli.workflows.members import Added

_CREATE = catalogue.get("CreateReceiver")
_SAVE = catalogue.get("SaveReceiverDetail")
_SAID = 10  # warnings about addresses that are said one by one
_ADDED = (count("added", "Added"), count("rejected", "Rejected"), Field("errors", "Errors"))


def _create(current: Session, **values: Any) -> None:
    from dmcli.cli.perform import perform

    alias = values["ReceiversAlias"] or f"{values['ReceiversName'][:25]}@list"
    perform(current, _CREATE, values | {"ReceiversAlias": alias})


class Addresses(Email):
    """Addresses to add; @FILE has one a line."""

    files = Body.most  # some hundred thousand of them


def _add(current: Session, *, emails: tuple[str, ...], dry_run: bool, **values: Any) -> None:
    import json

    from dmcli.cli.perform import resolve_names, show_dry_run
    from dmcli.cli.values import collect

    param, records = _records(current, emails, values)
    text = json.dumps(records[:MAX_SAVED], ensure_ascii=False, separators=(",", ":"))
    first = {"ReceiverId": values["ReceiverId"], param: text}
    call = collect(current, _SAVE, first)
    if dry_run:
        show_dry_run(current, call)
        if len(records) > MAX_SAVED:
            calls = -(-len(records) // MAX_SAVED)
            current.say(f"this is the first of {calls} calls: {len(records)} records, at most {MAX_SAVED} in a call")
        return
    from dmcli.workflows.members import add

    outcomes: list[Added] = []
    try:
        outcomes.extend(add(current.client, resolve_names(current, call)["ReceiverId"], param, records))
    except DmError as error:
        if outcomes:
            added = _show_added(current, call, outcomes)["added"]
            error.message += f" ({added} of {len(records)} records were added before this; they are in the list)"
        raise
    rejected = _show_added(current, call, outcomes)["rejected"]
    if rejected:
        raise PartlyRejectedError(
            f"{rejected} of {counted(len(records), 'address', 'addresses')} rejected; those already in the list count"
        )


def _show_added(current: Session, call: Call, outcomes: list[Added]) -> dict[str, Any]:
    """Show what the calls so far came to; the document that was shown."""
    from dmcli.render import show_document

    document = {
        "added": sum(outcome.added for outcome in outcomes),
        "rejected": sum(outcome.errors for outcome in outcomes),
        "errors": [row for outcome in outcomes for row in outcome.rejected],
    }
    show_document(document, _ADDED, current.output())
    current.mark(_SAVE if document["added"] else _SAVE._replace(done=""), call.wire)
    return document


def _records(current: Session, emails: tuple[str, ...], values: dict[str, Any]) -> tuple[str, list[Any]]:
    """The parameter to fill and its records, from addresses or from JSON."""
    addresses = _typed(emails)
    given = [name for name in ("Detail", "CustomDetail") if values.get(name)]
    if bool(addresses) + len(given) != 1:
        raise InputError("give addresses to add, or --detail, or --custom-detail: one of the three")
    if addresses:
        return "Detail", [{"e": address} for address in _check_addresses(current, addresses)]
    # More than one call's worth is fine here: it is sent in pieces.
    try:
        records = read_json(values[given[0]])
    except ValueError as error:
        option = _SAVE.param(given[0]).flag
        raise InputError(f"--{option} is not a JSON array: {error}") from None
    if not isinstance(records, list) or not records:
        raise InputError(f"--{_SAVE.param(given[0]).flag} must be a JSON array with at least one element")
    return given[0], records


class _Typed(NamedTuple):
    """An address to add, and where it stands: in a line of a file, or among the arguments."""

    text: str
    place: str


def _typed(emails: tuple[str, ...]) -> list[_Typed]:
    """The addresses in the arguments, of which a file has one a line; empty lines are none."""
    found = []
    for number, text in enumerate(emails, 1):
        lines = text.split("\n")
        for line, address in enumerate(lines, 1):
            place = f"line {line}" if lines[1:] else f"address {number}"
            found.append(_Typed(address.strip(" \t\r"), place))
    return [one for one in found if one.text]


def _check_addresses(current: Session, typed: list[_Typed]) -> list[str]:
    """The addresses as they are sent. Says what is odd about the first few; raises InputError for any that is none."""
    from dmcli.cli.values import unreachable

    try:
        wires = read_each(
            (one.text for one in typed),
            partial(EMAIL.to_wire, now=current.now),
            "addresses",
            lambda number: typed[number - 1].place,
        )
    except ValueError as error:
        raise InputError(f"{error}; nothing was added", details=getattr(error, "reasons", ())) from None
    warnings: list[str] = []
    for one, wire in zip(typed, wires, strict=True):
        warnings += filter(None, (EMAIL.conversion_note(one.text, wire), oddity(wire.partition("@")[2])))
    warnings += unreachable(current, dict.fromkeys(wire.partition("@")[2] for wire in wires))
    current.say(*(f"warning: {warning}" for warning in warnings[:_SAID]))
    if len(warnings) > _SAID:
        current.say(f"warning: and {len(warnings) - _SAID} more like these")
    return wires


CREATE = command(
    "create",
    options_of(_CREATE, may=("ReceiversAlias",)),
    _create,
    _CREATE.summary,
    "customers --description 'All who bought'",
)
COMMAND = command(
    "add",
    [
        *options_of(_SAVE, ("ReceiverId",)),
        click.Argument(
            ["emails"],
            nargs=-1,
            metavar="[EMAIL]...",
            help="Addresses to add; @FILE has one a line.",
            type=Value(Addresses()),
        ),
        *[p for p in options_of(_SAVE, ("Detail", "CustomDetail")) if p.name != "dry_run"],
    ],
    _add,
    _SAVE.summary + " Exit code 7 when some were rejected.",
    "customers ada@example.com bob@example.com",
)
