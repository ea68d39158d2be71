"""`dm receiver clean`: known invalid addresses off the lists, after the plan was seen and agreed to."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.actions.common import count
from dmcli.api.kinds.common import LIST_REF
from dmcli.api.model import Field
from dmcli.cli.options import Value, yes
from dmcli.cli.question import ask
from dmcli.cli.tree import command
from dmcli.errors import DmError, InputError
from dmcli.untrusted import safe
from dmcli.words import counted, listed, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.workflows.lists.clean import Plan, Share

_REMOVE = catalogue.get("DeleteReceiverDetail")._replace(done="")  # what was done is said once for all
_FIELDS = (
    Field("list", "List"),
    count("invalid", "Invalid"),
    count("removed", "Taken off"),
    count("left", "Left"),
    Field("sample", "Such as", priority=1),
    Field("id"),
)


def _clean(current: Session, *, lists: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    from dmcli.workflows.lists.clean import Plan, find

    if not (dry_run or yes or sys.stdin.isatty()):
        raise InputError(
            tr("this takes addresses off lists, and there is no terminal to ask: give --yes, or --dry-run")
        )
    plan = Plan()
    try:
        find(current.client, _chosen(current, lists), plan)
        shares = plan.shares
        total = sum(share.invalid for share in shares)
        if dry_run or not total:
            _show(current, shares, Counter())
            current.say(
                tr("dry run: nothing was taken off") if dry_run else tr("no list has an address that is known invalid")
            )
            return
        if not yes:
            _ask(current, shares, total)
        _take_off(current, plan, shares, total)
    finally:
        plan.close()


def _chosen(current: Session, texts: tuple[str, ...]) -> dict[str, str]:
    """The names, by id, of the lists that were named, of all where none was. Raises NotFoundError."""
    from dmcli.api.paging import value_of
    from dmcli.workflows.lookup import find_typed

    listing = catalogue.get(LIST_REF.listing)
    named = (find_typed(current.client, LIST_REF, text) for text in texts)
    rows = named if texts else current.client.rows(listing, {})
    return {str(value_of(row, LIST_REF.id)): str(value_of(row, LIST_REF.name)) for row in rows}


def _ask(current: Session, shares: list[Share], total: int) -> None:
    """Show the plan and ask. Raises InputError when the answer is no."""
    for share in shares:
        such_as = tr(", such as {sample}", sample=listed(share.sample)) if share.sample else ""
        invalid = counted(share.invalid, "known invalid address", "known invalid addresses")
        current.say(safe(tr("{list}: {addresses}", list=share.name, addresses=invalid) + such_as))
    ask(tr("take {addresses} off", addresses=counted(total, "address", "addresses")), "--dry-run")


def _take_off(current: Session, plan: Plan, shares: list[Share], total: int) -> None:
    """Take all off. However it ends, what was done and what is left is told."""
    from dmcli.workflows.lists.clean import remove

    done: Counter[str] = Counter()
    try:
        for one in remove(current.client, plan.members()):
            done[one.list_id] += 1
    except DmError as error:
        _show(current, shares, done)
        error.message += tr(" ({said})", said=_said(done, total))
        raise
    except BaseException:
        current.say(_said(done, total))
        raise
    _show(current, shares, done)
    current.mark(_REMOVE, {})


def _said(done: Counter[str], total: int) -> str:
    off = done.total()
    return tr(
        "{off} of {addresses} taken off, {left} left; run it again for the rest",
        off=off,
        addresses=counted(total, "address", "addresses"),
        left=total - off,
    )


def _show(current: Session, shares: list[Share], done: Counter[str]) -> None:
    """What became of each list."""
    from dmcli.render import show_document

    output = current.output()
    rows: list[dict[str, Any]] = [
        {
            "list": share.name,
            "id": share.id,
            "invalid": share.invalid,
            "removed": done[share.id],
            "left": share.invalid - done[share.id],
            "sample": ", ".join(share.sample) if output.wants_columns else share.sample,
        }
        for share in shares
    ]
    show_document(rows, _FIELDS, output)
    sys.stdout.flush()


COMMAND = command(
    "clean",
    [
        click.Argument(
            ["lists"],
            nargs=-1,
            metavar="[LIST]...",
            help="Lists, by name or id; all of them where none is named.",
            type=Value(LIST_REF),
        ),
        click.Option(["--dry-run"], is_flag=True, help="Show what would be taken off; take nothing off."),
        yes(),
    ],
    _clean,
    "Take addresses that are known invalid off the lists. Run again, it goes on where it ended.",
    "customers --dry-run",
)
