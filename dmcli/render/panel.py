"""The account at a glance: state, level, what of the day's and the month's quota is used and left, how much exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.actions.account import ACTIONS
from dmcli.api.model import Field
from dmcli.api.quota import percent_used, tone_of
from dmcli.render.cells import cell_words, raw_text, values
from dmcli.render.console import STYLES, console_for, show_renderable, style_of
from dmcli.render.encoding import fit_encoding
from dmcli.render.show import show_document
from dmcli.untrusted import safe

if TYPE_CHECKING:
    from rich.text import Text

    from dmcli.render.output import Output

_SUMMARY = {field.name: field for field in ACTIONS[0].fields}
_COUNTS = ("Domains", "MailAddresses", "Receivers", "Tags", "Templates")
_BAR = 20  # cells of the bar where there is room for them
_AROUND = 16  # cells of the frame, the longest label and the blanks after it


class _Quota(NamedTuple):
    """Mails allowed and used in a day or month, None where that is not known."""

    limit: int | None
    used: int | None


def show_account(summary: dict[str, Any], usage: dict[str, Any] | None, output: Output) -> None:
    """Print the account.

    `summary` is the reply of DescAccountSummary, `usage` has day_used and month_used in mails, None where not known.
    A table is the panel. Every other format, and a query, has the summary; json and the like with `usage` as a further
    key if given, csv and tsv with its keys as further columns.
    """
    if output.wants_columns and not output.for_people:
        show_document({**summary, **(usage or {})}, (*ACTIONS[0].fields, *map(Field, usage or ())), output)
        return
    if not output.for_people:
        show_document(summary if usage is None else {**summary, "usage": usage}, (), output)
        return
    from rich import box
    from rich.panel import Panel
    from rich.table import Table

    console = console_for(output)
    bar = "#." if console.options.ascii_only else "█░"
    used = usage or {}
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", overflow="fold")
    grid.add_column(overflow="fold")
    grid.add_row("Status", _status(summary, output))
    grid.add_row("Level", _level(summary, output))
    for label, limit, key in (("Today", "DailyQuota", "day_used"), ("This month", "MonthQuota", "month_used")):
        quota = _Quota(_number(values(summary, [limit])[0]), _number(used.get(key)))
        grid.add_row(label, _quota(quota, bar, console.width - _AROUND))
    for name in _COUNTS:
        grid.add_row(_SUMMARY[name].title, _plain(values(summary, [name])[0], output))
    show_renderable(console, Panel(grid, title="Account", box=box.ROUNDED, expand=False), output)


def _status(summary: dict[str, Any], output: Output) -> Text:
    """The state in words; an unknown code as it is."""
    from rich.text import Text

    field, code = _SUMMARY["UserStatus"], values(summary, ["UserStatus"])[0]
    return Text(_plain(cell_words(field, code), output), style_of(field, code))


def _level(summary: dict[str, Any], output: Output) -> str:
    level, highest = (_plain(value, output) for value in values(summary, ["QuotaLevel", "MaxQuotaLevel"]))
    return f"{level} of {highest}"


def _quota(quota: _Quota, bar: str, room: int) -> Text:
    """A bar and figures, on one line where the room is enough; figures alone where there is nothing to measure."""
    from rich.text import Text

    figures = _figures(quota)
    if quota.used is None or quota.limit is None or quota.limit < 0:
        return Text(figures)
    percent = percent_used(quota.used, quota.limit)
    beside = f" {percent:3,}%"
    length = max(min(_BAR, room - len(beside)), 1)
    filled = min(length, -(-percent * length // 100))
    text = Text().append(bar[0] * filled, style=STYLES[tone_of(percent)])
    text.append(bar[1] * (length - filled), style="dim")
    text.append(beside)
    fits = len(text) + 2 + len(figures) <= room
    return text.append("  " if fits else "\n").append(figures)


def _figures(quota: _Quota) -> str:
    """Used, allowed and left in words."""
    limit, used = quota
    if limit is not None and limit < 0:
        return f"{used:,} used, no limit" if used is not None else "no limit, used unknown"
    if used is None:
        return f"{limit:,} allowed, used unknown" if limit is not None else "unknown"
    if limit is None:
        return f"{used:,} used, quota unknown"
    return f"{used:,} of {limit:,} used, {max(limit - used, 0):,} left"


def _number(value: Any) -> int | None:
    """A count received as a number or as digits."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _plain(value: Any, output: Output) -> str:
    """A received value as harmless text, `unknown` where there is none."""
    return fit_encoding(safe(raw_text(value)), output.stdout) or "unknown"
