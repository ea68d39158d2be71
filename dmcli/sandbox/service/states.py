"""States that take time: domain verification, template review, reply address confirmation.

Each is `immediate`, or comes after so many checks (`checks:3`), after so many seconds (`seconds:60`) by the sandbox's
clock, or a tester only (`manual`). Nothing runs in the background: a state is what the count and the clock say when it
is looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.words import marked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.sandbox.service.context import Context

# What is governed, how it is by default, and what a check of it is.
KINDS = {
    "domains": ("immediate", marked("a CheckDomain")),
    "templates": ("immediate", marked("a look at the template or the list of templates")),
    "replies": ("manual", marked("a look at the list of sender addresses, once the confirming mail was sent")),
}
_IN_REVIEW, _APPROVED = 1, 2


class Mode(NamedTuple):
    """How a state comes about: immediate, checks, seconds or manual, and how many of them."""

    kind: str
    amount: int = 0

    def is_reached(self, checks: int, seconds: int) -> bool:
        """Whether the state is there after so many checks and seconds."""
        if self.kind == "checks":
            return checks >= self.amount
        return seconds >= self.amount if self.kind == "seconds" else self.kind == "immediate"


def mode_of(settings: Mapping[str, Any], kind: str) -> Mode:
    """How a kind of state comes about now."""
    name, _, amount = str(settings.get(f"state.{kind}", KINDS[kind][0])).partition(":")
    return Mode(name, int(amount or 0))


def check_domain(context: Context, domain: int, created: int) -> bool:
    """Count a check of a domain; whether it verifies it."""
    context.run("UPDATE domain SET checks = checks + 1 WHERE id = ?", domain)
    checks = context.count("SELECT checks FROM domain WHERE id = ?", domain)
    return mode_of(context.settings, "domains").is_reached(checks, context.now - created)


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
