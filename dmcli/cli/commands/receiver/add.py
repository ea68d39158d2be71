"""`dm receiver create` and `add`: addresses that are typed, or one a line of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.actions.common import count
from dmcli.api.actions.receiver import MAX_SAVED
from dmcli.api.model import Field
from dmcli.cli.commands.sending.addresses import check_addresses, first_of, typed
from dmcli.cli.commands.sending.options import emails
from dmcli.cli.options import options_of
from dmcli.cli.tree import command
from dmcli.errors import DmError, InputError, PartlyRejectedError
from dmcli.untrusted import read_json
from dmcli.words import composed, counted, marked, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.cli.values import Call
    from dmcli.workflows.lists.members import Added

_CREATE = catalogue.get("CreateReceiver")
_SAVE = catalogue.get("SaveReceiverDetail")
_ADDED = (count("added", "Added"), count("rejected", "Rejected"), Field("errors", "Errors"))
_NOTHING = marked("{why}; nothing was added")


def _create(current: Session, **values: Any) -> None:
    from dmcli.cli.perform import perform

    alias = values["ReceiversAlias"] or f"{values['ReceiversName'][:25]}@list"
    perform(current, _CREATE, values | {"ReceiversAlias": alias})


def _add(current: Session, *, addresses: tuple[str, ...], dry_run: bool, **values: Any) -> None:
    import json

    from dmcli.cli.perform import resolve_names, show_dry_run
    from dmcli.cli.values import collect

    param, records = _records(current, addresses, values)
    text = json.dumps(records[:MAX_SAVED], ensure_ascii=False, separators=(",", ":"))
    first = {"ReceiverId": values["ReceiverId"], param: text}
    call = collect(current, _SAVE, first)
    if dry_run:
        show_dry_run(current, call)
        if len(records) > MAX_SAVED:
            calls = -(-len(records) // MAX_SAVED)
            current.say(first_of(calls, len(records)))
        return
    from dmcli.workflows.lists.members import add

    outcomes: list[Added] = []
    try:
        outcomes.extend(add(current.client, resolve_names(current, call)["ReceiverId"], param, records))
    except DmError as error:
        if outcomes:
            added = _show_added(current, call, outcomes)["added"]
            error.message += tr(
                " ({added} of {records} records were added before this; they are in the list)",
                added=added,
                records=len(records),
            )
        raise
    rejected = _show_added(current, call, outcomes)["rejected"]
    if rejected:
        raise PartlyRejectedError(
            tr(
                "{rejected} of {addresses} rejected; those already in the list count",
                rejected=rejected,
                addresses=counted(len(records), "address", "addresses"),
            )
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


def _records(current: Session, given_addresses: tuple[str, ...], values: dict[str, Any]) -> tuple[str, list[Any]]:
    """The parameter to fill and its records, from addresses or from JSON."""
    addresses = typed(given_addresses)
    given = [name for name in ("Detail", "CustomDetail") if values.get(name)]
    if bool(addresses) + len(given) != 1:
        raise InputError(tr("give addresses to add, or --detail, or --custom-detail: one of the three"))
    if addresses:
        return "Detail", [{"e": address} for address in check_addresses(current, addresses, _NOTHING)]
    # More than one call's worth is fine here: it is sent in pieces.
    try:
        records = read_json(values[given[0]])
    except ValueError as error:
        option = _SAVE.param(given[0]).flag
        raise InputError(tr("--{option} is not a JSON array: {why}", option=option, why=error)) from None
    if not isinstance(records, list) or not records:
        option = _SAVE.param(given[0]).flag
        raise InputError(tr("--{option} must be a JSON array with at least one element", option=option))
    return given[0], records


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
        emails(marked("Addresses to add; @FILE has one a line, or a column named email.")),
        *[p for p in options_of(_SAVE, ("Detail", "CustomDetail")) if p.name != "dry_run"],
    ],
    _add,
    composed(_SAVE.summary, "Exit code 7 when some were rejected."),
    "customers ada@example.com bob@example.com",
)
