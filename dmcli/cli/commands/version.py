"""`dm version`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import dmcli
from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.cli.session import Session


def _version(_: Session) -> None:
    click.echo(f"dm {dmcli.__version__}")


COMMAND = command("version", [], _version)
