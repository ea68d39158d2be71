"""Signals that ask the process to end: raised as an exception, so that the run ends in good order, and no later.

The first is raised. What follows within a second is the same wish, sent twice by a terminal and by a program that hands
it on, and must not disturb the end; a later one finds a run that hangs, and ends it there.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

SIGNALLED = 128  # and the signal's number: the exit code
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP
_SAME = 1.0  # seconds within which further signals are the same wish
_AGAIN = 0.01  # seconds after which a signal that was lost is sent again


class Stopped(BaseException):
    """A signal asked the process to end: its `number` and `name`."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(name)
        self.number, self.name = number, name


class _Watch:
    """Raises Stopped, or KeyboardInterrupt for SIGINT, at the first signal."""

    def __init__(self, last_words: Callable[[BaseException], object]) -> None:
        self._last_words = last_words
        self._first: float | None = None

    def __call__(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        wish = KeyboardInterrupt() if number == signal.SIGINT else Stopped(number, signal.Signals(number).name)
        if self._first is None:
            self._first = now
            raise wish
        if now - self._first >= _SAME:
            end_at_once()  # at the next one, should stderr hang too
            self._last_words(wish)
            os._exit(SIGNALLED + number)

    def hold(self) -> None:
        """Take the first signal for raised."""
        if self._first is None:
            self._first = time.monotonic()

    def lost(self, unraisable: sys.UnraisableHookArgs) -> None:
        """Send a signal once more that was raised where Python drops exceptions: in a finalizer or a callback of it."""
        error = unraisable.exc_value
        if not isinstance(error, (Stopped, KeyboardInterrupt)):
            sys.__unraisablehook__(unraisable)
            return
        number = error.number if isinstance(error, Stopped) else signal.SIGINT
        self._first = None
        if hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, lambda _, frame: self(number, frame))
            signal.setitimer(signal.ITIMER_REAL, _AGAIN)


def raise_on_signals(last_words: Callable[[BaseException], object]) -> None:
    """Raise Stopped from now on when SIGTERM or SIGHUP arrives, KeyboardInterrupt at SIGINT.

    One that is ignored, as under nohup, stays so. `last_words` are said, of what would be raised, when a run that was
    told to end before still goes on.
    """
    watch = _Watch(last_words)
    sys.unraisablehook = watch.lost
    for number in _numbers():
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, watch)


def hold_signals() -> None:
    """Raise no signal any more, since the run is ending: each counts as one that follows another."""
    for number in _numbers():
        watch = signal.getsignal(number)
        if isinstance(watch, _Watch):
            watch.hold()


def end_at_once() -> None:
    """Let the signals that were watched end the process at once: nothing is left that could be told."""
    for number in _numbers():
        if isinstance(signal.getsignal(number), _Watch):
            signal.signal(number, signal.SIG_DFL)


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
