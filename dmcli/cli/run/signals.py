"""Signals that ask the process to end: raised as an exception, so that the run ends in good order."""

from __future__ import annotations

import signal


class Stopped(BaseException):
    """A signal asked the process to end: its `number` and `name`."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(name)
        self.number, self.name = number, name


def raise_on_signals() -> None:
    """Raise Stopped from now on when SIGTERM or SIGHUP arrives, unless it is ignored, as under nohup."""
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)


def _stop(number: int, _: object) -> None:
    raise Stopped(number, signal.Signals(number).name)
