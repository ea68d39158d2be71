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
)
from dmcli.cli.options import yes as yes_option
from dmcli.cli.question import ask
from dmcli.cli.tree import command
from dmcli.errors import CheckFailedError, InputError, UnreachableError
from dmcli.words import counted, marked, tr, tr_in
from dmcli.workflows.merge.journal import PENDING, REJECTED, SENT, UNKNOWN

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.workflows.merge.journal import Journal

_BY_HAND = {
    "sent": (SENT, marked("settled by hand as sent")),
    "not_sent": (PENDING, marked("settled by hand as not sent")),
}
_AGAIN = marked("to be tried again")


def _resume(current: Session, *, name: str, as_planned: bool, moved: bool, **typed: Any) -> None:
    from dmcli.cli.commands.campaign.running import go_on
    from dmcli.workflows.merge.inputs import file_hash

    with campaigns(current) as known:
        journal = known.work_on(name, moved=moved)
        plan = _plan(journal)
        _check_account(current, name, plan)
        path = plan["path"]
        if not as_planned and os.path.exists(path) and file_hash(path) != plan["inputs"]["file"]:
            raise InputError(
                tr(
                    "the file {file} was changed since the campaign {name!r} was planned: put it back, or give "
                    "--as-planned to send what was planned",
                    file=path,
                    name=name,
                )
            )
        journal.pause(False)
        go_on(current, known, name, journal, plan, typed)


def _work(current: Session, *, name: str) -> None:
    from dmcli.cli.commands.campaign.running import go_on

    if not journal_url(current):
        raise InputError(
            tr(
                "work is for a campaign in a database: give --journal postgresql://..., or go on with one of this "
                "machine by {command}",
                command=command_of(current, "resume", name),
            )
        )
    with campaigns(current) as known:
        journal = known.work_on(name)
        plan = _plan(journal)
        _check_account(current, name, plan)
        if journal.paused:
            raise UnreachableError(
                tr("the campaign {name!r} is paused; nothing was sent", name=name),
                hint=tr("Go on with: {command}", command=command_of(current, "resume", name)),
            )
        go_on(current, known, name, journal, plan, {})


def _plan(journal: Journal) -> dict[str, Any]:
    about = journal.about()
    assert about is not None  # noqa: S101  there is one in every journal that is found
    return about[2]


def _check_account(current: Session, name: str, plan: dict[str, Any]) -> None:
    """Raise InputError where the profile is not of the account that the campaign was planned for."""
    from dmcli.workflows.merge.inputs import account_of

    if plan["inputs"]["account"] != account_of(*current.resources.scope("")[:2]):
        raise InputError(
            tr(
                "the campaign {name!r} was planned with another account or endpoint: give its --profile, or --endpoint",
                name=name,
            )
        )


def _pause(current: Session, *, name: str) -> None:
    with campaigns(current) as known:
        known.look(name).pause(True)
    resume = command_of(current, "resume", name)
    current.say(
        tr(
            "a run of {name} stops when the mails under way have ended; go on with: {command}",
            name=name,
            command=resume,
        )
    )


def _settle(current: Session, *, name: str, sent: tuple[int, ...], not_sent: tuple[int, ...]) -> None:
    from dmcli.workflows.merge.letters.letter import Letter
    from dmcli.workflows.merge.settle import settle

    with campaigns(current) as known:
        journal = known.work_on(name)
        if sent or not_sent:
            if both := set(sent) & set(not_sent):
                raise InputError(tr("row {row} is given as --sent and as --not-sent: give one of them", row=min(both)))
            settled = [journal.decide(sent, *_BY_HAND["sent"]), journal.decide(not_sent, *_BY_HAND["not_sent"])]
            rows = counted(settled[0], "row")
            current.say(tr("{sent} settled as sent, {not_sent} as not sent", sent=rows, not_sent=settled[1]))
            return
        plan = _plan(journal)
        _check_account(current, name, plan)
        looked = list(settle(current.client, Letter(**plan["letter"]), journal))
        if not looked:
            current.say(tr("no mail is unknown"))
            return
        found = sum(one.found for one in looked)
        if found:
            mails = counted(len(looked), "unknown mail")
            current.say(tr("{found} of {mails} found at the service: they count as sent", found=found, mails=mails))
    if found < len(looked):
        numbers = tr_in("rows", " ").join(str(one.row.number) for one in looked if not one.found)[:200]
        one = found + 1 == len(looked)
        raise CheckFailedError(
            tr(
                "nothing is found of {mails}, which is no proof that nothing was sent: {rows}",
                mails=counted(len(looked) - found, "mail"),
                rows=tr("row {numbers}", numbers=numbers) if one else tr("rows {numbers}", numbers=numbers),
            ),
            hint=tr(
                "Look again later, or decide: {command} --sent ROW, or --not-sent ROW",
                command=command_of(current, "settle", name),
            ),
        )


def _retry_rejected(current: Session, *, name: str) -> None:
    with campaigns(current) as known:
        number = known.work_on(name).decide(None, PENDING, _AGAIN, of=REJECTED)
    if not number:
        current.say(tr("no row is rejected"))
        return
    current.say(
        tr(
            "{rows} to be tried again: {command}",
            rows=counted(number, "rejected row"),
            command=command_of(current, "resume", name),
        )
    )


def _delete(current: Session, *, name: str, yes: bool) -> None:
    with campaigns(current) as known:
        known.claim(name)
        journal = known.look(name)
        counts = journal.counts()
        what = tr(
            "delete the campaign {name} and all that is known of its rows ({pending:,} not sent yet, {unknown:,} "
            "unknown)",
            name=name,
            pending=counts[PENDING],
            unknown=counts[UNKNOWN],
        )
        if not yes:
            ask(what)
        journal.delete()
    current.say(tr("the campaign {name} is deleted", name=name))


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
            _rows_option("--sent", marked("This unknown row was sent; repeatable.")),
            _rows_option("--not-sent", marked("This unknown row was not sent, and may be; repeatable.")),
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
        [NAME, yes_option(), journal_option()],
        _delete,
        "Delete a campaign's journal. What was mailed is then no longer known here.",
        "customers",
    ),
)
