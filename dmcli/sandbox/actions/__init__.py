"""What the service does, a function an action; an area's module has them by action name and loads at its first call."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmcli.api.model import Action
    from dmcli.sandbox.service.context import Handler


def find(action: Action) -> Handler:
    """The handler of an action."""
    handlers: dict[str, Handler] = importlib.import_module(f"{__name__}.{action.area}").HANDLERS
    return handlers[action.name]
