"""`dm sandbox mail`: mails listed, shown in every form, deleted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.actions.common import DELIVERY_STATUS
from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.mail.choose import filter_typed, filters, find_mail, one_mail
from dmcli.cli.commands.sandbox.number import MOST, MailNumber
from dmcli.cli.commands.sandbox.rows import show_one, show_part, show_words
from dmcli.cli.options import limits
from dmcli.cli.options import yes as yes_option
from dmcli.cli.question import confirmed
from dmcli.cli.tree import command
from dmcli.errors import InputError, NotFoundError
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_HEAD = (
    Field("id", "Mail"),
    Field("created", "Time", shape="epoch", priority=2),
    Field("recipient", "To"),
    Field("subject", "Subject", priority=1),
    Field("status", "Outcome", DELIVERY_STATUS),
    Field("sender"),
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
    Field("attachments", "Attachments", part="AttachmentName"),
    Field("env_id", "Send id"),
    Field("request_id", "Request id"),
    Field("text", "Text"),
    Field("html", "HTML"),
)


def _list(current: Session, *, limit: int, **values: Any) -> None:
    from dmcli.api.paging import Page
    from dmcli.cli.listing import Limiter
    from dmcli.render import show_pages
    from dmcli.sandbox.mail.mailbox import list_mail
    from dmcli.sandbox.mail.query import ALL

    wanted = None if values["all"] else limit
    most = MOST if wanted is None else min(wanted + 1, MOST)
    chosen = filter_typed(values)
    found = list_mail(current.sandbox, most, chosen)
    limiter = Limiter()
    page = Page({"mails": found}, found, "mails")
    shown = show_pages(limiter.limit_pages([page], wanted), _HEAD, (), current.output())
    if limiter.more:
        current.say(
            tr(
                "showing the newest {mails}; there are more: give --all, or a larger --limit",
                mails=counted(shown, "mail"),
            )
        )
    elif not shown and chosen != ALL:
        current.say(tr("no mail matches"))
    elif not shown:
        dm = current.resources.sandbox_command.replace("sandbox", "-p sandbox")
        current.say(tr("no mail yet; send one: {dm} send single --to you@example.com --subject Hi --text Hi", dm=dm))


def _show(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    show_one(current, find_mail(current, mail, wait, values), _WHOLE)


def _html(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    found = find_mail(current, mail, wait, values)
    if not found["html"]:
        sandbox = current.resources.sandbox_command
        raise NotFoundError(
            tr("mail {number} has no HTML; see: {sandbox} mail text {number}", number=found["id"], sandbox=sandbox)
        )
    show_part(current, "html", found["html"])


def _text(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    from dmcli.sandbox.mail.extract import read

    found = find_mail(current, mail, wait, values)
    show_part(current, "text", found["text"] or read(found["html"], "").text)


def _source(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    from dmcli.sandbox.mail.eml import write_message

    made = write_message(current.sandbox, find_mail(current, mail, wait, values))
    binary, output = getattr(sys.stdout, "buffer", None), current.output()
    if binary is None or sys.stdout.isatty() or output.wants_data:
        show_part(current, "source", made.decode("utf-8", "backslashreplace").replace("\r\n", "\n"))
        return
    sys.stdout.flush()
    binary.write(made)


def _links(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    from dmcli.sandbox.mail.extract import read

    found = find_mail(current, mail, wait, values)
    show_words(
        current, "links", read(found["html"], found["text"]).links, tr("mail {number} has no links", number=found["id"])
    )


def _codes(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    from dmcli.sandbox.mail.extract import codes, read

    found = find_mail(current, mail, wait, values)
    words = codes(found["subject"], read(found["html"], found["text"]).text)
    if not words:
        raise NotFoundError(
            tr(
                "mail {number} has no one-time codes; see: {sandbox} mail text {number}",
                number=found["id"],
                sandbox=current.resources.sandbox_command,
            )
        )
    show_words(current, "codes", words)


def _delete(current: Session, *, mail: int | None, yes: bool, **values: Any) -> None:
    from dmcli.sandbox.mail.mailbox import delete_mail
    from dmcli.sandbox.mail.query import ALL, Filter

    whole, chosen = values.pop("all"), filter_typed(dict(values))
    if (mail is not None) + whole + (mail is None and chosen != ALL) != 1:
        raise InputError(tr("what is to be deleted? Give one of the number of a mail, --to and the like, and --all"))
    number = 0 if mail is None else find_mail(current, mail, 0.0, values)["id"]
    if not yes:
        _confirm(
            tr("mail {number}", number=number) if number else tr("all mail") if whole else tr("all mail that matches")
        )
    gone = delete_mail(current.sandbox, Filter(ids=(number,)) if number else chosen)
    current.say(tr("deleted {mails}", mails=counted(gone, "mail")))


def _confirm(what: str) -> None:
    """Ask. Raises InputError where there is no terminal to ask, or when the answer is no."""
    if not sys.stdin.isatty():
        raise InputError(
            tr("delete {what} of the sandbox: there is no terminal to ask: give --yes to go ahead", what=what)
        )
    if not confirmed(tr("Delete {what} of the sandbox? [y/N]:", what=what)):
        raise InputError(tr("nothing was deleted"))


COMMANDS = (
    command(
        "list",
        [*filters(), *(o for o in limits() if o.name != "page_size")],
        _list,
        "List mail, newest first.",
        "--to ada@example.com",
    ),
    command("show", one_mail(), _show, "Show a mail.", "latest --to ada@example.com"),
    command("html", one_mail(), _html, "Print the HTML of a mail.", "1"),
    command("text", one_mail(), _text, "Print the text of a mail, or what a reader of its HTML sees.", "latest"),
    command("source", one_mail(), _source, "Print a mail as a message, as other mail programs read it.", "latest"),
    command("links", one_mail(), _links, "Print the links in a mail, one a line.", "latest --subject Confirm"),
    command(
        "codes",
        one_mail(),
        _codes,
        "Print the one-time codes in a mail, the likeliest first.",
        "latest --to ada@example.com --wait 10s",
    ),
    command(
        "delete",
        [
            click.Argument(["mail"], type=MailNumber(), required=False, metavar="[MAIL]", help="Number, or latest."),
            *filters(),
            click.Option(["--all"], is_flag=True, help="All mail."),
            yes_option(),
        ],
        _delete,
        "Delete mail; its numbers are not given again.",
        "--to ada@example.com --yes",
    ),
)
