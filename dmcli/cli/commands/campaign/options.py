"""What several commands on campaigns take: where the journal is, and how fast mails go out."""

from __future__ import annotations

import os
import re
import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from dmcli.cli.common import keep
from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.cli.session import Session
    from dmcli.workflows.merge.journals.campaigns import Campaigns
    from dmcli.workflows.merge.pace import Wishes

_PER = {"s": 1, "min": 60, "h": 3600}
_DAY = 1440  # minutes


def journal_option() -> click.Option:
    """Where the journal of a campaign is."""
    return click.Option(
        ["--journal"],
        metavar="URL",
        expose_value=False,
        callback=keep,
        help="Database of the campaign, postgresql://...  [default: DM_JOURNAL, else this machine]",
    )


def typed_name(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """The name of a campaign as it is compared."""
    from dmcli.workflows.merge.journals.campaigns import normal_form

    return normal_form(value) if value else value


def journal_url(current: Session) -> str:
    """The database that was chosen; "" for this machine."""
    return str(current.given.get("journal") or os.environ.get("DM_JOURNAL", ""))


@contextmanager
def campaigns(current: Session) -> Iterator[Campaigns]:
    """The campaigns of this machine, or of the database that was chosen."""
    found: Campaigns
    if url := journal_url(current):
        from dmcli.workflows.merge.journals.shared import SharedCampaigns

        found = SharedCampaigns(url, typed="journal" in current.given, learn=current.voice.learn)
    else:
        from dmcli.workflows.merge.journals.local import LocalCampaigns

        found = LocalCampaigns(os.environ)
    try:
        yield found
    finally:
        found.close()


def command_of(current: Session, verb: str, name: str) -> str:
    """How a person runs a command on a campaign."""
    typed = current.given.get("journal")
    journal = f" --journal {shlex.quote(typed)}" if typed else ""
    return f"{current.resources.command} campaign {verb} {shlex.quote(name)}{journal}"


class Rate(click.ParamType[float]):
    """So many in a time: 20/s, 100/min, 500/h.

    >>> Rate().convert("90/min", None, None)
    1.5
    """

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """How many a second."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"([1-9][0-9]{0,6})/(s|min|h)", value)
        if not found:
            self.fail(tr("{value!r} is not a rate such as 20/s, 100/min or 500/h", value=value), param, ctx)
        return int(found[1]) / _PER[found[2]]


class Hours(click.ParamType[tuple[int, int]]):
    """A part of the day such as 09:00-18:00, in minutes from midnight.

    >>> Hours().convert("09:00-18:30", None, None)
    (540, 1110)
    """

    name = "hours"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """The minutes at which it begins and ends."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})", value)
        begin, end = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
        minutes = [int(found[2]), int(found[4])] if found else []
        if begin == end or max(begin, end) > _DAY or max(minutes, default=0) > 59:  # noqa: PLR2004
            self.fail(tr("{value!r} is not a part of the day such as 09:00-18:00", value=value), param, ctx)
        return begin, end


class Ramp(click.ParamType[tuple[int, int]]):
    """Mails on the first day, and how many per cent more each day: 200:+30%/day.

    >>> Ramp().convert("200:+30%/day", None, None)
    (200, 30)
    """

    name = "ramp"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Mails, and per cent."""
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"([1-9][0-9]{0,8}):\+([1-9][0-9]{0,2})%/day", value)
        if not found:
            self.fail(
                tr(
                    "{value!r} is not a ramp such as 200:+30%/day, which is 200 mails on the first day and 30 % more "
                    "each day after it (1 to 999)",
                    value=value,
                ),
                param,
                ctx,
            )
        return int(found[1]), int(found[2])


def via_option() -> click.Option:
    """How mails reach the service."""
    return click.Option(
        ["--via"],
        type=click.Choice(["single", "batch"]),
        default="single",
        help="A call a mail, or of up to 100 mails.  [default: single]",
    )


def check_typed(typed: Mapping[str, Any]) -> None:
    """Raise InputError where a merge is to do two things at once, or has no text."""
    modes = [f"--{name.replace('_', '-')}" for name in ("preview", "test_to", "resume", "plan_only") if typed[name]]
    if len(modes) > 1:
        raise InputError(tr("{one} and {other} are two things to do: give one of them", one=modes[0], other=modes[1]))
    if not (typed["HtmlBody"] or typed["TextBody"]):
        raise InputError(tr("there is nothing to send: give --html or --text, such as --html @body.html"))


def pace_options() -> list[click.Parameter]:
    """The options of what sends a campaign."""
    return [
        click.Option(["--rate"], type=Rate(), metavar="N/s", help="At most so many: 20/s, 100/min, 500/h."),
        click.Option(
            ["--per-day"], type=click.IntRange(1), metavar="N", help="At most so many a day of the service (UTC+8)."
        ),
        click.Option(
            ["--ramp"],
            type=Ramp(),
            metavar="N:+P%/day",
            help="N on the first day of the campaign, P per cent more each day; --per-day caps it.",
        ),
        click.Option(
            ["--window"], type=Hours(), metavar="HH:MM-HH:MM", help="Only in this part of the day, by this clock."
        ),
    ]


def wishes_of(typed: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> Wishes:
    """The pace that was typed, and what the campaign has of it where it was not."""
    from dmcli.workflows.merge.pace import Wishes

    kept = kept or {}
    window, ramp = (typed.get(name) or kept.get(name) for name in ("window", "ramp"))
    return Wishes(
        typed.get("rate") or kept.get("rate") or 0.0,
        typed.get("per_day") or kept.get("per_day") or 0,
        (window[0], window[1]) if window else None,
        (ramp[0], ramp[1]) if ramp else None,
    )
