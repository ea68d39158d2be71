"""How a wait for domains is told while it lasts: a line a change, or on a terminal a display that is redrawn."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dmcli.api.model import Tone
from dmcli.cli.commands.domain.ci import missing_of, state_of
from dmcli.errors import UnreachableError
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dmcli.cli.session import Session
    from dmcli.render.board import Board
    from dmcli.workflows.domain.check import Checked, Look

    Tell = Callable[[Look], None]


@contextmanager
def telling(current: Session, names: Iterable[str], *, timeout: float | None, strict: bool) -> Iterator[Tell]:
    """What is to be called with each look, in the block of the wait; `timeout` is in seconds, None without a wait."""
    if timeout is None or not current.voice.redraws():
        yield _by_lines(current, waits=timeout is not None, strict=strict)
        return
    from dmcli.render import Output
    from dmcli.render.board import Board

    clock = current.resources.clock
    with Board(Output("table", "", sys.stderr, current.color), names, end=clock() + timeout, clock=clock) as board:
        yield _on_board(board, strict=strict)


def _by_lines(current: Session, *, waits: bool, strict: bool) -> Tell:
    """A line for each domain whose state is another than before; the first only where it does not pass."""
    said = dict[str, str]()
    clock = current.resources.clock
    began = clock()

    def tell(look: Look) -> None:
        again = "" if look.pause is None else tr("; checking again in {pause:.0f} s", pause=look.pause)
        if isinstance(look.outcome, UnreachableError):
            current.say(f"{_lack(look.outcome, look.domain)}{again}")
            return
        state = state_of(look.outcome, strict=strict)
        if state != said.get(look.domain, state if look.outcome.passes(strict=strict) else ""):
            waited = tr(", after {seconds:.0f} s{again}", seconds=clock() - began, again=again) if waits else ""
            current.say(tr("{domain}: {state}", domain=look.domain, state=state) + waited)
        said[look.domain] = state

    return tell


def _on_board(board: Board, *, strict: bool) -> Tell:
    def tell(look: Look) -> None:
        if isinstance(look.outcome, UnreachableError):
            board.tell(look.domain, look.outcome.code or tr("not reachable"), Tone.FAIR)
        else:
            passes = look.outcome.passes(strict=strict)
            missing = [] if passes else missing_of(look.outcome)
            state = tr("not verified, missing:") if missing else state_of(look.outcome, strict=strict)
            board.tell(look.domain, state, _tone(look.outcome, strict=strict), missing)
        if look.pause is not None:
            board.rest(look.pause)

    return tell


def _lack(error: UnreachableError, domain: str) -> str:
    return tr("{domain}: {state}", domain=domain, state=error.code) if error.code else error.message


def _tone(outcome: Checked, *, strict: bool) -> Tone:
    if outcome.passes(strict=strict):
        return Tone.GOOD if outcome.fully_verified else Tone.FAIR
    return Tone.BAD
