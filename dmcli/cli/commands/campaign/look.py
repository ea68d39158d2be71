"""`dm campaign list`, `show`, `report` and `export`: what the journals of this machine know."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.actions.common import count
from dmcli.api.model import Field, bad, fair, good
from dmcli.cli.commands.campaign.options import campaigns, journal_option, journal_url, typed_name
from dmcli.cli.commands.campaign.running import COUNTS, RESULT, files_of, result
from dmcli.cli.tree import command
from dmcli.cli.uploads import in_words
from dmcli.words import tr
from dmcli.workflows.merge.journal import STATES, UNDER_WAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.cli.session import Session

_STATE: dict[str, str] = {
    "sent": good("sent"),
    "pending": fair("pending"),
    UNDER_WAY: fair("under way"),
    "unknown": bad("unknown"),
    "rejected": bad("rejected"),
    "skipped": fair("skipped"),
}
_MADE = Field("made", "Made", shape="epoch", priority=1)
_ROWS = (
    count("row", "Row"),
    Field("address", "To"),
    Field("state", "State", _STATE),
    Field("at", "At", shape="epoch", priority=2),
    Field("reason", "Reason"),
    Field("code", "Code", priority=1),
    Field("env_id", "Send id", priority=3),
    Field("request_id"),
    Field("message_id"),
)


def _names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The campaigns of this machine that begin so; a database is not asked while somebody types."""
    from dmcli.cli.session import session
    from dmcli.workflows.merge.journals.campaigns import normal_form
    from dmcli.workflows.merge.journals.local import folder_of, names_in

    with ctx.scope(cleanup=False):
        if journal_url(session()):
            return []
    try:
        return [name for name in names_in(folder_of(os.environ)) if name.startswith(normal_form(incomplete))]
    except OSError:
        return []


NAME = click.Argument(["name"], metavar="NAME", help="The campaign.", shell_complete=_names, callback=typed_name)


def _list(current: Session) -> None:
    from dmcli.render import show_document

    with campaigns(current) as known:
        rows = [{"made": made} | result(name, known.look(name).counts()) for name, made, _ in known.all_plans()]
    if not rows:
        current.say(tr("nothing found"))
    show_document(rows, (RESULT[0], *COUNTS, _MADE), current.output())


def _show(current: Session, *, name: str) -> None:
    from dmcli.render import show_document

    with campaigns(current) as known:
        journal = known.look(name)
        about = journal.about()
        assert about is not None  # noqa: S101  look found it
        wire = about[2]["letter"]["wire"]
        facts = {"sender": wire["AccountName"], "subject": wire["Subject"], "file": about[2]["path"], "made": about[1]}
        files = files_of(about[2])
        document = result(name, journal.counts()) | facts | ({"attached": in_words(files)} if files else {})
    more = (Field("attached", "Attachments"),) if files else ()
    fields = (*RESULT, Field("sender", "From"), Field("subject", "Subject"), Field("file", "File"), *more, _MADE)
    show_document(document, fields, current.output())


def _report(current: Session, *, name: str, only: tuple[str, ...]) -> None:
    _show_rows(current, name, only, data=False)


def _export(current: Session, *, name: str, only: tuple[str, ...]) -> None:
    _show_rows(current, name, only, data=True)


def _show_rows(current: Session, name: str, only: tuple[str, ...], *, data: bool) -> None:
    """The rows of a campaign; with `data` also what the mails were made of, as a merge would take it again."""
    from dmcli.api.paging import Page
    from dmcli.render import show_pages
    from dmcli.workflows.merge.letters.letter import Letter
    from dmcli.workflows.merge.plan import reason_shown

    with campaigns(current) as known:
        journal = known.look(name)
        about = journal.about()
        assert about is not None  # noqa: S101  look found it
        letter = Letter(**about[2]["letter"])
        columns = sorted(letter.columns | {letter.address_column}) if data else []
        fields = (*[Field(column, column) for column in columns], *(one for one in _ROWS if one.name not in columns))

        def pages() -> Iterator[Page]:
            rows: list[dict[str, Any]] = []
            for row in journal.rows(only or STATES):
                values = row.values if data else {}
                facts = {**row._asdict(), "row": row.number, "message_id": letter.message_id(row.number)}
                facts["reason"] = reason_shown(row.reason)
                rows.append(values | {field.name: facts[field.name] for field in fields if field.name in facts})
                if len(rows) == 1000:  # noqa: PLR2004  a page
                    yield Page({"rows": []}, rows, "rows", more=True)
                    rows = []
            yield Page({"rows": []}, rows, "rows")

        if not show_pages(pages(), fields, (), current.output()):
            current.say(tr("nothing found"))


def _only() -> click.Option:
    return click.Option(
        ["--only"], type=click.Choice(STATES), multiple=True, help="Only rows in this state; repeatable."
    )


COMMANDS = (
    command("list", [journal_option()], _list, "List the campaigns of this machine, or of a database."),
    command("show", [NAME, journal_option()], _show, "Show how a campaign stands.", "customers"),
    command(
        "report",
        [NAME, _only(), journal_option()],
        _report,
        "List what became of each row of a campaign.",
        "customers --only rejected",
    ),
    command(
        "export",
        [NAME, _only(), journal_option()],
        _export,
        "List the rows with the values that their mails were made of, as a merge takes them.",
        "customers --only pending -o ndjson",
    ),
)
