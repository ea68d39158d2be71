"""Faults and rate limits, set and lifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue, codes
from dmcli.errors import InputError
from dmcli.sandbox.control import faults, limits
from dmcli.sandbox.control.effects import EFFECTS, values_in_words
from dmcli.sandbox.web.request import Page, PageRequest, link, see
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.api.wire import Reply


def show(request: PageRequest) -> Page:
    """The faults and limits there are, and forms for more."""
    return _page(request, {"times": "1"})


def add(request: PageRequest) -> Page | Reply:
    """Add a fault; an error is shown above the form, which stays as it was filled in."""
    given = {name: request.field(name) for name in faults.SETTABLE}
    try:
        fault = faults.fault_of(
            {name: bool(value) if name in faults.FLAGS else value for name, value in given.items() if value}
        )
    except InputError as error:
        return _page(request, given, error.message)
    faults.add_fault(request.sandbox, fault)
    return see(link("faults"))


def remove(request: PageRequest) -> Reply:
    """Remove a fault, or all of them where none is named."""
    faults.remove_faults(request.sandbox, request.number("fault") or None)
    return see(link("faults"))


def limit(request: PageRequest) -> Page | Reply:
    """Limit how often an action may be called."""
    action = request.field("action")
    try:
        wanted = limits.limit_of(action, request.field("rate").replace(" ", ""))
    except InputError as error:
        return _page(request, {"times": "1"}, wrong_limit=error.message)
    limits.set_limits(request.sandbox, [wanted])
    return see(link("faults") + "#limits")


def documented(request: PageRequest) -> Reply:
    """Set the limits that the service documents."""
    limits.set_documented(request.sandbox)
    return see(link("faults") + "#limits")


def lift(request: PageRequest) -> Reply:
    """Lift a limit, or all of them where none is named."""
    limits.lift_limits(request.sandbox, request.field("action"))
    return see(link("faults") + "#limits")


def _page(request: PageRequest, given: dict[str, Any], wrong: str = "", wrong_limit: str = "") -> Page:
    return Page(
        "faults.html",
        {
            "faults": faults.list_faults(request.sandbox),
            "limits": limits.list_limits(request.sandbox),
            "documented": limits.documented(request.sandbox),
            "effects": EFFECTS,
            "values": tr(values_in_words()).rstrip(".。"),
            "actions": sorted(action.name for action in catalogue.all_actions()),
            "codes": sorted(codes.CODES),
            "given": {name: given.get(name, "") for name in faults.SETTABLE},
            "wrong": wrong,
            "wrong_limit": wrong_limit,
            "rate": request.field("rate"),
            "limited": request.field("action"),
        },
        400 if wrong or wrong_limit else 200,
    )
