"""`dm sandbox seed`: a past for the account, so that statistics have something to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.model import Field
from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (
    Field("since", "First day"),
    Field("until", "Last day"),
    Field("mails", "Mails", shape="number"),
    Field("recipients", "Recipients", shape="number"),
    Field("tasks", "Batch tasks", shape="number"),
    Field("invalid", "Invalid addresses", shape="number"),
    Field("opens", "Opens", shape="number"),
    Field("clicks", "Clicks", shape="number"),
    Field("daily", "Day quota", shape="number"),
)


def _seed(current: Session, *, days: int, mails: int, seed: int) -> None:
    from dmcli.render import show_document
    from dmcli.sandbox.control.seed import add_past, numbers_of

    given = numbers_of({"days": days, "mails": mails, "seed": seed})
    show_document(add_past(current.sandbox, **given)._asdict(), _FIELDS, current.output())


def _option(name: str, default: int, about: str) -> click.Option:
    return click.Option([f"--{name}"], type=int, metavar="N", default=default, show_default=True, help=about)


COMMAND = command(
    "seed",
    [
        _option("days", 90, "Days of the service (UTC+8), the last of which is yesterday by the sandbox's clock."),
        _option("mails", 10_000, "Mails on all of them."),
        _option("seed", 1, "The same number adds the same mail on the same day."),
    ],
    _seed,
    example="--days 90 --mails 100000 --seed 7",
)
