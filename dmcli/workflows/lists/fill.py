"""Putting people into a list, and into LIST-2 and so on where it is full: what is there already is done already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.actions.receiver import MAX_MEMBERS
from dmcli.api.kinds.common import LIST_REF
from dmcli.api.paging import value_of
from dmcli.errors import InputError
from dmcli.untrusted import read_number
from dmcli.words import counted, listed, tr
from dmcli.workflows.lists.members import add, members
from dmcli.workflows.lists.people import records_of
from dmcli.workflows.lookup import find_typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.client.client import Client
    from dmcli.workflows.lists.people import Person


class Target(NamedTuple):
    """A list of the account; `id` is empty for one that is to be made."""

    name: str
    id: str = ""
    size: int = 0


class Share(NamedTuple):
    """What goes into one list."""

    target: Target
    people: list[Person]


class Plan(NamedTuple):
    """Who goes where; `already` were found in the lists."""

    shares: list[Share]
    already: int = 0


class Filled(NamedTuple):
    """What came of it: how many were added, were there already, and the service's rows of those it rejected."""

    added: int
    already: int
    rejected: list[dict[str, Any]]
    errors: int


def find_list(client: Client, typed: str) -> Target:
    """The list that a person means. Raises NotFoundError."""
    return _list(find_typed(client, LIST_REF, typed))


def _list(row: dict[str, Any]) -> Target:
    name, key, count = (str(value_of(row, field) or "") for field in ("ReceiversName", "ReceiverId", "Count"))
    return Target(name, key, read_number(count) or 0)


def plan(client: Client, first: Target, people: list[Person], *, split: bool) -> Plan:
    """Where the people go; the lists are read only where it matters who is in them. Raises InputError."""
    lists = [first]
    if split:
        named = {one.name: one for one in map(_list, client.rows(catalogue.get(LIST_REF.listing), {}))}
        while further := named.get(f"{first.name}-{len(lists) + 1}"):
            lists.append(further)
    if len(lists) == 1 and first.size + len(people) <= MAX_MEMBERS:
        return Plan([Share(first, people)])
    there = [{one.email.lower() for one in members(client, one.id)} if one.size else set() for one in lists]
    rest = [person for person in people if not any(person.email.lower() in some for some in there)]
    rooms = [max(0, MAX_MEMBERS - len(some)) for some in there]
    if len(rest) > sum(rooms) and not split:
        raise InputError(
            tr(
                "{name} takes {room:,} more (a list has at most {most:,}), and "
                "{count:,} are to be added: give --split to go on in {name}-2",
                name=first.name,
                room=rooms[0],
                most=MAX_MEMBERS,
                count=len(rest),
            )
        )
    shares: list[Share] = []
    for one, room in zip(lists, rooms, strict=True):
        shares.append(Share(one, rest[:room]))
        rest = rest[room:]
    while rest:
        shares.append(Share(Target(f"{first.name}-{len(shares) + 1}"), rest[:MAX_MEMBERS]))
        rest = rest[MAX_MEMBERS:]
    placed = sum(len(share.people) for share in shares)
    return Plan([share for share in shares if share.people], len(people) - placed)


def fill(client: Client, wanted: Plan) -> Iterator[Filled]:
    """Do a plan: lists that are missing are made first, then each is filled. Raises DmError when a call fails."""
    shares = [
        share if share.target.id else share._replace(target=_make(client, share.target)) for share in wanted.shares
    ]
    for one, people in shares:
        there: set[str] = set()
        param, records = records_of(people)
        for outcome in add(client, one.id, param, records):
            rejected = {str(value_of(row, "Email")).lower(): row for row in outcome.rejected}
            # The service has no code for one that is there; and what a lost answer added is rejected the second time.
            if outcome.errors and not (rejected and rejected.keys() <= there):
                there = {member.email.lower() for member in members(client, one.id)}
            left = [row for email, row in rejected.items() if email not in there]
            already = len(rejected) - len(left)
            yield Filled(outcome.added, already, left, outcome.errors - already)


def _make(client: Client, wanted: Target) -> Target:
    alias = f"{wanted.name[:25]}@list"
    reply = client.call(catalogue.get("CreateReceiver"), {"ReceiversName": wanted.name, "ReceiversAlias": alias})
    return wanted._replace(id=str(value_of(reply, "ReceiverId")))


def describe(wanted: Plan) -> str:
    """A plan in words."""
    parts = [
        tr(
            "{addresses} into {name}",
            addresses=counted(len(people), "address", "addresses"),
            name=target.name,
        )
        for target, people in wanted.shares
    ]
    return listed(parts) or tr("nothing to add")
