"""Options of what sends mails one by one, and addresses among them. What they ask for loads when one is typed."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.kinds.addresses import Email
from dmcli.api.kinds.text import Body
from dmcli.cli.common import file_names
from dmcli.cli.options import Value, is_text
from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.cli.commands.sending.attach import Spec

_COMMENT = r"(?m)^[ \t]*#.*"  # no address that the service takes has a #


class Addresses(Email):
    """Several addresses; @FILE has one a line and comments that begin with #, or a table with a column of them."""

    files = Body.most  # some hundred thousand of them


class AddressesValue(Value):
    """Addresses as typed; of a table its column of addresses, each in the line that has the number of its row."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The addresses, one a line; comments are empty lines."""
        if not isinstance(value, str) or not value.startswith("@") or value.startswith("@@"):
            return super().convert(value, param, ctx)
        found = _column(value[1:]) if value not in ("@", "@-") else None
        if found is None:
            found = re.sub(_COMMENT, "", super().convert(value, param, ctx))
        if not found.strip():
            self.fail(tr("there is no address in {name!r}", name=value), param, ctx)
        return found


def _column(path: str) -> str | None:
    """The addresses in a table with a column of them; None where there is none. Raises InputError."""
    from dmcli.api.actions.receiver import ADDRESS
    from dmcli.local.tables import open_table
    from dmcli.workflows.lists.people import fields_of

    is_book = path.lower().endswith(".xlsx")
    try:
        if os.path.getsize(path) > Addresses.files:  # the reading of files tells it
            return None
        table = open_table(path)
        fields = fields_of(table, {})
    except (OSError, ValueError, InputError):
        if is_book:
            raise
        return None
    column = next(name for name, field in fields.items() if field == ADDRESS.name)
    if column.startswith("#") and len(table.columns) == 1 and not is_book:  # a comment above addresses, one a line
        return None
    lines: list[str] = []
    for row in table.rows([column]):
        lines += [""] * (row.number - 1 - len(lines))
        lines.append(row.values[column].replace("\n", " "))
    return "\n".join(lines)


def emails(about: str) -> click.Argument:
    """The argument for several addresses."""
    return click.Argument(
        ["addresses"],
        nargs=-1,
        metavar="[EMAIL]...",
        help=about,
        type=AddressesValue(Addresses()),
    )


def html_options() -> list[click.Parameter]:
    """The options of what takes a template of HTML."""
    return [
        click.Option(["--mjml"], is_flag=True, help="The HTML is MJML; needs the extra mjml."),
        css_inline_option(),
    ]


def css_inline_option() -> click.Option:
    """--css-inline, for what takes HTML."""
    return click.Option(
        ["--css-inline"], is_flag=True, help="Put style rules into the elements; needs the extra css-inline."
    )


def attach_option() -> click.Option:
    """--attach, for what sends single mails."""
    return click.Option(
        ["--attach"],
        multiple=True,
        callback=_specs,
        metavar="FILE[;name=NAME][;type=TYPE]",
        shell_complete=file_names,
        help="File of this machine to upload and attach; repeatable.",
    )


def _specs(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> tuple[Spec, ...]:
    """The files as they were typed."""
    if not values:
        return ()
    from dmcli.cli.commands.sending.attach import read_spec

    for value in values:
        if not is_text(value):
            problem = tr("{value!r} is not text: it has bytes that are not UTF-8", value=value)
            raise click.BadParameter(problem, ctx, param)
    try:
        return tuple(map(read_spec, values))
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None
