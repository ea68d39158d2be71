"""Which mail of the sandbox is meant: by its number, or the latest by what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api.kinds.common import TEXT
from dmcli.cli.commands.sandbox.number import LATEST, MOST, MailNumber
from dmcli.cli.duration import Duration
from dmcli.cli.options import Value
from dmcli.errors import InputError, NotFoundError, TimedOutError
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session


def filter_typed(values: dict[str, Any]) -> Any:
    """The filter that the options describe, taken out of the values."""
    from dmcli.sandbox.mail.query import filter_of

    names = ("to", "sender", "subject", "text", "tag", "unseen", "since")
    return filter_of({name: str(values.pop(name)) for name in names})


def find_mail(current: Session, mail: int, wait: float, values: dict[str, Any]) -> dict[str, Any]:
    """The mail that the options choose. Raises InputError, NotFoundError, or TimedOutError when none came in time."""
    from dmcli.sandbox.mail.mailbox import find_latest, get_mail
    from dmcli.sandbox.mail.query import ALL

    chosen = filter_typed(values)
    if not mail:
        found = find_latest(current.sandbox, chosen, wait)
        if found is None:
            error = TimedOutError if wait else NotFoundError
            sandbox = current.resources.sandbox_command
            raise error(
                tr("no mail matches after {seconds:g} s; see: {sandbox} mail list", seconds=wait, sandbox=sandbox)
                if wait
                else tr("no mail matches; see: {sandbox} mail list", sandbox=sandbox)
            )
        return found
    if wait or chosen != ALL:
        raise InputError(
            tr("mail {number} is chosen by its number; --wait, --to and the like choose the latest", number=mail)
        )
    found = get_mail(current.sandbox, mail)
    if found is None:
        raise NotFoundError(
            tr(
                "there is no mail {mail} in the sandbox; see: {sandbox} mail list",
                mail=mail,
                sandbox=current.resources.sandbox_command,
            )
        )
    return found


def _containing(name: str, about: str, field: str = "") -> click.Option:
    return click.Option(
        [f"--{name}", *([field] if field else [])],
        type=Value(TEXT),
        default="",
        metavar="TEXT",
        help=about,
    )


def filters() -> list[click.Parameter]:
    """The options that choose mail by what it says."""
    return [
        _containing("to", "Only mail whose recipient has this text."),
        _containing("from", "Only mail whose sender has this text.", "sender"),
        _containing("subject", "Only mail whose subject has this text."),
        _containing("text", "Only mail whose subject, body or recipient has this text."),
        click.Option(["--tag"], type=Value(TEXT), default="", metavar="NAME", help="Only mail under this tag."),
        click.Option(["--unseen"], is_flag=True, help="Only mail that nobody looked at in the inbox."),
        click.Option(
            ["--since"], type=click.IntRange(0, MOST - 1), default=0, metavar="MAIL", help="Only mail after this one."
        ),
    ]


def one_mail() -> list[click.Parameter]:
    """What chooses one mail."""
    return [
        click.Argument(
            ["mail"], type=MailNumber(), default=LATEST, metavar="[MAIL]", help="Number, or latest, the default."
        ),
        *filters(),
        click.Option(
            ["--wait"], type=Duration(), default=0.0, metavar="TIME", help="Wait so long for a mail that matches."
        ),
    ]
