"""`dm sandbox differences`: how true the sandbox is, action by action."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.kinds.common import TEXT
from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.rows import show_rows
from dmcli.cli.complete import action_names
from dmcli.cli.options import Value
from dmcli.cli.tree import command
from dmcli.sandbox.fidelity.statements import KINDS, find_statements
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (Field("about", "About"), Field("kind", "Kind"), Field("text", "What"), Field("source", "Source"))


def _differences(current: Session, *, about: tuple[str, ...], kind: str | None) -> None:
    rows = [one.shown() for one in find_statements(about, kind or "")]
    show_rows(current, "differences", rows, _FIELDS, tr("there is nothing of this kind"))


COMMAND = command(
    "differences",
    [
        click.Argument(
            ["about"],
            nargs=-1,
            type=Value(TEXT),
            metavar="[ACTION]...",
            help="Names of actions, or of other subjects that the whole list has; all when left out.",
            shell_complete=action_names,
        ),
        click.Option(
            ["--kind"],
            type=click.Choice(tuple(KINDS)),
            help="Only what the sources say, what they leave open, or what they have and the sandbox has not.",
        ),
    ],
    _differences,
    example="SingleSendMail --kind guessed",
)
