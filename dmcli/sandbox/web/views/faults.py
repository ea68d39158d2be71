"""Faults and rate limits: what is to go wrong, set and lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue, codes
from dmcli.errors import InputError
from dmcli.sandbox.control import faults, limits
from dmcli.sandbox.control.effects import EFFECTS, VALUES
from dmcli.sandbox.web.asked import Asked, Page, link, see

if TYPE_CHECKING:
    from dmcli.api.wire import Reply


def show(asked: Asked) -> Page:
    """The faults and limits there are, and forms for more."""
    return _page(asked, {"times": "1"})


def add(asked: Asked) -> Page | Reply:
    """Add a fault; what cannot be meant is said above the form, which stays as it was filled in."""
    given = {name: asked.field(name) for name in faults.SETTABLE}
    try:
        fault = faults.fault_of(
            {name: bool(value) if name in faults.FLAGS else value for name, value in given.items() if value}
        )
    except InputError as error:
        return _page(asked, given, error.message)
    faults.add_fault(asked.sandbox, fault)
    return see(link("faults"))


def remove(asked: Asked) -> Reply:
    """Remove a fault, or all of them where none is named."""
    faults.remove_faults(asked.sandbox, asked.number("fault") or None)
    return see(link("faults"))


def limit(asked: Asked) -> Page | Reply:
    """Limit how often an action may be called."""
    action = asked.field("action")
    try:
        wanted = limits.limit_of(action, asked.field("rate").replace(" ", ""))
    except InputError as error:
        return _page(asked, {"times": "1"}, wrong_limit=error.message)
    return _limited(asked, [wanted])


def documented(asked: Asked) -> Reply:
    """Set the limits that the service documents."""
    return _limited(asked, limits.documented())


def lift(asked: Asked) -> Reply:
    """Lift a limit, or all of them where none is named."""
    limits.lift_limits(asked.sandbox, asked.field("action"))
    return see(link("faults") + "#limits")


def _limited(asked: Asked, wanted: list[limits.Limit]) -> Reply:
    limits.set_limits(asked.sandbox, wanted)
    return see(link("faults") + "#limits")


def _page(asked: Asked, given: dict[str, Any], wrong: str = "", wrong_limit: str = "") -> Page:
    return Page(
        "faults.html",
        {
            "faults": faults.list_faults(asked.sandbox),
            "limits": limits.list_limits(asked.sandbox),
            "documented": limits.DOCUMENTED,
            "effects": EFFECTS,
            "values": VALUES,
            "actions": sorted(action.name for action in catalogue.all_actions()),
            "codes": sorted(codes.CODES),
            "given": {name: given.get(name, "") for name in faults.SETTABLE},
            "wrong": wrong,
            "wrong_limit": wrong_limit,
            "rate": asked.field("rate"),
            "limited": asked.field("action"),
        },
        400 if wrong or wrong_limit else 200,
    )
