"""`dm domain check`, which may take many calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.actions.common import DOMAIN_STATUS
from dmcli.api.kinds.common import DOMAIN_REF
from dmcli.api.model import Field, bad, good
from dmcli.cli.common import Duration
from dmcli.cli.options import Value, dry_run, is_typed
from dmcli.cli.tree import command
from dmcli.errors import CheckFailedError, DmError, InputError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.cli.session import Session
    from dmcli.workflows.domain_check import Checked

_CHECK = catalogue.get("CheckDomain")
_FIELDS = (
    Field("domain", "Domain"),
    Field("status", "Status", DOMAIN_STATUS | {"None": bad("check failed")}),
    Field("verified", "Verified", {"True": good("yes"), "False": bad("no")}),
    Field("failed", "Failed"),  # of columns, where the checks themselves have none
    Field("checks"),
)


def _check(
    current: Session, domain: tuple[str, ...], wait: bool, timeout: float, interval: float, strict: bool, dry_run: bool
) -> None:
    from dmcli.cli.perform import show_dry_run
    from dmcli.cli.values import collect

    ctx = click.get_current_context()
    for name in ("timeout", "interval"):
        if is_typed(ctx, name) and not wait:
            raise InputError(f"--{name} goes with --wait; give that too")
    if dry_run:
        for name in domain:
            show_dry_run(current, collect(current, _CHECK, {"DomainId": name}))
        return
    ids = [_name_and_id(current, name) for name in domain]
    limit = timeout if wait else 0.0
    outcomes: list[Checked] = []
    for number, (name, domain_id) in enumerate(ids):
        try:
            for outcome in _outcomes(current, name, domain_id, strict=strict, timeout=limit, interval=interval):
                outcomes[number:] = [outcome]
        except DmError as error:
            if outcomes:
                _report(current, outcomes, strict=strict)
            bad = _failures(outcomes, strict=strict)
            error.message = f"{name}: {error.message}" + (f"; not verified: {', '.join(bad)}" if bad else "")
            raise
    _report(current, outcomes, strict=strict)
    bad = _failures(outcomes, strict=strict)
    if bad:
        what = "fully verified" if strict else "verified"
        waited = f" after {timeout:g} s" if wait else ""
        raise CheckFailedError(f"not {what}{waited}: {', '.join(bad)}; the records they need: dm domain show {bad[0]}")


def _failures(outcomes: list[Checked], *, strict: bool) -> list[str]:
    return [outcome.domain for outcome in outcomes if not outcome.passes(strict=strict)]


def _report(current: Session, outcomes: list[Checked], *, strict: bool) -> None:
    """Show the outcomes as one array; a domain that is usable but not wholly verified is worth a word."""
    _show(current, outcomes)
    for outcome in outcomes:
        if outcome.passes(strict=strict) and not outcome.verified:
            current.say(f"warning: {outcome.domain} is {DOMAIN_STATUS[str(outcome.status)]}")


def _name_and_id(current: Session, text: str) -> tuple[str, str]:
    """Name and id of a domain; the name is the id where only that was given."""
    from dmcli.cli.values import collect, needs_lookup

    call = collect(current, _CHECK, {"DomainId": text})
    value = call.wire["DomainId"]
    if not needs_lookup(DOMAIN_REF, text):
        return value, value
    from dmcli.workflows.lookup import resolve

    return value, resolve(current.client, DOMAIN_REF, value)


def _outcomes(
    current: Session, name: str, domain_id: str, *, strict: bool, timeout: float, interval: float
) -> Iterator[Checked]:
    """What each check of a domain gave, until it passes or the time is over; says on stderr how it goes."""
    from dmcli.workflows.domain_check import check
    from dmcli.workflows.domain_check import wait as waiting

    began = current.resources.clock()
    for outcome in waiting(
        lambda: check(current.client, name, domain_id),
        strict=strict,
        timeout=timeout,
        interval=interval,
        clock=current.resources.clock,
        sleep=current.resources.pause,
    ):
        if isinstance(outcome, UnreachableError):
            current.say(f"{name}: {outcome.code or outcome.message}; checking again in {interval:g} s")
            continue
        if timeout and not outcome.passes(strict=strict):
            current.say(f"{name}: not verified after {current.resources.clock() - began:.0f} s of {timeout:g} s")
        yield outcome


def _show(current: Session, outcomes: list[Checked]) -> None:
    from dmcli.render import show_document

    output = current.output()
    rows: list[dict[str, Any]] = [outcome._asdict() for outcome in outcomes]
    if output.wants_columns:
        for row in rows:
            row["failed"] = ", ".join(name for name, good in row["checks"].items() if good is False)
    show_document(rows, _FIELDS, output)


COMMAND = command(
    "check",
    [
        click.Argument(
            ["domain"],
            nargs=-1,
            required=True,
            metavar="DOMAIN...",
            help="Domains, by name or id.",
            type=Value(DOMAIN_REF),
        ),
        click.Option(["--wait"], is_flag=True, help="Check again until every domain is verified."),
        click.Option(
            ["--timeout"],
            type=Duration(),
            default="30m",
            show_default=True,
            metavar="TIME",
            help="Wait at most this long for each domain.",
        ),
        click.Option(
            ["--interval"],
            type=Duration(),
            default="30s",
            show_default=True,
            metavar="TIME",
            help="Time between two checks.",
        ),
        click.Option(["--strict"], is_flag=True, help="Only status 0 passes: CNAME and ICP filing too."),
        dry_run(),
    ],
    _check,
    _CHECK.summary + " Exit code 5 when one is not verified.",
    "mail.example.com --wait",
)
