"""`dm config-set update`; the rest of the group is the catalogue's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.kinds.common import CONFIG_SET_REF
from dmcli.api.paging import value_of
from dmcli.cli.build import group
from dmcli.cli.options import options_of
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.words import tr
from dmcli.workflows.modify import unchanged_params

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_UPDATE = catalogue.get("ConfigSetUpdate")
_KEPT = tuple(param.name for param in _UPDATE.params if param.name != "Id")


def _update(current: Session, *, dry_run: bool, **typed: Any) -> None:
    """ConfigSetUpdate empties what is left out (Terraform provider): what was not typed is read first."""
    from dmcli.cli.perform import resolve_names, show_dry_run, show_reply
    from dmcli.cli.values import collect

    if all(typed[name] is None for name in _KEPT):
        raise InputError(tr("nothing to change: give one of the options"))
    call = collect(current, _UPDATE, typed)
    if dry_run:
        show_dry_run(current, call._replace(wire=call.wire | unchanged_params(None, _KEPT, call.wire)))
        return
    from dmcli.workflows.lookup import find_typed

    row = find_typed(current.client, CONFIG_SET_REF, typed["Id"])
    named = {name: ref for name, ref in call.names.items() if name != "Id" and call.wire[name]}  # '' is no pool
    wire = resolve_names(current, call._replace(names=named)) | {"Id": str(value_of(row, "Id"))}
    wire |= unchanged_params(_flat(row), _KEPT, call.wire)
    show_reply(current, call, current.client.call(_UPDATE, wire))


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A set of the list as the parameters that make it."""
    import json

    pool, validation, falls_back = (value_of(row, n) for n in ("IpPool", "ValidationOption", "IsPublicChannelBackoff"))
    return row | {
        "IpPoolId": value_of(pool, "IpPoolId") if isinstance(pool, dict) else None,
        "ValidationOption": json.dumps(validation, ensure_ascii=False) if validation else None,
        "IsPublicChannelBackoff": str(falls_back).lower() if falls_back is not None else None,
    }


COMMAND = group(
    "config_set",
    command("update", options_of(_UPDATE, may=("Name",)), _update, _UPDATE.summary, "shop --name store"),
)
