"""`dm stats history`: what is kept on this machine; pruned and exported."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.model import Field
from dmcli.cli.common import file_names
from dmcli.cli.options import yes as yes_option
from dmcli.cli.question import ask
from dmcli.cli.session import session
from dmcli.cli.tree import Group, command
from dmcli.errors import InputError
from dmcli.words import counted, listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.api.paging import Page
    from dmcli.cli.session import Session
    from dmcli.workflows.history.store import Kept

_DETAILS = catalogue.get("SenderStatisticsDetailByParam")
_PAGE = 1000  # rows that are read at once
_FIELDS = (
    Field("account", "Account"),
    Field("first", "First day"),
    Field("last", "Last day"),
    Field("days", "Days", shape="number"),
    Field("open", "Open days", shape="number"),
    Field("gaps", "Gaps"),
    Field("mails", "Mails", shape="number"),
    Field("tracked", "Days of opens", shape="number"),
    Field("invalid", "Invalid addresses", shape="number"),
    Field("bytes", "Bytes", shape="number"),
    Field("file", "File"),
)


def show_holdings(current: Session, kept: Kept) -> None:
    """What is kept of an account, as a document; says what is missing."""
    from dmcli.render import show_document
    from dmcli.workflows.history.days import day_at
    from dmcli.workflows.history.upkeep import holdings

    history = current.resources.history
    place, _ = current.resources.account
    found = holdings(kept, day_at(current.service_now))
    document = {"account": place, **found, "bytes": history.size, "file": history.path}
    output = current.output()
    show_document(
        document | ({"gaps": ", ".join(found["gaps"]) or tr("none")} if output.wants_columns else {}), _FIELDS, output
    )
    if found["gaps"]:
        sys.stdout.flush()
        current.say(
            tr(
                "warning: lost for good, since the service keeps a month: {gaps}; run dm stats sync every day",
                gaps=listed(found["gaps"]),
            )
        )


def _kept(current: Session) -> Kept:
    from dmcli.workflows.history.store import find_kept

    return find_kept(current.resources.history, *current.resources.account)


class Age(click.ParamType[int]):
    """A number of days such as 400d."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The days."""
        match = re.fullmatch("([0-9]{1,5})d?", str(value))
        if not match:
            self.fail(tr("{value!r} is no number of days such as 400d", value=value), param, ctx)
        return int(match[1])


def _prune(current: Session, *, older_than: int, yes: bool) -> None:
    from dmcli.workflows.history.days import day_at, day_text
    from dmcli.workflows.history.upkeep import count_before, prune

    _kept(current)  # a claim would make it
    kept = current.resources.history.claim(*current.resources.account)
    before = day_at(current.service_now) - older_than
    mails = count_before(kept, before)
    if not yes:
        ask(
            tr(
                "delete all before {day} from the history, {mails} among it",
                day=day_text(before),
                mails=counted(mails, "mail"),
            )
        )
    prune(kept, before)
    current.say(tr("deleted {mails} before {day}", mails=counted(mails, "mail"), day=day_text(before)))


def _export(current: Session, *, to: str) -> None:
    from dmcli.local.files import whole
    from dmcli.workflows.history.upkeep import window

    write = next((write for ending, write in _WRITERS.items() if to.lower().endswith(ending)), None)
    if write is None:
        raise InputError(
            tr(
                "{to!r} is no file to export to; give a name that ends in {endings}",
                to=to,
                endings=listed(_WRITERS, " or "),
            )
        )
    everything = window(_kept(current))
    pages = current.resources.reader.pages(_DETAILS, everything, _PAGE) if everything else iter(())
    with whole(to) as growing:
        rows = write(pages, growing, raw=bool(current.given.get("csv_raw")))
    current.say(tr("wrote {mails} to {file}", mails=counted(rows, "mail"), file=to))


def _csv(pages: Iterator[Page], path: str, *, raw: bool) -> int:
    from dmcli.render import Output, show_pages

    with open(path, "w", encoding="utf-8", newline="") as file:
        return show_pages(pages, _DETAILS.fields, (), Output("csv", "", file, csv_raw=raw))


def _parquet(pages: Iterator[Page], path: str, *, raw: bool) -> int:  # noqa: ARG001  codes are words there
    from dmcli.render.parquet import write_parquet

    return write_parquet((page.rows for page in pages), _DETAILS.fields, path)


_WRITERS = {".csv": _csv, ".parquet": _parquet}


def _show() -> None:
    context = click.get_current_context()
    if context.invoked_subcommand is None:
        current = session()
        current.begin(context.command_path)
        show_holdings(current, _kept(current))


COMMAND = Group(
    "history",
    invoke_without_command=True,
    callback=_show,
    help="Show what dm stats sync has kept on this machine; prune and export it.",
)
for _made in (
    command(
        "prune",
        [
            click.Option(
                ["--older-than"], type=Age(), metavar="DAYS", required=True, help="Days of the service, such as 400d."
            ),
            yes_option(),
        ],
        _prune,
        "Delete what is older from the history, and give the space back.",
        "--older-than 400d",
    ),
    command(
        "export",
        [
            click.Option(
                ["--to"],
                metavar="FILE",
                required=True,
                help="A file to write, which ends in .csv or .parquet.",
                shell_complete=file_names,
            )
        ],
        _export,
        "Write every mail that is kept to a file.",
        "--to mails.csv",
    ),
):
    COMMAND.add_command(_made)
