"""How domains, templates and reply addresses become ready: set by a tester, or decided by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dmcli.errors import InputError, NotFoundError
from dmcli.sandbox.service.states import KINDS
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from dmcli.sandbox.store.account import Account

_MODE = re.compile(r"immediate|manual|(?:checks|seconds):[1-9][0-9]{0,6}")
_VERIFIED, _UNVERIFIED = 0, 1
_APPROVED, _REJECTED = 2, 3
_CONFIRMED = 0


class Decision(NamedTuple):
    """What can be decided by hand: what is said where there is no such thing, its table, what notes the status."""

    lacking: str
    table: str
    sql: str
    status: int


class Waiting(NamedTuple):
    """A reply address that waits to be confirmed, and the sender address that it is for."""

    sender: str
    reply: str


_DOMAIN = "UPDATE domain SET status = ?, checks = 0, seen = '' WHERE name = ?"
_TEMPLATE = "UPDATE template SET status = ?, checks = 0 WHERE name = ?"
_REPLY = "UPDATE address SET reply_status = ? WHERE name = ? AND reply != ''"
DECISIONS = {
    "verify": Decision("the sandbox has no domain {name!r}", "domain", _DOMAIN, _VERIFIED),
    "unverify": Decision("the sandbox has no domain {name!r}", "domain", _DOMAIN, _UNVERIFIED),
    "approve": Decision("the sandbox has no template {name!r}", "template", _TEMPLATE, _APPROVED),
    "reject": Decision("the sandbox has no template {name!r}", "template", _TEMPLATE, _REJECTED),
    "confirm": Decision(
        "the sandbox has no reply address to confirm at sender address {name!r}", "address", _REPLY, _CONFIRMED
    ),
}


def get_modes(sandbox: Account) -> dict[str, str]:
    """How each kind of state comes about, as it is typed."""
    settings = sandbox.store.live().settings
    return {kind: str(settings.get(f"state.{kind}", default)) for kind, (default, _) in KINDS.items()}


def set_mode(sandbox: Account, kind: str, text: str) -> None:
    """Set how a kind of state comes about. Raises InputError."""
    if kind not in KINDS:
        raise InputError(tr("there is no state of {kind!r}; there are {kinds}", kind=kind, kinds=listed(KINDS)))
    if not _MODE.fullmatch(text):
        raise InputError(tr("{given!r} is none of immediate, checks:3, seconds:60 and manual", given=text))
    with sandbox.store.change() as connection:
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (f"state.{kind}", text))


def decide(sandbox: Account, decision: str, name: str) -> None:
    """Decide by hand, about the thing of that name. Raises InputError or NotFoundError."""
    if decision not in DECISIONS:
        raise InputError(
            tr("nobody can {decision!r}; one can {decisions}", decision=decision, decisions=listed(DECISIONS))
        )
    lacking, table, sql, status = DECISIONS[decision]
    with sandbox.store.transaction() as connection:
        named = name if table == "template" else name.lower()
        if not connection.execute(sql, (status, named)).rowcount:
            raise NotFoundError(tr(lacking, name=name))


def list_names(sandbox: Account, decision: str) -> list[str]:
    """The names of the things that a decision can be about."""
    with sandbox.store.reading() as connection:
        rows = connection.execute(f"SELECT name FROM {DECISIONS[decision].table} ORDER BY name")
        return [str(name) for (name,) in rows]


def find_waiting(sandbox: Account, ticket: str) -> Waiting | None:
    """The reply address that a ticket confirms; None where it was used or a later one has taken its place."""
    source = "ticket AS t JOIN address AS a ON a.id = t.address AND a.reply = t.reply"
    with sandbox.store.reading() as connection:
        row = connection.execute(f"SELECT a.name, a.reply FROM {source} WHERE ticket = ?", (ticket,)).fetchone()
    return Waiting(*row) if row else None
