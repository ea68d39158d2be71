"""What tells a file from a copy of it: this machine, and the file's own number in its file system."""

from __future__ import annotations

import os
from contextlib import suppress

_MACHINE = "/etc/machine-id"


def identity_of(path: str) -> str:
    """A text that stays the same while a file is where it is, or is renamed, and that no copy of it has.

    A snapshot of the whole machine has the same. Raises OSError when there is no such file.
    """
    import socket

    machine = socket.gethostname()
    with suppress(OSError), open(_MACHINE, encoding="ascii", errors="replace") as file:
        machine = file.read(64).strip() or machine
    return f"{machine}:{os.stat(path).st_ino}"
