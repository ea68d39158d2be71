"""`dm receiver remove`: one address, or those of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.actions.common import count
from dmcli.cli.commands.sending.addresses import check_addresses, typed
from dmcli.cli.commands.sending.options import emails
from dmcli.cli.options import options_of
from dmcli.cli.question import ask
from dmcli.cli.tree import command
from dmcli.errors import DmError, InputError, NotFoundError
from dmcli.words import counted, marked, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_REMOVE = catalogue.get("DeleteReceiverDetail")
_FIELDS = (count("removed", "Removed"), count("missing", "Not in the list"))
_NOTHING = marked("{why}; nothing was removed")


def _remove(current: Session, *, addresses: tuple[str, ...], yes: bool, **values: Any) -> None:
    found = typed(addresses)
    if not found:
        raise InputError(tr("give the addresses to remove, or @FILE with one a line"))
    if len(found) == 1:
        from dmcli.cli.perform import perform

        perform(current, _REMOVE, values | {"Email": found[0].text, "yes": yes})
        return
    wires = list(dict.fromkeys(check_addresses(current, found, _NOTHING)))
    if values["dry_run"]:
        from dmcli.cli.perform import show_dry_run
        from dmcli.cli.values import collect

        show_dry_run(current, collect(current, _REMOVE, values | {"Email": wires[0]}))
        current.say(tr("this is the first of {calls} calls, one for each address", calls=len(wires)))
        return
    _remove_all(current, values["ReceiverId"], wires, yes=yes)


def _remove_all(current: Session, list_typed: str, wires: list[str], *, yes: bool) -> None:
    from dmcli.render import show_document
    from dmcli.workflows.lists.clean import remove
    from dmcli.workflows.lists.fill import find_list

    one = find_list(current.client, list_typed)
    if not yes:
        ask(
            tr(
                "remove {addresses} from the list {list} of {members:,}",
                addresses=counted(len(wires), "address", "addresses"),
                list=one.name,
                members=one.size,
            )
        )
    done: list[bool] = []
    try:
        done.extend(not each.gone for each in remove(current.client, ((one.id, wire) for wire in wires)))
    except DmError as error:
        error.message += tr(
            " ({removed:,} of {all:,} were removed before this; run it again for the rest)",
            removed=sum(done),
            all=len(wires),
        )
        raise
    if not any(done):
        raise NotFoundError(
            tr("none of the {number:,} addresses is in the list {list}", number=len(wires), list=one.name)
        )
    show_document({"removed": sum(done), "missing": len(done) - sum(done)}, _FIELDS, current.output())
    current.mark(_REMOVE._replace(done=""), {})


COMMAND = command(
    "remove",
    [
        *[one for one in options_of(_REMOVE) if one.name != "Email"][:1],
        emails(marked("Addresses to remove; @FILE has one a line, or a column named email.")),
        *[one for one in options_of(_REMOVE) if one.name != "Email"][1:],
    ],
    _remove,
    "Remove addresses from a recipient list.",
    "customers ada@example.com",
)
