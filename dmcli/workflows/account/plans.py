"""A plan as a file: exactly these changes, for their account, as long as that stands as it stood."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.errors import CheckFailedError, InputError
from dmcli.local.files import write_where_told
from dmcli.untrusted import read_json
from dmcli.words import tr
from dmcli.workflows.account.comparing import differing
from dmcli.workflows.account.describing import line_of
from dmcli.workflows.account.model import Change, Verb
from dmcli.workflows.account.parts import BY_KEY, MEMBERS
from dmcli.workflows.lists.members import Member

if TYPE_CHECKING:
    from dmcli.workflows.account.comparing import Renamed
    from dmcli.workflows.account.model import Fields, Thing, Value

_MARK = "dm-account-plan"
_VERSION = 1


class Saved(NamedTuple):
    """A plan that was kept: what tells its account, and its changes in order."""

    account: str
    changes: list[Change]

    @property
    def parts(self) -> list[str]:
        """The parts that it is about."""
        return list(dict.fromkeys("lists" if one.part == MEMBERS else one.part for one in self.changes))


def account_mark(place: str, owner: str, region: str) -> str:
    """What tells an account from others, and does not tell whose it is."""
    return hashlib.sha256(json.dumps([place, owner, region]).encode()).hexdigest()


def save(path: str, account: str, changes: list[Change]) -> None:
    """Write a plan, for its owner's eyes alone: it may have the members of lists. Raises LocalIOError."""
    document = {_MARK: _VERSION, "account": account, "changes": [_data(one) for one in changes]}
    write_where_told(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def saved_in(text: str, path: str) -> Saved | None:
    """The plan that a text is; None for one that is none. Raises InputError for one that is broken."""
    if not text.startswith("{") or _MARK not in text[:100]:
        return None
    try:
        document = read_json(text)
        if document[_MARK] != _VERSION:
            raise InputError(tr("{path} is a plan of another version of dm: make it anew", path=path))
        return Saved(document["account"], [_change(one) for one in document["changes"]])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InputError(tr("{path} is a plan that was changed or cut short: make it anew", path=path)) from None


def left_of(saved: Saved, renamed: Renamed, path: str) -> list[Change]:
    """The changes of a plan that are not made yet. Raises CheckFailedError where the account is not as it was."""
    left, stale = [], []
    for one in saved.changes:
        things = renamed.state.get("lists" if one.part == MEMBERS else one.part, {})
        remaining = _left(one, things, one.key in renamed.was)
        if isinstance(remaining, Change):
            left.append(remaining)
        elif not remaining:
            stale.append(line_of(one))
    if stale:
        raise CheckFailedError(
            tr("the account was changed since the plan {path} was made; make it anew", path=path), details=stale[:20]
        )
    return left


def _left(one: Change, things: dict[str, Thing], moves: bool) -> Change | bool:
    """The change, where it is still to be made; else whether it was made. `moves` says that the old name is there."""
    thing = things.get(one.name)
    if one.part == MEMBERS:
        there = {member.email.lower() for member in (thing.members if thing else None) or ()}
        joining = tuple(member for member in one.joining if member.email.lower() not in there)
        leaving = tuple(email for email in one.leaving if email.lower() in there)
        return one._replace(joining=joining, leaving=leaving) if joining or leaving else True
    if thing is None:
        return one if one.verb is Verb.CREATE else one.verb is Verb.DELETE
    part = BY_KEY[one.part]
    before, after = differing(part, thing.fields, one.fields, one.name)
    if one.verb is Verb.DELETE:
        return one if thing.fields == one.before else False
    if one.verb is Verb.CREATE:  # cut short, it refers to nothing yet
        cut = all(part.attribute(key).link[0] and not value for key, value in before.items())
        return one._replace(verb=Verb.UPDATE, before=before, after=after) if before and cut else not before
    keys = {*before} & {*one.after}
    if not all(_is_cut_short(before[key], one.before[key]) for key in keys):
        return False
    was = one.was if moves else ""
    left = {key: after[key] for key in keys}
    return one._replace(was=was, before={key: before[key] for key in keys}, after=left) if left or was else True


def _is_cut_short(now: Value, before: Value) -> bool:
    """Whether a value is as it was, or lacks what the plan has given to another thing already, such as an IP."""
    if isinstance(now, tuple) and isinstance(before, tuple):
        return set(now) <= set(before)
    return now == before


def _data(one: Change) -> dict[str, Any]:
    return {
        **one._asdict(),
        "verb": one.verb.value,
        "joining": [member._asdict() for member in one.joining],
    }


def _change(data: dict[str, Any]) -> Change:
    """The change of its data. Raises ValueError, TypeError or KeyError."""
    fields = {name: _fields(data[name]) for name in ("fields", "before", "after")}
    part, was = str(data["part"]), str(data["was"])
    if part != MEMBERS:
        for key in {key for one in fields.values() for key in one}:
            BY_KEY[part].attribute(key)
    joining = tuple(Member(str(one["email"]), one["values"]) for one in data["joining"])
    leaving = tuple(str(email) for email in data["leaving"])
    return Change(Verb(data["verb"]), part, str(data["name"]), **fields, was=was, joining=joining, leaving=leaving)


def _fields(data: dict[str, Any]) -> Fields:
    """Values as the file has them: a list stands for several texts."""
    return {
        key: tuple(map(str, value)) if isinstance(value, list) else value if isinstance(value, bool) else str(value)
        for key, value in data.items()
    }
