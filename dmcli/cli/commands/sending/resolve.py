"""`dm send resolve`: what became of a send under an idempotency key, as the person found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.cli.options import one_line_key
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session


def _resolve(current: Session, *, key: str, sent: bool, not_sent: bool) -> None:
    if sent == not_sent:
        raise InputError(tr("say what became of the mail: give either --sent or --not-sent"))
    current.resources.ledger.resolve(current.resources.scope(key), sent=sent)
    current.say(
        tr("the key {key} counts as sent", key=key) if sent else tr("the key {key} is free to be used again", key=key)
    )


COMMAND = command(
    "resolve",
    [
        click.Argument(
            ["key"], metavar="KEY", callback=one_line_key, help="The key that was given as --idempotency-key."
        ),
        click.Option(["--sent"], is_flag=True, help="It was accepted, as 'dm stats details' shows."),
        click.Option(["--not-sent"], is_flag=True, help="It was not, and the key may be used again."),
    ],
    _resolve,
    example="invoice-2026-117 --sent",
)
