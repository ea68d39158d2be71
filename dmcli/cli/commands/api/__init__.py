"""`dm api ACTION KEY=VALUE...`: any action of the service, called as typed or told of."""

from __future__ import annotations

import click

from dmcli.cli.commands.api.call import Pair, run
from dmcli.cli.complete import action_areas, called_names
from dmcli.cli.options import dry_run
from dmcli.cli.tree import command

COMMAND = command(
    "api",
    [
        click.Argument(
            ["action"],
            required=False,
            metavar="ACTION",
            help="Name of the action, e.g. DescAccountSummary.",
            shell_complete=called_names,
        ),
        click.Argument(
            ["pairs"], nargs=-1, metavar="[KEY=VALUE]...", help="Parameters; @FILE may stand for a value.", type=Pair()
        ),
        click.Option(["--list", "listing"], is_flag=True, help="List all actions, with their commands and effects."),
        click.Option(
            ["--area"], metavar="AREA", help="List those of one area, such as tag.", shell_complete=action_areas
        ),
        click.Option(
            ["--params", "describe"],
            is_flag=True,
            help="Show the parameters of the action and call nothing. So does an action alone that needs some.",
        ),
        click.Option(["--version"], default="", metavar="VERSION", help="API version instead of the region's."),
        click.Option(
            ["--format", "form"],
            type=click.Choice(("JSON", "XML"), case_sensitive=False),
            default="JSON",
            show_default=True,
            help="Format to ask the service for; xml is printed as received.",
        ),
        dry_run(),
    ],
    run,
    "Call any action by its name, with parameters by their wire names and no local checks.",
    "QueryTagByParam PageNo=1 PageSize=10",
)
