"""Commands out of the catalogue: one command of an action, run in one way that its effect and paging decide."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.cli.help import example_of
from dmcli.cli.options import Value, options_of
from dmcli.cli.tree import Group, command
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.api.kinds.reference import Ref
    from dmcli.api.model import Action
    from dmcli.api.model import Command as Declared
    from dmcli.cli.session import Session


def group(area: str, *by_hand: click.Command) -> Group:
    """The group of an area: the commands its actions declare, and those written by hand."""
    name = catalogue.group_of(area)
    result = Group(name)
    for action in catalogue.area(area):
        for declared in action.commands:
            path, text = declared.path.split(), declared.help or action.summary
            if path[0] == name:
                result.later(path[1], text, partial(from_catalogue, action, declared))
    for command_ in by_hand:
        result.add_command(command_)
    return result


def from_catalogue(action: Action, declared: Declared) -> click.Command:
    """The command that an action declares."""
    if declared.shows:
        return _show(action, declared, declared.shows)

    def run(current: Session, **values: Any) -> None:
        from dmcli.cli.perform import perform

        perform(current, action, values)

    params = options_of(action, declared.only, declared.must)
    text = declared.help or action.summary
    return command(declared.path.split()[-1], params, run, text, partial(example_of, action, declared))


def _show(listing: Action, declared: Declared, ref: Ref) -> click.Command:
    """The command that shows one row of a listing, by name or id."""

    def run(current: Session, thing: str) -> None:
        from dmcli.render.sheet import show_sheet
        from dmcli.workflows.lookup import find_typed

        show_sheet(find_typed(current.client, ref, thing), listing.fields, declared.groups, current.output())

    argument = click.Argument(
        ["thing"], metavar=ref.metavar, help=tr("The {noun}, by name or id.", noun=tr(ref.noun)), type=Value(ref)
    )
    return command(declared.path.split()[-1], [argument], run, declared.help, declared.example)
