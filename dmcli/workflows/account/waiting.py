"""What goes by the service's time: lists that were mailed to just now, and templates in review."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.errors import CheckFailedError, TimedOutError, UnreachableError
from dmcli.untrusted import read_number
from dmcli.words import counted, listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from dmcli.client.client import Client

KEPT_AFTER_BATCH = 10  # minutes that a list has to stay after it was mailed to (help pages)
_APPROVED, _REJECTED = "2", "3"
_SLOWER, _SLOWEST = 1.5, 300.0  # by how much the time between two looks grows, and up to how many seconds


def check_not_mailed(client: Client, lists: Collection[str], now: datetime) -> None:
    """See that no list that is to be deleted was mailed to in the last minutes. Raises UnreachableError: try later."""
    tasks = catalogue.get("QueryTaskByParam")
    since = now.timestamp() - 60 * KEPT_AFTER_BATCH
    for name in lists:
        for row in client.rows(tasks, {"KeyWord": name}):
            sent = read_number(str(value_of(row, "UtcCreateTime")))
            if value_of(row, "ReceiversName") == name and sent is not None and sent > since:
                raise UnreachableError(
                    tr(
                        "the list {list} was mailed to just now, and has to stay for {minutes} minutes after that: "
                        "nothing was done, apply this again later",
                        list=name,
                        minutes=KEPT_AFTER_BATCH,
                    )
                )


class Patience(NamedTuple):
    """How long to wait, and from one look to the next at first, in seconds."""

    timeout: float
    interval: float


def wait_for_review(
    client: Client,
    names: Collection[str],
    patience: Patience,
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    tell: Callable[[str], None],
) -> None:
    """Wait until the service has reviewed these templates. Raises CheckFailedError for what it rejects."""
    end, pause, before = clock() + patience.timeout, patience.interval, -1
    while True:
        rows = {
            str(value_of(row, "TemplateName")): (str(value_of(row, "TemplateStatus")), value_of(row, "TemplateComment"))
            for row in client.rows(catalogue.get("QueryTemplateByParam"), {})
        }
        rejected = [name for name in names if rows.get(name, ("", ""))[0] == _REJECTED]
        waiting = [name for name in names if rows.get(name, ("", ""))[0] not in (_APPROVED, _REJECTED)]
        if rejected:
            why = str(rows[rejected[0]][1] or "")
            raise CheckFailedError(
                tr("the service rejected the template {name}", name=rejected[0]) + (f": {why}" if why else "")
            )
        if not waiting:
            return
        left = end - clock()
        if left <= 0:
            raise TimedOutError(tr("still in review: {templates}", templates=listed(waiting)))
        if len(waiting) != before:
            tell(tr("{templates} in review", templates=counted(len(waiting), "template")))
            before = len(waiting)
        sleep(min(pause, left))
        pause = min(pause * _SLOWER, max(patience.interval, _SLOWEST))
