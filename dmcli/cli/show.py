"""`show` for things that no action describes: the exact match in their listing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api import catalogue
from dmcli.cli.options import Value
from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.api.kinds.reference import Ref
    from dmcli.cli.session import Session


def show(ref: Ref, help: str) -> click.Command:  # noqa: A002  click's own word
    """The command that shows the row of a listing by name or id."""
    listing = catalogue.get(ref.listing)

    def run(current: Session, thing: str) -> None:
        from dmcli.render import show_document
        from dmcli.workflows.lookup import find_typed

        show_document(find_typed(current.client, ref, thing), listing.fields, current.output())

    argument = click.Argument(["thing"], metavar=ref.metavar, help=f"The {ref.noun}, by name or id.", type=Value(ref))
    return command("show", [argument], run, help)
