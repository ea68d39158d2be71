"""`dm sandbox play`: what readers and mail servers do with a mail that was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.kinds.common import TEXT
from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.number import MailNumber
from dmcli.cli.options import Value
from dmcli.cli.tree import command
from dmcli.errors import NotFoundError
from dmcli.sandbox.control.events import EVENTS, play
from dmcli.sandbox.mail.mailbox import find_latest
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (Field("mail", "Mail"), Field("event", "Event"), Field("posted", "Told to"), Field("answer", "Answer"))


def _play(current: Session, *, event: str, mail: int, url: str) -> None:
    from dmcli.render import show_document

    if not mail:
        newest = find_latest(current.sandbox)
        if newest is None:
            raise NotFoundError(tr("there is no mail in the sandbox; send one first"))
        mail = newest["id"]
    played = play(current.sandbox, event, mail, url=url)
    show_document(played._asdict(), _FIELDS, current.output())


COMMAND = command(
    "play",
    [
        click.Argument(["event"], type=click.Choice(list(EVENTS)), metavar="EVENT", help=", ".join(EVENTS)),
        click.Option(
            ["--mail"],
            type=MailNumber(),
            metavar="ID",
            required=True,
            help="Number from dm sandbox mail list, or latest.",
        ),
        click.Option(
            ["--url"], type=Value(TEXT), default="", metavar="URL", help="Link that is clicked.  [default: the first]"
        ),
    ],
    _play,
    example="bounce --mail latest",
)
