"""`dm template update`; the rest of the group is the catalogue's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.cli.build import group, resolved, show_dry_run, show_reply
from dmcli.cli.options import options_of
from dmcli.cli.tree import command
from dmcli.cli.values import collect
from dmcli.errors import InputError

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_MODIFY = catalogue.get("ModifyTemplate")
_CONTENT = ("TemplateName", "TemplateSubject", "TemplateText", "TemplateNickName")


def _update(current: Session, *, dry_run: bool, **values: Any) -> None:
    """ModifyTemplate wants everything each time: what was not given is read first, so that nothing is lost."""
    given = {name: value for name, value in values.items() if value is not None}
    if not set(_CONTENT) & set(given):
        raise InputError("nothing to change: give --name, --subject, --html or --alias")
    if dry_run:
        show_dry_run(current, collect(current, _MODIFY, {"TemplateName": given["TemplateId"]} | given))
        return
    describe = catalogue.get("DescTemplate")
    asked = resolved(current, collect(current, describe, {"TemplateId": given["TemplateId"]}))
    before = current.client.call(describe, asked)
    kept = {name: str(value_of(before, name)) for name in _CONTENT if value_of(before, name)}
    call = collect(current, _MODIFY, kept | given | asked)
    show_reply(current, _MODIFY, current.client.call(_MODIFY, call.wire))


COMMAND = group("template", command("update", options_of(_MODIFY, may=("TemplateName",)), _update, _MODIFY.summary))
