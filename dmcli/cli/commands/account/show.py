"""`dm account show`: the summary and the quota, and whether that suffices; `dm account settings`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.cli.duration import Duration
from dmcli.cli.options import options_of
from dmcli.cli.tree import command
from dmcli.words import composed, tr

if TYPE_CHECKING:
    from rich.console import RenderableType

    from dmcli.cli.session import Session

_SUMMARY = catalogue.get("DescAccountSummary")
_SETTINGS, _CHANGE = catalogue.get("GetUser"), catalogue.get("UpdateUser")


def _show(current: Session, *, need: int, fail_below: str, watch: bool, interval: float) -> None:
    from dmcli.errors import InputError
    from dmcli.render.panel import show_account

    output = current.output()
    if watch:
        _watch(current, need, fail_below, interval)
        return
    if output.raw:
        if need or fail_below:
            raise InputError(tr("--raw is the reply alone, which says nothing of what is left: leave it out"))
        show_account(current.client.call(_SUMMARY, {}), output)
        return
    account = _look(current)
    show_account(account, output)
    _check(account, need, fail_below)


def _look(current: Session) -> dict[str, Any]:
    """The account as it is now: the reply, and beside it profile, region and usage. Raises DmError."""
    from dmcli.workflows.usage import quota_usage, usage_of

    summary = current.client.call(_SUMMARY, {})
    usage = quota_usage(current.client, current.service_now)
    return {
        **summary,
        "profile": current.settings.profile or tr("none"),
        "region": current.settings.region,
        "usage": usage_of(summary, usage, current.service_now),
    }


def _check(account: dict[str, Any], need: int, fail_below: str) -> None:
    from dmcli.workflows.usage import check_quota

    if need or fail_below:
        check_quota(account, account["usage"], need, fail_below)


def _watch(current: Session, need: int, fail_below: str, interval: float) -> None:
    """Redraw the panel until the quota does not suffice or the run is interrupted."""
    from dmcli.errors import InputError, UnreachableError
    from dmcli.render.board import Redrawn
    from dmcli.render.panel import account_panel

    output = current.output()
    if not (output.for_people and output.stdout.isatty() and current.voice.redraws()):
        raise InputError(
            tr(
                "--watch redraws a terminal: leave it out where there is none, with DM_ACCESSIBLE, "
                "and with --output or --query"
            )
        )
    account, lack = _look(current), ""

    def drawn(when: str) -> RenderableType:
        return account_panel(account, output, tr("; ").join(filter(None, (lack, when, tr("Ctrl-C ends it")))))

    with Redrawn(output, drawn, clock=current.resources.clock, keep=True) as board:
        while True:
            _check(account, need, fail_below)
            board.rest(interval)
            current.resources.pause(interval)
            board.refresh()
            try:
                account, lack = _look(current), ""
            except UnreachableError as error:
                lack = error.message


def _settings(current: Session, **typed: Any) -> None:
    from dmcli.cli.perform import perform
    from dmcli.render import show_document

    if typed["User"] is not None:
        perform(current, _CHANGE, typed)
    elif typed["dry_run"]:
        perform(current, _SETTINGS, typed)
    else:
        reply, output = current.client.call(_SETTINGS, {}), current.output()
        fields = tuple(field for field in _SETTINGS.fields if field.title)  # without the object that holds them
        show_document(reply.get("Data", {}) if output.wants_columns else reply, fields, output)


def _least(_: click.Context, __: click.Parameter, value: str | None) -> str:
    if value and not re.fullmatch("(100|[0-9]{1,2})%|[0-9]{1,9}", value):
        raise click.BadParameter(tr("{value!r} is neither a share such as 10% nor a number of mails", value=value))
    return value or ""


COMMAND = command(
    "show",
    [
        *options_of(_SUMMARY),
        click.Option(
            ["--need"], type=click.IntRange(0), metavar="N", default=0, help="Exit code 5 when N more do not fit."
        ),
        click.Option(
            ["--fail-below"],
            metavar="SHARE",
            callback=_least,
            help="Exit code 5 when less is left of the day's or the month's quota: 10%, or a number of mails.",
        ),
        click.Option(["--watch"], is_flag=True, help="Redraw it in place, on a terminal."),
        click.Option(
            ["--interval"],
            type=Duration(1),
            metavar="TIME",
            default="30s",
            show_default=True,
            help="From one look of --watch to the next.",
        ),
        click.Option(["--usage"], is_flag=True, hidden=True, expose_value=False, help="Is always there."),
    ],
    _show,
    composed(_SUMMARY.summary, "With --raw the service's reply alone."),
    "--need 500",
)
SETTINGS = command(
    "settings",
    options_of(_CHANGE, may=("User",)),
    _settings,
    composed(_SETTINGS.summary, "With an option it is changed."),
    "--eventbridge",
)
