"""`dm sandbox reset`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dmcli.cli.options import yes as yes_option
from dmcli.cli.question import confirmed
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session


def _reset(current: Session, *, yes: bool) -> None:
    if not yes:
        if not sys.stdin.isatty():
            raise InputError(tr("this deletes everything in the sandbox and there is no terminal to ask: give --yes"))
        if not confirmed(tr("Delete everything in the sandbox and start anew? [y/N]:")):
            raise InputError(tr("nothing was deleted"))
    current.sandbox.reset()
    current.resources.ledger.forget(current.resources.sandbox_place)
    current.resources.history.forget(current.resources.sandbox_place)
    current.say(tr("the sandbox is as new"))


COMMAND = command("reset", [yes_option()], _reset)
