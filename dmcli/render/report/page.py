"""A report as one HTML file: drawn as SVG, without script, and nothing in it is fetched."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from dmcli.render.report import chart
from dmcli.render.report.words import note_in_words, outcome_in_words, words
from dmcli.untrusted import safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

OUTCOMES = ("delivered", "invalid", "failed")  # from the axis up
LIMITS = (("DailyQuota", "day_quota"), ("MonthQuota", "month_quota"), ("QuotaLevel", "level"))  # and their words
LOOKS = ("opens", "unique_opens", "clicks", "unique_clicks")


def page(report: Mapping[str, Any], lang: str, made: str) -> str:
    """The page; `report` is what dmcli.workflows.report makes, `lang` en or zh, `made` the time in words."""
    days = report["days"]
    top = chart.scale(max((sum(day[name] for name in OUTCOMES) for day in days), default=0))
    most_looks = chart.scale(max((day[name] or 0 for day in days for name in LOOKS), default=0))
    word = words(lang)
    return _template().render(
        **report,
        said=lambda note: note_in_words(note, word),
        outcome=lambda outcome: outcome_in_words(outcome, word),
        limits=LIMITS,
        lang={"zh": "zh-CN"}.get(lang, lang),
        word=word,
        made=made,
        height=chart.HEIGHT,
        outcomes=OUTCOMES,
        top=top,
        bars=chart.bars(days, OUTCOMES, top),
        looks=LOOKS,
        most_looks=most_looks,
        lines={name: chart.line([day[name] for day in days], most_looks) for name in LOOKS},
        busiest=busiest_in_words(report, word),
    )


def busiest_in_words(report: Mapping[str, Any], word: Mapping[str, str]) -> str:
    """How much of the day's quota the busiest day took; empty where there was no mail, or no quota is known."""
    day = max(report["days"], key=lambda day: day["requests"], default=None)
    limit = report["quota"].get("DailyQuota")
    if not day or not day["requests"] or not limit:
        return ""
    mails = day["requests"]
    return word["busiest"].format(share=percent(mails, limit), mails=mails, limit=limit, day=day["day"])


def percent(part: int, whole: int) -> str:
    """A share for people; a dash where there is nothing to have a share of.

    >>> percent(1, 3), percent(0, 0), percent(3, 3)
    ('33.33%', '–', '100.00%')
    """
    return f"{100 * part / whole:.2f}%" if whole else "–"


def outcomes_of(totals: Mapping[str, int | None]) -> dict[str, int]:
    """What became of mails, by the name of its word: spam apart from what failed otherwise, where it is known.

    >>> outcomes_of({"delivered": 7, "invalid": 0, "failed": 3, "spam": 2})
    {'delivered': 7, 'invalid': 0, 'failed_only': 1, 'spam': 2}
    >>> outcomes_of({"delivered": 7, "invalid": 0, "failed": 3, "spam": None})
    {'delivered': 7, 'invalid': 0, 'failed': 3}
    """
    delivered, invalid, failed = (totals[name] or 0 for name in ("delivered", "invalid", "failed"))
    spam = totals["spam"]
    apart = {"failed": failed} if spam is None else {"failed_only": max(failed - spam, 0), "spam": spam}
    return {"delivered": delivered, "invalid": invalid, **apart}


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("dmcli.render.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "number": lambda value: "–" if value is None else f"{value:,}",
        "shown": lambda text: safe(text, lines=True),
    }
    templates.globals |= {"percent": percent, "outcomes_of": outcomes_of}
    return templates.get_template("page.html")
