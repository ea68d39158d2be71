"""All actions by name. Areas load when they are asked for, so that a command pays only for its own."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmcli.api.model import Action

AREAS = ("send", "account", "domain", "address", "receiver", "tag", "stats", "template", "task")


def area(name: str) -> tuple[Action, ...]:
    """The actions of an area, in the order of its module."""
    actions: tuple[Action, ...] = importlib.import_module(f"dmcli.api.actions.{name}").ACTIONS
    return actions


def every() -> tuple[Action, ...]:
    """All actions."""
    return tuple(action for name in AREAS for action in area(name))


_FOUND: dict[str, Action] = {}


def find(name: str) -> Action | None:
    """The action of that exact name, or of another spelling that the reference prints; None if there is none."""
    if name in _FOUND:
        return _FOUND[name]
    for area_name in (*_likely(name), *AREAS):
        if name in _FOUND:
            break
        for action in area(area_name):
            for spelling in (action.name, *action.aliases):
                _FOUND[spelling] = action
    return _FOUND.get(name)


def get(name: str) -> Action:
    """The action of that name, which must be in the catalogue. Raises KeyError."""
    action = find(name)
    if action is None:
        raise KeyError(name)
    return action


def _likely(name: str) -> tuple[str, ...]:
    """Areas whose word stands in the action's name: most actions are found without loading all areas."""
    return tuple(word for word in AREAS if word.title() in name)
