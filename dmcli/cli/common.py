"""The options that every command has."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from dmcli import config
from dmcli.cli.session import session
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from click.shell_completion import CompletionItem


def keep(_: click.Context, param: click.Parameter, value: Any) -> Any:
    """Have the session know an option, which no command gets."""
    if value not in (None, False, "") and param.name:
        session().given[param.name] = value
    return value


def profile_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The profiles that begin so."""
    from dmcli.cli.complete import profiles

    return [name for name in profiles() if name.startswith(incomplete)]


def _regions(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from dmcli.api.regions import REGIONS

    return [name for name in REGIONS if name.startswith(incomplete)]


def _zones(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from zoneinfo import available_timezones

    return [name for name in ("local", "service", *sorted(available_timezones())) if name.startswith(incomplete)]


def file_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The files that begin so, which the shell itself finds."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def _query(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value:
        from dmcli.render.query import check_query

        check_query(value)
    keep(ctx, param, value)
    return value


def zone_of(name: str) -> tzinfo | None:
    """The zone of that name; None for that of this machine. Raises ValueError for one that there is not."""
    if name in ("", "local"):
        return None
    if name == "service":
        from dmcli.api.kinds.dates import service_zone

        return service_zone()
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not there, no name of a zone, or a folder
        raise ValueError(
            tr("{name!r} is no time zone: give local, service, or a name such as Europe/Berlin", name=name)
        ) from None


def _zone(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    try:
        zone_of(value or "")
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None
    keep(ctx, param, value)
    return value


def _color(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    keep(ctx, param, value)
    if value:
        ctx.color = session().color
    return value


def _help(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from dmcli.cli.help import show_help

        show_help(ctx, sys.stdout)
        ctx.exit()


def _deadline(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from dmcli.cli.duration import Duration

    keep(ctx, param, value and Duration(1).convert(value, param, ctx))
    return value


class Common(click.Option):
    """An option that every command has; its value goes to the session, not to the command."""

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        """As click does where it was typed; else there is nothing to do, twenty times at each of three levels."""
        return super().handle_parse_result(ctx, opts, args) if self.name in opts else (None, args)


def option(*names: str, help: str, **more: Any) -> tuple[tuple[str, ...], dict[str, Any]]:  # noqa: A002  click's word
    """The names of an option, and what click is told of it."""
    return names, {"help": help, "expose_value": False, "callback": keep, **more}


# The options that every command takes, and that are accepted before the group too; they keep no state. The types and
# the help option that click brings would load the translations of their few words on every run.
_COMMON = dict(
    (
        option(
            "-p",
            "--profile",
            metavar="NAME",
            help="Profile to use; 'sandbox' needs no account.",
            shell_complete=profile_names,
        ),
        option("--region", metavar="REGION", help="Region, e.g. cn-hangzhou.", shell_complete=_regions),
        option("--endpoint", metavar="URL", help="Endpoint to call instead of the region's."),
        option("-o", "--output", type=click.Choice(config.OUTPUT), help="Format of the result."),
        option("--query", metavar="JMESPATH", help="Show only this part of the result.", callback=_query),
        option(
            "--csv-raw", is_flag=True, help="Write csv as received: codes, times, and formulas with no ' before them."
        ),
        option("--raw", is_flag=True, help="Write control characters into tab-separated text as they are."),
        option("--no-pager", is_flag=True, help="Show what is longer than the screen without a pager."),
        option("--bom", is_flag=True, help="Begin csv with the mark by which spreadsheets know UTF-8."),
        option(
            "--tz",
            metavar="ZONE",
            callback=_zone,
            shell_complete=_zones,
            help="Zone of the times shown: local, service (UTC+8), or a name such as Europe/Berlin.  [default: local]",
        ),
        option(
            "--ca-bundle", metavar="FILE", help="Certificates to trust instead of the usual.", shell_complete=file_names
        ),
        option(
            "--deadline",
            metavar="TIME",
            callback=_deadline,
            help="Longest a call may take with its retries.  [default: 60s]",
        ),
        option("--lang", type=click.Choice(config.LANG), help="Language of all texts, data apart."),
        option(
            "--color",
            type=click.Choice(config.COLOR),
            is_eager=True,  # so that help knows it
            callback=_color,
            help="Colours: on a terminal unless NO_COLOR is set, always, or never.  [default: auto]",
        ),
        option("--debug", is_flag=True, help="Show calls on stderr, without values."),
        option("-q", "--quiet", is_flag=True, help="Only results and errors."),
        option("-h", "--help", is_flag=True, is_eager=True, callback=_help, help="Show this message and exit."),
    )
)
_NAMED = {name: names for names in _COMMON for name in names}


@cache
def _made(names: tuple[str, ...]) -> click.Option:
    """An option of the table, made when it is asked for, since few are typed."""
    return Common(names, **_COMMON[names])


def common() -> tuple[click.Option, ...]:
    """All of them."""
    return tuple(map(_made, _COMMON))


def common_option(name: str) -> click.Option | None:
    """The one of a name such as -o or --output; None where there is none."""
    return _made(_NAMED[name]) if name in _NAMED else None
