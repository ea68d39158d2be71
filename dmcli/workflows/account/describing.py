"""A change in words: the line of a plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dmcli.words import counted, listed, tr
from dmcli.workflows.account.model import Verb
from dmcli.workflows.account.parts import BY_KEY, MEMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.workflows.account.model import Change, Value

MARKS: Mapping[Verb, str] = {Verb.CREATE: "+", Verb.UPDATE: "~", Verb.DELETE: "-"}
_LONGEST = 60  # characters of a value that is shown
_SAMPLE = 3  # members that are named


def noun_of(part: str) -> str:
    """What a thing of a part is called."""
    return tr("members of the list") if part == MEMBERS else tr(BY_KEY[part].noun)


def line_of(change: Change) -> str:
    """A change as a line: `~ sender address a@b.test: reply-to c@d.test -> e@f.test`."""
    head = f"{MARKS[change.verb]} {noun_of(change.part)}"
    if not BY_KEY.get(change.part) or not BY_KEY[change.part].single:
        head += f" {change.was} -> {change.name}" if change.was else f" {change.name}"
    what = said_of(change)
    return tr("{change}: {what}", change=head, what=what) if what else head


def said_of(change: Change) -> str:
    """What is different, or what a new thing has."""
    if change.part == MEMBERS:
        emails = [member.email for member in change.joining] or list(change.leaving)
        people = tr(
            "{people}, such as {sample}", people=counted(len(emails), "member"), sample=listed(emails[:_SAMPLE])
        )
        return people if len(emails) > 1 else listed(emails)
    if change.verb is Verb.UPDATE and change.after:
        return listed(_pair(change, key) for key in change.after)
    if change.verb is Verb.CREATE and change.after:
        return listed(_has(change, key) for key in change.after)
    return ""


def _pair(change: Change, key: str) -> str:
    """How an attribute is, and how it is to be."""
    old, new = change.before[key], change.after[key]
    if any(_is_long(change, key, value) for value in (old, new)):
        return tr("{key} differs ({old:,} -> {new:,} characters)", key=key, old=len(str(old)), new=len(str(new)))
    return f"{key} {shown(old)} -> {shown(new)}"


def _has(change: Change, key: str) -> str:
    """An attribute that a new thing has; a flag that is set is told by its name."""
    value = change.after[key]
    if _is_long(change, key, value):
        return tr("{key} of {number:,} characters", key=key, number=len(str(value)))
    return key if value is True else f"{key} {shown(value)}"


def _is_long(change: Change, key: str, value: Value) -> bool:
    if not isinstance(value, str):
        return False
    return bool(BY_KEY[change.part].attribute(key).file) or len(value) > _LONGEST or "\n" in value


def shown(value: Value) -> str:
    """A value in a line; of several words in quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return f"'{value}'" if re.search("[ ,]", value) else value or tr("(none)")


def data_of(change: Change) -> dict[str, Any]:
    """A change as data, with all that is needed to do it."""
    found: dict[str, Any] = {"change": change.verb.value, "kind": change.part, "name": change.name}
    if change.was:
        found["was"] = change.was
    if change.part == MEMBERS:
        joining = [{"email": one.email, "values": one.values} for one in change.joining]
        return found | ({"joining": joining} if joining else {"leaving": list(change.leaving)})
    for key, fields in (("before", change.before), ("after", change.after)):
        if fields:
            found[key] = {name: list(one) if isinstance(one, tuple) else one for name, one in fields.items()}
    return found
