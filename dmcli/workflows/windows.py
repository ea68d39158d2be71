"""Statistics over any range of time: a call for each part of it, joined to one list."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from dmcli.api.windows import day_of, first_day, split
from dmcli.errors import DmError
from dmcli.untrusted import read_number
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from dmcli.api.model import Action
    from dmcli.api.paging import Page
    from dmcli.client.client import Reader

_TOO_EARLY = "InvalidStartTime.Malformed"


def pages(
    client: Reader,
    action: Action,
    params: Mapping[str, str],
    now: datetime,
    size: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Page]:
    """The pages of a list over the range from StartTime to EndTime, however long it is.

    `now` is the service's time; `size` 0 is the catalogue's page size. Where there are several calls, the first page of
    each is fetched before the first is given, and its reply has the total of all. Days before what a stricter source
    allows are left out where the service refuses them, which is told. Raises DmError.
    """
    calls = split(action.window, params, now) if action.window else [dict(params)]
    if len(calls) == 1:
        yield from client.pages(action, calls[0], size)
        return
    answered: list[tuple[Page, Iterator[Page]]] = []
    refusal: DmError | None = None
    for call in calls:
        following = client.pages(action, call, size)
        try:
            answered.append((next(following), following))
        except DmError as error:
            if error.code != _TOO_EARLY or not _may_be_refused(action, call, now):
                raise
            refusal = error
    if not answered:
        raise refusal or RuntimeError("a range without a call")  # untranslated: a defect
    if refusal and action.window and action.window.stricter:
        known = action.window.stricter.back
        tell(
            tr(
                "warning: the service keeps {days} days: nothing before {first:%Y-%m-%d}",
                days=known,
                first=first_day(action.window.stricter, now),
            )
        )
    yield from _joined(action, answered)


def rows(client: Reader, action: Action, params: Mapping[str, str], now: datetime) -> Iterator[dict[str, Any]]:
    """The rows of a list over a range, in the order in which the action gives them. Raises DmError."""
    for page in pages(client, action, params, now):
        yield from page.rows


def _may_be_refused(action: Action, call: Mapping[str, str], now: datetime) -> bool:
    """Whether a call begins before what a stricter source allows."""
    strict, start = action.window and action.window.stricter, day_of(call.get("StartTime", ""))
    return bool(strict and start and start < first_day(strict, now))


def _joined(action: Action, lists: Sequence[tuple[Page, Iterator[Page]]]) -> Iterator[Page]:
    """The pages of several lists one after another; the first of each has the total of all."""
    replies = [first.reply for first, _ in lists]
    for left, (first, following) in zip(range(len(lists) - 1, -1, -1), lists, strict=True):
        head = first._replace(reply={**first.reply, **_sums(action, first.reply, replies)})
        for page in chain((head,), following):
            yield page._replace(more=page.more or left > 0)


def _sums(action: Action, reply: dict[str, Any], replies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The fields of a reply that hold a total, with the sum over all replies, as texts where it has texts."""
    names = {name.lower() for name in (action.paging.total if action.paging else ())}
    sums: dict[str, Any] = {}
    for name, value in reply.items():
        if name.lower() not in names:
            continue
        found = [read_number(str(one.get(name))) for one in replies]
        if numbers := [one for one in found if one is not None]:
            sums[name] = str(sum(numbers)) if isinstance(value, str) else sum(numbers)
    return sums
