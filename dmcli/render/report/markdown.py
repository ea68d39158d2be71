"""A report as Markdown for a chat or a ticket: a line of totals, then short tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dmcli.render.report.page import LIMITS, busiest_in_words, outcomes_of, percent
from dmcli.render.report.words import note_in_words, outcome_in_words, words
from dmcli.untrusted import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_FIGURE = re.compile(r"[0-9,]+( \([0-9.]+%\))?")
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def markdown(report: Mapping[str, Any], lang: str) -> str:
    """The report in Markdown as GitHub, GitLab and most chats read it. `lang` is en or zh."""
    return "\n".join(_lines(report, words(lang)))


def _lines(report: Mapping[str, Any], word: Mapping[str, str]) -> Iterator[str]:
    totals = report["totals"]
    yield f"## {word['title']}"
    yield ""
    yield word["range"].format(since=report["since"], until=report["until"])
    yield ""
    if not totals["requests"]:
        yield word["nothing"]
        return
    outcomes = outcomes_of(totals)
    yield from _table(
        [word[name] for name in ("requests", *outcomes, "unique_opens", "unique_clicks")],
        [[
            _count(totals["requests"]),
            *(f"{_count(mails)} ({percent(mails, totals['requests'])})" for mails in outcomes.values()),
            *(
                f"{_count(totals[name])} ({percent(totals[name], totals['tracked'])})"
                for name in ("unique_opens", "unique_clicks")
            ),
        ]],
    )  # fmt: skip
    if report["failures"]:
        yield from _section(word["failures"])
        rows = [
            [outcome_in_words(row["outcome"], word), row["message"], _count(row["mails"])] for row in report["failures"]
        ]
        yield from _table([word["outcome"], word["message"], word["mails"]], rows)
        yield from _section(word["domains"])
        names = ("mails", "invalid", "spam", "failed")
        rows = [[row["domain"], *(_count(row[name]) for name in names)] for row in report["recipient_domains"]]
        yield from _table([word[name] for name in ("domain", "mails", "invalid", "spam", "failed_only")], rows)
    for kind in ("senders", "tags"):
        if report[kind]:
            yield from _section(word[kind])
            rows = [
                [row["name"], _count(row["requests"]), *map(_count, outcomes_of(row).values())] for row in report[kind]
            ]
            yield from _table([word["name"], *(word[name] for name in ("requests", *outcomes))], rows)
    yield from _quota(report, word)
    if report["notes"]:
        yield from _section(word["notes"])
        yield from (f"- {_plain(note_in_words(note, word))}" for note in report["notes"])


def _quota(report: Mapping[str, Any], word: Mapping[str, str]) -> Iterator[str]:
    quota = report["quota"]
    known = [(word[title], _count(quota[name])) for name, title in LIMITS if quota.get(name) is not None]
    if not known:
        return
    yield from _section(word["quota"])
    titles, figures = zip(*known, strict=True)
    yield from _table(titles, [figures])
    if busiest := busiest_in_words(report, word):
        yield from ("", busiest)


def _section(title: str) -> tuple[str, ...]:
    return "", f"### {title}", ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table; all but texts stand to the right."""
    rows = list(rows)
    yield f"| {' | '.join(head)} |"
    right = [all(_FIGURE.fullmatch(row[column]) for row in rows) for column in range(len(head))]
    yield f"|{'|'.join('---:' if one else '---' for one in right)}|"
    for row in rows:
        yield f"| {' | '.join(_plain(cell) for cell in row)} |"


def _plain(text: str) -> str:
    r"""A text of others, none of whose signs is Markdown.

    >>> _plain("a|b [x](y)")
    'a\\|b \\[x\\](y)'
    """
    return _SIGNS.sub(r"\\\1", safe(" ".join(text.split())))


def _count(number: int) -> str:
    return f"{number:,}"
