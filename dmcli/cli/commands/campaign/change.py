"""`dm campaign resume`, `pause`, `settle`, `retry-rejected` and `delete`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from dmcli.cli.commands.campaign.look import NAME
from dmcli.cli.commands.campaign.options import (
    campaigns,
    command_of,
    journal_option,
    journal_url,
    pace_options,
    wishes_of,
)
from dmcli.cli.question import ask
from dmcli.cli.tree import command
from dmcli.errors import CheckFailedError, InputError, UnreachableError
from dmcli.words import counted
from dmcli.workflows.merge.journal import PENDING, REJECTED, SENT, UNKNOWN

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.workflows.merge.journal import Journal

_BY_HAND = {"sent": (SENT, "settled by hand as sent"), "not_sent": (PENDING, "settled by hand as not sent")}


def _resume(current: Session, *, name: str, as_planned: bool, moved: bool, **typed: Any) -> None:
    from dmcli.cli.commands.campaign.running import run
    from dmcli.workflows.merge.inputs import file_hash
    from dmcli.workflows.merge.letter import Letter

    with campaigns(current) as known:
        journal = known.work_on(name, moved=moved)
        plan = _plan(journal)
        _check_account(current, name, plan)
        path = plan["path"]
        if not as_planned and os.path.exists(path) and file_hash(path) != plan["inputs"]["file"]:
            raise InputError(
                f"the file {path} was changed since the campaign {name!r} was planned: put it back, or give "
                "--as-planned to send what was planned"
            )
        journal.pause(False)
        run(current, known, name, journal, Letter(**plan["letter"]), wishes_of(typed, plan["pace"]))


def _work(current: Session, *, name: str) -> None:
    from dmcli.cli.commands.campaign.running import run
    from dmcli.workflows.merge.letter import Letter

    if not journal_url(current):
        raise InputError(
            "work is for a campaign in a database: give --journal postgresql://..., or go on with one of this machine "
            f"by {command_of(current, 'resume', name)}"
        )
    with campaigns(current) as known:
        journal = known.work_on(name)
        plan = _plan(journal)
        _check_account(current, name, plan)
        if journal.paused:
            raise UnreachableError(
                f"the campaign {name!r} is paused; nothing was sent",
                hint=f"Go on with: {command_of(current, 'resume', name)}",
            )
        run(current, known, name, journal, Letter(**plan["letter"]), wishes_of({}, plan["pace"]))


def _plan(journal: Journal) -> dict[str, Any]:
    about = journal.about()
    assert about is not None  # noqa: S101  there is one in every journal that is found
    return about[2]


def _check_account(current: Session, name: str, plan: dict[str, Any]) -> None:
    """Raise InputError where the profile is not of the account that the campaign was planned for."""
    from dmcli.workflows.merge.inputs import account_of

    if plan["inputs"]["account"] != account_of(*current.resources.scope("")[:2]):
        raise InputError(
            f"the campaign {name!r} was planned with another account or endpoint: give its --profile, or --endpoint"
        )


def _pause(current: Session, *, name: str) -> None:
    with campaigns(current) as known:
        known.look(name).pause(True)
    resume = command_of(current, "resume", name)
    current.say(f"a run of {name} stops when the mails under way have ended; go on with: {resume}")


def _settle(current: Session, *, name: str, sent: tuple[int, ...], not_sent: tuple[int, ...]) -> None:
    from dmcli.workflows.merge.letter import Letter
    from dmcli.workflows.merge.settle import settle

    with campaigns(current) as known:
        journal = known.work_on(name)
        if sent or not_sent:
            if both := set(sent) & set(not_sent):
                raise InputError(f"row {min(both)} is given as --sent and as --not-sent: give one of them")
            settled = [journal.decide(sent, *_BY_HAND["sent"]), journal.decide(not_sent, *_BY_HAND["not_sent"])]
            current.say(f"{counted(settled[0], 'row')} settled as sent, {settled[1]} as not sent")
            return
        plan = _plan(journal)
        _check_account(current, name, plan)
        looked = list(settle(current.client, Letter(**plan["letter"]), journal))
        if not looked:
            current.say("no mail is unknown")
            return
        found = sum(one.found for one in looked)
        if found:
            current.say(f"{found} of {counted(len(looked), 'unknown mail')} found at the service: they count as sent")
    if found < len(looked):
        rows = " ".join(str(one.row.number) for one in looked if not one.found)
        raise CheckFailedError(
            f"nothing is found of {counted(len(looked) - found, 'mail')}, which is no proof that nothing was sent: "
            f"{'row' if found + 1 == len(looked) else 'rows'} {rows[:200]}",
            hint=f"Look again later, or decide: {command_of(current, 'settle', name)} --sent ROW, or --not-sent ROW",
        )


def _retry_rejected(current: Session, *, name: str) -> None:
    with campaigns(current) as known:
        number = known.work_on(name).decide(None, PENDING, "to be tried again", of=REJECTED)
    if not number:
        current.say("no row is rejected")
        return
    current.say(f"{counted(number, 'rejected row')} to be tried again: {command_of(current, 'resume', name)}")


def _delete(current: Session, *, name: str, yes: bool) -> None:
    with campaigns(current) as known:
        known.claim(name)
        journal = known.look(name)
        counts = journal.counts()
        left = f"{counts[PENDING]:,} not sent yet, {counts[UNKNOWN]:,} unknown"
        what = f"delete the campaign {name} and all that is known of its rows ({left})"
        if not yes:
            ask(what)
        journal.delete()
    current.say(f"the campaign {name} is deleted")


def _rows_option(flag: str, help: str) -> click.Option:  # noqa: A002  click's own word
    return click.Option([flag], type=click.IntRange(1), multiple=True, metavar="ROW", help=help)


COMMANDS = (
    command(
        "resume",
        [
            NAME,
            *pace_options(),
            click.Option(["--as-planned"], is_flag=True, help="Send what was planned, though the file was changed."),
            click.Option(["--moved"], is_flag=True, help="The journal was moved here, and no other copy is used."),
            journal_option(),
        ],
        _resume,
        "Go on with a campaign: what is pending is sent, nothing else.",
        "customers",
    ),
    command(
        "work",
        [NAME, journal_option()],
        _work,
        "Send from a campaign in a database, together with other machines, until nothing is left of it.",
        "customers --journal postgresql://dm@db/mail",
    ),
    command("pause", [NAME, journal_option()], _pause, "Stop a running campaign in good order.", "customers"),
    command(
        "settle",
        [
            NAME,
            _rows_option("--sent", "This unknown row was sent; repeatable."),
            _rows_option("--not-sent", "This unknown row was not sent, and may be; repeatable."),
            journal_option(),
        ],
        _settle,
        "Find out what became of unknown mails, or say so. Exit code 5 when some stay unknown.",
        "customers",
    ),
    command(
        "retry-rejected", [NAME, journal_option()], _retry_rejected, "Have rejected rows tried again.", "customers"
    ),
    command(
        "delete",
        [NAME, click.Option(["-y", "--yes"], is_flag=True, help="Delete without asking."), journal_option()],
        _delete,
        "Delete a campaign's journal. What was mailed is then no longer known here.",
        "customers",
    ),
)
