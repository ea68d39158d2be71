"""What tells a file from a copy of it: this machine, and what its file system has of it that nobody can copy."""

from __future__ import annotations

import os
from contextlib import suppress

_MACHINE = "/etc/machine-id"


def identity_of(path: str, companion: str) -> str:
    """A text that stays the same while a file is where it is, or is renamed, and that no copy of it has.

    `companion` is a file beside it that is never written: when its entry was changed tells when it came to be, also
    where a copy got the number that the original had. A snapshot of the whole machine has the same text. Raises OSError
    when there is no such file.
    """
    import socket

    machine = socket.gethostname()
    with suppress(OSError), open(_MACHINE, encoding="ascii", errors="replace") as file:
        machine = file.read(64).strip() or machine
    beside = os.stat(companion)
    return f"{machine}:{os.stat(path).st_ino}:{beside.st_ino}:{beside.st_ctime_ns}"
