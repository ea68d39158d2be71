"""`dm sandbox limits`: which of two sources holds where they disagree on a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.rows import show_rows
from dmcli.cli.tree import command
from dmcli.sandbox.control.sources import YEARS, get_year, list_disputed, set_year
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (Field("about", "Limit of"), Field("stricter", "Stricter"), Field("looser", "Looser"))


def _limits(current: Session, *, year: str | None) -> None:
    if year:
        set_year(current.sandbox, year)
    held = get_year(current.sandbox)
    said = [{name: tr(text) for name, text in limit._asdict().items()} for limit in list_disputed()]
    rows = [{**limit, "holds": held} for limit in said]
    show_rows(current, "limits", rows, _FIELDS)
    current.say(
        tr("the limits of {year} hold, the stricter ones", year=held)
        if held == YEARS[0]
        else tr("the limits of {year} hold, the looser ones", year=held)
    )


COMMAND = command(
    "limits",
    [
        click.Argument(
            ["year"],
            required=False,
            type=click.Choice(YEARS),
            metavar="[YEAR]",
            help="2019: the stricter limits, mostly those of the reference; 2026: the looser ones, mostly today's.",
        )
    ],
    _limits,
)
