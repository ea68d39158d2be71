"""What the commands that read a table of people have in common: their options, and what is said of the file."""

from __future__ import annotations

import csv
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.kinds.addresses import ROW_EMAIL
from dmcli.cli.commands.sending.addresses import say_doubts
from dmcli.cli.input import refuse_to_overwrite
from dmcli.errors import InputError
from dmcli.words import counted, listed, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.cli.session import Session
    from dmcli.local.tables import BadRow, Table
    from dmcli.workflows.lists.people import People

_TOLD = 20  # bad rows that are said one by one


class _Encoding(click.ParamType[str]):
    """One of the encodings that tables are read in; the list loads when one is given."""

    name = "encoding"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from dmcli.local.tables import ENCODINGS

        if value.lower() not in ENCODINGS:
            self.fail(tr("{value!r} is none of {known}", value=value, known=listed(ENCODINGS)), param, ctx)
        return value.lower()


def options() -> list[click.Parameter]:
    """The file, and how it is read."""
    return [
        click.Argument(
            ["file"], type=click.Path(), metavar="FILE", help="CSV, TSV, XLSX or ndjson, with names of columns."
        ),
        click.Option(
            ["--map", "maps"],
            multiple=True,
            metavar="COLUMN=FIELD",
            help="What a column is: email, username, nickname, gender, birthday, mobile, or a variable of your own; "
            "empty leaves it out. Repeatable.",
        ),
        click.Option(["--encoding"], type=_Encoding(), metavar="NAME", help="Encoding, such as gb18030."),
        click.Option(["--sheet"], metavar="SHEET", help="Sheet of an XLSX file that has several."),
    ]


def read(
    current: Session,
    file: str,
    maps: Sequence[str],
    encoding: str | None,
    sheet: str | None,
    skip_bad: str | None = None,
) -> People:
    """The people of the file. Says what was found; raises InputError with all rows that cannot be taken."""
    from dmcli.local.tables import open_table
    from dmcli.workflows.lists.people import fields_of, read_people, said

    refuse_to_overwrite(file, "--skip-bad", skip_bad)
    mapped = dict(_pair(text) for text in maps)
    table = open_table(file, encoding or "", sheet or "")
    fields = fields_of(table, mapped)
    current.say(tr("{file}: {found}; {columns}", file=file, found=table.found, columns=said(fields)))
    pairs: list[tuple[str, str]] = []
    parse = partial(ROW_EMAIL.to_wire, now=current.now)

    def address(text: str) -> str:
        wire = parse(text)
        pairs.append((text, wire))
        return wire

    found = read_people(table, fields, address)
    if found.repeated:
        rows = counted(found.repeated, "row")
        current.say(tr("{rows} left out: the same address with the same values is there before", rows=rows))
    if found.bad:
        _tell_bad(current, table, found, skip_bad)
    if not found.people:
        raise InputError(tr("{file} has no row that can be taken", file=file))
    say_doubts(current, pairs)
    return found


def _pair(text: str) -> tuple[str, str]:
    column, equals, field = text.rpartition("=")
    if not equals or not column:
        raise InputError(tr("--map {typed}: give COLUMN=FIELD, such as --map mail=email", typed=text))
    return column.strip(), field.strip()


def _tell_bad(current: Session, table: Table, found: People, skip_bad: str | None) -> None:
    """Say which rows are bad; write them to the file given, else raise InputError."""
    rows = [tr("row {number}: {why}", number=one.number, why=tr(one.reason)) for one in found.bad[:_TOLD]]
    if len(found.bad) > _TOLD:
        rows.append(tr("and {number:,} more", number=len(found.bad) - _TOLD))
    if skip_bad:
        _write(skip_bad, table, found.bad)
        current.say(
            *(tr("left out: {row}", row=one) for one in rows),
            tr("left out {rows}: see {file}", rows=counted(len(found.bad), "row"), file=skip_bad),
        )
        return
    total = len(found.bad) + len(found.people) + found.repeated
    raise InputError(
        tr(
            "{file}: {bad:,} of {rows} cannot be taken: mend them, or give --skip-bad FILE to go on without them and "
            "have them in a file",
            file=table.path,
            bad=len(found.bad),
            rows=counted(total, "row"),
        ),
        details=rows,
    )


def _write(path: str, table: Table, bad: Sequence[BadRow]) -> None:
    """Write bad rows as they were, after their number and the reason; imported again these two are left out."""
    import io

    from dmcli.local.files import write_where_told

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["_row", "_reason", *table.columns])
    writer.writerows([one.number, one.reason, *one.cells] for one in bad)
    write_where_told(path, text.getvalue())


def list_argument() -> list[Any]:
    """The argument LIST."""
    from dmcli.api import catalogue
    from dmcli.cli.options import options_of

    return [
        one for one in options_of(catalogue.get("QueryReceiverDetail"), ("ReceiverId",)) if one.name == "ReceiverId"
    ]
