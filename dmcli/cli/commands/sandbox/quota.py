"""`dm sandbox quota`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.model import Field
from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (Field("daily", "Day quota"), Field("monthly", "Month quota"))
_MOST = 10**9  # mails


def _quota(current: Session, *, daily: int | None, monthly: int | None) -> None:
    from dmcli.render import show_document
    from dmcli.sandbox.control.quota import get_quota, set_quota

    set_quota(current.sandbox, daily, monthly)
    show_document(get_quota(current.sandbox), _FIELDS, current.output())


COMMAND = command(
    "quota",
    [
        click.Option(["--daily"], type=click.IntRange(0, _MOST), metavar="N", help="Mails a day."),
        click.Option(["--monthly"], type=click.IntRange(0, _MOST), metavar="N", help="Mails a month."),
    ],
    _quota,
    example="--daily 100",
)
