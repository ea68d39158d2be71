"""`dm domain records` and `dm domain show`: what a domain needs in DNS, and whether the service sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.model import Field, bad, fair, good
from dmcli.cli.options import options_of
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.maildns.exports import EXPORTS
from dmcli.maildns.wanted import TITLES, wanted
from dmcli.untrusted import safe
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_DESC = catalogue.get("DescDomain")
_SEEN: dict[str, str] = {"True": good("yes"), "False": bad("no"), "None": fair("not told")}
_IN_DNS: dict[str, str] = {"True": good("seen in DNS"), "False": bad("not seen in DNS"), "None": fair("not told")}
_FIELDS = (
    Field("record", "Record", TITLES),
    Field("name", "Name"),
    Field("type", "Type"),
    Field("value", "Value"),
    Field("priority", "Priority"),
    Field("ttl", "TTL", priority=1),
    Field("why", "Why", priority=2),
    Field("seen", "Seen", _SEEN),
    Field("found"),
)
# Of the reply itself a person sees what is no record.
_FACTS = ("DomainName", "DomainId", "DomainStatus", "UtcCreateTime", "IcpStatus", "TlDomainName")


def _described(current: Session, typed: dict[str, Any]) -> dict[str, Any]:
    """The reply to DescDomain."""
    from dmcli.cli.perform import resolve_names
    from dmcli.cli.values import collect

    return current.client.call(_DESC, resolve_names(current, collect(current, _DESC, typed)))


def _records(current: Session, *, export: str | None, **typed: Any) -> None:
    from dmcli.render import show_document, show_text

    if export and (current.given.get("output") or current.given.get("query")):
        raise InputError(tr("--as is a format of its own: give it without --output and --query"))
    found = wanted(_described(current, typed))
    if export:
        output, text = current.output(), EXPORTS[export](found)
        show_text(safe(text, lines=True) if output.stdout.isatty() else text, output)
    else:
        show_document([record.row() for record in found], _FIELDS, current.output())


def show_records(current: Session, domain_ids: list[str]) -> None:
    """Show the records of domains, and an empty line for what follows: a check, which says which are seen."""
    from dmcli.render import show_document

    output = current.output()
    replies = [current.client.call(_DESC, {"DomainId": domain_id}) for domain_id in domain_ids]
    rows = [record.row() for reply in replies for record in wanted(reply)]
    show_document(rows, tuple(field for field in _FIELDS if field.name != "seen"), output)
    output.stdout.write("\n")


def _show(current: Session, **typed: Any) -> None:
    """The reply as it is for programs; for a person the facts, and below them the records by their full names."""
    from dmcli.render import show_document
    from dmcli.render.sheet import show_sheet

    reply, output = _described(current, typed), current.output()
    if not output.for_people:
        show_document(reply, _DESC.fields, output)
        return
    fields = tuple(field for field in _DESC.fields if field.name in _FACTS)
    rows = [record.row() for record in wanted(reply)]
    seen = tuple(Field(row["record"], TITLES[row["record"]], _IN_DNS) for row in rows)
    states = {row["record"]: row["seen"] for row in rows}
    show_sheet(reply | states, (*fields, *seen), [tuple(states)], output)
    if rows:
        output.stdout.write("\n")
        show_document(rows, _FIELDS, output)


COMMAND = command(
    "records",
    [
        *options_of(_DESC),
        click.Option(
            ["--as", "export"], type=click.Choice(list(EXPORTS)), help="Write the records as this tool takes them."
        ),
    ],
    _records,
    "Show the DNS records a domain needs, ready to publish.",
    "mail.example.com --as zone",
)
SHOW = command("show", options_of(_DESC), _show, _DESC.summary, _DESC.commands[0].example)
