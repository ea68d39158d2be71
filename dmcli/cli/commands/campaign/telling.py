"""Telling how far a campaign is: a bar on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dmcli.words import tr
from dmcli.workflows.merge.journal import PENDING, REJECTED, SENT, SKIPPED, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmcli.cli.session import Session
    from dmcli.workflows.merge.pace import Wishes
    from dmcli.workflows.merge.sending import Progress

_EVERY = 10.0  # seconds between two lines where nothing is redrawn


@contextmanager
def telling(current: Session, wishes: Wishes) -> Iterator[Callable[[Progress], None]]:
    """What is to be called with each progress: a bar on a terminal, elsewhere lines."""
    if current.voice.redraws():
        from dmcli.render import Output
        from dmcli.render.meter import Meter

        with Meter(Output("table", "", sys.stderr, current.color)) as meter:

            def draw(progress: Progress) -> None:
                total = _mails(progress.counts)
                meter.tell(total - progress.counts[PENDING], total, describe(progress, wishes))

            yield draw
        return
    if current.voice.speaks():
        from dmcli.render.spoken import Spoken

        spoken = Spoken(current.say)

        def speak(progress: Progress) -> None:
            total = _mails(progress.counts)
            spoken.tell(total - progress.counts[PENDING], total, describe(progress, wishes))

        yield speak
        return
    last, waits = time.monotonic(), ""

    def say(progress: Progress) -> None:
        nonlocal last, waits
        if progress.waits != waits or (not waits and time.monotonic() - last >= _EVERY):  # of a wait one line is enough
            last, waits = time.monotonic(), progress.waits
            current.say(describe(progress, wishes))

    yield say


@contextmanager
def reading(current: Session) -> Iterator[Callable[[int], None]]:
    """What is to be called with the number of rows that were read: a terminal shows it."""
    if not current.voice.redraws():
        yield lambda _: None
        return
    from dmcli.render import Output
    from dmcli.render.progress import Progress

    with ExitStack() as stack:
        shown: list[Progress] = []

        def show(rows: int) -> None:
            if not shown:  # a short file is over before
                shown.append(
                    stack.enter_context(
                        Progress(Output("table", "", sys.stderr, current.color), None, clock=time.monotonic)
                    )
                )
            shown[0].seen = rows

        yield show


def describe(progress: Progress, wishes: Wishes) -> str:
    """How a run stands, in a line; a run that may wait for days has no time left that its rate could tell."""
    from dmcli.render.board import span

    counts = progress.counts
    told = tr("{sent:,} of {all:,} sent", sent=counts[SENT], all=_mails(counts))
    if not progress.waits:
        told += tr(", {rate:.0f}/s", rate=progress.rate)
        if progress.rate and counts[PENDING] and not wishes.waits:
            told += tr(", {time} left", time=span(counts[PENDING] / progress.rate))
    told += tr(
        "; {rejected:,} rejected, {unknown:,} unknown, {under_way} under way",
        rejected=counts[REJECTED],
        unknown=counts[UNKNOWN],
        under_way=progress.in_flight,
    )
    return tr("; ").join((told, progress.waits)) if progress.waits else told


def in_short(counts: dict[str, int]) -> str:
    """What became of the mails, in a line, once the run is over."""
    return tr(
        "{sent:,} of {all:,} sent, {rejected:,} rejected, {unknown:,} unknown",
        sent=counts[SENT],
        all=_mails(counts),
        rejected=counts[REJECTED],
        unknown=counts[UNKNOWN],
    )


def _mails(counts: dict[str, int]) -> int:
    return sum(number for state, number in counts.items() if state != SKIPPED)
