"""`dm sandbox mail`: what was sent, chosen by number or by what it says."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.actions.common import DELIVERY_STATUS
from dmcli.api.kinds.common import TEXT
from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.number import LATEST, MOST, MailNumber
from dmcli.cli.commands.sandbox.rows import show_one, show_part, show_words
from dmcli.cli.common import Duration
from dmcli.cli.options import Value, limits
from dmcli.cli.options import yes as yes_option
from dmcli.cli.tree import Group, command
from dmcli.errors import InputError, NotFoundError, TimedOutError
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
    Field("attachments", "Attachments"),
    Field("env_id", "Send id"),
    Field("request_id", "Request id"),
    Field("text", "Text"),
    Field("html", "HTML"),
)


def _filter(values: dict[str, Any]) -> Any:
    """The filter that the options describe, taken out of the values."""
    from dmcli.sandbox.mail.query import filter_of

    names = ("to", "sender", "subject", "text", "tag", "unseen", "since")
    return filter_of({name: str(values.pop(name)) for name in names})


def _find_mail(current: Session, mail: int, wait: float, values: dict[str, Any]) -> dict[str, Any]:
    """The mail that the options choose. Raises InputError, NotFoundError, or TimedOutError when none came in time."""
    from dmcli.sandbox.mail.mailbox import find_latest, get_mail
    from dmcli.sandbox.mail.query import ALL

    chosen = _filter(values)
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


def _list(current: Session, *, limit: int, **values: Any) -> None:
    from dmcli.api.paging import Page
    from dmcli.cli.listing import Limiter
    from dmcli.render import show_pages
    from dmcli.sandbox.mail.mailbox import list_mail
    from dmcli.sandbox.mail.query import ALL

    wanted = None if values["all"] else limit
    most = MOST if wanted is None else min(wanted + 1, MOST)
    chosen = _filter(values)
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
    show_one(current, _find_mail(current, mail, wait, values), _WHOLE)


def _html(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    found = _find_mail(current, mail, wait, values)
    if not found["html"]:
        sandbox = current.resources.sandbox_command
        raise NotFoundError(
            tr("mail {number} has no HTML; see: {sandbox} mail text {number}", number=found["id"], sandbox=sandbox)
        )
    show_part(current, "html", found["html"])


def _text(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    from dmcli.sandbox.mail.extract import read

    found = _find_mail(current, mail, wait, values)
    show_part(current, "text", found["text"] or read(found["html"], "").text)


def _source(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    from dmcli.sandbox.mail.eml import write_message

    made = write_message(current.sandbox, _find_mail(current, mail, wait, values))
    binary, output = getattr(sys.stdout, "buffer", None), current.output()
    if binary is None or sys.stdout.isatty() or output.wants_data:
        show_part(current, "source", made.decode("utf-8", "backslashreplace").replace("\r\n", "\n"))
        return
    sys.stdout.flush()
    binary.write(made)


def _links(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    from dmcli.sandbox.mail.extract import read

    found = _find_mail(current, mail, wait, values)
    show_words(
        current, "links", read(found["html"], found["text"]).links, tr("mail {number} has no links", number=found["id"])
    )


def _codes(current: Session, *, mail: int, wait: float, **values: Any) -> None:
    from dmcli.sandbox.mail.extract import codes, read

    found = _find_mail(current, mail, wait, values)
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

    whole, chosen = values.pop("all"), _filter(dict(values))
    if (mail is not None) + whole + (mail is None and chosen != ALL) != 1:
        raise InputError(tr("what is to be deleted? Give one of the number of a mail, --to and the like, and --all"))
    number = 0 if mail is None else _find_mail(current, mail, 0.0, values)["id"]
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
    if not click.confirm(tr("Delete {what} of the sandbox?", what=what), err=True):
        raise InputError(tr("nothing was deleted"))


def _containing(name: str, about: str, field: str = "") -> click.Option:
    return click.Option(
        [f"--{name}", *([field] if field else [])],
        type=Value(TEXT),
        default="",
        metavar="TEXT",
        help=about,
    )


def _filters() -> list[click.Parameter]:
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


def _one() -> list[click.Parameter]:
    """What chooses one mail."""
    return [
        click.Argument(
            ["mail"], type=MailNumber(), default=LATEST, metavar="[MAIL]", help="Number, or latest, the default."
        ),
        *_filters(),
        click.Option(
            ["--wait"], type=Duration(), default=0.0, metavar="TIME", help="Wait so long for a mail that matches."
        ),
    ]


COMMAND = Group("mail")
for _made in (
    command(
        "list",
        [*_filters(), *(o for o in limits() if o.name != "page_size")],
        _list,
        "List mail, newest first.",
        "--to ada@example.com",
    ),
    command("show", _one(), _show, "Show a mail.", "latest --to ada@example.com"),
    command("html", _one(), _html, "Print the HTML of a mail.", "1"),
    command("text", _one(), _text, "Print the text of a mail, or what a reader of its HTML sees.", "latest"),
    command("source", _one(), _source, "Print a mail as a message, as other mail programs read it.", "latest"),
    command("links", _one(), _links, "Print the links in a mail, one a line.", "latest --subject Confirm"),
    command(
        "codes",
        _one(),
        _codes,
        "Print the one-time codes in a mail, the likeliest first.",
        "latest --to ada@example.com --wait 10s",
    ),
    command(
        "delete",
        [
            click.Argument(["mail"], type=MailNumber(), required=False, metavar="[MAIL]", help="Number, or latest."),
            *_filters(),
            click.Option(["--all"], is_flag=True, help="All mail."),
            yes_option(),
        ],
        _delete,
        "Delete mail; its numbers are not given again.",
        "--to ada@example.com --yes",
    ),
):
    COMMAND.add_command(_made)
