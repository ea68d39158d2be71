"""Checks across parameters. A rule yields what it finds wrong; the client words it, the sandbox answers its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.record import Record
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime


class Problem(Record):
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
        given = [_typed(name) for name in names if values.get(name)]
        if len(given) > 1:
            yield Problem(tr("{names} do not go together: give only one of them", names=tr(" and ").join(given)), code)

    return rule


def at_least_one(*names: str, code: str) -> Rule:
    """At least one of the parameters must be given. With `code` "" the service does nothing where none is."""

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:  # noqa: ARG001
        if not any(values.get(name) for name in names):
            yield Problem(tr("one of {names} is needed", names=listed(map(_typed, names))), code)

    return rule


def needs(name: str, other: str, value: str = "", code: str | None = None) -> Rule:
    """A parameter (where `value` is given: with that value) needs another one; `code` is MissingOther by default."""

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:  # noqa: ARG001
        given = values.get(name)
        if given and value in ("", given) and not values.get(other):
            yield Problem(
                tr("{name} needs {other} as well", name=_typed(name), other=_typed(other)),
                f"Missing{other}" if code is None else code,
            )

    return rule


def _typed(name: str) -> str:
    """A parameter as a problem names it; how it is typed is put in where the problem is shown."""
    return f"{{{name}}}"


def warned(rule: Rule) -> Rule:
    """The same rule of a stricter source: what it finds only warns, since the service may take it."""

    def soft(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:
        for problem in rule(values, now):
            yield problem._replace(warning=True)

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
                tr(
                    "{name} counts nothing without {html}: opens and clicks are seen in HTML alone",
                    name=_typed(name),
                    html=_typed(html),
                ),
                "",
                True,
            )
        elif not re.search(r"""href\s*=\s*(?:["']\s*)?https?://""", text, re.IGNORECASE):
            yield Problem(
                tr("{name} counts no clicks: there is no http link in {html}", name=_typed(name), html=_typed(html)),
                "",
                True,
            )

    return rule


def within_days(start: str, end: str, days: int) -> Rule:
    """Two parameters in epoch seconds: the end not before the start, and at most so many days after it."""

    def rule(values: Mapping[str, str], now: datetime) -> Iterator[Problem]:  # noqa: ARG001
        if not (values.get(start) and values.get(end)):
            return
        seconds = int(values[end]) - int(values[start])
        if seconds < 0:
            yield Problem(
                tr("{end} lies before {start}: swap them", end=_typed(end), start=_typed(start)),
                "InvalidBetweenTime.Malformed",
            )
        if seconds > days * 86400:
            yield Problem(
                tr(
                    "{start} to {end} spans more than {most} days: give at most {most}",
                    start=_typed(start),
                    end=_typed(end),
                    most=days,
                ),
                "InvalidBetweenTime.Malformed",
            )

    return rule
