"""`dm receiver export`: the members of a list as CSV, as `receiver import` reads it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import click

from dmcli.cli.commands.receiver.reading import list_argument
from dmcli.cli.tree import command
from dmcli.errors import PartlyRejectedError
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session


def _export(current: Session, *, ReceiverId: str, to: str | None) -> None:  # noqa: N803
    import io

    from dmcli.local.files import write_where_told
    from dmcli.render import show_text
    from dmcli.workflows.lists.fill import find_list
    from dmcli.workflows.lists.members import members

    found = list(members(current.client, find_list(current.client, ReceiverId).id))
    names = list(dict.fromkeys(name for one in found for name in one.values or {}))
    text = io.StringIO()
    writer = csv.DictWriter(text, ["email", *names], restval="")
    writer.writeheader()
    writer.writerows({"email": one.email} | (one.values or {}) for one in found)
    if to:
        write_where_told(to, text.getvalue())
        current.say(tr("wrote {members} to {file}", members=counted(len(found), "member"), file=to))
    else:
        show_text(text.getvalue().removesuffix("\r\n"), current.output())
    lost = [one.email for one in found if one.values is None and names]
    if lost:
        raise PartlyRejectedError(
            tr(
                "the values of {members} have commas, and the service does not tell where one ends; only their "
                "addresses were exported",
                members=counted(len(lost), "member"),
            ),
            details=lost[:20],
        )


COMMAND = command(
    "export",
    [
        *list_argument(),
        click.Option(["--to"], type=click.Path(), metavar="FILE", help="File to write, in place of standard output."),
    ],
    _export,
    "Write the members of a list as CSV, as 'receiver import' reads it.",
    "customers --to customers.csv",
)
