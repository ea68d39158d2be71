"""`dm send single`, `batch`, `merge` and `resolve`, which settles a send under a key; the rest is the catalogue's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from dmcli.cli.build import group
from dmcli.cli.options import one_line_key
from dmcli.cli.tree import command, command_in
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


COMMAND = group(
    "send",
    command(
        "resolve",
        [
            click.Argument(
                ["key"], metavar="KEY", callback=one_line_key, help="The key that was given as --idempotency-key."
            ),
            click.Option(["--sent"], is_flag=True, help="It was accepted, as 'dm stats details' shows."),
            click.Option(["--not-sent"], is_flag=True, help="It was not, and the key may be used again."),
        ],
        _resolve,
        "Settle a send under an idempotency key whose outcome is unknown.",
        "invoice-2026-117 --sent",
    ),
)
for _name in ("single", "batch"):  # in place of the catalogue's, with what they look at before they send
    COMMAND.later(_name, COMMAND.text_of(_name), partial(command_in, f"dmcli.cli.commands.sending.{_name}"))
COMMAND.later("merge", "Send a mail for each row of a file.", partial(command_in, "dmcli.cli.commands.campaign.merge"))
