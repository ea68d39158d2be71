"""`dm tag show` and `update`; the rest of the group is the catalogue's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.kinds import TAG_REF
from dmcli.api.paging import value_of
from dmcli.cli.build import group, show_dry_run, show_reply
from dmcli.cli.options import options_of
from dmcli.cli.show import show
from dmcli.cli.tree import command
from dmcli.cli.values import collect
from dmcli.errors import InputError

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_MODIFY = catalogue.get("ModifyTag")


def _update(current: Session, *, dry_run: bool, **values: Any) -> None:
    """ModifyTag wants name and description each time: what was not given is read first, so that nothing is lost."""
    given = {name: value for name, value in values.items() if value is not None}
    if not {"TagName", "TagDescription"} & set(given):
        raise InputError("nothing to change: give --name, --description or both")
    current_name = given["TagId"].removeprefix("name:")
    if dry_run:
        show_dry_run(current, collect(current, _MODIFY, {"TagName": current_name} | given))
        return
    from dmcli.tasks.lookup import find_typed

    row = find_typed(current.client, TAG_REF, given["TagId"])
    kept = {name: str(value_of(row, name) or "") for name in ("TagName", "TagDescription")}
    call = collect(current, _MODIFY, kept | given | {"TagId": str(value_of(row, "TagId"))})
    show_reply(current, _MODIFY, current.client.call(_MODIFY, call.wire))


COMMAND = group(
    "tag",
    show(TAG_REF, "Show a tag."),
    command("update", options_of(_MODIFY, may=("TagName",)), _update, _MODIFY.summary),
)
