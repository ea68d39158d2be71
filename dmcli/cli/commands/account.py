"""`dm account show`: the summary as a panel, with usage that takes a second call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api import catalogue
from dmcli.cli.build import group
from dmcli.cli.options import options_of
from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_SUMMARY = catalogue.get("DescAccountSummary")


def _show(current: Session, *, usage: bool) -> None:
    from dmcli.render import show_account
    from dmcli.workflows.usage import quota_usage

    output = current.output()
    summary = current.client.call(_SUMMARY, {})
    figures = quota_usage(current.client)._asdict() if usage or output.for_people or not output.wants_data else None
    show_account(summary, figures, output)


COMMAND = group("account")
COMMAND.add_command(
    command(
        "show",
        [
            *options_of(_SUMMARY),
            click.Option(["--usage"], is_flag=True, help="Add what the sender addresses used, in every format."),
        ],
        _show,
        _SUMMARY.summary,
    )
)
