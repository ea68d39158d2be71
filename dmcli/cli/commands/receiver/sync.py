"""`dm receiver sync`: a list becomes what a file says; who leaves is shown and asked about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.actions.common import count
from dmcli.api.actions.receiver import MAX_MEMBERS
from dmcli.cli.commands.receiver.imports import put, show
from dmcli.cli.commands.receiver.reading import list_argument, options, read
from dmcli.cli.question import ask
from dmcli.cli.tree import command
from dmcli.errors import DmError, InputError
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_TOLD = 20
_REMOVED = (count("removed", "Removed"), count("missing", "Not in the file"))


def _sync(
    current: Session,
    *,
    ReceiverId: str,  # noqa: N803
    delete_missing: bool,
    max_delete: str,
    preview: bool,
    yes: bool,
    **typed: Any,
) -> None:
    from dmcli.workflows.lists.fill import Plan, Share, find_list
    from dmcli.workflows.lists.members import members
    from dmcli.workflows.lists.people import emails

    people = read(current, **typed).people
    one = find_list(current.client, ReceiverId)
    there = {member.email.lower(): member.email for member in members(current.client, one.id)}
    new = [person for person in people if person.email.lower() not in there]
    in_file = emails(people)
    missing = [email for key, email in there.items() if key not in in_file]
    leaving = missing if delete_missing else []
    _check(one.name, len(there), len(leaving), len(new), max_delete)
    what = tr(
        "the list {list} of {members:,}: add {added:,}, remove {removed:,}",
        list=one.name,
        members=len(there),
        added=len(new),
        removed=len(leaving),
    )
    if not (new or leaving):
        what = tr("the list {list} of {members:,}: there is nothing to do", list=one.name, members=len(there))
    _say_plan(current, what, leaving, 0 if delete_missing else len(missing))
    if preview:
        current.say(tr("dry run: nothing was changed"))
        return
    if leaving and not yes:
        ask(what, "--dry-run")
    removed = _take_out(current, one.id, leaving)
    document = put(current, Plan([Share(one, new)] if new else [], len(people) - len(new)))
    show(current, document | {"removed": removed, "missing": len(missing)}, _REMOVED)


def _say_plan(current: Session, what: str, leaving: list[str], staying: int) -> None:
    """Say what will happen, who leaves, and how many stay that are not in the file."""
    kept = tr("; {number:,} not in the file stay without --delete-missing", number=staying) if staying else ""
    current.say(what + kept)
    current.say(*(tr("remove {address}", address=email) for email in leaving[:_TOLD]))
    if len(leaving) > _TOLD:
        current.say(tr("and {number:,} more", number=len(leaving) - _TOLD))


def _check(name: str, there: int, leaving: int, new: int, most: str) -> None:
    """Raise InputError where more would leave than may, or the list could not take all."""
    number = int(most.rstrip("%"))
    allowed = there * number // 100 if most.endswith("%") else number
    if leaving > allowed:
        share = f"{100 * leaving / there:.3g}%"
        raise InputError(
            tr(
                "{members} of {all:,} ({share}) of the list {list} are not in the file, more than --max-delete {most}: "
                "give the file that has all, or a larger --max-delete",
                members=counted(leaving, "member"),
                all=there,
                share=share,
                list=name,
                most=most,
            )
        )
    if there - leaving + new > MAX_MEMBERS:
        raise InputError(
            tr(
                "the list {list} would have {members:,} members, and takes {most:,}",
                list=name,
                members=there - leaving + new,
                most=MAX_MEMBERS,
            )
        )


def _take_out(current: Session, list_id: str, leaving: list[str]) -> int:
    """Remove these; how many were there. An error says how much was done before it."""
    from dmcli.workflows.lists.clean import remove

    done: list[bool] = []
    try:
        done.extend(not each.gone for each in remove(current.client, ((list_id, email) for email in leaving)))
    except DmError as error:
        error.message += tr(
            " ({removed:,} of {all:,} were removed before this; run it again for the rest)",
            removed=sum(done),
            all=len(leaving),
        )
        raise
    return sum(done)


def _share(_: click.Context, __: click.Parameter, value: str) -> str:
    """A number of members, or a share of them."""
    if not re.fullmatch(r"[0-9]{1,5}|(?:100|[0-9]{1,2})%", value):
        raise click.BadParameter(tr("{value!r} is neither a number nor a percentage, such as 50 or 10%", value=value))
    return value


COMMAND = command(
    "sync",
    [
        *list_argument(),
        *options(),
        click.Option(["--delete-missing"], is_flag=True, help="Remove members that are not in the file."),
        click.Option(
            ["--max-delete"],
            default="10%",
            show_default=True,
            callback=_share,
            metavar="N|N%",
            help="Refuse to remove more than these of the list.",
        ),
        click.Option(["--dry-run", "preview"], is_flag=True, help="Show what would be done; change nothing."),
        click.Option(["-y", "--yes"], is_flag=True, help="Remove without asking."),
    ],
    _sync,
    "Make a list what a file says: add who is missing, with --delete-missing remove who is not in it.",
    "customers people.csv --delete-missing",
)
