"""What `dm api` tells of actions without a call: all of them in a list, and the parameters of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.actions.others import FORMER, OTHERS
from dmcli.api.model import V2017, Field
from dmcli.cli.tree import Group
from dmcli.errors import InputError
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from dmcli.api.model import Action, Param
    from dmcli.cli.session import Session

AREAS = (*map(catalogue.group_of, catalogue.AREAS), V2017, FORMER)
_YES = {"True": "yes", "False": ""}
_LISTED = (
    Field("action", "Action"),
    Field("command", "Command"),
    Field("area", "Area", priority=2),
    Field("effect", "Effect"),
    Field("summary", "What it does", priority=1),
)
_HEAD = (
    Field("action", "Action"),
    Field("summary", "What it does"),
    Field("effect", "Effect"),
    Field("charges", "Costs"),
    Field("commands", "Command"),
    Field("versions", "API versions"),
    Field("paging", "Pages"),
)
_PARAMS = (
    Field("name", "Parameter"),
    Field("required", "Required", _YES),
    Field("kind", "Kind", priority=1),
    Field("limits", "Limits"),
    Field("default", "Default", priority=1),
    Field("option", "Option"),
    Field("help", "What it says", priority=2),
)


def show_list(current: Session, area: str) -> None:
    """All actions, or those of an area. Raises InputError for one that is none."""
    from dmcli.api.paging import Page
    from dmcli.render import show_pages

    if area and area not in AREAS:
        raise InputError(tr("{area!r} is no area; they are {areas}", area=area, areas=listed(AREAS)))
    known = (*catalogue.all_actions(), *OTHERS.values())
    rows = [_row(action) for action in known if area in ("", catalogue.group_of(action.area))]
    show_pages([Page({"actions": rows}, rows, "actions")], _LISTED, (), current.output())


def show_params(current: Session, action: Action) -> None:
    """One action and its parameters; a table of them, below what is known of the action, for people."""
    from dmcli.api.paging import Page
    from dmcli.render import show_document, show_pages

    output = current.output()
    typed = _typed(action)
    rows = [_param(param, typed) for param in action.params]
    head = _row(action) | {
        "commands": [f"dm {path}" for path in action.paths],
        "charges": tr(action.charges),
        "versions": list(action.versions),
        "paging": [name for name in (action.paging or ())[:3] if name],
    }
    if output.for_people:
        told = {name: ", ".join(value) if isinstance(value, list) else value for name, value in head.items()}
        show_document({name: value for name, value in told.items() if value}, _HEAD, output)
    if rows or not output.for_people:
        show_pages([Page({**head, "params": rows}, rows, "params")], _PARAMS, (), output)


def _row(action: Action) -> dict[str, Any]:
    return {
        "action": action.name,
        "command": f"dm {action.paths[0]}" if action.paths else "",
        "area": catalogue.group_of(action.area),
        "effect": action.effect.name,
        "summary": tr(action.summary),
    }


def _param(param: Param, typed: dict[str, str]) -> dict[str, Any]:
    return {
        "name": param.name,
        "required": param.required,
        "kind": param.kind.metavar,
        "limits": param.kind.limits,
        "default": param.default,
        "option": typed.get(param.name, ""),
        "help": tr(param.help),
    }


def _typed(action: Action) -> dict[str, str]:
    """How the parameters are typed in the commands of the action, by wire name, as far as these have them."""
    root, found = click.get_current_context().find_root(), dict[str, str]()
    for path in action.paths:
        at: click.Command | None = root.command
        for word in path.split():
            at = at.get_command(root, word) if isinstance(at, Group) else None
        for param in at.params if at else ():
            words = param.human_readable_name if isinstance(param, click.Argument) else " ".join(param.opts[:1])
            found.setdefault(param.name or "", words)
    return found
