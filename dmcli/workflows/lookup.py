"""Finding a thing by its name in the listing that has it: always asked anew, over all pages."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.kinds.reference import Ref
from dmcli.api.paging import value_of
from dmcli.errors import ConfigError, InputError, NotFoundError, RefusedError
from dmcli.words import counted, listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from dmcli.api.model import Action
    from dmcli.client.client import Client


def find_row(client: Client, ref: Ref, wanted: str, *, by_name: bool) -> dict[str, Any]:
    """The row whose name, or id, is exactly `wanted`.

    Raises NotFoundError with the nearest names, InputError for a name that several things have.
    """
    field, same = (ref.name, {wanted, ref.listed(wanted)}) if by_name else (ref.id, {wanted})
    names, found = [], []
    for row in client.rows(catalogue.get(ref.listing), {}):
        if str(value_of(row, field)) in same:
            found.append(row)
            if ref.unique or not by_name:
                break
        names.append(str(value_of(row, ref.name) or ""))
    if found:
        _see_one(ref, wanted, found)
        return found[0]
    raise NotFoundError(
        tr(
            "there is no {noun} named {name!r}{nearest}"
            if by_name
            else "there is no {noun} with the id {name!r}{nearest}",
            noun=tr(ref.noun),
            name=wanted,
            nearest=_nearest(wanted, names),
        )
    )


def resolve_all(client: Client, ref: Ref, typed: Collection[str]) -> dict[str, str]:
    """The ids of things given by id or name; the listing is asked at most once. Raises NotFoundError, InputError."""
    ids = {text: text for text in typed if ref.is_id(text)}
    names = {text: text.removeprefix("name:") for text in typed if text not in ids}
    rows = list(client.rows(catalogue.get(ref.listing), {})) if names else []
    known = {str(value_of(row, ref.name)): str(value_of(row, ref.id)) for row in rows}
    for text, name in names.items():
        found = known.get(name) or known.get(ref.listed(name))
        if not found:
            raise NotFoundError(
                tr(
                    "there is no {noun} named {name!r}{nearest}",
                    noun=tr(ref.noun),
                    name=name,
                    nearest=_nearest(name, list(known)),
                )
            )
        if not ref.unique:
            _see_one(ref, name, [row for row in rows if str(value_of(row, ref.name)) in {name, ref.listed(name)}])
        ids[text] = found
    return ids


def _see_one(ref: Ref, name: str, found: list[dict[str, Any]]) -> None:
    """Raise InputError where a name is that of several things: nobody can tell which of them is meant."""
    if len(found) > 1:
        raise InputError(
            tr(
                "{name!r} is the name of several, with the ids {ids}: give an id in its place",
                name=name,
                ids=listed([str(value_of(row, ref.id)) for row in found]),
            )
        )


def find_typed(client: Client, ref: Ref, text: str) -> dict[str, Any]:
    """The row that a person means: digits are an id, `name:TEXT` and all other text a name. Raises NotFoundError."""
    by_name = text.startswith("name:") or not ref.is_id(text)
    return find_row(client, ref, text.removeprefix("name:"), by_name=by_name)


def see_named(ref: Ref, wanted: str, names: Callable[[], list[str]]) -> None:
    """See that `wanted` is among the names, in whatever case, as far as the keys may. Raises NotFoundError."""
    try:
        known = names()
    except (ConfigError, RefusedError):
        return
    if wanted.lower() not in map(str.lower, known):
        raise NotFoundError(
            tr(
                "there is no {noun} named {name!r}{nearest}",
                noun=tr(ref.noun),
                name=wanted,
                nearest=_nearest(wanted, known),
            )
        )


def names_of(client: Client, ref: Ref) -> list[str]:
    """The names of all that a listing has."""
    return [str(value_of(row, ref.name) or "") for row in client.rows(catalogue.get(ref.listing), {})]


def resolve(client: Client, ref: Ref, text: str) -> str:
    """The id for a name, or the name for an id: whichever the wire takes. Raises NotFoundError."""
    by_name = ref.takes == "id"
    return str(value_of(find_row(client, ref, text, by_name=by_name), ref.id if by_name else ref.name))


def see_names(action: Action, wire: Mapping[str, str], names: Callable[[Ref], list[str]]) -> None:
    """See that the things are there whose names go on the wire as typed; `names` are those of a kind of thing.

    Raises NotFoundError with the nearest names, as for a name that is looked up before the call.
    """
    from dmcli.api.kinds.addresses import ADDRESS_REF
    from dmcli.api.kinds.common import TAG_REF

    for name, text in wire.items():
        kind = action.param(name).kind
        if isinstance(kind, Ref):
            if kind.takes == "name":
                see_named(kind, kind.thing_in(text), partial(names, kind))
            continue
        for ref in (ADDRESS_REF, TAG_REF):
            if kind.completes == (ref.listing, ref.name):
                see_named(ref, text, partial(names, ref))


def _nearest(wanted: str, names: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(wanted, names, n=3, cutoff=0.5)
    if near:
        return tr("; did you mean {names}?", names=listed(near, " or "))
    if not names:
        return tr("; there are none at all")
    others = counted(len(names), "other")
    return tr("; there is {others}", others=others) if len(names) == 1 else tr("; there are {others}", others=others)
