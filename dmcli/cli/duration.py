"""Spans of time as they are typed."""

from __future__ import annotations

from typing import Any

import click

from dmcli.words import tr

_UNITS = {"s": 1, "m": 60, "h": 3600}


class Duration(click.ParamType[float]):
    """A span of time such as 45s, 30m or 1h, of `least` seconds or more; a bare number is seconds.

    >>> Duration(1).convert("30m", None, None)
    1800.0
    """

    name = "duration"

    def __init__(self, least: int = 0) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds."""
        if isinstance(value, float):
            return value
        number, unit = (value[:-1], value[-1]) if value[-1:] in _UNITS else (value, "s")
        if not (number.isascii() and number.isdigit() and len(number) <= 6):  # noqa: PLR2004
            self.fail(tr("{value!r} is not a time such as 45s, 30m or 1h", value=value), param, ctx)
        if int(number) < self.least:
            self.fail(tr("{value!r} is too short; give at least {least}s", value=value, least=self.least), param, ctx)
        return float(int(number) * _UNITS[unit])
