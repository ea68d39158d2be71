"""Checks across parameters. A rule yields what it finds wrong; the client words it, the sandbox answers its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.kinds.dates import moment_of, service_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime


class Problem(NamedTuple):
    """What a rule found. `text` names parameters as {WireName}; `code` is what the service answers.

    Without a code the service takes the call, and only the client refuses.
    """

    text: str
    code: str = "InvalidParameter"
    warning: bool = False


if TYPE_CHECKING:
    Rule = Callable[[Mapping[str, str], datetime], Iterator[Problem]]


def at_most_one(*names: str, code: str = "InvalidParameter") -> Rule:
    """At most one of the parameters may be given. Without a `code` the service would choose one of them by itself."""

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:  # noqa: ARG001
        given = [f"{{{name}}}" for name in names if values.get(name)]
        if len(given) > 1:
            yield Problem(f"{' and '.join(given)} do not go together: give only one of them", code)

    return rule


def at_least_one(*names: str, code: str) -> Rule:
    """At least one of the parameters must be given. With `code` "" the service does nothing where none is."""

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:  # noqa: ARG001
        if not any(values.get(name) for name in names):
            yield Problem("one of " + ", ".join(f"{{{name}}}" for name in names) + " is needed", code)

    return rule


def needs(name: str, other: str, value: str = "", code: str = "") -> Rule:
    """A parameter (where `value` is given: with that value) needs another one."""

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:  # noqa: ARG001
        given = values.get(name)
        if given and value in ("", given) and not values.get(other):
            yield Problem(f"{{{name}}} needs {{{other}}} as well", code or f"Missing{other}")

    return rule


def warned(rule: Rule) -> Rule:
    """The same rule of a stricter source: what it finds only warns, since the service may take it."""

    def soft(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:
        for problem in rule(values, now):
            text = f"{problem.text}; some of the service's pages allow no more"
            yield problem._replace(text=text, warning=True)

    return soft


def tracks(name: str, html: str, *others: str) -> Rule:
    """Warn where tracking is asked for and there is no HTML, or no link in it: a mail without is not counted.

    What is in the `others` is not looked at.
    """

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:  # noqa: ARG001
        import re

        if values.get(name) != "1" or any(values.get(other) for other in others):
            return
        text = values.get(html, "")
        if not text:
            yield Problem(
                f"{{{name}}} counts nothing without {{{html}}}: opens and clicks are seen in HTML alone", "", True
            )
        elif not re.search(r"""href\s*=\s*(?:["']\s*)?https?://""", text, re.IGNORECASE):
            yield Problem(f"{{{name}}} counts no clicks: there is no http link in {{{html}}}", "", True)

    return rule


def window(back: int, span: int) -> Rule:
    """StartTime at most `back` days before today, EndTime at most `span` days after it and not before it.

    Days are the service's (UTC+8). Values that are not dates are left to their kind.
    """

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:
        from datetime import timedelta

        start, end = _day(values.get("StartTime", "")), _day(values.get("EndTime", ""))
        today = now.astimezone(service_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
        if start and today - start > timedelta(days=back):
            first = (today - timedelta(days=back)).date()
            yield Problem(
                f"{{StartTime}} {start.date()} is more than {back} days back: give {first} or later",
                "InvalidStartTime.Malformed",
            )
        if start and end and values["EndTime"] < values["StartTime"]:
            yield Problem("{EndTime} lies before {StartTime}: swap them", "InvalidBetweenTime.Malformed")
        if start and end and end - start > timedelta(days=span):
            yield Problem(
                f"{{StartTime}} to {{EndTime}} spans {(end - start).days} days: give at most {span}",
                "InvalidBetweenTime.Malformed",
            )

    return rule


def _day(text: str) -> datetime | None:
    """The day a wire date or time begins with."""
    return moment_of(text[:10], "%Y-%m-%d")
