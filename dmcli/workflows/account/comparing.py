"""What differs between an account and what is wanted, and in which order it is done: pure functions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dmcli.workflows.account.model import Change, Verb
from dmcli.workflows.account.parts import BY_KEY, IN_FILE, MEMBERS, PARTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from dmcli.workflows.account.model import Fields, Part, State, Thing, Value

Moved = dict[str, dict[str, str]]
NO_MOVES: Moved = {}


class Renamed(NamedTuple):
    """An account in which things have the names they are to have, and what each was called before."""

    state: State
    was: dict[tuple[str, str], str]


def last_names(names: Mapping[str, str]) -> dict[str, str]:
    """What things are called in the end by renames of renames, those that were renamed last before the others.

    Raises ValueError with a name from which they go round.

    >>> last_names({"a": "b", "b": "c"})
    {'b': 'c', 'a': 'c'}
    """
    last: dict[str, tuple[int, str]] = {}
    for old, new in names.items():
        steps, name = 1, new
        while name in names and steps <= len(names):
            steps, name = steps + 1, names[name]
        if name in names:
            raise ValueError(old)
        last[old] = steps, name
    return {old: name for old, (_, name) in sorted(last.items(), key=lambda one: one[1][0])}


def rename(state: State, moved: Moved) -> Renamed:
    """The account as if renamed already, wherever the old name is there and the new one is not.

    What refers to a thing by its name refers to it by the new one. Of two old names for a new one the first that is
    there has it.
    """
    new: Moved = {part: {} for part in moved}
    for part, names in moved.items():
        for old, name in names.items():
            if old in state.get(part, {}) and name not in {*state[part], *new[part].values()}:
                new[part][old] = name
    if not any(new.values()):
        return Renamed(state, {})
    renamed: State = {}
    for key, things in state.items():
        refers = {one.key: new.get(one.refers, {}) for one in BY_KEY[key].attributes if one.refers}
        renamed[key] = {}
        for name, one in things.items():
            called = new.get(key, {}).get(name, name)
            fields = {word: _called(value, refers.get(word, {})) for word, value in one.fields.items()}
            renamed[key][called] = one._replace(name=called, fields=fields)
    return Renamed(renamed, {(part, name): old for part, names in new.items() for old, name in names.items()})


def _called(value: Value, names: Mapping[str, str]) -> Value:
    """A value that may be a name, by its new one."""
    return names.get(value, value) if isinstance(value, str) else value


def diff(there: State, wanted: State, moved: Moved = NO_MOVES) -> list[Change]:
    """The changes that make `there` what is wanted, in the parts that are in both, in the order of doing.

    Things are made after what they refer to, and deleted before it; deletions come last.
    """
    state, was = rename(there, moved)
    changes: list[Change] = []
    for part in IN_FILE:
        if part.key in state and part.key in wanted:
            changes.extend(_changes(part, state[part.key], wanted[part.key], was))
    return order(changes)


def _changes(
    part: Part, there: dict[str, Thing], wanted: dict[str, Thing], was: Mapping[tuple[str, str], str]
) -> list[Change]:
    """The changes of one part."""
    changes = []
    for name, one in wanted.items():
        old = there.get(name)
        if old is None and not one.ours:  # the service's own, of another account
            continue
        if old is None:
            changes.append(Change(Verb.CREATE, part.key, name, one.fields, {}, one.fields))
        else:
            before, after = differing(part, old.fields, one.fields, name)
            if before or after or (part.key, name) in was:
                changes.append(
                    Change(Verb.UPDATE, part.key, name, one.fields, before, after, was.get((part.key, name), ""))
                )
        changes.extend(_of_members(one, old))
    if not part.single:
        changes += [
            Change(Verb.DELETE, part.key, name, {}, one.fields, {})
            for name, one in there.items()
            if name not in wanted and one.ours
        ]
    return changes


def differing(part: Part, old: Fields, new: Fields, name: str) -> tuple[Fields, Fields]:
    """What differs between two of one name: how it is, and how it is to be."""
    keys = [one.key for one in part.attributes if one.key in new or not part.single]
    pairs = {key: (_value(part, old, key, name), _value(part, new, key, name)) for key in keys}
    differing = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
    return {key: one for key, (one, _) in differing.items()}, {key: other for key, (_, other) in differing.items()}


def _value(part: Part, fields: Fields, key: str, name: str) -> Value:
    return fields.get(key, part.attribute(key).default_of(name))


def _of_members(one: Thing, old: Thing | None) -> list[Change]:
    """Who is to join a list, and who to leave it; the service cannot change what it knows of somebody."""
    if one.members is None or (old and old.members is None):
        return []
    there = {member.email.lower(): member.email for member in (old.members if old else None) or ()}
    wanted = {member.email.lower() for member in one.members}
    joining = tuple(member for member in one.members if member.email.lower() not in there)
    leaving = tuple(email for key, email in there.items() if key not in wanted)
    found = []
    if joining:
        found.append(Change(Verb.CREATE, MEMBERS, one.name, {}, {}, {}, joining=joining))
    if leaving:
        found.append(Change(Verb.DELETE, MEMBERS, one.name, {}, {}, {}, leaving=leaving))
    return found


def otherwise(there: State, wanted: State) -> dict[str, list[str]]:
    """The members, by list, of whom the service knows other values than are wanted, which no call changes.

    Of what no wanted member of a list has a value, nothing is wanted: a table of addresses alone speaks of no values.
    """
    found: dict[str, list[str]] = {}
    for name, one in wanted.get("lists", {}).items():
        old = there.get("lists", {}).get(name)
        known = {member.email.lower(): member.values for member in (old.members if old else None) or ()}
        columns = {column for member in one.members or () for column in member.values or {}}
        differ = [
            member.email
            for member in one.members or ()
            if member.values is not None
            and (values := known.get(member.email.lower())) is not None
            and any(values.get(column, "") != member.values.get(column, "") for column in columns)
        ]
        if differ:
            found[name] = differ
    return found


def referred(state: State) -> set[str]:
    """The parts that things of a state refer to."""
    return {
        one.refers
        for part, things in state.items()
        for one in BY_KEY[part].attributes
        if one.refers and any(thing.fields.get(one.key) for thing in things.values())
    }


def order(changes: list[Change], first: Collection[str] = ()) -> list[Change]:
    """Changes in the order of doing; deletions in the parts `first`, and in what refers to these, come before all."""
    ranks = {part.key: rank for rank, part in enumerate(PARTS)}
    ranks[MEMBERS] = ranks["lists"]
    early = {*first, *(part.key for part in PARTS if part.within in first)}

    def rank(change: Change) -> tuple[int, int, bool]:
        place = ranks[change.part]
        if change.verb is not Verb.DELETE:
            return 1, place, change.part == MEMBERS
        return (0 if change.part in early else 2), -place, change.part != MEMBERS

    return sorted(changes, key=rank)


def crowded(there: State, changes: list[Change]) -> list[str]:
    """The parts in which there is no room for what is new until what goes is gone."""
    made = Counter(change.part for change in changes if change.verb is Verb.CREATE)
    return [
        part.key
        for part in PARTS
        if part.most and made[part.key] and len(there.get(part.key, {})) + made[part.key] > part.most[0]
    ]
