"""`dm domain check`, which may take many calls, and the report of it that `dm domain ensure` ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import click

from dmcli.api import catalogue
from dmcli.api.actions.common import DOMAIN_STATUS
from dmcli.api.kinds.addresses import DOMAIN_REF
from dmcli.api.model import Field, bad, good
from dmcli.cli.commands.domain.ci import Report, state_of, tell_ci
from dmcli.cli.duration import Duration
from dmcli.cli.options import Value, dry_run, is_typed
from dmcli.cli.tree import command
from dmcli.errors import CheckFailedError, DmError, InputError
from dmcli.words import composed, listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.cli.session import Session
    from dmcli.maildns.wanted import Record
    from dmcli.workflows.domain.check import Checked

_CHECK = catalogue.get("CheckDomain")
_YES_OR_NO: dict[str, str] = {"True": good("yes"), "False": bad("no")}
_FIELDS = (
    Field("domain", "Domain"),
    Field("status", "Status", DOMAIN_STATUS | {"None": bad("check failed")}),
    Field("verified", "Verified", _YES_OR_NO),
    Field("failed", "Failed"),  # of columns, where the checks themselves have none
    Field("usable", words=_YES_OR_NO),
    Field("fully_verified", words=_YES_OR_NO),
    Field("checks"),
)
# By whether the check was strict, and whether it waited.
_NOT_VERIFIED = marked(
    {
        (False, False): "not verified: {domains}; {see}",
        (False, True): "not verified after {seconds:.0f} s: {domains}; {see}",
        (True, False): "not fully verified: {domains}; {see}",
        (True, True): "not fully verified after {seconds:.0f} s: {domains}; {see}",
    }
)


class Waiting(NamedTuple):
    """How a check is made: whether it waits, how many seconds in all, how many between looks, and what passes.

    `junit` is the file for the report, "" for none.
    """

    wait: bool
    timeout: float
    interval: float
    strict: bool
    junit: str = ""

    @classmethod
    def typed(cls, *, wait: bool, timeout: float, interval: float, strict: bool, junit: str | None) -> Waiting:
        """As it was typed. Raises InputError for times without a wait."""
        ctx = click.get_current_context()
        for name in ("timeout", "interval"):
            if is_typed(ctx, name) and not wait:
                raise InputError(tr("--{name} goes with --wait; give that too", name=name))
        return cls(wait, timeout, interval, strict, junit or "")


def domains_argument() -> click.Argument:
    """Domains that are there, by name or id."""
    return click.Argument(
        ["domain"],
        nargs=-1,
        required=True,
        metavar="DOMAIN...",
        help="Domains, by name or id.",
        type=Value(DOMAIN_REF),
    )


def waiting_options() -> list[click.Parameter]:
    """The options of a check."""

    def time(name: str, default: str, text: str) -> click.Option:
        return click.Option([name], type=Duration(), default=default, show_default=True, metavar="TIME", help=text)

    return [
        click.Option(["--wait"], is_flag=True, help="Check again until every domain is verified."),
        time("--timeout", "30m", marked("Wait at most this long, for all domains together.")),
        time("--interval", "30s", marked("Time between the first two checks; it grows up to 5 minutes.")),
        click.Option(["--strict"], is_flag=True, help="Only status 0 passes: CNAME and ICP filing too."),
        click.Option(["--junit"], type=click.Path(dir_okay=False), metavar="FILE", help="Write JUnit XML for CI too."),
    ]


def _check(current: Session, domain: tuple[str, ...], *, dry_run: bool, **how: Any) -> None:
    from dmcli.cli.perform import show_dry_run
    from dmcli.cli.values import collect

    waiting = Waiting.typed(**how)
    if dry_run:
        for name in domain:
            show_dry_run(current, collect(current, _CHECK, {"DomainId": name}))
        return
    try:
        ids = dict(_name_and_id(current, name) for name in domain)
    except DmError as error:
        tell_ci(current, Report(domain, {}, waiting.strict, 0.0, error.message), waiting.junit)
        raise
    report(current, ids, waiting)


def report(current: Session, ids: Mapping[str, str], waiting: Waiting, more: Mapping[str, Any] | None = None) -> None:
    """Check domains, given by name and id, and show what came of it; `more`, of a domain, is shown with its records.

    Raises CheckFailedError when one does not pass, and DmError for what is no outcome; what is known is shown first.
    """
    if waiting.junit:
        with open(waiting.junit, "a", encoding="utf-8"):
            pass  # what cannot be written is told before the wait
    began, outcomes = current.resources.clock(), dict[str, "Checked"]()
    try:
        for outcome in _looks(current, ids, waiting):
            outcomes[outcome.domain] = outcome
    except DmError as error:
        if outcomes:
            _show(current, outcomes, waiting, more or {})
        failed = _failed(outcomes, waiting)
        error.message += tr("; not verified: {failed}", failed=listed(failed)) if failed else ""
        known = Report(ids, outcomes, waiting.strict, current.resources.clock() - began, error.message)
        tell_ci(current, known, waiting.junit)
        raise
    seconds = current.resources.clock() - began
    _show(current, outcomes, waiting, more or {})
    tell_ci(current, Report(ids, outcomes, waiting.strict, seconds), waiting.junit)
    if failed := _failed(outcomes, waiting):
        dm, name = f"{current.resources.command} domain", failed[0]
        see = tr("to see why: {dm} doctor {name}; to publish what it lacks: {dm} publish {name}", dm=dm, name=name)
        text = _NOT_VERIFIED[waiting.strict, waiting.wait]
        raise CheckFailedError(tr(text, domains=listed(failed), see=see, seconds=seconds))


def _failed(outcomes: Mapping[str, Checked], waiting: Waiting) -> list[str]:
    return [name for name, outcome in outcomes.items() if not outcome.passes(strict=waiting.strict)]


def _name_and_id(current: Session, text: str) -> tuple[str, str]:
    """Name and id of a domain; the name is the id where only that was given."""
    from dmcli.cli.values import collect, needs_lookup

    call = collect(current, _CHECK, {"DomainId": text})
    value = call.wire["DomainId"]
    if not needs_lookup(DOMAIN_REF, text):
        return value, value
    from dmcli.workflows.lookup import resolve

    return value, resolve(current.client, DOMAIN_REF, value)


def _looks(current: Session, ids: Mapping[str, str], waiting: Waiting) -> Iterator[Checked]:
    """What each look at a domain gave; tells on stderr how they stand."""
    from functools import partial

    from dmcli.cli.commands.domain.progress import telling
    from dmcli.workflows.domain.check import Checked, check, watch

    timeout = waiting.timeout if waiting.wait else None
    with telling(current, ids, timeout=timeout, strict=waiting.strict) as tell:
        for look in watch(
            {name: partial(check, current.client, name, domain_id) for name, domain_id in ids.items()},
            strict=waiting.strict,
            timeout=timeout or 0.0,
            interval=waiting.interval,
            clock=current.resources.clock,
            sleep=current.resources.pause,
        ):
            tell(look)
            if isinstance(look.outcome, Checked):
                yield look.outcome


def _show(current: Session, outcomes: Mapping[str, Checked], waiting: Waiting, more: Mapping[str, Any]) -> None:
    """Show the outcomes as one array; a domain that is usable but not wholly verified is worth a word."""
    from dmcli.render import show_document

    output = current.output()
    rows = [_row(outcome, waiting) for outcome in outcomes.values()]
    for row, outcome in zip(rows, outcomes.values(), strict=True):
        if outcome.domain in more:
            row.update(more[outcome.domain], records=[record.row() for record in outcome.records])
    if output.wants_columns:
        for row in rows:
            row["failed"] = ", ".join(name for name, good in row["checks"].items() if good is False)
    show_document(rows, _FIELDS, output)
    for outcome in outcomes.values():
        if outcome.passes(strict=waiting.strict) and not outcome.fully_verified:
            state = state_of(outcome, strict=waiting.strict)
            current.say(tr("warning: {domain} is {status}", domain=outcome.domain, status=state))


def _row(outcome: Checked, waiting: Waiting) -> dict[str, Any]:
    """An outcome as it is shown. `verified` is what the exit code is made of."""
    return {
        "domain": outcome.domain,
        "status": outcome.status,
        "verified": outcome.passes(strict=waiting.strict),
        "usable": outcome.usable,
        "fully_verified": outcome.fully_verified,
        "checks": outcome.checks,
        "missing": [_short(record) for record in outcome.missing],
    }


def _short(record: Record) -> dict[str, Any]:
    row = record.row()
    return {name: row[name] for name in ("record", "name", "type", "value")}


COMMAND = command(
    "check",
    [
        domains_argument(),
        *waiting_options(),
        dry_run(),
    ],
    _check,
    composed(_CHECK.summary, "Exit code 5 when one is not verified."),
    "mail.example.com --wait",
)
