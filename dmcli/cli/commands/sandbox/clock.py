"""`dm sandbox clock`: the account's time, for quotas, reviews and statistics of another day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api.model import Field
from dmcli.cli.tree import Group, command

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (Field("now", "Now"), Field("turned", "Seconds turned", shape="number"), Field("epoch"))


def _show(current: Session) -> None:
    from dmcli.render import show_document
    from dmcli.sandbox.control.clock import get_time

    show_document(get_time(current.sandbox), _FIELDS, current.output())


def _turn(current: Session, **wanted: Any) -> None:
    from dmcli.sandbox.control.clock import turn

    turn(current.sandbox, wanted)
    _show(current)


def _reset(current: Session) -> None:
    _turn(current, turned=0)


COMMAND = Group("clock")
for _made in (
    command("show", [], _show, "Show the time of the sandbox."),
    command(
        "advance",
        [click.Argument(["advance"], metavar="SPAN", help="Such as 90s, 30m, 2h or 1d.")],
        _turn,
        "Turn the clock forward; it goes on from there.",
        "1d",
    ),
    command(
        "set",
        [click.Argument(["set"], metavar="TIME", help="Such as 2026-01-31T09:30:00Z.")],
        _turn,
        "Turn the clock to a time.",
        "2026-01-31T09:30:00Z",
    ),
    command("reset", [], _reset, "Go back to the time of this machine."),
):
    COMMAND.add_command(_made)
