"""`dm sandbox state`: how domains, templates and reply addresses become ready, and deciding it by hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import click

from dmcli.api.kinds.common import TEXT
from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.rows import show_rows
from dmcli.cli.complete import in_sandbox
from dmcli.cli.options import Value
from dmcli.cli.tree import Group, command
from dmcli.sandbox.control.states import decide, get_modes, list_names, set_mode
from dmcli.sandbox.service.states import KINDS
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.sandbox.emulator import Sandbox

_FIELDS = (
    Field("kind", "State of"),
    Field("mode", "Comes about"),
    Field("check", "A check is", {check: check for _, check in KINDS.values()}),
)
_NAMES = {"domain": "mail.example.com", "template": "newsletter", "address": "news@mail.example.com"}  # of examples
_NAMED = marked(
    {"domain": "Name of the domain.", "template": "Name of the template.", "address": "Name of the address."}
)


class _ByHand(NamedTuple):
    """What is named, what the command's help says, and what is said when it is done."""

    what: str
    help: str
    said: str


_BY_HAND = {
    "verify": _ByHand("domain", "Say that a domain is verified.", "the domain {name} is verified"),
    "unverify": _ByHand("domain", "Say that a domain is not verified.", "the domain {name} is not verified"),
    "approve": _ByHand("template", "Approve a template.", "the template {name} is approved"),
    "reject": _ByHand("template", "Reject a template.", "the template {name} is rejected"),
    "confirm": _ByHand(
        "address", "Confirm the reply address of a sender address.", "the reply address of {name} is confirmed"
    ),
}
_MODES = ("immediate", "manual", "checks:", "seconds:")


def _list(current: Session) -> None:
    rows = [{"kind": kind, "mode": mode, "check": KINDS[kind][1]} for kind, mode in get_modes(current.sandbox).items()]
    show_rows(current, "states", rows, _FIELDS)


def _set(current: Session, *, kind: str, mode: str) -> None:
    set_mode(current.sandbox, kind, mode)
    _list(current)


def _decide(decision: str, current: Session, *, name: str) -> None:
    decide(current.sandbox, decision, name)
    current.say(tr(_BY_HAND[decision].said, name=name))


def _modes(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [mode for mode in _MODES if mode.startswith(incomplete)]


def _names(decision: str, sandbox: Sandbox) -> list[str]:
    return list_names(sandbox, decision)


COMMAND = Group("state")
for _made in (
    command("list", [], _list, "List how each state comes about."),
    command(
        "set",
        [
            click.Argument(["kind"], type=click.Choice(list(KINDS)), metavar="KIND", help=", ".join(KINDS)),
            click.Argument(
                ["mode"], metavar="MODE", help="immediate, checks:3, seconds:60 or manual", shell_complete=_modes
            ),
        ],
        _set,
        "Say how a state is to come about.",
        "domains checks:3",
    ),
    *(
        command(
            name,
            [
                click.Argument(
                    ["name"],
                    type=Value(TEXT),
                    metavar=what.upper(),
                    help=_NAMED[what],
                    shell_complete=in_sandbox(partial(_names, name)),
                )
            ],
            partial(_decide, name),
            text,
            _NAMES[what],
        )
        for name, (what, text, _) in _BY_HAND.items()
    ),
):
    COMMAND.add_command(_made)
