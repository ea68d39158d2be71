"""Making the changes of a plan, and telling what came of it."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.actions.common import count
from dmcli.api.model import Field
from dmcli.errors import DmError, PartlyRejectedError, worst
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmcli.cli.session import Session
    from dmcli.workflows.account.applying import Done
    from dmcli.workflows.account.model import Change, State

_FIELDS = (
    count("created", "Added"),
    count("changed", "Updated"),
    count("deleted", "Deleted"),
    count("failed", "Refused"),
    count("staying", "Not in the file"),
    Field("errors"),
)
_VERBS = {"created": "create", "changed": "update", "deleted": "delete"}
_TOLD = 20  # changes that were refused that are said one by one


class Outlook(NamedTuple):
    """An account, under the names that its things are to have, and what is to be done to it.

    `templates` are those that are to be approved in the end, be they changed now or by an earlier run.
    """

    there: State
    changes: list[Change]
    staying: int
    notes: list[str]
    templates: list[str]


def make(current: Session, way_on: str, outlook: Outlook, patience: float) -> None:
    """Make the changes, and wait for templates where there is patience. However it ends, how far it came is told.

    What was refused is not waited for. Where a wait goes wrong too, the graver exit code is that of the run.
    """
    from dmcli.workflows.account.applying import Applier
    from dmcli.workflows.account.waiting import check_not_mailed

    lists = [one.name for one in outlook.changes if (one.part, one.verb.value) == ("lists", "delete")]
    check_not_mailed(current.client, lists, current.service_now)
    done: list[Done] = []
    total = len(outlook.changes)
    current.way_on = way_on
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
    show(current, done, outlook.staying)
    errors = [refusal] if (refusal := _refusal(done)) else []
    if patience:
        refused = {one.change.name for one in done if one.error and one.change.part == "templates"}
        try:
            await_approval(current, [name for name in outlook.templates if name not in refused], patience)
        except DmError as waited:
            errors.append(waited)
    if errors:
        gravest = next(error for error in errors if error.exit_code == worst(one.exit_code for one in errors))
        gravest.details = (*gravest.details, *(error.message for error in errors if error is not gravest))
        raise gravest


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


def _refusal(done: list[Done]) -> DmError | None:
    """What was refused: exit code 7 where others were made, else as the service has it."""
    from dmcli.workflows.account.describing import line_of

    failed = [(one.change, one.error) for one in done if one.error]
    if not failed:
        return None
    details = [
        tr(
            "{change}: {why}",
            change=line_of(change),
            why=f"{error.message} ({error.code})" if error.code else error.message,
        )
        for change, error in failed
    ]
    told = tr("{failed} of {changes} failed", failed=len(failed), changes=counted(len(done), "change"))
    if len(failed) < len(done):
        return PartlyRejectedError(told, details=details[:_TOLD])
    first = failed[0][1]
    first.message, first.details = tr("{told}: {why}", told=told, why=first.message), tuple(details[:_TOLD])
    return first


def await_approval(current: Session, names: list[str], patience: float) -> None:
    """Wait until these templates are approved. Raises CheckFailedError."""
    from dmcli.workflows.account.waiting import Patience, wait_for_review

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


def show(current: Session, done: list[Done], staying: int) -> None:
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
