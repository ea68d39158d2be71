"""No test depends on who is faster: how long is waited for what must come, and where nothing can come in between."""

from __future__ import annotations

import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Seconds until something is taken to hang. Only a fault waits that long, however busy the machine is.
PATIENT = 300
SOON = 0.3  # seconds for what never comes, where no clock of the test's own can end the wait


def eventually(condition: Callable[[], object]) -> None:
    """Wait until a condition holds, which another thread or process brings about."""
    end = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


@contextmanager
def refusing() -> Iterator[str]:
    """A place where nobody answers, nor can anybody begin to: HOST:PORT."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))  # and never listens
        yield f"127.0.0.1:{kept.getsockname()[1]}"
