"""What the tab key makes of a line in a real shell at a terminal of its own."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from pathlib import Path

from patience import PATIENT

_READY = "ready> "


def press(shell: list[str], script: Path, line: str, expected: str, folder: Path) -> str:
    """The line as the shell shows it after the tab key: once it has what is expected, or when patience ends."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where dm is
        os.execvpe(shell[0], shell, {**os.environ, "PATH": path, "PS1": _READY, "TERM": "dumb", "HOME": str(folder)})
    try:
        _read(terminal, _READY)
        os.write(terminal, f"source {script}\n".encode())
        _read(terminal, _READY)
        os.write(terminal, f"{line}\t".encode())
        return _read(terminal, expected)
    finally:
        os.close(terminal)
        os.waitpid(process, 0)


def _read(terminal: int, expected: str) -> str:
    """What the terminal shows until it shows what is expected."""
    shown, end = b"", time.monotonic() + PATIENT
    while expected not in shown.decode("utf-8", "replace") and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096)
    return shown.decode("utf-8", "replace")
