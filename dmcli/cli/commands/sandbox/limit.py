"""`dm sandbox limit`: how often actions may be called; more is answered with Throttling.User."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api.kinds.common import TEXT
from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.rows import show_rows
from dmcli.cli.complete import action_names
from dmcli.cli.options import Value
from dmcli.cli.tree import Group, command
from dmcli.errors import InputError, NotFoundError
from dmcli.sandbox.control.limits import lift_limits, limit_of, list_limits, set_documented, set_limits
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (Field("action", "Action"), Field("rate", "At most"))


def _set(current: Session, *, action: str, rate: str) -> None:
    set_limits(current.sandbox, [limit_of(action, rate)])
    _list(current)


def _documented(current: Session) -> None:
    set_documented(current.sandbox)
    _list(current)


def _list(current: Session) -> None:
    rows = [{"action": one.action, "rate": one.text} for one in list_limits(current.sandbox)]
    show_rows(current, "limits", rows, _FIELDS, tr("nothing is limited"))


def _lift(current: Session, *, action: str | None, **values: Any) -> None:
    if (action is None) != values["all"]:
        raise InputError(tr("give either the action whose limit is to be lifted, or --all"))
    gone = lift_limits(current.sandbox, action or "")
    if action and not gone:
        raise NotFoundError(
            tr(
                "{action} is not limited; see: {sandbox} limit list",
                action=action,
                sandbox=current.resources.sandbox_command,
            )
        )
    current.say(tr("lifted {limits}", limits=counted(gone, "limit")))


COMMAND = Group("limit")
for _made in (
    command("list", [], _list, "List the limits."),
    command(
        "set",
        [
            click.Argument(
                ["action"],
                type=Value(TEXT),
                metavar="ACTION",
                help="Name of an action, e.g. SingleSendMail.",
                shell_complete=action_names,
            ),
            click.Argument(["rate"], metavar="RATE", help="Such as 10/s, 20/min or 100/h."),
        ],
        _set,
        "Limit how often an action may be called.",
        "SingleSendMail 10/min",
    ),
    command("documented", [], _documented, "Set the limits that the service documents."),
    command(
        "lift",
        [
            click.Argument(
                ["action"],
                required=False,
                metavar="[ACTION]",
                help="Name of the action.",
                shell_complete=action_names,
            ),
            click.Option(["--all"], is_flag=True, help="All limits."),
        ],
        _lift,
        "Lift a limit.",
        "SingleSendMail",
    ),
):
    COMMAND.add_command(_made)
