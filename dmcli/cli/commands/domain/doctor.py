"""`dm domain doctor`: why a domain does not verify, from what DNS has and what the service sees of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api.kinds.common import DOMAIN, DOMAIN_REF
from dmcli.api.model import Field, bad, fair, good
from dmcli.cli.commands.domain.check import domains_argument
from dmcli.cli.common import Duration
from dmcli.cli.tree import command
from dmcli.errors import CheckFailedError, InputError, UnreachableError
from dmcli.maildns.wanted import TITLES

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import datetime

    from dmcli.cli.session import Session
    from dmcli.maildns.survey import Wants

_TITLES = TITLES | {"delegation": "Delegation", "alignment": "Alignment", "icp": "ICP filing"}
_VERDICTS: dict[str, str] = {
    "ok": good("ok"),
    "waiting": fair("waiting"),
    "fix": bad("fix"),
    "unknown": fair("unknown"),
}
_FIELDS = (
    Field("domain", "Domain", priority=1),
    Field("record", "Record", _TITLES),
    Field("name", "Name"),
    Field("type", "Type", priority=1),
    Field("verdict", "Verdict", _VERDICTS),
    Field("seconds", "Seconds left", priority=1),
    Field("why", "Why"),
    Field("publish", "Publish"),
    Field("wanted"),
    Field("service"),
    Field("authoritative"),
    Field("resolver"),
    Field("chain"),
)


def _doctor(current: Session, domain: tuple[str, ...], resolver: str | None, no_account: bool, timeout: float) -> None:
    from dmcli.maildns.survey import survey
    from dmcli.maildns.wire import server_at, system_servers
    from dmcli.render import show_document

    servers = (server_at(resolver),) if resolver else system_servers()
    if not servers:
        raise InputError("the system names no DNS resolver; give one: --resolver ADDRESS")
    rows = [finding.row() for finding in survey(_wants(current, domain, no_account), servers, timeout)]
    output = current.output()
    verdicts = {row["verdict"]: _named(rows, row["verdict"]) for row in rows}
    if output.wants_columns or output.for_people:
        rows = [row | {"why": "; ".join(row["why"])} for row in rows]
    show_document(rows, _FIELDS, output)
    if no_account:
        current.say("ownership, DKIM and tracking were not looked at: what they must be only the account knows")
    if "fix" in verdicts:
        raise CheckFailedError(f"to fix: {verdicts['fix']}")
    if "unknown" in verdicts:
        raise UnreachableError(
            f"not known: {verdicts['unknown']}; try again, with another --resolver or more --timeout"
        )


def _named(rows: list[dict[str, Any]], verdict: str) -> str:
    """The titles of the rows with a verdict, after the name of their domain."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["verdict"] == verdict:
            found.setdefault(row["domain"], []).append(_TITLES[row["record"]])
    return "; ".join(f"{domain}: {', '.join(titles)}" for domain, titles in found.items())


def _wants(current: Session, domains: tuple[str, ...], no_account: bool) -> dict[str, Future[Wants]]:
    """What each domain wants, by its name or id: as the account tells, else what all domains want."""
    if no_account:
        return {name: _common(name) for name in (_name(text, current.now) for text in domains)}
    from dmcli.workflows.domain.doctor import ask_account

    typed = [text if DOMAIN_REF.is_id(text) else _name(text, current.now) for text in domains]
    return ask_account(current.client, dict.fromkeys(typed))


def _common(name: str) -> Future[Wants]:
    from concurrent.futures import Future

    from dmcli.maildns.survey import Wants, common_records

    future: Future[Wants] = Future()
    future.set_result(Wants(name, tuple(common_records(name))))
    return future


def _name(text: str, now: datetime) -> str:
    """A domain's name in ASCII; an id means nothing without an account."""
    if text.isdigit():
        raise InputError(
            f"{text} is an id, which only the account knows: give the domain's name, or leave --no-account out"
        )
    try:
        return DOMAIN.to_wire(text.removeprefix("name:"), now)
    except ValueError as error:
        raise InputError(str(error)) from None


COMMAND = command(
    "doctor",
    [
        domains_argument(),
        click.Option(["--resolver"], metavar="ADDRESS[:PORT]", help="DNS resolver to ask, instead of the system's."),
        click.Option(["--no-account"], is_flag=True, help="Check what DNS alone can tell, without keys."),
        click.Option(
            ["--timeout"],
            type=Duration(1),
            default="6s",
            show_default=True,
            metavar="TIME",
            help="Time for all look-ups.",
        ),
    ],
    _doctor,
    "Say what is wrong with a domain's DNS records, and what to publish. Exit code 5 when one is to fix.",
    "mail.example.com",
)
