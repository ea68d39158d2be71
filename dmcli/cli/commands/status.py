"""`dm status`: whose account commands act on, and why; with --check how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.cli.tree import command
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_NAMES = ("profile", "region", "endpoint", "from")


def _status(current: Session, *, check: bool) -> None:
    from dmcli.cli.commands.config.check import columns, rows_of
    from dmcli.errors import CheckFailedError, DmError
    from dmcli.render import show_document

    rows, problems = rows_of(current.settings, _NAMES), 0
    try:
        rows.append(_keys(current))
        if check:
            found = _account(current)
            rows += found
            problems = sum(row["name"] == "problem" for row in found)
    except DmError:
        show_document(rows, columns(), current.output())
        raise
    show_document(rows, columns(), current.output())
    if problems:
        raise CheckFailedError(tr("the account has {problems}", problems=counted(problems, "problem")))


def _keys(current: Session) -> dict[str, Any]:
    """The row of the keys; who else has to be asked for them is not asked. Raises ConfigError where there are none."""
    from dmcli.cli.commands.config.profiles import masked

    source = current.resources.keys
    value = masked(source.identity) or tr("asked for by the first call")
    return {"name": "access_key_id", "value": value, "source": source.source}


def _account(current: Session) -> list[dict[str, Any]]:
    """Rows that say how the account stands, and a row for each problem; of a quota its numbers too. Raises DmError."""
    from dmcli.api import catalogue
    from dmcli.api.actions.account import USER_STATUS
    from dmcli.api.paging import value_of
    from dmcli.api.quota import left_of
    from dmcli.render.panel import quota_figures
    from dmcli.workflows.problems import problems_of
    from dmcli.workflows.usage import SPANS, limit_of, quota_usage

    client = current.client
    summary = client.call(catalogue.get("DescAccountSummary"), {})
    usage = quota_usage(client, current.service_now)
    status = str(value_of(summary, "UserStatus"))
    rows = [_row("account", tr(USER_STATUS.get(status, status)), "DescAccountSummary")]
    for span, (name, _) in SPANS.items():
        used, limit = usage.of(span), limit_of(summary, name)
        numbers = {"used": used.mails, "limit": limit, "left": left_of(limit, used.mails)}
        rows.append(_row(f"quota_{span}", quota_figures(limit, used.mails), tr(used.source) or "-", **numbers))
    mails = {span: usage.of(span).mails for span in SPANS}
    return rows + [_row("problem", problem) for problem in problems_of(client, summary, mails, current.settings.sender)]


def _row(name: str, value: str, source: str = "-", **more: Any) -> dict[str, Any]:
    """A row as it is shown; `more` is for programs, which read no sentences."""
    return {"name": name, "value": value, "source": source, **more}


COMMAND = command(
    "status",
    [
        click.Option(
            ["--check"], is_flag=True, help="Ask the service too: state, quota and problems, which are exit code 5."
        )
    ],
    _status,
    "Show which account and region are in use, and why, without a call.",
    "--check",
)
