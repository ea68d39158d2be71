"""States that take time: domain verification, template review, reply address confirmation.

Each is `immediate`, or comes after so many checks (`checks:3`), after so many seconds (`seconds:60`) by the sandbox's
clock, or by hand only (`manual`). Nothing runs in the background: a state is what the count and the clock say when it
is looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.errors import InputError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.sandbox.service.context import Context
    from dmcli.sandbox.store.store import Store

# What is governed, how it is by default, and what a check of it is.
KINDS = {
    "domains": ("immediate", "a CheckDomain"),
    "templates": ("immediate", "a look at the template or the list of templates"),
    "replies": ("manual", "a look at the list of sender addresses, once the confirming mail was sent"),
}
_MODE = re.compile(r"immediate|manual|(?:checks|seconds):[1-9][0-9]{0,6}")
_IN_REVIEW, _APPROVED, _REJECTED = 1, 2, 3
_VERIFIED, _UNVERIFIED = 0, 1


class Mode(NamedTuple):
    """How a state comes about: immediate, checks, seconds or manual, and how many of them."""

    kind: str
    amount: int = 0

    def reached(self, checks: int, seconds: int) -> bool:
        """Whether the state is there after so many checks and seconds."""
        if self.kind == "checks":
            return checks >= self.amount
        return seconds >= self.amount if self.kind == "seconds" else self.kind == "immediate"


def mode_of(settings: Mapping[str, Any], kind: str) -> Mode:
    """How a kind of state comes about now."""
    name, _, amount = str(settings.get(f"state.{kind}", KINDS[kind][0])).partition(":")
    return Mode(name, int(amount or 0))


def modes(store: Store) -> dict[str, str]:
    """How each kind of state comes about, as it is typed."""
    settings = store.live().settings
    return {kind: str(settings.get(f"state.{kind}", default)) for kind, (default, _) in KINDS.items()}


def set_mode(store: Store, kind: str, text: str) -> None:
    """Say how a kind of state is to come about. Raises InputError."""
    if kind not in KINDS:
        raise InputError(f"there is no state of {kind!r}; there are {', '.join(KINDS)}")
    if not _MODE.fullmatch(text):
        raise InputError(f"{text!r} is none of immediate, checks:3, seconds:60 and manual")
    with store.change() as connection:
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (f"state.{kind}", text))


# --- what handlers ask


def domain_checked(context: Context, domain: int, created: int) -> bool:
    """Count a check of a domain; whether it verifies it."""
    context.run("UPDATE domain SET checks = checks + 1 WHERE id = ?", domain)
    checks = context.count("SELECT checks FROM domain WHERE id = ?", domain)
    return mode_of(context.settings, "domains").reached(checks, context.now - created)


def first_review(context: Context) -> int:
    """The status of a template that was just written."""
    return _APPROVED if mode_of(context.settings, "templates").kind == "immediate" else _IN_REVIEW


def review(context: Context, template: int = 0) -> None:
    """Count a look at a template, or at all of them, and approve what is due."""
    mode = mode_of(context.settings, "templates")
    if mode.kind in ("immediate", "manual"):
        return
    context.run("UPDATE template SET checks = checks + 1 WHERE status = 1 AND ? IN (id, 0)", template)
    due = "checks >= ?" if mode.kind == "checks" else "submitted <= ?"
    value = mode.amount if mode.kind == "checks" else context.now - mode.amount
    context.run(f"UPDATE template SET status = 2 WHERE status = 1 AND {due}", value)


def reply_confirmed_at_once(context: Context) -> bool:
    """Whether a reply address needs no confirmation."""
    return mode_of(context.settings, "replies").kind == "immediate"


def confirm_replies(context: Context) -> None:
    """Count a look at the reply addresses that wait, and confirm those that are due."""
    mode = mode_of(context.settings, "replies")
    if mode.kind in ("immediate", "manual"):
        return
    context.run("UPDATE address SET checks = checks + 1 WHERE reply_status = 1 AND asked > 0")
    due = "checks >= ?" if mode.kind == "checks" else "asked <= ?"
    value = mode.amount if mode.kind == "checks" else context.now - mode.amount
    context.run(f"UPDATE address SET reply_status = 0, asked = 0 WHERE reply_status = 1 AND asked > 0 AND {due}", value)


# --- by hand


class Decision(NamedTuple):
    """What somebody may decide: about what, and how it is noted."""

    about: str
    sql: str
    status: int


_DOMAIN = "UPDATE domain SET status = ?, checks = 0 WHERE name = ?"
_TEMPLATE = "UPDATE template SET status = ?, checks = 0 WHERE name = ?"
DECISIONS = {
    "verify": Decision("domain", _DOMAIN, _VERIFIED),
    "unverify": Decision("domain", _DOMAIN, _UNVERIFIED),
    "approve": Decision("template", _TEMPLATE, _APPROVED),
    "reject": Decision("template", _TEMPLATE, _REJECTED),
    "confirm": Decision(
        "reply address to confirm at sender address",
        "UPDATE address SET reply_status = ? WHERE name = ? AND reply != ''",
        0,
    ),
}


def decide(store: Store, decision: str, name: str) -> None:
    """Decide by hand, about the thing of that name. Raises InputError or RefusedError."""
    if decision not in DECISIONS:
        raise InputError(f"nobody can {decision!r}; one can {', '.join(DECISIONS)}")
    made = DECISIONS[decision]
    with store.transaction() as connection:
        named = name if made.about == "template" else name.lower()
        if not connection.execute(made.sql, (made.status, named)).rowcount:
            raise RefusedError(f"the sandbox has no {made.about} {name!r}")
