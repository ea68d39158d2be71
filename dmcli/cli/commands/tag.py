"""`dm tag update`; the rest of the group is the catalogue's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.kinds.common import TAG_REF
from dmcli.api.paging import value_of
from dmcli.cli.build import group
from dmcli.cli.options import options_of
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    import click

    from dmcli.cli.session import Session

_MODIFY = catalogue.get("ModifyTag")
_KEPT = ("TagName", "TagDescription")


def _update(current: Session, *, dry_run: bool, **typed: Any) -> None:
    """ModifyTag wants name and description each time: what was not typed is read first, so that nothing is lost."""
    from dmcli.cli.perform import show_dry_run, show_reply
    from dmcli.cli.values import collect
    from dmcli.workflows.modify import unchanged_params

    if all(typed[name] is None for name in _KEPT):
        raise InputError(tr("nothing to change: give --name, --description or both"))
    call = collect(current, _MODIFY, typed)
    if dry_run:
        show_dry_run(current, call._replace(wire=call.wire | unchanged_params(None, _KEPT, call.wire)))
        return
    from dmcli.workflows.lookup import find_typed

    row = find_typed(current.client, TAG_REF, typed["TagId"])
    wire = call.wire | {"TagId": str(value_of(row, "TagId"))} | unchanged_params(row, _KEPT, call.wire)
    show_reply(current, call, current.client.call(_MODIFY, wire))


def _update_command() -> click.Command:
    options = options_of(_MODIFY, may=("TagName",))
    return command("update", options, _update, _MODIFY.summary, "welcome --name greeting")


COMMAND = group("tag")
COMMAND.later("update", _MODIFY.summary, _update_command)
