"""`dm domain publish`: the records that a domain lacks, published at its DNS provider after they were shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.model import Field, bad, fair, good
from dmcli.cli.commands.domain.providers import PROVIDERS, provider_of, servers_of
from dmcli.cli.options import options_of
from dmcli.cli.question import ask
from dmcli.cli.tree import command
from dmcli.errors import InputError, LocalIOError, UnreachableError
from dmcli.maildns.wanted import TITLES, wanted
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.cli.session import Session
    from dmcli.maildns.plan import Change, Zone
    from dmcli.maildns.wanted import Record
    from dmcli.workflows.publish.publish import Done, Provider

_DESC = catalogue.get("DescDomain")
_CHANGES: dict[str, str] = {
    "add": fair("add"),
    "merge": fair("merge"),
    "replace": fair("replace"),
    "there": good("there already"),
    "refused": bad("refused"),
}
_PUBLISHED: dict[str, str] = {"True": good("yes"), "False": bad("no"), "None": ""}
_FIELDS = (
    Field("record", "Record", TITLES),
    Field("name", "Name"),
    Field("type", "Type", priority=2),
    Field("change", "Change", _CHANGES),
    Field("old", "Old", priority=1),
    Field("new", "New"),
    Field("published", "Published", _PUBLISHED),
    Field("why", "Why"),
    Field("zone"),
    Field("priority"),
    Field("ttl"),
)
# What people see: the record as it is to be, in one cell.
_FOR_PEOPLE = (
    Field("record", "Record", TITLES),
    Field("change", "Change", _CHANGES),
    Field("what", "What"),
    Field("published", "Published", _PUBLISHED),
)
_LONGEST = 40  # characters of a word in a value that people see; -o json and domain records have all of it


def _publish(current: Session, *, yes: bool, preview: bool, resolver: str | None, new_key: bool, **typed: Any) -> None:
    from dmcli.workflows.publish.publish import failure, publish, read_plan

    domain, records = _wanted(current, typed.pop("DomainId"))
    servers = servers_of(current, resolver)
    provider = provider_of(current, domain, servers, **typed)
    zone, changes = read_plan(provider, domain, records, servers, new_key=new_key)
    due = not preview and any(change.publishes for change in changes)
    asked = due and not yes
    if asked:
        _ask(current, provider, zone, changes)
        if read_plan(provider, domain, records, servers, new_key=new_key)[1] != changes:
            raise InputError(
                tr("{name} was changed while the question stood; nothing was published, run it again", name=zone.name)
            )
    done: list[Done] = []
    for one in publish(provider, zone, changes if due else ()):
        done.append(one)
        if not one.error:
            current.say(tr("published {type} {name}", type=one.change.record.type, name=one.change.record.name))
    try:
        if not (asked and current.output().for_people):  # who was asked has seen it, and the lines since
            _show(current, zone, changes, done)
        if any(change.replaceable for change in changes):
            current.say(tr("after domain rotate-dkim, --replace-dkim puts the new key in the place of the old one"))
    finally:
        if error := failure(changes, done):
            raise error
    if preview:
        current.say(tr("dry run: nothing was published"))


def _wanted(current: Session, domain: str) -> tuple[str, list[Record]]:
    """The domain's name, and the records that it wants."""
    from dmcli.api.paging import value_of
    from dmcli.cli.perform import resolve_names
    from dmcli.cli.values import collect

    reply = current.client.call(_DESC, resolve_names(current, collect(current, _DESC, {"DomainId": domain})))
    name = str(value_of(reply, "DomainName") or "").lower()
    if not name:
        raise UnreachableError(
            tr("DirectMail tells no name for the domain {domain}; it is safe to run this again", domain=domain)
        )
    return name, wanted(reply)


def _ask(current: Session, provider: Provider, zone: Zone, changes: Sequence[Change]) -> None:
    """Show what is to change, and ask. Raises InputError without a terminal, and when the answer is no."""
    from dmcli.render import show_document
    from dmcli.untrusted import safe

    publishing = [change for change in changes if change.publishes]
    what = safe(
        tr(
            "publish {records} in {zone} at {provider}",
            records=counted(len(publishing), "record"),
            zone=zone.name,
            provider=tr(provider.title),
        )
    )
    if sys.stdin.isatty():
        output = current.output()._replace(format="table", query="", stdout=sys.stderr)
        try:
            show_document([_in_words(row) for row in _rows(zone, changes, ())], _FOR_PEOPLE[:-1], output)
            sys.stderr.flush()
        except OSError as error:
            raise LocalIOError(tr("what is to be published cannot be shown: {why}", why=error)) from None
    ask(what, "--dry-run")


def _show(current: Session, zone: Zone, changes: Sequence[Change], done: Sequence[Done]) -> None:
    from dmcli.render import show_document

    rows, output = _rows(zone, changes, done), current.output()
    if output.for_people:
        show_document([_in_words(row) for row in rows], _FOR_PEOPLE if done else _FOR_PEOPLE[:-1], output)
    else:
        show_document(rows, _FIELDS, output)
    sys.stdout.flush()


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """A row as people read it: name, type and value, what the value was, and why."""
    priority = "" if row["priority"] is None else f"{row['priority']} "
    value = row["new"] or row["old"]
    said = [f"{row['name']} {row['type']} {priority}{_brief(value)}".rstrip()]
    if row["old"] and row["old"] != value:
        said.append(tr("in place of {value}", value=_brief(row["old"])))
    return row | {"what": tr("; ").join([*said, row["why"]] if row["why"] else said)}


def _brief(value: str) -> str:
    """A value whose words fit into a column."""
    return " ".join(word if len(word) <= _LONGEST else f"{word[:_LONGEST]}..." for word in value.split(" "))


def _rows(zone: Zone, changes: Sequence[Change], done: Sequence[Done]) -> list[dict[str, Any]]:
    """A row a record. `published` is None where nothing was to be published, or nothing was tried."""
    return [_row(zone, change, next((one for one in done if one.change is change), None)) for change in changes]


def _row(zone: Zone, change: Change, done: Done | None) -> dict[str, Any]:
    record, error = change.record, done and done.error
    return {
        "record": record.check,
        "name": record.name,
        "type": record.type,
        "change": change.kind,
        "old": ", ".join(one.value for one in change.old),
        "new": "" if change.kind == "there" else change.new,
        "published": None if done is None else error is None,
        "why": error.message if error else change.why,
        "zone": zone.name,
        "priority": record.priority,
        "ttl": change.ttl,
    }


COMMAND = command(
    "publish",
    [
        *options_of(_DESC, only=("DomainId",)),
        click.Option(["--provider"], type=click.Choice(PROVIDERS), help="Who serves the zone; found where it can be."),
        click.Option(["--server"], metavar="ADDRESS[:PORT]", help="Primary DNS server that takes updates (rfc2136)."),
        click.Option(
            ["--key-file"],
            type=click.Path(dir_okay=False),
            metavar="FILE",
            help="TSIG key, as tsig-keygen or keymgr -t writes it. Default: DM_TSIG_KEY.",
        ),
        click.Option(["--zone"], metavar="ZONE", help="Zone to update (rfc2136), where the server does not tell."),
        click.Option(["--resolver"], metavar="ADDRESS[:PORT]", help="DNS resolver to ask, instead of the system's."),
        click.Option(
            ["--replace-dkim", "new_key"],
            is_flag=True,
            help="Put the DKIM key in the place of another one, as after a rotation.",
        ),
        click.Option(["--dry-run", "preview"], is_flag=True, help="Show what would be published; change nothing."),
        click.Option(["-y", "--yes"], is_flag=True, help="Publish without asking."),
    ],
    _publish,
    "Publish the DNS records a domain lacks; what is there stays. Exit code 7 when one is refused.",
    "mail.example.com --provider alidns",
)
