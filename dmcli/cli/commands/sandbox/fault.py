"""`dm sandbox fault`: what is to go wrong, for which calls and how often."""

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
from dmcli.sandbox.control.effects import EFFECTS, values_in_words
from dmcli.sandbox.control.faults import add_fault, fault_of, list_faults, remove_faults
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (
    Field("id", "Fault"),
    Field("effect", "Effect"),
    Field("value", "Value"),
    Field("after", "After", {"True": "done", "False": ""}),
    Field("action", "Action"),
    Field("recipient", "To"),
    Field("nth", "Call", {"0": ""}),
    Field("times", "Times"),
    Field("rate", "Rate"),
    Field("seed"),
    Field("html"),
    Field("retry_after"),
    Field("seen", "Seen", shape="number"),
    Field("struck", "Struck", shape="number"),
)
_MOST = 10**9


def _add(current: Session, **values: Any) -> None:
    from dmcli.render import show_document

    fault = fault_of({name: value for name, value in values.items() if value not in (None, "", False)})
    show_document(add_fault(current.sandbox, fault)._asdict(), _FIELDS, current.output())


def _list(current: Session) -> None:
    rows = [fault._asdict() for fault in list_faults(current.sandbox)]
    show_rows(current, "faults", rows, _FIELDS, tr("nothing is to go wrong"))


def _remove(current: Session, *, fault: int | None, **values: Any) -> None:
    if (fault is None) != values["all"]:
        raise InputError(tr("give either the number of a fault from the list, or --all"))
    gone = remove_faults(current.sandbox, fault)
    if fault and not gone:
        raise NotFoundError(
            tr(
                "there is no fault {fault} in the sandbox; see: {sandbox} fault list",
                fault=fault,
                sandbox=current.resources.sandbox_command,
            )
        )
    current.say(tr("removed {faults}", faults=counted(gone, "fault")))


def _values(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    effect = EFFECTS.get(ctx.params.get("effect", ""))
    return [value for value in effect.suggest() if value.startswith(incomplete)] if effect else []


_VALUE = click.Argument(["value"], default="", metavar="[VALUE]", shell_complete=_values)
_VALUE.help = values_in_words()  # given to the constructor it would be any text: click cleans it
COMMAND = Group("fault")
for _made in (
    command(
        "add",
        [
            click.Argument(["effect"], type=click.Choice(list(EFFECTS)), metavar="EFFECT", help=", ".join(EFFECTS)),
            _VALUE,
            click.Option(
                ["--action"],
                type=Value(TEXT),
                metavar="ACTION",
                help="Only calls of this action.",
                shell_complete=action_names,
            ),
            click.Option(
                ["--to", "recipient"], type=Value(TEXT), metavar="PATTERN", help="Only mail to it; * and ? may stand."
            ),
            click.Option(["--nth"], type=click.IntRange(1, _MOST), metavar="N", help="Only the Nth such call."),
            click.Option(
                ["--times"],
                type=click.IntRange(1, _MOST),
                metavar="N",
                help="So often.  [default: 1, or with --rate ever]",
            ),
            click.Option(["--rate"], type=click.FloatRange(0, 1), metavar="SHARE", help="A share of them, 0 to 1."),
            click.Option(["--seed"], type=click.IntRange(0), metavar="N", help="Which ones a rate strikes."),
            click.Option(["--after"], is_flag=True, help="Once the call was done, not in place of doing it."),
            click.Option(["--html"], is_flag=True, help="With status: answer with a web page, as a gateway does."),
            click.Option(
                ["--retry-after"], type=click.IntRange(0, _MOST), metavar="MS", help="Ask the caller to wait so long."
            ),
        ],
        _add,
        "Let calls go wrong: the next one, if nothing else is said.",
        "error Throttling.User --action SingleSendMail --times 2",
    ),
    command("list", [], _list, "List the faults, and how often each struck."),
    command(
        "remove",
        [
            click.Argument(
                ["fault"],
                type=click.IntRange(1, _MOST),
                required=False,
                metavar="[FAULT]",
                help="Number from the list.",
            ),
            click.Option(["--all"], is_flag=True, help="All faults."),
        ],
        _remove,
        "Let it go wrong no more.",
        "1",
    ),
):
    COMMAND.add_command(_made)
