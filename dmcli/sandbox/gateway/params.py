"""What the service makes of a call's action, version and parameters: the catalogue read from the server's side."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from dmcli.api import catalogue
from dmcli.api.kinds.text import Choice, Flag, Integer
from dmcli.api.model import V2015, V2017
from dmcli.api.wire import COMMON
from dmcli.errors import InputError
from dmcli.record import Record
from dmcli.sandbox.errors import ServiceError
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from dmcli.api.model import Action, Param
    from dmcli.api.rules import Rule

INTERNAL = ("OwnerId", "ResourceOwnerAccount", "ResourceOwnerId")  # what SDKs have and no page describes
_PROTOCOL = frozenset((*COMMON, "SignatureType", *INTERNAL))  # the SDKs send an empty SignatureType
_LONGEST_NAME = 100  # characters
_SEVERAL_SPELLINGS = (Flag, Choice, Integer)  # handlers get the one spelling of the catalogue


def find_action(name: str, version: str) -> Action:
    """The action of that name in that version. Raises ServiceError."""
    if version not in (V2015, V2017):
        raise ServiceError("InvalidVersion" if version else "MissingVersion")
    if not name:
        raise ServiceError("MissingAction")
    action = catalogue.find(name)
    if action and version in (*action.versions, *action.unsure_versions):
        return action
    from dmcli.api.actions.others import LACKING

    raise ServiceError("SandboxNotImplemented" if name in LACKING else "InvalidAction.NotFound")


def known_action(name: str, others: Iterable[str] = ()) -> str:
    """The name, which must be that of an action of the service, implemented here or not, or one of the others.

    Raises InputError.
    """
    from difflib import get_close_matches

    from dmcli.api.actions.others import LACKING

    names = (*LACKING, *others)
    if catalogue.find(name) or name in names:
        return name
    near = get_close_matches(name, [*(action.name for action in catalogue.all_actions()), *names], n=2)
    raise InputError(
        tr("{name!r} is no action of the service; did you mean {near}?", name=name, near=listed(near, " or "))
        if near
        else tr("{name!r} is no action of the service", name=name)
    )


def check_params(
    action: Action, version: str, given: Mapping[str, str], now: datetime, *, stricter: bool = False
) -> dict[str, str]:
    """The parameters by their catalogue names, as handlers rely on them. Raises ServiceError.

    Parameters that the catalogue does not know pass unchecked; those that the version lacks count as unknown and go.
    Where sources disagree on a limit the looser one refuses, or the `stricter`.
    """
    values = dict(given)
    lacking, known, places, required_places = _split(action.name, version)
    for param in lacking:
        for name in param.given_in(list(values)):
            del values[name]
    for place in sorted(required_places | {places[name] for name in values if name in places}):
        name, aliases, required, param = known[place]
        value = values.get(name)
        if not value and aliases:
            value = next((values[alias] for alias in aliases if values.get(alias)), "")
        if value:
            values[name] = _read(param, value, now, stricter=stricter)
        elif required:
            raise ServiceError(
                param.missing or f"Missing{name}",
                "" if param.missing else f"{name} is mandatory for this action.",
            )
    for rule in _rules(action):
        for problem in rule(values, now):
            if problem.code and (stricter or not problem.warning):
                raise ServiceError(problem.code)
    return values


def _rules(action: Action) -> tuple[Rule, ...]:
    """The rules by which the call is judged; those of ranges load where there is one."""
    if not action.window:
        return action.rules
    from dmcli.api.windows import service_rules

    return service_rules(action)


def unknown_params(action: Action, given: Mapping[str, str]) -> list[str]:
    """The names of parameters that the catalogue does not know, nor the protocol; of a long one its beginning."""
    known, parts = _names(action.name)
    return [name[:_LONGEST_NAME] for name in given if name not in known and not name.startswith(parts)]


@cache
def _names(action: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The names that a call of an action may have, and how those of their numbered parts begin."""
    names = [one for param in catalogue.get(action).params for one in (param.name, *param.aliases)]
    return _PROTOCOL.union(names), tuple(f"{name}." for name in names)


class _Split(Record):
    """The parameters of an action that a version lacks, and those that it has, each after what is asked of it at once.

    `places` are those of the latter by their names and aliases, `required` those that must be given.
    """

    lacking: list[Param]
    known: list[tuple[str, tuple[str, ...], bool, Param]]
    places: dict[str, int]
    required: frozenset[int]


@cache
def _split(action: str, version: str) -> _Split:
    params = catalogue.get(action).params
    lacking = [param for param in params if version not in param.versions]
    known = [param for param in params if version in param.versions]
    return _Split(
        lacking,
        [(param.name, param.aliases, param.required, param) for param in known],
        {name: place for place, param in enumerate(known) for name in (param.name, *param.aliases)},
        frozenset([place for place, param in enumerate(known) if param.required]),
    )


def recipients_of(name: str, given: Mapping[str, str]) -> list[str]:
    """The addresses that a call of that action names itself; of a batch not those of its list."""
    action = catalogue.find(name)
    params = [param for param in action.params if param.recipients and given.get(param.name)] if action else []
    return [address for param in params for address in param.kind.addresses(given[param.name])]


def actions_with_recipients() -> list[str]:
    """The names of the actions whose calls name recipients themselves."""
    return [action.name for action in catalogue.all_actions() if any(param.recipients for param in action.params)]


def _read(param: Param, value: str, now: datetime, *, stricter: bool) -> str:
    """The value in its one spelling. Raises ServiceError."""
    kind = param.kind
    if isinstance(kind, _SEVERAL_SPELLINGS):
        try:
            return kind.to_wire(value, now)
        except ValueError:
            pass
    elif kind.accepts(value) and not (stricter and kind.stricter(value)):
        return value
    elif param.too_many:
        from dmcli.api.kinds.json import Json

        if isinstance(kind, Json) and Json(kind.of).accepts(value):
            raise ServiceError(param.too_many)
    raise ServiceError(param.malformed or f"Invalid{param.name}.Malformed")
