"""Domains made where they are missing; what is there is left as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.kinds.addresses import DOMAIN_REF
from dmcli.api.paging import value_of
from dmcli.errors import DmError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dmcli.client.client import Client

_CREATE = catalogue.get("CreateDomain")


class Ensured(NamedTuple):
    """A domain that is there: its name, its id, and whether it was made just now."""

    domain: str
    domain_id: str
    created: bool


def ensure(client: Client, wanted: Iterable[Mapping[str, str]]) -> Iterator[Ensured]:
    """Make the domains that the account does not have. `wanted` are the parameters of a CreateDomain for each.

    Another run may make one at the same time, which is as good. Raises DmError for a domain that cannot be made; those
    before it are there.
    """
    there = _listed(client)
    for params in wanted:
        name = params["DomainName"].lower()
        if name in there:
            yield Ensured(name, there[name], created=False)
            continue
        try:
            reply = client.call(_CREATE, dict(params))
        except DmError as error:
            there = _listed(client) if error.code in _CREATE.already_done else {}
            if name not in there:  # another account has it
                raise
            yield Ensured(name, there[name], created=False)
        else:
            there[name] = _id_in(reply) or _listed(client).get(name, "")
            yield Ensured(name, there[name], created=True)


def _id_in(reply: dict[str, Any]) -> str:
    return str(value_of(reply, "DomainId") or "")


def _listed(client: Client) -> dict[str, str]:
    """The ids of the account's domains by name."""
    rows = client.rows(catalogue.get(DOMAIN_REF.listing), {})
    return {str(value_of(row, DOMAIN_REF.name)).lower(): str(value_of(row, DOMAIN_REF.id)) for row in rows}
