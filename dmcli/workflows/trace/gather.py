"""Reading all sources at the same time, at no more than the service's pace."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.api.actions.common import NO_ACTION
from dmcli.errors import DmError
from dmcli.workflows.together import together
from dmcli.workflows.trace.sources import SOURCES, Found

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from dmcli.client.client import Client, Reader
    from dmcli.workflows.trace.sources import Asked, Event, Params, Source


class Gathered(NamedTuple):
    """What is known: events, the earliest first, and by name the sources that could not be read, and why.

    `absent` are the sources that the service does not have.
    """

    events: list[Event]
    unread: dict[str, DmError]
    absent: list[str]


def gather(
    client: Client,
    asked: Asked,
    clock: Callable[[], float],
    pause: Callable[[float], None],
    history: Reader | None = None,
) -> Gathered:
    """Read every source. What fails is left out and named; raises DmError where nothing could be read at all.

    What is past is read from the history, where one is given.

    What others need is read before them, one source alone, so that what it finds out about clock and keys holds for
    them; the rest at the same time.
    """
    rows: dict[str, list[Found]] = {source.name: [] for source in SOURCES}
    unread: dict[str, DmError] = {}
    absent: list[str] = []
    kept = []
    if history:  # one connection, so not at the same time
        kept = [one for one in SOURCES if one.past]
        for one in kept:
            rows[one.name] = [found for params in one.calls(asked, rows) for found in _read(history, one, params)]
    needed = {one.after for one in SOURCES if one.after}
    with together(client, clock, pause) as (paced, pool):
        for first in (True, False):
            asking = [one for one in SOURCES if one not in kept and (one.name in needed) == first]
            now = [one for one in asking if one.after not in unread]
            running = [
                (one, pool.submit(_read, paced, one, params)) for one in now for params in one.calls(asked, rows)
            ]
            for source, future in running:
                _take(source, future, rows[source.name], unread, absent)
    if all(one.name in unread or one.after in unread for one in SOURCES):
        raise next(iter(unread.values()))
    events = [event for source in SOURCES for event in source.events(asked, rows)]
    return Gathered(sorted(events, key=lambda event: event.time or 0), unread, absent)


def _read(client: Reader, source: Source, params: Params) -> list[Found]:
    return [Found(params, row) for row in client.rows(catalogue.get(source.action), params)]


def _take(
    source: Source, future: Future[list[Found]], rows: list[Found], unread: dict[str, DmError], absent: list[str]
) -> None:
    """Take what a call came to."""
    try:
        rows += future.result()
    except DmError as error:
        if error.code not in NO_ACTION:
            unread.setdefault(source.name, error)
        elif source.name not in absent:
            absent.append(source.name)
