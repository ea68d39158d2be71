"""The account at a glance: state, level, what of the day's and the month's quota is used and left, how much exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api.actions.account import ACTIONS
from dmcli.api.kinds.dates import local_text, moment_in
from dmcli.api.model import Field
from dmcli.api.quota import MOST, percent_used, tone_of
from dmcli.folding import cells
from dmcli.look import is_accessible, style
from dmcli.record import Record
from dmcli.render.cells import cell_words, raw_text, translated, values
from dmcli.render.console import console_for, show_renderable, style_of
from dmcli.render.encoding import fit_encoding
from dmcli.render.sheet import around, drawn
from dmcli.render.show import show_document
from dmcli.untrusted import safe
from dmcli.words import listed, tr, tr_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from rich.console import Console, RenderableType  # noqa: TID251  to annotate
    from rich.text import Text

    from dmcli.render.output import Output
    from dmcli.render.sheet import Line

_SUMMARY = {field.name: field for field in ACTIONS[0].fields}
_COUNTS = ("Domains", "MailAddresses", "Receivers", "Tags", "Templates")
_BAR = 20  # cells of the bar where there is room for them


class _Quota(Record):
    """Mails allowed and used in a day or month, None where that is not known."""

    limit: int | None
    used: int | None


_TIMES = ("day_runs_out", "month_runs_out")


def show_account(account: dict[str, Any], output: Output) -> None:
    """Print the account.

    `account` is the reply of DescAccountSummary, and beside it, where they are known, `profile`, `region` and `usage`:
    for `day` and `month` how many mails are `_used` and `_left`, the `_source` of that, and the time at which it
    `_runs_out`; and what is `missing` in it. A table is the panel. Other formats, and a query, have all that as it is;
    csv and tsv with what is in `usage` as further columns.
    """
    if output.for_people:
        console = console_for(output)
        show_renderable(console, account_panel(account, output, console=console), output)
    elif output.wants_columns:
        row = {name: value for name, value in account.items() if name != "usage"} | (account.get("usage") or {})
        more = (name for name in row if name[0].islower())
        columns = (Field(name, shape="epoch" if name in _TIMES else "") for name in more)
        show_document(row, (*ACTIONS[0].fields, *columns), output)
    else:
        show_document(account, (), output)


def account_panel(
    account: dict[str, Any], output: Output, below: str = "", console: Console | None = None
) -> RenderableType:
    """The panel; `below` is a line that stands under it, `console` the one that shows it."""
    from rich.console import Group
    from rich.text import Text

    console = console or console_for(output)
    bar = "" if is_accessible() else "#." if console.options.ascii_only else "█░"
    lines: list[Line] = []
    if "profile" in account:
        profile, region = (_plain(account[name], output) for name in ("profile", "region"))
        lines.append((tr_in("account", "Profile"), tr("{profile}, {region}", profile=profile, region=region)))
    lines += [
        (tr_in("account", "Status"), _status(account, output)),
        (tr_in("account", "Level"), _level(account, output)),
    ]
    lines += _quotas(account, bar, console.width - around(_labels()), output.zone)
    counts: list[Line] = [(tr(_SUMMARY[name].title), _count(account, name, output)) for name in _COUNTS]
    sheet = drawn(tr_in("account", "Account"), [lines + _said(account, output) + counts], console)
    return Group(sheet, Text(fit_encoding(safe(below), output.stdout), style("quiet"))) if below else sheet


def _spans() -> tuple[tuple[str, str, str], ...]:
    """The label of each quota, the field with its limit, and the span of time it is for."""
    return (
        (tr_in("account", "Today"), "DailyQuota", "day"),
        (tr_in("account", "This month"), "MonthQuota", "month"),
    )


def _labels() -> Iterator[str]:
    """The labels that may stand in the panel, the longest of which says where its values begin."""
    yield from (tr_in("account", "Profile"), tr_in("account", "Status"), tr_in("account", "Level"))
    yield from (tr("Free mails"), tr("Uncounted"))
    yield from (label for label, *_ in _spans())
    yield from (tr(_SUMMARY[name].title) for name in _COUNTS)


def _quotas(account: dict[str, Any], bar: str, room: int, zone: tzinfo | None) -> Iterator[Line]:
    """What of the day's and the month's quota is used, and how long it lasts."""
    from rich.text import Text

    used = account.get("usage") or {}
    for label, limit, span in _spans():
        quota = _Quota(_number(values(account, [limit])[0]), _number(used.get(f"{span}_used")))
        yield label, _quota(quota, bar, room)
        if forecast := _forecast(used, span, zone):
            yield "", Text(forecast, style("bad"))
        elif used.get("day_used") and used.get(f"{span}_left"):
            yield "", Text(tr("enough at today's pace"), style("quiet"))


def _said(account: dict[str, Any], output: Output) -> list[Line]:
    """What the service says of free mails, and what could not be counted."""
    missing = (account.get("usage") or {}).get("missing")
    said = ((tr("Free mails"), _free(account)), (tr("Uncounted"), _plain(tr(missing), output) if missing else ""))
    return [(label, text) for label, text in said if text]


def _forecast(used: dict[str, Any], span: str, zone: tzinfo | None) -> str:
    """When what is left is gone, where that is before the day or month is over."""
    gone = moment_in("epoch", str(used.get(f"{span}_runs_out")), zone)
    if not (gone and used.get(f"{span}_left")):
        return ""
    return tr("at today's pace used up by {time}", time=local_text(gone))


def _free(account: dict[str, Any]) -> str:
    """What is left of the mails without charge, as the service says."""
    today, ever = map(_number, values(account, ["DailyRemainFreeQuota", "RemainFreeQuota"]))
    if today is None or ever is None:
        return ""
    return tr("{today:,} left today, {ever:,} in all", today=today, ever=ever)


def _count(account: dict[str, Any], name: str, output: Output) -> str:
    """How many there are, and how many there may be."""
    count, most = _plain(values(account, [name])[0], output), MOST.get(name, ())
    if not most:
        return count
    if len(most) == 1:
        return tr("{count} of {most:,}", count=count, most=most[0])
    return tr("{count} of {most:,} ({older:,} by an older page)", count=count, most=most[0], older=most[1])


def _status(summary: dict[str, Any], output: Output) -> Text:
    """The state in words; an unknown code as it is."""
    from rich.text import Text

    (field,), (code,) = translated((_SUMMARY["UserStatus"],)), values(summary, ["UserStatus"])
    return Text(_plain(cell_words(field, code), output), style_of(field, code))


def _level(summary: dict[str, Any], output: Output) -> str:
    level, highest = (_plain(value, output) for value in values(summary, ["QuotaLevel", "MaxQuotaLevel"]))
    return tr("{level} of {highest}", level=level, highest=highest)


def _quota(quota: _Quota, bar: str, room: int) -> Text:
    """A bar and figures, on one line where the room is enough; figures alone where there is nothing to measure."""
    from rich.text import Text

    figures = quota_figures(*quota)
    if quota.used is None or quota.limit is None or quota.limit < 0:
        return Text(figures)
    percent = percent_used(quota.used, quota.limit)
    beside = f" {percent:3,}%"
    if not bar:
        return Text(listed((f"{percent:,}%", figures)))
    length = max(min(_BAR, room - len(beside)), 1)
    filled = min(length, -(-percent * length // 100))
    text = Text().append(bar[0] * filled, style=style(tone_of(percent).value))
    text.append(bar[1] * (length - filled), style=style("quiet"))
    text.append(beside)
    fits = text.cell_len + 2 + cells(figures) <= room
    return text.append("  " if fits else "\n").append(figures)


def quota_figures(limit: int | None, used: int | None) -> str:
    """Mails used, allowed (negative: without limit) and left in words; None is what is not known."""
    if limit is not None and limit < 0:
        return tr("{used:,} used, no limit", used=used) if used is not None else tr("no limit, used unknown")
    if used is None:
        return tr("{limit:,} allowed, used unknown", limit=limit) if limit is not None else tr("unknown")
    if limit is None:
        return tr("{used:,} used, quota unknown", used=used)
    return tr("{used:,} of {limit:,} used, {left:,} left", used=used, limit=limit, left=max(limit - used, 0))


def _number(value: Any) -> int | None:
    """A count received as a number or as digits."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _plain(value: Any, output: Output) -> str:
    """A received value as harmless text, `unknown` where there is none."""
    return fit_encoding(safe(raw_text(value)), output.stdout) or tr("unknown")
