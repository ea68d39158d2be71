"""`dm account apply`: the account becomes what a file says, after the plan was seen and agreed to."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dmcli.api.actions.common import count
from dmcli.api.model import Field
from dmcli.cli.commands.account.common import (
    KINDS,
    only_option,
    read_account,
    say_plan,
    say_read,
    unread_error,
)
from dmcli.cli.common import Duration
from dmcli.cli.options import agreed
from dmcli.cli.question import ask
from dmcli.cli.tree import command
from dmcli.errors import DmError, InputError, PartlyRejectedError
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmcli.cli.session import Session
    from dmcli.workflows.account.applying import Done
    from dmcli.workflows.account.model import Change, State
    from dmcli.workflows.account.plans import Saved

_FIELDS = (
    count("created", "Added"),
    count("changed", "Updated"),
    count("deleted", "Deleted"),
    count("failed", "Refused"),
    count("staying", "Not in the file"),
    Field("errors"),
)
_VERBS = {"created": "create", "changed": "update", "deleted": "delete"}
_TOLD = 20  # problems, or changes that were refused, that are said one by one


class _Wishes(NamedTuple):
    """What was typed beside the file."""

    only: tuple[str, ...]
    prune: tuple[str, ...]
    force: bool


class _Outlook(NamedTuple):
    """An account, under the names that its things are to have, and what is to be done to it."""

    there: State
    changes: list[Change]
    staying: int
    notes: list[str]


def _apply(
    current: Session,
    *,
    file: str,
    only: tuple[str, ...],
    prune: tuple[str, ...],
    force: bool,
    plan: str | None,
    wait: bool,
    timeout: float,
    preview: bool,
    yes: bool,
) -> None:
    wishes = _Wishes(only, prune, force)
    look = _looking(current, file, wishes)
    outlook = look()
    say_plan(current, outlook.changes)
    current.say(*outlook.notes)
    if outlook.staying:
        things = counted(outlook.staying, "thing")
        current.say(tr("left alone without --prune: {things} not in the file; diff shows them", things=things))
    what = _summary(outlook.changes)
    if plan:
        _save(current, plan, outlook.changes)
    elif preview:
        current.say(what, tr("dry run: nothing was changed"))
    elif not outlook.changes:
        current.say(what)
        _show(current, [], outlook.staying)
    else:
        if not yes:
            ask(what, "--dry-run")
            if look().changes != outlook.changes:
                raise InputError(tr("the account was changed while the question stood; nothing was done, run it again"))
        _make(current, file, outlook, timeout if wait else 0)


def _looking(current: Session, file: str, wishes: _Wishes) -> Callable[[], _Outlook]:
    """What looks at the account, and says what is to be done by the file or plan. Raises InputError."""
    from dmcli.workflows.account.loading import load, text_of
    from dmcli.workflows.account.plans import saved_in

    saved = saved_in(text_of(file), file)
    if saved:
        if any(wishes):
            raise InputError(
                tr("{file} is a plan, which is applied as it stands: leave out the other options", file=file)
            )
        return lambda: _of_plan(current, file, saved)
    document = load(file, wishes.only)
    for kind in (*wishes.only, *wishes.prune):
        if kind not in document.state and kind != "members":
            raise InputError(
                tr(
                    "{file} says nothing of {kind}; write '{kind}: {{}}' where there are to be none",
                    file=file,
                    kind=kind,
                )
            )

    def look() -> _Outlook:
        from dmcli.workflows.account.checking import plan
        from dmcli.workflows.account.comparing import diff, rename

        with_members = [name for name, one in document.state.get("lists", {}).items() if one.members is not None]
        there = _read(current, list(document.state), with_members)
        changes = diff(there, document.state, document.moved)
        there = rename(there, document.moved).state
        command = current.resources.command
        made = plan(document, there, changes, wishes.prune, command, force=wishes.force)
        if made.problems:
            number = counted(len(made.problems), "obstacle")
            raise InputError(
                tr("nothing was done: {obstacles} in the way", obstacles=number), details=made.problems[:_TOLD]
            )
        return _Outlook(there, made.changes, len(made.staying), made.notes)

    return look


def _of_plan(current: Session, file: str, saved: Saved) -> _Outlook:
    """What is left to do of a plan. Raises InputError for one of another account, CheckFailedError for an old one."""
    from dmcli.workflows.account.comparing import rename
    from dmcli.workflows.account.parts import MEMBERS
    from dmcli.workflows.account.plans import left_of

    if saved.account != _mark(current):
        raise InputError(tr("{file} is a plan for another account, or another region", file=file))
    lists = [one.name for one in saved.changes if one.part == MEMBERS]
    there = _read(current, saved.parts, lists)
    moved: dict[str, dict[str, str]] = {}
    for one in saved.changes:
        if one.was:
            moved.setdefault(one.part, {})[one.was] = one.name
    renamed = rename(there, moved)
    return _Outlook(renamed.state, left_of(saved, renamed, file), 0, [])


def _read(current: Session, kinds: list[str], lists: list[str]) -> State:
    """These kinds of the account, with the members of some lists. Raises DmError where one cannot be read."""
    account = read_account(current, current.client, kinds, lambda name: name in lists)
    if error := unread_error(account, kinds):
        raise error
    say_read(current, account, kinds)
    return account.state


def _mark(current: Session) -> str:
    from dmcli.workflows.account.plans import account_mark

    return account_mark(*current.resources.account, current.settings.region)


def _save(current: Session, path: str, changes: list[Change]) -> None:
    from dmcli.workflows.account.plans import save

    save(path, _mark(current), changes)
    command = f"{current.resources.command} account apply {shlex.quote(path)}"  # untranslated: a command
    current.say(tr("{summary}; do just that with: {command}", summary=_summary(changes), command=command))


def _summary(changes: list[Change]) -> str:
    """What is to be done, in a line."""
    verbs = Counter(one.verb.value for one in changes)
    if not changes:
        return tr("there is nothing to do")
    return tr(
        "make {made:,}, change {changed:,}, delete {deleted:,}",
        made=verbs["create"],
        changed=verbs["update"],
        deleted=verbs["delete"],
    )


def _make(current: Session, file: str, outlook: _Outlook, patience: float) -> None:
    """Make the changes. However it ends, how far it came is told."""
    from dmcli.workflows.account.applying import Applier
    from dmcli.workflows.account.waiting import check_not_mailed

    lists = [one.name for one in outlook.changes if (one.part, one.verb.value) == ("lists", "delete")]
    check_not_mailed(current.client, lists, current.service_now)
    done: list[Done] = []
    total = len(outlook.changes)
    current.way_on = f"{current.resources.command} account apply {shlex.quote(file)}"  # untranslated: a command
    try:
        with _telling(current) as tell:
            for one in Applier(current.client, outlook.there).apply(outlook.changes):
                done.append(one)
                tell(len(done), total)
    except DmError as error:
        error.message += tr(
            " ({made:,} of {all:,} changes were made before this; apply it again for the rest)",
            made=sum(one.error is None for one in done),
            all=total,
        )
        raise
    current.way_on = ""
    _show(current, done, outlook.staying)
    _tell_failures(done)
    if patience:
        _wait(current, outlook.changes, patience)


@contextmanager
def _telling(current: Session) -> Iterator[Callable[[int, int], None]]:
    """What is to be called with the changes that were made, of all: a bar on a terminal."""
    if not current.voice.redraws():
        yield lambda *_: None
        return
    from dmcli.render import Output
    from dmcli.render.meter import Meter

    with Meter(Output("table", "", sys.stderr, current.color)) as meter:
        yield lambda made, total: meter.tell(made, total, tr("{made:,} of {all:,} changes", made=made, all=total))


def _tell_failures(done: list[Done]) -> None:
    """Raise what was refused: exit code 7 where others were made, else as the service has it."""
    from dmcli.workflows.account.describing import line_of

    failed = [(one.change, one.error) for one in done if one.error]
    if not failed:
        return
    details = [
        tr(
            "{change}: {why}",
            change=line_of(change),
            why=f"{error.message} ({error.code})" if error.code else error.message,
        )
        for change, error in failed
    ]
    told = tr("{refused} of {changes} were refused", refused=len(failed), changes=counted(len(done), "change"))
    if len(failed) < len(done):
        raise PartlyRejectedError(told, details=details[:_TOLD])
    first = failed[0][1]
    first.message, first.details = tr("{told}: {why}", told=told, why=first.message), tuple(details[:_TOLD])
    raise first


def _wait(current: Session, changes: list[Change], patience: float) -> None:
    """Wait for the review of the templates that were made or changed. Raises CheckFailedError."""
    from dmcli.workflows.account.waiting import Patience, wait_for_review

    names = [one.name for one in changes if one.part == "templates" and one.verb.value != "delete"]
    if names:
        wait_for_review(
            current.client,
            names,
            Patience(patience, 10.0),
            clock=current.resources.clock,
            sleep=current.resources.pause,
            tell=current.say,
        )
        current.say(tr("the service has approved {templates}", templates=counted(len(names), "template")))


def _show(current: Session, done: list[Done], staying: int) -> None:
    """What came of it."""
    from dmcli.api import catalogue
    from dmcli.render import show_document
    from dmcli.workflows.account.describing import data_of

    made = Counter(one.change.verb.value for one in done if one.error is None)
    document: dict[str, Any] = {
        **{word: made[verb] for word, verb in _VERBS.items()},
        "failed": sum(one.error is not None for one in done),
        "staying": staying,
        "errors": [
            {**data_of(one.change), "code": one.error.code, "message": one.error.message} for one in done if one.error
        ],
    }
    show_document(document, _FIELDS, current.output())
    sys.stdout.flush()
    current.mark(catalogue.get("UpdateUser")._replace(done=""), {})


COMMAND = command(
    "apply",
    [
        click.Argument(
            ["file"], type=click.Path(), metavar="FILE", help="What 'account export' wrote, or a plan from --plan."
        ),
        only_option(),
        click.Option(
            ["--prune"],
            multiple=True,
            type=click.Choice((*KINDS[:-1], "members")),
            metavar="KIND",
            help="Delete what is not in the file, of this kind. Repeatable.",
        ),
        click.Option(["--force"], is_flag=True, help="Delete more than 10, or 30%, of a kind."),
        click.Option(["--plan"], type=click.Path(), metavar="PLAN", help="Write the plan to a file; change nothing."),
        click.Option(["--wait"], is_flag=True, help="Wait until the service has reviewed new templates."),
        click.Option(
            ["--timeout"],
            type=Duration(1),
            metavar="TIME",
            default="30m",
            show_default=True,
            help="Longest that --wait waits.",
        ),
        click.Option(["--dry-run", "preview"], is_flag=True, help="Show what would be done; change nothing."),
        agreed(),
    ],
    _apply,
    "Make the account what a file says, after it was shown and agreed to. Nothing is deleted without --prune.",
    "account.yaml --prune tags",
)
