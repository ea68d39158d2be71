"""`dm template update`; the rest of the group is the catalogue's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.cli.build import group
from dmcli.cli.options import options_of
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.words import tr
from dmcli.workflows.modify import unchanged_params

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_MODIFY = catalogue.get("ModifyTemplate")
_CONTENT = ("TemplateName", "TemplateSubject", "TemplateText", "TemplateNickName")
_KEPT = (*_CONTENT, "Remark", "SmsContent", "SmsType")  # all that DescTemplate tells and ModifyTemplate takes


def _update(current: Session, *, dry_run: bool, **typed: Any) -> None:
    """ModifyTemplate wants everything each time: what was not typed is read first, so that nothing is lost."""
    from dmcli.cli.perform import resolve_names, show_dry_run, show_reply
    from dmcli.cli.values import collect

    if all(typed[name] is None for name in _CONTENT):
        raise InputError(tr("nothing to change: give --name, --subject, --html or --alias"))
    call = collect(current, _MODIFY, typed)
    if dry_run:
        show_dry_run(current, call._replace(wire=call.wire | unchanged_params(None, _KEPT, call.wire)))
        return
    wire = resolve_names(current, call)
    before = current.client.call(catalogue.get("DescTemplate"), {"TemplateId": wire["TemplateId"]})
    show_reply(current, call, current.client.call(_MODIFY, wire | unchanged_params(before, _KEPT, wire)))


COMMAND = group(
    "template",
    command(
        "update", options_of(_MODIFY, may=("TemplateName",)), _update, _MODIFY.summary, "newsletter --html @spring.html"
    ),
)
