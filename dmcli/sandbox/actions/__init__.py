"""What the service does, a module an area: HANDLERS has a function an action, FACTS what is known of its truth."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from dmcli.api.model import Action
    from dmcli.sandbox.facts import Facts
    from dmcli.sandbox.service.context import Handler, Look


def handler_of(action: Action) -> Handler:
    """What does an action. Its area loads at the first call of it."""
    handler: Handler = _module(action.area).HANDLERS[action.name]
    return handler


def look_of(action: Action) -> Look | None:
    """What an action must find out before its turn, since that takes a while; None for nothing."""
    looks: dict[str, Look] = getattr(_module(action.area), "LOOKS", {})
    return looks.get(action.name)


def facts_of(action: Action) -> Facts:
    """What is known of an action's truth here."""
    facts: Facts = _module(action.area).FACTS[action.name]
    return facts


@cache
def _module(area: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{area}")
