"""`dm receiver import`: people from a table into a list; run again, it does what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.actions.common import count
from dmcli.api.actions.receiver import MAX_SAVED
from dmcli.api.model import Field
from dmcli.cli.commands.receiver.reading import list_argument, options, read
from dmcli.cli.commands.sending.addresses import first_of
from dmcli.cli.options import dry_run as dry_run_option
from dmcli.cli.tree import command
from dmcli.errors import DmError, PartlyRejectedError
from dmcli.words import counted, listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.cli.session import Session
    from dmcli.workflows.lists.fill import Filled, Plan
    from dmcli.workflows.lists.people import People

_SAVE = catalogue.get("SaveReceiverDetail")
_TOLD = 20
_FIELDS = (
    count("added", "Added"),
    count("already", "There already"),
    count("rejected", "Rejected"),
    count("skipped", "Rows left out"),
    Field("lists"),
    Field("errors"),
)


def _import(
    current: Session,
    *,
    ReceiverId: str,  # noqa: N803
    skip_bad: str | None,
    split: bool,
    dry_run: bool,
    **typed: Any,
) -> None:
    found = read(current, skip_bad=skip_bad, **typed)
    if dry_run:
        _show_first(current, ReceiverId, found)
        return
    from dmcli.workflows.lists.fill import describe, find_list, plan

    wanted = plan(current.client, find_list(current.client, ReceiverId), found.people, split=split)
    current.say(describe(wanted))
    document = put(current, wanted, skipped=len(found.bad))
    show(current, document)


def put(current: Session, wanted: Plan, skipped: int = 0) -> dict[str, Any]:
    """Do a plan; the document of what came of it. An error says how much was done before it."""
    from dmcli.workflows.lists.fill import fill

    done: list[Filled] = []
    try:
        done.extend(fill(current.client, wanted))
    except DmError as error:
        error.message += tr(
            " ({added:,} were added before this; run it again for the rest)", added=sum(one.added for one in done)
        )
        raise
    return {
        "added": sum(one.added for one in done),
        "already": wanted.already + sum(one.already for one in done),
        "rejected": sum(one.errors for one in done),
        "skipped": skipped,
        "lists": [share.target.name for share in wanted.shares],
        "errors": [row for one in done for row in one.rejected],
    }


def show(current: Session, document: dict[str, Any], more: Sequence[Field] = ()) -> None:
    """Show what was done. Raises PartlyRejectedError for what was not."""
    from dmcli.render import show_document

    show_document(document, (*_FIELDS, *more), current.output())
    lists = document["lists"]
    done = marked("saved into the lists {ReceiverId}") if len(lists) > 1 else _SAVE.done
    current.mark(_SAVE._replace(done=done if document["added"] else ""), {"ReceiverId": listed(lists, " and ")})
    if document["rejected"] or document["skipped"]:
        details = [f"{row.get('Email')}: {row.get('ErrMessage')}" for row in document["errors"][:_TOLD]]
        addresses, rows = counted(document["rejected"], "address", "addresses"), counted(document["skipped"], "row")
        told = tr("{addresses} rejected", addresses=addresses)
        if document["skipped"]:
            told = tr("{addresses} rejected, {rows} left out", addresses=addresses, rows=rows)
        raise PartlyRejectedError(told, details=details)


def _show_first(current: Session, typed: str, found: People) -> None:
    """The first call, and how many there would be."""
    import json

    from dmcli.cli.perform import show_dry_run
    from dmcli.cli.values import collect
    from dmcli.workflows.lists.people import records_of

    param, records = records_of(found.people)
    text = json.dumps(records[:MAX_SAVED], ensure_ascii=False, separators=(",", ":"))
    show_dry_run(current, collect(current, _SAVE, {"ReceiverId": typed, param: text}))
    calls = -(-len(records) // MAX_SAVED)
    if calls > 1:
        current.say(first_of(calls, len(records)))


COMMAND = command(
    "import",
    [
        *list_argument(),
        *options(),
        click.Option(
            ["--skip-bad"],
            type=click.Path(),
            metavar="FILE",
            help="Leave out rows that cannot be taken, and write them to this file.",
        ),
        click.Option(["--split"], is_flag=True, help="Go on in LIST-2 and so on where a list is full (10,000)."),
        dry_run_option(),
    ],
    _import,
    "Add people from a file to a list; who is there already counts as done. Exit code 7 when some were left out.",
    "customers people.csv --map mail=email",
)
