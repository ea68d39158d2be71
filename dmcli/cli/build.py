"""Commands out of the catalogue: one command of an action, run in one way that its effect and paging decide."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.cli.options import options_of
from dmcli.cli.perform import perform
from dmcli.cli.tree import Group, command

if TYPE_CHECKING:
    import click

    from dmcli.api.model import Action
    from dmcli.api.model import Command as Declared
    from dmcli.cli.session import Session


def group(name: str, *extra: click.Command) -> Group:
    """The group of an area: the commands its actions declare, and hand-written ones beside them."""
    made = Group(name)
    for action in catalogue.area(name):
        for declared in action.commands:
            path, text = declared.path.split(), declared.help or action.summary
            if path[0] == name:
                made.later(path[1], text, partial(from_catalogue, action, declared))
    for one in extra:
        made.add_command(one)
    return made


def from_catalogue(action: Action, declared: Declared) -> click.Command:
    """The command that an action declares."""

    def run(current: Session, **values: Any) -> None:
        perform(current, action, values)

    params = options_of(action, declared.only, declared.must)
    return command(declared.path.split()[-1], params, run, declared.help or action.summary)
