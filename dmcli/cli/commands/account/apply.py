"""`dm account apply`: the account becomes what a file says, after the plan was seen and agreed to."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import click

from dmcli.cli.commands.account.common import (
    KINDS,
    only_option,
    read_account,
    say_plan,
    say_read,
    show_changes,
    unread_error,
)
from dmcli.cli.commands.account.making import Outlook, await_approval, make, show
from dmcli.cli.duration import Duration
from dmcli.cli.input import refuse_to_overwrite
from dmcli.cli.options import yes as yes_option
from dmcli.cli.question import ask
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from dmcli.cli.session import Session
    from dmcli.workflows.account.model import Change, State
    from dmcli.workflows.account.plans import Saved
    from dmcli.workflows.account.reading import Scope

_TOLD = 20  # problems that are said one by one


class _Wishes(NamedTuple):
    """What was typed beside the file."""

    only: tuple[str, ...]
    prune: tuple[str, ...]
    force: bool


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
    for kind in prune if only else ():
        if kind not in (*only, "members"):
            raise InputError(tr("--prune {kind}: --only leaves {kind} out; name it there too", kind=kind))
    refuse_to_overwrite(file, "--plan", plan)
    look = _looking(current, file, wishes)
    if plan or preview:
        _foresee(current, look(), plan)
        return
    from dmcli.workflows.account.applying import alone

    with alone(_mark(current)):
        outlook = look()
        trouble = _say_outlook(current, outlook)[-1]
        what = _summary(outlook.changes)
        if not outlook.changes:
            current.say(what)
            show(current, [], outlook.staying)
            await_approval(current, outlook.templates if wait else [], timeout)
            return
        if not yes:
            ask(tr("{what}; {trouble}", what=what, trouble=trouble) if trouble else what, "--dry-run")
            if look().changes != outlook.changes:
                raise InputError(tr("the account was changed while the question stood; nothing was done, run it again"))
        make(current, _way_on(current, file, wishes) + " --wait" * wait, outlook, timeout if wait else 0)


def _foresee(current: Session, outlook: Outlook, plan: str | None) -> None:
    """Show what would be done, and write it to a plan where one is named."""
    notes = _say_outlook(current, outlook)
    if plan:
        _save(current, plan, outlook.changes)
        return
    output = current.output()
    if output.wants_data and not output.for_people:
        show_changes(output, outlook.changes, {"staying": outlook.staying, "notes": [*filter(None, notes)]})
    current.say(_summary(outlook.changes), tr("dry run: nothing was changed"))


def _say_outlook(current: Session, outlook: Outlook) -> list[str]:
    """Say what is to be done, and what to know of it; the notes, of which the last is who would be shut out."""
    say_plan(current, outlook.changes)
    notes = [*outlook.notes, _lockout(current, outlook)]
    current.say(*filter(None, notes))
    if outlook.staying:
        things = counted(outlook.staying, "thing")
        current.say(tr("left alone without --prune: {things} not in the file; diff shows them", things=things))
    return notes


def _looking(current: Session, file: str, wishes: _Wishes) -> Callable[[], Outlook]:
    """What looks at the account, and says what is to be done by the file or plan. Raises InputError."""
    from dmcli.workflows.account.loading import load
    from dmcli.workflows.account.plans import saved_in
    from dmcli.workflows.account.texts import text_of

    saved = saved_in(text_of(file), file)
    if saved:
        if any(wishes):
            raise InputError(
                tr("{file} is a plan, which is applied as it stands: leave out the other options", file=file)
            )
        return lambda: _of_plan(current, file, saved)
    document = load(file, wishes.only, wishes.prune)

    def look() -> Outlook:
        from dmcli.workflows.account.checking import plan
        from dmcli.workflows.account.comparing import diff, referred, rename
        from dmcli.workflows.account.reading import scope_of

        there = _read(current, scope_of(document.state), referred(document.state))
        changes = diff(there, document.state, document.moved)
        there = rename(there, document.moved).state
        command = current.resources.command
        made = plan(document, there, changes, wishes.prune, command, force=wishes.force)
        if made.problems:
            number = counted(len(made.problems), "obstacle")
            raise InputError(
                tr("nothing was done: {obstacles} in the way", obstacles=number), details=made.problems[:_TOLD]
            )
        return Outlook(there, made.changes, len(made.staying), made.notes, [*document.state.get("templates", {})])

    return look


def _of_plan(current: Session, file: str, saved: Saved) -> Outlook:
    """What is left to do of a plan. Raises InputError for one of another account, CheckFailedError for an old one."""
    from dmcli.workflows.account.comparing import rename
    from dmcli.workflows.account.model import Verb
    from dmcli.workflows.account.parts import MEMBERS
    from dmcli.workflows.account.plans import left_of
    from dmcli.workflows.account.reading import Scope

    if saved.account != _mark(current):
        raise InputError(tr("{file} is a plan for another account, or another region", file=file))
    lists = {one.name for one in saved.changes if one.part == MEMBERS}
    settings = {key for one in saved.changes if one.part == "settings" for key in one.after}
    there = _read(current, Scope(saved.parts, lists.__contains__, settings), ())
    moved: dict[str, dict[str, str]] = {}
    for one in saved.changes:
        if one.was:
            moved.setdefault(one.part, {})[one.was] = one.name
    renamed = rename(there, moved)
    templates = [one.name for one in saved.changes if one.part == "templates" and one.verb is not Verb.DELETE]
    return Outlook(renamed.state, left_of(saved, renamed, file), 0, [], templates)


def _read(current: Session, scope: Scope, needed: Collection[str]) -> State:
    """What is wanted of the account. Raises DmError where a part of it, or one that is `needed` too, cannot be read."""
    account = read_account(current, current.client, scope)
    if error := unread_error(account, {*scope.parts, *needed}):
        raise error
    say_read(current, account, scope.parts)
    return account.state


def _lockout(current: Session, outlook: Outlook) -> str:
    """Who could not send after these changes, as `dm ip-filter protect` tells it; "" where nobody is shut out."""
    from dmcli.cli.commands.ip_filter import lockout
    from dmcli.workflows.account.model import Verb
    from dmcli.workflows.account.reading import Scope, read

    turned = next((one.after["ip-protection"] for one in outlook.changes if "ip-protection" in one.after), None)
    made = {one.name for one in outlook.changes if one.part == "ip-filter" and one.verb is Verb.CREATE}
    gone = {one.name for one in outlook.changes if one.part == "ip-filter" and one.verb is Verb.DELETE}
    if turned is False or not (turned or gone):
        return ""
    there = read(current.client, Scope(("ip-filter", "settings"), settings={"ip-protection"})).state
    # What may not be read is taken for on: a warning too many locks nobody out.
    on = turned or "settings" not in there or there["settings"]["settings"].fields.get("ip-protection", True)
    return lockout(current, there["ip-filter"].keys() - gone | made) if on and "ip-filter" in there else ""


def _mark(current: Session) -> str:
    from dmcli.workflows.account.plans import account_mark

    return account_mark(*current.resources.account, current.settings.region)


def _save(current: Session, path: str, changes: list[Change]) -> None:
    from dmcli.workflows.account.plans import save

    save(path, _mark(current), changes)
    command = f"{current.resources.command} account apply {shlex.quote(path)}"  # untranslated: a command
    summary = _summary(changes)
    current.say(tr("{summary}; do just that with: {command}", summary=summary, command=command) if changes else summary)


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


def _way_on(current: Session, file: str, wishes: _Wishes) -> str:
    """The command that goes on where this run ends."""
    words = [f"--only {kind}" for kind in wishes.only] + [f"--prune {kind}" for kind in wishes.prune]
    command = f"{current.resources.command} account apply {shlex.quote(file)}"  # untranslated: a command
    return " ".join([command, *words, *(["--force"] if wishes.force else [])])


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
        click.Option(["--wait"], is_flag=True, help="Wait until the service has approved the templates."),
        click.Option(
            ["--timeout"],
            type=Duration(1),
            metavar="TIME",
            default="30m",
            show_default=True,
            help="Longest that --wait waits.",
        ),
        click.Option(["--dry-run", "preview"], is_flag=True, help="Show what would be done; change nothing."),
        yes_option(),
    ],
    _apply,
    "Make the account what a file says, after it was shown and agreed to. Nothing is deleted without --prune.",
    "account.yaml --prune tags",
)
