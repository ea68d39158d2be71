"""`dm domain doctor`: why a domain does not verify, from what DNS has and what the service sees of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.kinds.addresses import DOMAIN, DOMAIN_REF
from dmcli.api.model import Field, bad, fair, good
from dmcli.cli.commands.domain.check import domains_argument
from dmcli.cli.duration import Duration
from dmcli.cli.tree import command
from dmcli.errors import CheckFailedError, InputError, UnreachableError
from dmcli.maildns.wanted import TITLES
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from dmcli.cli.session import Session
    from dmcli.maildns.survey import Wants
    from dmcli.maildns.wire import Server

_TITLES = TITLES | marked({"delegation": "Delegation", "alignment": "Alignment", "icp": "ICP filing"})
_VERDICTS: dict[str, str] = {
    "ok": good("ok"),
    "waiting": fair("waiting"),
    "fix": bad("fix"),
    "unknown": fair("unknown"),
}
_FOR_PEOPLE = (
    Field("domain", "Domain"),
    Field("record", "Record", _TITLES),
    Field("verdict", "Verdict", _VERDICTS),
    Field("why", "Why"),
)
_MOST_NAMED = 5  # domains that the last line names
_COLUMNS = (
    *("domain", "record", "name", "type", "verdict", "seconds", "why"),
    *("publish", "wanted", "service", "authoritative", "resolver", "chain"),
)
_FIELDS = tuple(next((at for at in _FOR_PEOPLE if at.name == name), Field(name)) for name in _COLUMNS)


def _doctor(current: Session, domain: tuple[str, ...], resolver: str | None, no_account: bool, timeout: float) -> None:
    from dmcli.maildns.survey import survey
    from dmcli.render import show_document

    with _resolvers(current, resolver) as servers:
        rows = [finding.row() for finding in survey(_wants(current, domain, no_account), servers, timeout)]
    output = current.output()
    verdicts = {row["verdict"]: _named(rows, row["verdict"]) for row in rows}
    if output.for_people:
        several = len({row["domain"] for row in rows}) > 1
        show_document([_in_words(row) for row in rows], _FOR_PEOPLE[0 if several else 1 :], output)
    else:
        show_document([_joined(row) for row in rows] if output.wants_columns else rows, _FIELDS, output)
    if no_account:
        current.say(tr("not looked at without an account: ownership, DKIM and tracking"))
    if "fix" in verdicts:
        raise CheckFailedError(
            tr("to fix at {records}", records=verdicts["fix"]), hint=_beside(current, rows, resolver)
        )
    if "unknown" in verdicts:
        found = [row["resolver"] for row in rows if row["resolver"]]
        if all(answer["state"] == "unknown" for answer in found):
            raise UnreachableError(tr("{why}: give another --resolver, or more --timeout", why=found[0]["why"]))
        raise UnreachableError(
            tr("no answer about {records}: give another --resolver, or more --timeout", records=verdicts["unknown"])
        )


@contextmanager
def _resolvers(current: Session, typed: str | None) -> Iterator[tuple[Server, ...]]:
    """The resolvers to ask, while the block runs: as typed, the sandbox's own, or the system's. Raises InputError."""
    from dmcli.maildns.wire import Server, server_at, system_servers

    if typed:
        yield (server_at(typed),)
    elif _own_zones(current):  # its domains are on no network
        from dmcli.sandbox.server.authority import AuthorityServer

        with AuthorityServer(current.sandbox, noted=False) as authority:
            yield (Server("127.0.0.1", authority.port),)
    elif servers := system_servers():
        yield servers
    else:
        raise InputError(tr("the system names no DNS resolver; give one: --resolver ADDRESS"))


def _beside(current: Session, rows: list[dict[str, Any]], resolver: str | None) -> str:
    """Why `domain check` passes all the same, where a sandbox verifies domains without looking into its zones."""
    from dmcli.sandbox.control.dns import is_on

    if resolver or not _own_zones(current) or is_on(current.sandbox):
        return ""
    return tr(
        "This sandbox verifies domains as if their records were there. To put them there: {dm} domain publish {name}",
        dm=current.resources.command,
        name=next(row["domain"] for row in rows if row["verdict"] == "fix"),
    )


def _own_zones(current: Session) -> bool:
    """Whether the zones are those of the sandbox in this process."""
    return current.settings.sandbox and not current.settings.endpoint


def _joined(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"why": tr("; ").join(row["why"])}


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """A row as people read it: what is to be done stands after the reason for it."""
    said = list(row["why"])
    if row["seconds"] is not None:
        said.append(tr("up to {seconds} s more", seconds=row["seconds"]))
    if row["publish"]:
        said.append(tr("publish {name} {type} {value}", name=row["name"], type=row["type"], value=row["publish"]))
    return row | {"why": tr("; ").join(said) or tr("as wanted")}


def _named(rows: list[dict[str, Any]], verdict: str) -> str:
    """The titles of the rows with a verdict, after the name of their domain."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["verdict"] == verdict:
            found.setdefault(row["domain"], []).append(tr(_TITLES[row["record"]]))
    told = [tr("{domain}: {records}", domain=domain, records=listed(titles)) for domain, titles in found.items()]
    if len(told) > _MOST_NAMED:
        told[_MOST_NAMED:] = [tr("and {number} more", number=len(told) - _MOST_NAMED)]
    return tr("; ").join(told)


def _wants(current: Session, domains: tuple[str, ...], no_account: bool) -> dict[str, Future[Wants]]:
    """What each domain wants, by its name or id: as the account tells, else what all domains want."""
    if no_account:
        return {name: _common(name) for name in (_name(current, text) for text in domains)}
    from dmcli.workflows.domain.doctor import ask_account

    typed = [text if DOMAIN_REF.is_id(text) else _name(current, text) for text in domains]
    return ask_account(current.client, dict.fromkeys(typed))


def _common(name: str) -> Future[Wants]:
    from concurrent.futures import Future

    from dmcli.maildns.survey import Wants, common_records

    future: Future[Wants] = Future()
    future.set_result(Wants(name, tuple(common_records(name))))
    return future


def _name(current: Session, text: str) -> str:
    """A domain's name in ASCII, which is said where it was not typed; an id means nothing without an account."""
    if text.isdigit():
        raise InputError(
            tr(
                "{id} is an id, which only the account knows: give the domain's name, or leave --no-account out",
                id=text,
            )
        )
    typed = text.removeprefix("name:")
    try:
        name = DOMAIN.to_wire(typed, current.now)
    except ValueError as error:
        raise InputError(str(error)) from None
    if not typed.isascii():
        current.say(tr("{typed} is {name} in DNS", typed=typed, name=name))
    return name


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
