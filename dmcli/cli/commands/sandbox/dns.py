"""`dm sandbox dns`: the zones of the sandbox's DNS authority, and what is to go wrong in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.kinds.common import TEXT
from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.rows import show_rows
from dmcli.cli.options import Value
from dmcli.cli.tree import Group, command
from dmcli.errors import NotFoundError
from dmcli.sandbox.control.dns import break_records, list_records, remove_records, set_record, turn_off
from dmcli.sandbox.dns.authority import HOWS, TYPES, ZoneRecord
from dmcli.words import composed, counted, listed, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (
    Field("name", "Name"),
    Field("type", "Type"),
    Field("value", "Value"),
    Field("priority", "Priority"),
    Field("ttl", "TTL"),
    Field("split"),
    Field("how", "Broken"),
)


def _list(current: Session, *, name: str) -> None:
    rows = [record._asdict() for record in list_records(current.sandbox, name)]
    show_rows(current, "records", rows, _FIELDS, tr("the zones have no records"))


def _set(
    current: Session,
    *,
    name: str,
    kind: str,
    value: str,
    ttl: int,
    priority: int | None,
    split: int,
    add: bool,
) -> None:
    record = set_record(current.sandbox, ZoneRecord(name, kind, value, priority, ttl, split), add=add)
    current.say(tr("{name} has the {type} record", name=record.name, type=record.type))


def _remove(current: Session, *, name: str, kind: str) -> None:
    gone = remove_records(current.sandbox, name, kind)
    if not gone:
        sandbox = current.resources.sandbox_command
        raise NotFoundError(
            tr("there is no {type} record at {name}; see: {sandbox} dns list", type=kind, name=name, sandbox=sandbox)
            if kind
            else tr("there is no record at {name}; see: {sandbox} dns list", name=name, sandbox=sandbox)
        )
    current.say(tr("removed {records}", records=counted(gone, "record")))


def _break(current: Session, *, name: str, words: tuple[str, ...]) -> None:
    *kinds, how = words
    if len(kinds) > 1:
        raise click.UsageError(
            tr("give a type and how, not {count} words: dns break NAME [TYPE] HOW", count=len(words))
        )
    kind = kinds[0].upper() if kinds else ""
    if kind and kind not in TYPES:
        raise click.UsageError(
            tr(
                "{kind!r} is no type of record that the sandbox serves; give {types}",
                kind=kinds[0],
                types=listed(TYPES),
            )
        )
    break_records(current.sandbox, name, kind, how)
    what = f"{name} {kind}".rstrip()
    current.say(
        tr("{records} is as it is set", records=what)
        if how == "none"
        else tr("{records}: {broken}", records=what, broken=tr(HOWS[how]))
    )


def _off(current: Session) -> None:
    turn_off(current.sandbox)
    current.say(tr("domains verify without DNS"))


_NAME = "mail.example.com"


def _name(*, required: bool = True) -> click.Argument:
    metavar = "NAME" if required else "[NAME]"
    return click.Argument(
        ["name"], type=Value(TEXT), required=required, default=None if required else "", metavar=metavar,
        help="Full name, as mail.example.com.",
    )  # fmt: skip


def _kind(*, required: bool = True) -> click.Argument:
    metavar = "TYPE" if required else "[TYPE]"
    kinds = click.Choice(TYPES, case_sensitive=False)
    default = None if required else ""
    return click.Argument(
        ["kind"], type=kinds if required else click.Choice((*TYPES, ""), case_sensitive=False), required=required,
        default=default, metavar=metavar, help=", ".join(TYPES),
    )  # fmt: skip


_HOW = click.Argument(
    ["words"],
    nargs=-1,
    required=True,
    metavar="[TYPE] HOW",
    shell_complete=lambda _, __, typed: [word for word in (*HOWS, "none", *TYPES) if word.startswith(typed)],
)
_HOW.help = composed("{ways}; none repairs.", ways=", ".join(HOWS))  # not in the constructor: click cleans it
COMMAND = Group("dns")
for _made in (
    command("list", [_name(required=False)], _list, "List the records that are set, and what is wrong with each."),
    command(
        "set",
        [
            _name(),
            _kind(),
            click.Argument(["value"], type=Value(TEXT), metavar="VALUE", help="Text in one piece, host or address."),
            click.Option(
                ["--ttl"],
                type=click.IntRange(0, 2**31 - 1),
                default=600,
                show_default=True,
                metavar="SECONDS",
                help="How long it may be kept.",
            ),
            click.Option(["--priority"], type=click.IntRange(0, 65535), metavar="N", help="Of an MX."),
            click.Option(
                ["--split"],
                type=click.IntRange(1, 255),
                default=255,
                show_default=True,
                metavar="OCTETS",
                help="Send a TXT in strings of that length.",
            ),
            click.Option(["--add"], is_flag=True, help="Beside the records of that type, not in place of them."),
        ],
        _set,
        "Set a record.",
        f"{_NAME} MX mx01.dm.aliyun.com --priority 10",
    ),
    command("remove", [_name(), _kind(required=False)], _remove, "Remove the records at a name.", f"{_NAME} TXT"),
    command(
        "break",
        [
            _name(),
            _HOW,
        ],
        _break,
        "Let the records at a name go wrong, until none.",
        f"{_NAME} TXT servfail",
    ),
    command("off", [], _off, "Let domains verify without DNS again; the records stay."),
):
    COMMAND.add_command(_made)
