"""`dm sandbox mail`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api.model import Field
from dmcli.api.named_kinds import TEXT
from dmcli.api.shared import DELIVERY_STATUS
from dmcli.cli.build import Left
from dmcli.cli.options import Value, limits
from dmcli.cli.tree import Group, command
from dmcli.errors import RefusedError

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_HEAD = (
    Field("id", "Mail"),
    Field("created", "Time", shape="epoch"),
    Field("recipient", "To"),
    Field("subject", "Subject"),
    Field("status", "Outcome", DELIVERY_STATUS),
    Field("sender", "From"),
    Field("tag"),
    Field("env_id"),
)
_WHOLE = (
    *_HEAD[:2],
    Field("sender", "From"),
    Field("alias", "Sender name"),
    Field("reply_to", "Reply-to"),
    *_HEAD[2:5],
    Field("reason", "Message"),
    Field("tag", "Tag"),
    Field("template", "Template"),
    Field("headers", "Headers"),
    Field("attachments", "Attachments"),
    Field("env_id", "Send id"),
    Field("request_id", "Request id"),
    Field("text", "Text"),
    Field("html", "HTML"),
)
_MOST = 10**9  # mails, more than a sandbox will ever have


def _list(current: Session, *, to: str, subject: str, limit: int, **values: Any) -> None:
    from dmcli.api.paging import Page
    from dmcli.render import show_pages
    from dmcli.sandbox.mailbox import Filter, list_mail

    wanted = None if values["all"] else limit
    most = _MOST if wanted is None else min(wanted + 1, _MOST)
    with current.sandbox.store.transaction() as connection:
        found = list_mail(connection, most, Filter(to=to, subject=subject))
    left = Left()
    page = Page({"mails": found}, found, "mails")
    shown = show_pages(left.limited([page], wanted), _HEAD, (), current.output())
    if left.more:
        current.say(f"showing the newest {shown} mails; there are more: give --all, or a larger --limit")
    elif not shown:
        current.say("no mail yet; send one: dm -p sandbox send single --to you@example.com --subject Hi --text Hi")


def _show(current: Session, mail: int) -> None:
    from dmcli.render import show_document
    from dmcli.sandbox.mailbox import get_mail

    with current.sandbox.store.transaction() as connection:
        found = get_mail(connection, mail)
    if found is None:
        raise RefusedError(f"there is no mail {mail} in the sandbox; see: dm sandbox mail list")
    show_document(found, _WHOLE, current.output())


COMMAND = Group("mail")
COMMAND.add_command(
    command(
        "list",
        [
            click.Option(
                ["--to"], type=Value(TEXT), default="", metavar="TEXT", help="Only mail whose recipient has this text."
            ),
            click.Option(
                ["--subject"],
                type=Value(TEXT),
                default="",
                metavar="TEXT",
                help="Only mail whose subject has this text.",
            ),
            *[option for option in limits() if option.name != "page_size"],
        ],
        _list,
        "List mail, newest first.",
    )
)
COMMAND.add_command(
    command(
        "show",
        [click.Argument(["mail"], type=click.IntRange(1, _MOST), metavar="MAIL", help="Number from the list.")],
        _show,
        "Show a mail.",
    )
)
