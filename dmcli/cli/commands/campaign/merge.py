"""`dm send merge`: a mail for each row of a file, after a look at what it will be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from dmcli.cli.commands.campaign.options import (
    campaigns,
    check_typed,
    command_of,
    journal_option,
    journal_url,
    pace_options,
    typed_name,
    via_option,
    wishes_of,
)
from dmcli.cli.commands.campaign.task import ACTION, Task, ask_about, show_plan
from dmcli.cli.commands.sending.attach import look_at_files, with_files
from dmcli.cli.commands.sending.options import attach_option, html_options
from dmcli.cli.commands.sending.prepared import prepared
from dmcli.cli.common import file_names
from dmcli.cli.options import options_of
from dmcli.cli.tree import command
from dmcli.errors import InputError, NotFoundError
from dmcli.local.tables import ENCODINGS
from dmcli.words import counted, marked, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.workflows.merge.journal import Journal
    from dmcli.workflows.merge.journals.campaigns import Campaigns
    from dmcli.workflows.merge.plan import Plan
    from dmcli.workflows.merge.standing import Standing

_NOT_HERE = ("ToAddress", "BccAddress", "Template")
_NOBODY = "nobody@example.com"  # stands for the recipient while the rest is checked
_BEGUN = marked(
    "the campaign {name!r} is of the same file, texts and sender: go on with it by {command}, or give --again to mail "
    "them all once more"
)


def _merge(current: Session, *, file: str, preview: int | None, opens: bool, test_to: str | None, **typed: Any) -> None:
    if opens and preview is None:
        raise InputError(tr("--open shows what --preview writes: give --preview ROW too, such as --preview 2"))
    check_typed(typed | {"preview": preview, "test_to": test_to})
    task = _task(current, file, typed)
    if preview is not None:
        from dmcli.cli.commands.campaign.preview import write_preview

        write_preview(current, task.letter, task.table, preview, opens=opens)
        return
    if test_to is not None:
        from dmcli.cli.commands.campaign.preview import send_sample

        send_sample(current, task.letter, task.table, test_to, task.files, dry_run=typed["dry_run"])
        return
    with campaigns(current) as known:
        known.claim(task.fingerprint)
        if typed["resume"]:
            _resume(current, known, task, typed)
        else:
            _begin(current, known, task, typed)


def _task(current: Session, path: str, typed: dict[str, Any]) -> Task:
    """What was typed, checked. Raises InputError."""
    from dmcli.cli.perform import resolve_names
    from dmcli.cli.values import collect
    from dmcli.local.tables import open_table
    from dmcli.workflows.merge.inputs import inputs_of
    from dmcli.workflows.merge.letters.letter import Letter, address_column

    typed = typed | {
        "HtmlBody": prepared(current, typed["HtmlBody"], mjml=typed["mjml"], css_inline=typed["css_inline"])
    }
    wire = dict(resolve_names(current, collect(current, ACTION, {**typed, "ToAddress": (_NOBODY,)})))
    del wire["ToAddress"]
    files = look_at_files(current, typed["attach"], len(typed["Attachments"]))
    wire = with_files(wire, files)
    table = open_table(path, typed["encoding"] or "", typed["sheet"] or "")
    column = address_column(table.columns, typed["to_column"])
    inputs = inputs_of(path, typed["sheet"] or "", wire, column, *current.resources.scope("")[:2], typed["via"])
    letter = Letter(wire, column, "", typed["via"])
    letter.check_columns(table.columns)
    task = Task(path, table, letter, files, inputs, wishes_of(typed))
    letter.seed = f"{task.fingerprint}|{typed['campaign'] or task.stem}"
    return task


def _begin(current: Session, known: Campaigns, task: Task, typed: dict[str, Any]) -> None:
    """Plan a new campaign, ask, and send it."""
    from dmcli.cli.commands.campaign.running import run
    from dmcli.workflows.merge.standing import read_standing

    dry_run, wanted = typed["dry_run"], typed["campaign"] or task.stem
    if typed["campaign"]:
        known.check(wanted)  # what was typed is a name
    before = known.find(task.fingerprint)
    if before and not dry_run and not typed["again"]:
        raise InputError(tr(_BEGUN, name=before, command=command_of(current, "resume", before)))
    letter = task.letter
    standing = read_standing(current.client, letter.wire["AccountName"], current.service_now, current.say, letter.via)
    name, journal = known.new(wanted)
    task.letter.seed = f"{task.fingerprint}|{name}"
    try:
        with journal.planning(name, _kept(task)):
            plan = _plan(current, task, journal, standing)
            if dry_run:
                show_plan(current, task, plan, standing)
                raise _Undone  # noqa: TRY301  the plan is not kept
            _check(current, task, plan, standing, skip_bad=typed["skip_bad"])
            if not typed["plan_only"]:
                ask_about(current, task, plan, standing, yes=typed["yes"])
    except BaseException as error:
        journal.delete()
        if isinstance(error, _Undone):
            current.say(tr("dry run: nothing was sent"))
            _check(current, task, plan, standing, skip_bad=typed["skip_bad"])
            return
        raise
    if typed["plan_only"]:
        show_plan(current, task, plan, standing)
        go_on = command_of(current, "work" if journal_url(current) else "resume", name)
        text = marked("campaign {name} is planned, and nothing was sent; go on with: {command}")
        current.say(tr(text, name=name, command=go_on))
        return
    mails, sender = counted(plan.mails, "mail"), task.letter.wire["AccountName"]
    current.say(tr("campaign {name}: {mails} from {sender}", name=name, mails=mails, sender=sender))
    run(current, known, name, journal, task.letter, task.wishes, task.files)


def _kept(task: Task) -> dict[str, Any]:
    """What a journal keeps of a plan in addition to its rows."""
    return {
        "path": os.path.abspath(task.path),
        "inputs": task.inputs,
        "fingerprint": task.fingerprint,
        "letter": task.letter.as_data(),
        "pace": task.wishes._asdict(),
        **({"files": [file._replace(path=os.path.abspath(file.path)) for file in task.files]} if task.files else {}),
    }


class _Undone(Exception):  # noqa: N818  the name says what becomes of the plan
    """A plan was only to be looked at."""


def _plan(current: Session, task: Task, journal: Journal, standing: Standing) -> Plan:
    from dmcli.cli.commands.campaign.telling import reading
    from dmcli.workflows.merge.inputs import file_hash
    from dmcli.workflows.merge.plan import make_plan

    with reading(current) as read:
        plan = make_plan(task.letter, task.table, standing.barred, journal, read)
    if file_hash(task.path) != task.inputs["file"]:
        raise InputError(tr("{file} was changed while it was read; nothing was sent, run it again", file=task.path))
    return plan


def _check(current: Session, task: Task, plan: Plan, standing: Standing, *, skip_bad: bool) -> None:
    """Raise InputError for bad rows, and say which are skipped; CheckFailedError where the quota does not suffice."""
    plan.check(skip_bad=skip_bad)
    for line in plan.told:
        current.say(tr("left out: {row}", row=line))
    standing.check_quota(plan.mails, task.wishes.mails_today(plan.mails))


def _resume(current: Session, known: Campaigns, task: Task, typed: dict[str, Any]) -> None:
    """Go on with a campaign that the same went into. Raises InputError where something else did."""
    from dmcli.cli.commands.campaign.running import RESULT, go_on, result
    from dmcli.render import show_document
    from dmcli.workflows.merge.inputs import changed

    name = typed["campaign"] or known.find(task.fingerprint) or known.find_file(os.path.abspath(task.path))
    if not name:
        raise NotFoundError(
            tr("no campaign of {file} was begun {place}: leave out --resume", file=task.path, place=tr(known.place))
        )
    journal = known.look(name) if typed["dry_run"] else known.work_on(name)
    about = journal.about()
    assert about is not None  # noqa: S101  there is one in every journal that is found
    if differs := changed(about[2]["inputs"], task.inputs):
        raise InputError(
            tr(
                "the campaign {name!r} was planned with another {differs}; put that back, or send what was planned "
                "with {command} --as-planned",
                name=name,
                differs=tr(differs),
                command=command_of(current, "resume", name),
            )
        )
    if typed["dry_run"]:
        show_document(result(name, journal.counts()), RESULT, current.output())
        current.say(tr("dry run: nothing was sent"))
        return
    journal.pause(False)
    go_on(current, known, name, journal, about[2], typed)


def _only() -> tuple[str, ...]:
    return tuple(param.name for param in ACTION.params if param.name not in _NOT_HERE and not param.hidden)


COMMAND = command(
    "merge",
    [
        click.Argument(
            ["file"], metavar="FILE", help="CSV, TSV, XLSX or ndjson; a row a mail.", shell_complete=file_names
        ),
        *[param for param in options_of(ACTION, only=_only()) if param.name != "idempotency_key"],
        click.Option(["--to-column"], metavar="COLUMN", help="Column with the addresses.  [default: email]"),
        click.Option(["--encoding"], type=click.Choice(ENCODINGS), help="Encoding of the file.  [default: utf-8]"),
        click.Option(["--sheet"], metavar="NAME", help="Sheet of an XLSX file with several."),
        click.Option(["--skip-bad"], is_flag=True, help="Leave out rows that are bad, instead of sending nothing."),
        attach_option(),
        *html_options(),
        click.Option(["--preview"], type=click.IntRange(1), metavar="ROW", help="Write this row's mail; send nothing."),
        click.Option(["--open", "opens"], is_flag=True, help="Show the mail of --preview in a browser."),
        click.Option(["--test-to"], metavar="EMAIL", help="Send the first row's mail to this address, and no other."),
        via_option(),
        *pace_options(),
        click.Option(
            ["--campaign"],
            metavar="NAME",
            callback=typed_name,
            help="Name of the campaign.  [default: that of the file]",
        ),
        click.Option(["--resume"], is_flag=True, help="Go on with the campaign of the same file, texts and sender."),
        click.Option(["--plan-only"], is_flag=True, help="Plan and keep the campaign, and send nothing yet."),
        journal_option(),
        click.Option(["--again"], is_flag=True, help="Mail all of them once more, as a campaign of its own."),
        click.Option(["-y", "--yes"], is_flag=True, help="Send without asking."),
    ],
    _merge,
    "Send a mail for each row of a file, with its cells in the place of {{ column }}; never twice.",
    "customers.csv --subject 'Hello {{ name }}' --html @welcome.html",
)
