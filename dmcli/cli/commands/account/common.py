"""What the commands of the account as code have in common: an account is read, and changes are shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TextIO

import click

from dmcli.api.actions.common import NO_ACTION
from dmcli.api.model import Field, bad, fair, good
from dmcli.words import LANGUAGES, listed, tr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from dmcli.cli.session import Session
    from dmcli.client.client import Client
    from dmcli.errors import DmError
    from dmcli.render import Output
    from dmcli.workflows.account.model import Account, Change
    from dmcli.workflows.account.reading import Scope

# Of the file; `dmcli/workflows/account/parts.py` has them too, and loads more than help needs.
KINDS = (
    "domains",
    "ip-pools",
    "config-sets",
    "senders",
    "tags",
    "lists",
    "templates",
    "suppressed",
    "ip-filter",
    "settings",
)
_CHANGES: dict[str, str] = {"create": good("missing"), "update": fair("differs"), "delete": bad("too many")}
_FIELDS = (
    Field("change", "Difference", _CHANGES),
    Field("kind", "Kind"),
    Field("name", "Name"),
    Field("what", "What"),
)
_TONES = {"+": "good", "~": "fair", "-": "bad"}
_SHOWN = 20  # changes of one sort that are shown before they are made; diff shows all


def only_option() -> click.Option:
    """--only, for some kinds alone."""
    return click.Option(
        ["--only"], multiple=True, type=click.Choice(KINDS), metavar="KIND", help="Only this kind. Repeatable."
    )


def read_account(current: Session, client: Client, scope: Scope) -> Account:
    """What is wanted of an account; a terminal is told what is read. Raises DmError."""
    from dmcli.workflows.account.reading import read

    if not current.voice.redraws():
        return read(client, scope)
    from dmcli.render import Output
    from dmcli.render.meter import Meter

    with Meter(Output("table", "", sys.stderr, current.color)) as meter:
        done = iter(range(len(KINDS) + 2))

        def tell(kind: str) -> None:
            meter.tell(min(next(done), len(KINDS)), len(KINDS), tr("reading {kind}", kind=kind))

        return read(client, scope, tell)


def unread_error(account: Account, kinds: Collection[str]) -> DmError | None:
    """What kept these kinds from being read, as an error that names them all; None where all were read.

    Whatever the service says, it is exit code 3: neither a refusal of what was to be done, nor a difference.
    """
    from dmcli.errors import ConfigError

    unread = {kind: error for kind, error in account.unread.items() if kind in kinds}
    if not unread:
        return None
    first = next((one for one in unread.values() if isinstance(one, ConfigError)), next(iter(unread.values())))
    told = listed(f"{kind} ({one.code})" for kind, one in unread.items())
    error = ConfigError(tr("{kinds} could not be read: {why}", kinds=told, why=first.message))
    error.code, error.request_id, error.http_status = first.code, first.request_id, first.http_status
    error.hint, error.explained = first.hint, first.explained
    if first.code in NO_ACTION:
        error.hint = tr("The region does not have this: leave it out of the file, or name the others with --only.")
        error.explained = dict.fromkeys(LANGUAGES, ("", ""))  # that is of a name typed wrong
    return error


def say_read(current: Session, account: Account, kinds: Collection[str]) -> None:
    """Say how many things of each kind were read; nothing where a plan without changes needed none."""
    read = [f"{kind} {len(things):,}" for kind, things in account.state.items() if kind in kinds]
    if read:
        current.say(tr("read: {kinds}", kinds=listed(read)))


def lines_of(changes: Iterable[Change], most: int = 0) -> list[str]:
    """The lines of changes; of one sort at most so many, and how many more there are."""
    from dmcli.workflows.account.describing import MARKS, line_of, noun_of

    lines: list[str] = []
    seen: dict[tuple[object, str], int] = {}
    for one in changes:
        sort = (one.verb, one.part)
        seen[sort] = seen.get(sort, 0) + 1
        if not most or seen[sort] <= most:
            lines.append(line_of(one))
    for (verb, part), number in seen.items():
        if most and number > most:
            mark = next(mark for one, mark in MARKS.items() if one is verb)
            lines.append(tr("{mark} {noun}: {number:,} more", mark=mark, noun=noun_of(part), number=number - most))
    return lines


def show_lines(current: Session, lines: Iterable[str], stream: TextIO) -> None:
    """Write lines of a plan, what is new, changed or gone each in its colour."""
    from dmcli.folding import folded
    from dmcli.look import painted, wants_color
    from dmcli.untrusted import Painted, safe

    colored = wants_color(stream, current.color)
    for line in lines:
        text = folded(f"    {safe(line)}", stream)[4:]
        stream.write(Painted(f"{painted(text, _TONES.get(line[:1], 'quiet')) if colored else text}\n"))
    stream.flush()


def show_changes(output: Output, changes: list[Change], document: dict[str, Any]) -> None:
    """Show changes as data: a row each, or a document that has them all."""
    from dmcli.render import show_document
    from dmcli.workflows.account.describing import data_of, said_of

    if output.wants_rows:
        rows = [{"change": one.verb.value, "kind": one.part, "name": one.name, "what": said_of(one)} for one in changes]
        show_document(rows, _FIELDS, output)
    else:
        show_document({**document, "changes": [data_of(one) for one in changes]}, (), output)


def say_plan(current: Session, changes: Iterable[Change]) -> None:
    """Show what is to be done, on stderr."""
    if not current.given.get("quiet"):
        show_lines(current, map(current.voice.hide, lines_of(changes, _SHOWN)), sys.stderr)
