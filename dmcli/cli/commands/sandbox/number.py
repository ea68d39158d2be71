"""The number of a mail as it is typed."""

from __future__ import annotations

from typing import Any

import click

from dmcli.untrusted import read_number
from dmcli.words import tr

MOST = 10**9  # mails, more than a sandbox will ever have
LATEST = "latest"


class MailNumber(click.ParamType[int]):
    """The number of a mail; 0 for the latest."""

    name = "mail"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        if value in (LATEST, 0):
            return 0
        number = read_number(str(value), MOST)
        if not number:
            self.fail(
                tr("{value!r} is no mail; give its number from the list, or {latest}", value=value, latest=LATEST),
                param,
                ctx,
            )
        return number
