"""`dm stats totals`, `tracking`, which has two actions, `sender` and `report`; the rest is the catalogue's."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.actions.common import NO_ACTION
from dmcli.api.paging import value_of
from dmcli.cli.build import group
from dmcli.cli.options import from_history, options_of
from dmcli.cli.tree import command, command_in
from dmcli.errors import DmError, RefusedError
from dmcli.words import language, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.api.model import Action
    from dmcli.cli.session import Session

_TOTALS = catalogue.get("SenderStatisticsByTagNameAndBatchID")
_TRACKING = catalogue.get("GetTrackList")
_NARROWED = catalogue.get("GetTrackListByMailFromAndTagName")
_SENDER = catalogue.get("GetSendEmailCountByMailFrom")


def _totals(current: Session, **values: Any) -> None:
    from dmcli.cli.perform import perform
    from dmcli.workflows.spam import ACTION, Apart

    def apart(wire: Mapping[str, str]) -> Apart:
        clock, pause = current.resources.clock, current.resources.pause
        return Apart(current.client, wire, current.service_now, clock, pause, current.say)

    wanted = current.output().wants_columns  # json is the reply as received
    perform(current, ACTION if wanted else _TOTALS, values, apart if wanted else None)


def _tracking(current: Session, **values: Any) -> None:
    from dmcli.cli.perform import perform

    narrowed = values.get("AccountName") or values.get("TagName")
    # The narrowed action has no domain filter; with one, the wider action takes sender and tag as well.
    action = _NARROWED if narrowed and not values.get("Domain") else _TRACKING
    perform(current, action, values)


def _sender(current: Session, **values: Any) -> None:
    from dmcli.cli.perform import resolve_names
    from dmcli.cli.values import collect
    from dmcli.render import show_document

    wire = resolve_names(current, collect(current, _SENDER, values))
    try:
        reply = current.client.call(_SENDER, wire)
    except DmError as error:
        if error.code not in NO_ACTION:
            raise
        raise RefusedError(
            tr("the service no longer has the action behind this command"),
            hint=tr("'dm address show {address}' tells the same.", address=wire["AccountName"]),
            code=error.code,
            request_id=error.request_id,
            http_status=error.http_status,
        ) from None
    output = current.output()
    data = value_of(reply, "data")
    show_document(data if output.wants_columns and isinstance(data, dict) else reply, _SENDER.fields, output)


def _report(current: Session, *, html: str | None, markdown: bool, **typed: Any) -> None:
    from dmcli.api.kinds.dates import local_text
    from dmcli.cli.perform import at_any_time
    from dmcli.cli.values import collect
    from dmcli.local.files import writable
    from dmcli.render import show_document, show_text
    from dmcli.render.report.markdown import markdown as in_markdown
    from dmcli.render.report.page import page
    from dmcli.workflows.report import kept_since, report, told_since
    from dmcli.workflows.windows import rows

    def read(action: Action, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        if current.from_history and action.kept:
            return current.reader.rows(action, params)
        return rows(current.client, action, params, current.service_now)

    wire = collect(current, at_any_time(_TOTALS) if current.from_history else _TOTALS, typed).wire
    with writable(html) if html else nullcontext():  # what cannot be written is told before the calls
        since, kept = wire["StartTime"], ""
        if not current.from_history:
            since, kept = max(since, told_since(current.service_now)), kept_since(current.service_now)
        figures = current.resources.reader.figures(since, wire["EndTime"]) if current.from_history else None
        found = report(current.client, read, since, wire["EndTime"], kept, figures)
        if html:
            text = page(found, current.lang, local_text(current.now.astimezone()))
            with open(html, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            current.say(tr("the report is in {file}", file=html))
    if current.output().wants_data:
        show_document(found, (), current.output())
    elif markdown or not html:
        show_text(in_markdown(found, language()), current.output())


_ABOUT_REPORT = marked("Report on some weeks: outcomes, failures, opens, senders and tags; in Markdown, or as a page.")


def _totals_command() -> click.Command:
    return command("totals", options_of(_TOTALS), _totals, _TOTALS.summary, "--from news@mail.example.com --since 30d")


def _tracking_command() -> click.Command:
    return command(
        "tracking", options_of(_TRACKING), _tracking, _TRACKING.summary, "--from news@mail.example.com --tag welcome"
    )


def _report_command() -> click.Command:
    return command(
        "report",
        [
            *(option for option in options_of(_TOTALS) if option.name in ("StartTime", "EndTime")),
            from_history("Read statistics where dm stats sync has kept them; quota and names come from the service."),
            click.Option(
                ["--html"], type=click.Path(dir_okay=False), metavar="FILE", help="Write a page to this file."
            ),
            click.Option(
                ["--markdown"],
                is_flag=True,
                help="Print it as Markdown, for a chat or a ticket; so it is without --html.",
            ),
        ],
        _report,
        _ABOUT_REPORT,
        "--since 30d --html report.html",
    )


def _sender_command() -> click.Command:
    return command("sender", options_of(_SENDER), _sender, _SENDER.summary, "news@mail.example.com")


_HISTORY = f"{__package__}.history"
COMMAND = group("stats")
# Made when they are entered: a command needs none of the others' options.
COMMAND.later("totals", _TOTALS.summary, _totals_command)
COMMAND.later("tracking", _TRACKING.summary, _tracking_command)
COMMAND.later("report", _ABOUT_REPORT, _report_command)
COMMAND.later("sender", _SENDER.summary, _sender_command)
COMMAND.later(
    "sync",
    "Keep on this machine what the service forgets after a month.",
    lambda: command_in(f"{_HISTORY}.sync"),
)
COMMAND.later("history", "What dm stats sync has kept: show, prune, export.", lambda: command_in(f"{_HISTORY}.show"))
