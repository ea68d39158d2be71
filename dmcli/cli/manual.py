"""Manual pages made from the command tree: dm.1, and one a group. setup.py writes them when a wheel is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import dmcli
from dmcli.cli.app import GROUPS
from dmcli.cli.common import common
from dmcli.cli.help import Helped
from dmcli.cli.reference import walk
from dmcli.cli.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def manual(date: str) -> dict[str, str]:
    """Every page by the name of its file. `date` is YYYY-MM-DD, the day that the pages show as theirs."""
    top, *commands = walk()
    pages = {"dm.1": _page("dm", date, _top(top[1]))}
    for name in GROUPS:
        inside = [(path, ctx) for path, ctx in commands if path[0] == name]
        pages[f"dm-{name}.1"] = _page(f"dm-{name}", date, _group(name, inside))
    return pages


def _page(name: str, date: str, lines: Iterable[str]) -> str:
    return "\n".join((f'.TH {name.upper()} 1 {date} "dm {dmcli.__version__}" "DirectMail"', *lines)) + "\n"


def _top(ctx: click.Context) -> Iterator[str]:
    yield from (".SH NAME", r"dm \- administer Alibaba Cloud DirectMail from a terminal")
    yield from _synopsis(ctx)
    yield from (".SH DESCRIPTION", _text(ctx.command.help or ""), ".SH COMMANDS")
    for name, text in GROUPS.items():
        yield from (".TP", rf"\fBdm\-{_text(name)}\fR(1)", _text(text))
    yield ".SH OPTIONS"
    yield from _options(ctx, common())
    yield from _examples(ctx)
    yield from (".SH TOPICS", f"Printed by \\fBdm help\\fR \\fITOPIC\\fR: {_text(', '.join(TOPICS))}.")


def _group(name: str, commands: list[tuple[tuple[str, ...], click.Context]]) -> Iterator[str]:
    yield from (".SH NAME", rf"dm\-{_text(name)} \- {_text(GROUPS[name].rstrip('.'))}")
    own = commands[0][1]
    yield from _synopsis(own)
    yield from (".SH DESCRIPTION", _text(own.command.help or GROUPS[name]))
    if not isinstance(own.command, click.Group):
        yield from _described(own, ".SH ")
    else:
        yield ".SH COMMANDS"
    for path, ctx in commands[1:]:
        if not isinstance(ctx.command, click.Group):
            yield f".SS dm {_text(' '.join(path))}"
            yield _text(ctx.command.help or "")
            yield from _described(ctx, "")
    if isinstance(own.command, click.Group):
        yield from _examples(own)
    yield from (".SH SEE ALSO", r"\fBdm\fR(1), which has the options that every command takes.")


def _synopsis(ctx: click.Context) -> Iterator[str]:
    yield from (
        ".SH SYNOPSIS",
        rf"\fB{_text(ctx.command_path)}\fR {_text(' '.join(ctx.command.collect_usage_pieces(ctx)))}",
    )


def _described(ctx: click.Context, heading: str) -> Iterator[str]:
    """Options and example of a command."""
    if heading:
        yield f"{heading}OPTIONS"
    yield from _options(ctx, ctx.command.params)
    if isinstance(ctx.command, Helped):
        yield f"{heading}EXAMPLE" if heading else ".PP"
        yield from (".EX", *map(_text, ctx.command.examples(ctx)), ".EE")


def _examples(ctx: click.Context) -> Iterator[str]:
    """The examples of a group."""
    if isinstance(ctx.command, Helped):
        yield from (".SH EXAMPLES", ".EX", *map(_text, ctx.command.examples(ctx)), ".EE")


def _options(ctx: click.Context, params: Iterable[click.Parameter]) -> Iterator[str]:
    for record in filter(None, (param.get_help_record(ctx) for param in params)):
        term, text = record
        yield from (".TP", rf"\fB{_text(term)}\fR", _text(text))


def _text(text: str) -> str:
    """A text as roff: on one line, with nothing in it that roff would obey."""
    line = (
        " ".join(text.split())
        .replace("\\", r"\e")
        .replace("-", r"\-")
        .replace("'", r"\(aq")
        .replace("^", r"\(ha")
        .replace("~", r"\(ti")
        .replace("`", r"\(ga")
    )
    return rf"\&{line}" if line.startswith(".") else line
