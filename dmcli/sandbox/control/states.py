"""How domains, templates and reply addresses become ready: set by a tester, or decided by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dmcli.errors import InputError, NotFoundError
from dmcli.sandbox.service.states import KINDS

if TYPE_CHECKING:
    from dmcli.sandbox.store.account import Account

_MODE = re.compile(r"immediate|manual|(?:checks|seconds):[1-9][0-9]{0,6}")
_VERIFIED, _UNVERIFIED = 0, 1
_APPROVED, _REJECTED = 2, 3
_CONFIRMED = 0


class Decision(NamedTuple):
    """What can be decided by hand: about what, in which table it is, and the statement that notes the status."""

    about: str
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
    "verify": Decision("domain", "domain", _DOMAIN, _VERIFIED),
    "unverify": Decision("domain", "domain", _DOMAIN, _UNVERIFIED),
    "approve": Decision("template", "template", _TEMPLATE, _APPROVED),
    "reject": Decision("template", "template", _TEMPLATE, _REJECTED),
    "confirm": Decision("reply address to confirm at sender address", "address", _REPLY, _CONFIRMED),
}


def get_modes(sandbox: Account) -> dict[str, str]:
    """How each kind of state comes about, as it is typed."""
    settings = sandbox.store.live().settings
    return {kind: str(settings.get(f"state.{kind}", default)) for kind, (default, _) in KINDS.items()}


def set_mode(sandbox: Account, kind: str, text: str) -> None:
    """Set how a kind of state comes about. Raises InputError."""
    if kind not in KINDS:
        raise InputError(f"there is no state of {kind!r}; there are {', '.join(KINDS)}")
    if not _MODE.fullmatch(text):
        raise InputError(f"{text!r} is none of immediate, checks:3, seconds:60 and manual")
    with sandbox.store.change() as connection:
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (f"state.{kind}", text))


def decide(sandbox: Account, decision: str, name: str) -> None:
    """Decide by hand, about the thing of that name. Raises InputError or NotFoundError."""
    if decision not in DECISIONS:
        raise InputError(f"nobody can {decision!r}; one can {', '.join(DECISIONS)}")
    about, table, sql, status = DECISIONS[decision]
    with sandbox.store.transaction() as connection:
        named = name if table == "template" else name.lower()
        if not connection.execute(sql, (status, named)).rowcount:
            raise NotFoundError(f"the sandbox has no {about} {name!r}")


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
