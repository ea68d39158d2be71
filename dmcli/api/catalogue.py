"""All actions by name. Areas load when they are asked for, so that a command pays only for its own."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

from dmcli.words import marked

if TYPE_CHECKING:
    from dmcli.api.model import Action

# Each area with the line of help of its group of commands.
AREAS = marked(
    {
        "send": "Send mail: one, or a template to a list.",
        "domain": "Sending domains and their verification.",
        "address": "Sender addresses.",
        "receiver": "Recipient lists and their members.",
        "tag": "Tags that mail is filed under.",
        "template": "Mail templates for batch sends.",
        "task": "Batch sends under way and done.",
        "stats": "Statistics: totals, details, tracking, invalid addresses.",
        "account": "Quota, level and status of the account.",
        "validate": "Check addresses before mail goes to them.",
        "dedicated_ip": "Dedicated IPs, their pools and their warm-up.",
        "suppression": "Recipients who get no more mail.",
        "config_set": "Configuration sets: IP pool and validation by sender address.",
        "ip_filter": "IP addresses that mail may be sent from.",
    }
)
_LOADED: dict[str, Action] = {}  # by each spelling of a name


@cache
def area(name: str) -> tuple[Action, ...]:
    """The actions of an area, in the order of its module."""
    actions: tuple[Action, ...] = importlib.import_module(f"dmcli.api.actions.{name}").ACTIONS
    for action in actions:
        for spelling in (action.name, *action.aliases):
            _LOADED[spelling] = action
    return actions


def area_of(group: str) -> str:
    """The area that a group of commands is made from: `config-set` is made from `config_set`."""
    return group.replace("-", "_")


def group_of(area_name: str) -> str:
    """The group of commands that is made from an area."""
    return area_name.replace("_", "-")


def all_actions() -> tuple[Action, ...]:
    """All actions, area by area."""
    return tuple(action for name in AREAS for action in area(name))


def find(name: str) -> Action | None:
    """The action of that exact name, or of another spelling that the reference prints; None if there is none.

    Areas load until one has it.
    """
    for area_name in AREAS:
        if name in _LOADED:
            break
        area(area_name)
    return _LOADED.get(name)


def get(name: str) -> Action:
    """The action of that name, which must be in the catalogue. Raises KeyError."""
    action = find(name)
    if action is None:
        raise KeyError(name)
    return action
