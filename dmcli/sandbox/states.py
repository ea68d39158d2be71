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

    from dmcli.sandbox.context import Context
    from dmcli.sandbox.store import Store

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


def verify_domain(store: Store, name: str, *, status: int = _VERIFIED) -> None:
    """Say that a domain is verified, or in another state. Raises RefusedError."""
    _set(store, "UPDATE domain SET status = ? WHERE name = ?", status, name.lower(), f"domain {name!r}")


def review_template(store: Store, name: str, *, approved: bool = True) -> None:
    """Approve or reject a template by its name. Raises RefusedError."""
    status = _APPROVED if approved else _REJECTED
    _set(store, "UPDATE template SET status = ? WHERE name = ?", status, name, f"template {name!r}")


def confirm_reply(store: Store, name: str) -> None:
    """Confirm the reply address of a sender address. Raises RefusedError."""
    sql = "UPDATE address SET reply_status = ? WHERE name = ? AND reply != ''"
    _set(store, sql, 0, name.lower(), f"sender address {name!r} with a reply address")


def _set(store: Store, sql: str, status: int, name: str, what: str) -> None:
    with store.transaction() as connection:
        if not connection.execute(sql, (status, name)).rowcount:
            raise RefusedError(f"the sandbox has no {what}")
