"""Making changes, a call or two each. Nothing is noted down: what was cut short is read and compared anew."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.kinds.base import utc_now
from dmcli.api.kinds.text import Choice
from dmcli.api.paging import value_of
from dmcli.errors import (
    DmError,
    LocalIOError,
    LockedError,
    NotFoundError,
    PartlyRejectedError,
    UnknownOutcomeError,
)
from dmcli.words import counted, tr
from dmcli.workflows.account.model import Verb
from dmcli.workflows.account.parts import BY_KEY, MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dmcli.client.client import Client
    from dmcli.workflows.account.model import Attribute, Change, Fields, Part, State, Value

_OF_ONE = (1, 5, 7, 10)  # exit codes of what concerns a single thing, so that others can go on


@contextmanager
def alone(account: str) -> Iterator[None]:
    """Keep other runs on this machine from changing the account of this mark, in hex digits. Raises LockedError.

    Two that look before either has made anything would make it twice: templates and pools may share a name.
    """
    from dmcli.local.locks import Claims
    from dmcli.local.paths import state_folder

    claims = None
    with suppress(LocalIOError):  # where nothing can be written, as in a container, nobody else waits
        claims = Claims(os.path.join(state_folder(os.environ), "apply.lock"))
    try:
        if claims and not claims.take(int(account[:7], 16)):
            raise LockedError(tr("another run changes this account just now: nothing was done, run it again later"))
        yield
    finally:
        if claims:
            claims.close()


class Done(NamedTuple):
    """A change that was tried; `error` is what came of it, None where it was done."""

    change: Change
    error: DmError | None = None


class Applier:
    """Makes changes to an account that was read as `there`, under the names that things are to have."""

    def __init__(self, client: Client, there: State) -> None:
        self._client = client
        self._ids = {part: {name: one.id for name, one in things.items()} for part, things in there.items()}
        self._pools = {name: one.fields.get("ips", ()) for name, one in there.get("ip-pools", {}).items()}
        self._failed: set[tuple[str, str]] = set()

    def apply(self, changes: Iterable[Change]) -> Iterator[Done]:
        """Make each change, in their order. What the service refuses is told, and what needs it is left out.

        Raises DmError where no other change could be made either.
        """
        for change in changes:
            lacking = next((key for key in needs(change) if key in self._failed), None)
            try:
                if lacking:
                    raise DmError(tr("{name} was not made", name=lacking[1]))  # noqa: TRY301
                self._make(change)
            except DmError as error:
                if error.exit_code not in _OF_ONE:
                    raise
                self._failed.add(change.key)
                yield Done(change, error)
            else:
                yield Done(change)

    def _make(self, change: Change) -> None:
        if change.part == MEMBERS:
            self._members(change)
        elif change.verb is Verb.CREATE:
            self._create(change)
        elif change.verb is Verb.UPDATE:
            self._update(change)
        else:
            self._delete(change)

    def _call(self, name: str, params: dict[str, str]) -> dict[str, Any]:
        action = catalogue.get(name)
        assumed = {one.name: one.kind.to_wire(one.default, utc_now()) for one in action.params if one.default}
        return self._client.call(action, assumed | params)

    def _create(self, change: Change) -> None:
        part = BY_KEY[change.part]
        if change.part == "ip-pools":
            self._release(change)
        params = self._encoded(
            part, {key: value for key, value in change.fields.items() if value} | _must(part, change)
        )
        try:
            reply = self._call(part.create, {part.named: change.name} | params)
            key = str(value_of(reply, part.id) or "")
        except UnknownOutcomeError as error:
            key = self._find(part, change.name)
            if not key:
                error.hint = tr("Apply it again: what is there is read first, and nothing is made twice.")
                raise
        self._ids.setdefault(change.part, {})[change.name] = key
        self._link(part, change)

    def _update(self, change: Change) -> None:
        part = BY_KEY[change.part]
        if part.single:
            for key, value in change.after.items():
                one = part.attribute(key)
                self._call(one.write, self._encoded(part, {key: value}))
            return
        if change.part == "ip-pools":
            self._release(change)
        own = [one for one in part.attributes if not one.link[0] and not one.fixed]
        if change.was or any(one.key in change.after for one in own):
            fields = {one.key: change.fields.get(one.key, one.default_of(change.name)) for one in own}
            name = {part.renames: change.name} if part.renames else {}
            self._call(part.update, {part.by: self._id(part, change.name)} | name | self._encoded(part, fields))
        self._link(part, change)

    def _delete(self, change: Change) -> None:
        part = BY_KEY[change.part]
        try:
            self._call(part.delete, {part.target: self._id(part, change.name)})
        except DmError as error:
            if error.code not in catalogue.get(part.delete).already_done:
                raise

    def _link(self, part: Part, change: Change) -> None:
        """Have a thing refer to another by the actions that do it."""
        for one in part.attributes:
            if one.link[0] and one.key in change.after:
                new = str(change.after[one.key])
                other = new or str(change.before.get(one.key, ""))
                key = self._id(BY_KEY[one.refers], other)
                self._call(one.link[0 if new else 1], {"Id": key, "FromAddress": change.name})

    def _release(self, change: Change) -> None:
        """Take the IPs that a pool is to have out of the pools that have them."""
        wanted = set(change.fields.get("ips", ()) or ())  # type: ignore[arg-type]
        part = BY_KEY[change.part]
        for name, ips in self._pools.items():
            kept = tuple(ip for ip in (ips or ()) if ip not in wanted)  # type: ignore[union-attr]
            if name != change.name and kept != ips:
                self._call(part.update, {part.by: self._id(part, name)} | self._encoded(part, {"ips": kept}))
                self._pools[name] = kept
        self._pools[change.name] = tuple(sorted(wanted))

    def _members(self, change: Change) -> None:
        from dmcli.workflows.lists.clean import remove
        from dmcli.workflows.lists.fill import Plan, Share, Target, fill
        from dmcli.workflows.lists.people import Person

        key = self._id(BY_KEY["lists"], change.name)
        if change.leaving:
            for _ in remove(self._client, ((key, email) for email in change.leaving)):
                pass
            return
        people = [Person(one.email, one.values or {}) for one in change.joining]
        rejected = sum(one.errors for one in fill(self._client, Plan([Share(Target(change.name, key), people)])))
        if rejected:
            raise PartlyRejectedError(
                tr(
                    "the service rejected {members} of the list {list}",
                    members=counted(rejected, "member"),
                    list=change.name,
                )
            )

    def _id(self, part: Part, name: str) -> str:
        """The id of a thing; looked for where the answer that had it was lost. Raises NotFoundError.

        Without it no call is made: an id that is empty takes away what it should give.
        """
        ids = self._ids.setdefault(part.key, {})
        if not ids.get(name):
            ids[name] = self._find(part, name)
        if not ids[name]:
            raise NotFoundError(tr("there is no {noun} {name!r}", noun=tr(part.noun), name=name))
        return ids[name]

    def _find(self, part: Part, name: str) -> str:
        rows = self._client.rows(catalogue.get(part.listing), {})
        found = (row for row in rows if part.canonical(str(value_of(row, part.name))) == name)
        return str(value_of(next(found, {}), part.id) or "")

    def _encoded(self, part: Part, fields: Fields) -> dict[str, str]:
        """The parameters that say this of a thing; ids for names, JSON where several are in one."""
        params: dict[str, str] = {}
        objects: dict[str, dict[str, Any]] = {}
        for key, value in fields.items():
            one = part.attribute(key)
            name, _, inner = one.param.partition(".")
            if inner:
                objects.setdefault(name, {})[inner] = list(value) if isinstance(value, tuple) else value
            elif name:
                params[name] = self._wire(part, one, value)
        return params | {name: json.dumps(one, separators=(",", ":")) for name, one in objects.items()}

    def _wire(self, part: Part, one: Attribute, value: Value) -> str:
        if one.refers:
            names = value if isinstance(value, tuple) else (str(value),) if value else ()
            return ",".join(self._id(BY_KEY[one.refers], name) for name in names)
        kind = catalogue.get(one.write or part.create).param(one.param).kind
        if isinstance(value, bool):
            return kind.to_wire("on" if value else "off", utc_now())
        if value and isinstance(kind, Choice):
            return kind.to_wire(str(value), utc_now())
        return str(value)


def _must(part: Part, change: Change) -> Fields:
    """What is as by default, and has to be said all the same when a thing is made."""
    params = {param.name for param in catalogue.get(part.create).params if param.required}
    left = (one for one in part.attributes if one.param in params and one.key not in change.fields)
    return {one.key: one.default_of(change.name) for one in left}


def needs(change: Change) -> set[tuple[str, str]]:
    """The things without which a change cannot be made."""
    if change.part == MEMBERS:
        return {("lists", change.name)}
    part = BY_KEY[change.part]
    found = {
        (one.refers, name)
        for one in part.attributes
        if one.refers and change.verb is not Verb.DELETE and (value := change.fields.get(one.key))
        for name in (value if isinstance(value, tuple) else (str(value),))
    }
    if part.within and change.verb is Verb.CREATE:
        found.add((part.within, change.name.partition("@")[2]))
    return found
