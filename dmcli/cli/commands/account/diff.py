"""`dm account diff`: what differs between the account and a file, or another account; it only reads."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from dmcli.cli.commands.account.common import (
    KINDS,
    lines_of,
    only_option,
    read_account,
    say_read,
    show_changes,
    show_lines,
    unread_error,
)
from dmcli.cli.tree import command
from dmcli.errors import CheckFailedError, InputError
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.cli.run.resources import Resources
    from dmcli.cli.session import Session
    from dmcli.workflows.account.model import Account, Change


def _diff(current: Session, *, file: str | None, only: tuple[str, ...], against: str | None, members: bool) -> None:
    from dmcli.workflows.account.comparing import NO_MOVES, diff, otherwise
    from dmcli.workflows.account.reading import scope_of

    if bool(file) == bool(against):
        raise InputError(tr("give a FILE to compare this account with, or --against another account, and not both"))
    if file and members:
        raise InputError(tr("--members is for --against: a FILE says by its 'members-file' which lists' members count"))
    moved = NO_MOVES
    if file:
        from dmcli.workflows.account.loading import load

        document = load(file, only)
        wanted, kinds, moved = document.state, list(document.state), document.moved
    else:
        other = _other(current, str(against), only, members)
        wanted, kinds = other.state, [kind for kind in only or KINDS if kind in other.state]
    account = read_account(current, current.client, scope_of({kind: wanted[kind] for kind in kinds}))
    changes = diff(account.state, wanted, moved)
    # Of two accounts neither says which values count: what only one of them has is a difference too.
    other_values = (otherwise(wanted, account.state) if against else {}) | otherwise(account.state, wanted)
    notes = [*_of_values(other_values)]
    if against and not members and account.state.get("lists") and "lists" in kinds:
        notes.append(tr("the members of lists were not compared; --members compares them"))
    say_read(current, account, kinds)
    _show(current, account, kinds, changes, other_values)
    current.say(*notes)
    if error := unread_error(account, kinds):
        raise error
    if not (changes or other_values):
        current.say(tr("nothing differs"))
        return
    differences = counted(len(changes) + sum(map(len, other_values.values())), "difference")
    raise CheckFailedError(
        tr("{differences} between this account and {other}", differences=differences, other=file or against)
    )


def _of_values(other_values: dict[str, list[str]]) -> Iterator[str]:
    """What to say of members who are in a list, with other values than they are to have."""
    for name, emails in other_values.items():
        yield tr(
            "other values of {members} of the list {list}, such as {email}",
            members=counted(len(emails), "member"),
            list=name,
            email=emails[0],
        )


def _show(
    current: Session, account: Account, kinds: list[str], changes: list[Change], other_values: dict[str, list[str]]
) -> None:
    """Show the differences: as lines to people, else as data."""
    with current.paged() as output:
        if output.for_people:
            show_lines(current, lines_of(changes), output.stdout)
            return
        document: dict[str, Any] = {
            "equal": not (changes or other_values) and account.unread.keys().isdisjoint(kinds),
            "read": {kind: len(account.state[kind]) for kind in kinds if kind in account.state},
            "unread": [
                {"kind": kind, "code": error.code, "message": error.message}
                for kind, error in account.unread.items()
                if kind in kinds
            ],
        }
        if other_values:
            document["other_values"] = other_values
        show_changes(output, changes, document)


def _other(current: Session, against: str, only: tuple[str, ...], members: bool) -> Account:
    """The account to compare with: that of another profile or region. Raises DmError."""
    from dmcli.workflows.account.reading import Scope

    with closing(_resources(current, against)) as resources:
        other = read_account(current, resources.client, Scope(only or KINDS, lambda _: members))
    if error := unread_error(other, only or KINDS):
        error.message = tr("{other}: {why}", other=against, why=error.message)
        raise error
    return other


def _resources(current: Session, against: str) -> Resources:
    """What it takes to call another account: the same options, but for those that choose one. Raises InputError."""
    from dmcli.cli.run.resources import Resources

    what, _, name = against.partition(":")
    if what not in ("profile", "region") or not name:
        raise InputError(tr("--against: {text!r} is neither profile:NAME nor region:NAME", text=against))
    _check(what, name, f"--against {against}")
    chosen = {"profile", "region", "endpoint"} if what == "profile" else {"region", "endpoint"}
    given = {key: value for key, value in current.given.items() if key not in chosen}
    return Resources({**given, what: name}, current.voice)


def _check(what: str, name: str, source: str) -> None:
    """Raise ConfigError or InputError for a profile or region that is not there, by the option that names it."""
    if what == "profile":
        from dmcli.config.file import load_file
        from dmcli.config.settings import check_profile
        from dmcli.local.paths import config_path

        check_profile(load_file(config_path(os.environ)), name, source)
    else:
        from dmcli.config.values import FLAG, Found, check_region

        check_region(Found(name, source, FLAG))


COMMAND = command(
    "diff",
    [
        click.Argument(
            ["file"], required=False, type=click.Path(), metavar="[FILE]", help="What 'account export' wrote."
        ),
        only_option(),
        click.Option(
            ["--against"],
            metavar="profile:NAME|region:NAME",
            help="Compare with the account of another profile or region, in place of a file.",
        ),
        click.Option(["--members"], is_flag=True, help="With --against: the members of lists too."),
    ],
    _diff,
    "Show what differs between the account and a file. Exit code 5 when something does; it only reads.",
    "account.yaml",
)
