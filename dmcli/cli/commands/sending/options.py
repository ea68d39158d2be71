"""Options of what sends mails one by one. What they ask for loads when one is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.cli.common import file_names
from dmcli.cli.options import is_text
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.cli.commands.sending.attach import Spec


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
