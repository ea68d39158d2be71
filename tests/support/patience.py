"""How long tests wait for what must come: no test depends on who is faster."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds until something is taken to hang. Only a fault waits that long, however busy the machine is.
PATIENT = 300
SOON = 0.3  # seconds for what never comes, where no clock of the test's own can end the wait


def eventually(condition: Callable[[], object]) -> None:
    """Wait until a condition holds, which another thread or process brings about."""
    end = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)
