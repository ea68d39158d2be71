"""A shell on a terminal, with nothing of the machine's in its environment: what a reader sees who pastes a block."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

from blocks import PROJECT, Step
from forks import quick_folder
from shell import terminal_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

CTRL_C = "\x03"
# The terminal is in control of the shell, so that Ctrl-C interrupts what runs there.
_CONTROLLED = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp('bash', sys.argv[1:])"
_BASH = (sys.executable, "-IS", "-c", _CONTROLLED, "bash", "--noprofile", "--norc")
# Of pytest's plugins a page means ours; the others that are here take as long to load as pytest itself.
_PLUGINS = " ".join(f"-p no:{name}" for name in ("anyio", "cacheprovider", "hypothesispytest", "pytest_cov", "xdist"))
_HOME = "/home/you"  # what stands on a page in place of the folder
_BREAK = "\x1e"  # between the output of two commands
_NEXT = "_next() { local code=$?; printf '\\036'; return $code; }\n"


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing but this project's programs and those of the system, and a terminal of 80 columns without colours.

    `dm` is the quick one of tests/support/forks.py.
    """
    scripts = os.path.dirname(sys.executable)
    return {
        "PATH": os.pathsep.join((quick_folder(), scripts, os.environ.get("PATH", os.defpath))),
        "PYTHONPATH": str(PROJECT),
        "HOME": str(home),
        "COLUMNS": "80",
        "TERM": "dumb",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "PYTEST_ADDOPTS": _PLUGINS,
    } | more


def pasted(
    script: str, home: Path, env: Mapping[str, str], react: Callable[[str], str] = lambda _: "", *, flags: str = "-eu"
) -> tuple[int, str]:
    """Run a script in the folder `home`; its exit code and all that was shown.

    `react` says what is typed, each time that something was shown, given all of it.
    """
    command = [*_BASH, flags, "-c", script]
    code, shown = terminal_of(command, env, lambda seen: react(seen.decode(errors="replace")), cwd=str(home))
    return code, shown.replace("\r\n", "\n").replace(str(home), _HOME)


def followed(commands: list[str], home: Path, env: Mapping[str, str]) -> list[Step]:
    """What each of the commands prints, typed one after the other in one shell."""
    script = _NEXT + "".join(f"_next\n{command}\n" for command in commands)
    outputs = pasted(script, home, env, flags="+e")[1].split(_BREAK)[1:]
    clean = [re.sub(r"[ \t]+$", "", output, flags=re.MULTILINE) for output in outputs]
    return [Step(*pair) for pair in zip(commands, clean, strict=True)]
