"""`dm domain create`, which says what comes next, and `dm domain ensure`, which goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.kinds.addresses import DOMAIN
from dmcli.api.model import Field, good
from dmcli.cli.commands.domain.check import Waiting, report, waiting_options
from dmcli.cli.commands.domain.records import show_records
from dmcli.cli.options import Value, dry_run, options_of
from dmcli.cli.tree import command
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.cli.values import Call
    from dmcli.workflows.domain.ensure import Ensured

_CREATE = catalogue.get("CreateDomain")
_CREATED: dict[str, str] = {"True": good("yes"), "False": marked("no")}
_FIELDS = (Field("domain", "Domain"), Field("domain_id", "Domain id"), Field("created", "Created", _CREATED))


def _create(current: Session, *, if_missing: bool, **typed: Any) -> None:
    from dmcli.cli.perform import perform
    from dmcli.cli.values import collect
    from dmcli.render import show_document

    if if_missing and not typed["dry_run"]:
        (made,) = _ensured(current, [collect(current, _CREATE, typed)])
        show_document(made._asdict(), _FIELDS, current.output())
        created = made.created
    else:
        perform(current, _CREATE, typed)
        created = not typed["dry_run"]
    if created:
        _say_next(current, typed["DomainName"])


def _say_next(current: Session, domain: str) -> None:
    """Say how a domain that is not verified comes to be."""
    import shlex

    dm, name = current.resources.command, shlex.quote(domain)
    current.say(
        tr(
            "next: {dm} domain publish {name}, or publish yourself what {dm} domain records {name} shows",
            dm=dm,
            name=name,
        ),
        tr("then: {dm} domain check {name} --wait", dm=dm, name=name),
    )


def _ensured(current: Session, calls: list[Call]) -> list[Ensured]:
    """The domains, made where they were missing, which is said of each at once."""
    from dmcli.workflows.domain.ensure import ensure

    found = []
    for one in ensure(current.client, [call.wire for call in calls]):
        found.append(one)
        if one.created:
            current.mark(_CREATE, {"DomainName": one.domain})
        else:
            current.say(tr("{domain} is there already", domain=one.domain))
    return found


def _ensure(current: Session, domain: tuple[str, ...], *, dry_run: bool, **how: Any) -> None:
    from dmcli.cli.perform import show_dry_run

    waiting = Waiting.typed(**how)
    calls = {call.wire["DomainName"].lower(): call for call in (_call(current, name) for name in domain)}
    if dry_run:
        for call in calls.values():
            show_dry_run(current, call)
        return
    domains = _ensured(current, list(calls.values()))
    if current.output().for_people:
        show_records(current, [one.domain_id for one in domains])
    more = {one.domain: {"domain_id": one.domain_id, "created": one.created} for one in domains}
    report(current, {one.domain: one.domain_id for one in domains}, waiting, more)


def _call(current: Session, name: str) -> Call:
    from dmcli.cli.values import collect

    return collect(current, _CREATE, {"DomainName": name})


COMMAND = command(
    "create",
    [
        *options_of(_CREATE),
        click.Option(["--if-missing"], is_flag=True, help="Leave a domain that is there as it is, and end well."),
    ],
    _create,
    _CREATE.summary,
    _CREATE.commands[0].example,
)
ENSURE = command(
    "ensure",
    [
        click.Argument(
            ["domain"], nargs=-1, required=True, metavar="DOMAIN...", help="Domains, by name.", type=Value(DOMAIN)
        ),
        *waiting_options(),
        dry_run(),
    ],
    _ensure,
    "Make domains where they are missing, show the records they need, and check them.",
    "mail.example.com --wait",
)
