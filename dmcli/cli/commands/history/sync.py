"""`dm stats sync`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dmcli.cli.commands.history.show import show_holdings
from dmcli.cli.tree import command
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_REACH = 30  # days, as workflows.history.sync has it


def _sync(current: Session, *, reread: int) -> None:
    from dmcli.workflows.history.sync import sync

    kept = current.resources.history.claim(*current.resources.account)
    for read in sync(current.client, kept, current.service_now, reread):
        if read.kind == "mails" and sys.stderr.isatty():
            current.say(tr("{days}: {mails}", days=read.days, mails=counted(read.rows, "mail")))
    show_holdings(current, kept)


COMMAND = command(
    "sync",
    [
        click.Option(
            ["--reread"],
            type=click.IntRange(0, _REACH),
            metavar="N",
            default=3,
            show_default=True,
            help="Days before today that are read again, for bounces that come late.",
        )
    ],
    _sync,
    "Keep on this machine what the service forgets after a month.",
    "--reread 7",
)
