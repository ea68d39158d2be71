"""Lines as typed in a shell: for `dm` in this process, as a program of its own, and on a terminal."""

from __future__ import annotations

import os
import re
import select
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from forks import REAL, quick_dm
from patience import PATIENT

DM = [sys.executable, "-c", REAL]  # what a shell finds under the name `dm`

_PLAIN = {"TERM": "xterm", "PAGER": "cat"}  # a terminal on which nothing waits for a key


def words(line: str, *values: object) -> list[str]:
    """The words of a line, split as a shell does.

    Each `{}` takes the next value as it is, never split or unquoted, be it a word or a part of one. A list in place of
    a word stands for as many words. Without values, `{}` is itself. Raises ValueError when values are left or missing.
    """
    split = shlex.split(line)
    if not values:
        return split
    if sum(word.count("{}") for word in split) != len(values):
        raise ValueError(f"{len(values)} values for the line {line!r}")
    left = iter(values)
    found: list[str] = []
    for word in split:
        if word == "{}":
            value = next(left)
            found += map(str, value) if isinstance(value, Iterable) and not isinstance(value, str) else [str(value)]
        else:
            found.append(re.sub("{}", lambda _: str(next(left)), word))
    return found


def argv(line: str, *values: object) -> list[str]:
    """What starts `dm` with the line after it, quickly: see tests/support/forks.py."""
    return [*quick_dm(), *words(line, *values)]


def real_argv(line: str, *values: object) -> list[str]:
    """What a shell starts for `dm` and the line after it."""
    return [*DM, *words(line, *values)]


def on_a_terminal(
    line: str, *values: object, answers: Sequence[str] = (), columns: int = 80, **environ: str
) -> tuple[int, str]:
    """Run `dm` on a terminal of its own and type an answer at each question; the exit code and all that was shown."""
    return program_on_a_terminal(argv(line, *values), answers=answers, columns=columns, **environ)


def program_on_a_terminal(
    command: list[str], *, answers: Sequence[str] = (), columns: int = 80, **environ: str
) -> tuple[int, str]:
    """The same with any program."""
    env = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | _PLAIN | environ
    left = iter(answers)

    def react(seen: bytes) -> str:
        # Where nothing is asked, a piece of JSON may end so too.
        return f"{next(left, '')}\n" if answers and seen.endswith((b": ", "： ".encode())) else ""

    return terminal_of(command, env, react, columns=columns)


def terminal_of(
    command: Sequence[str],
    env: Mapping[str, str],
    react: Callable[[bytes], str],
    *,
    columns: int = 80,
    cwd: str | None = None,
) -> tuple[int, str]:
    """The same in an environment; `react` says what is typed, each time that something was shown, given all of it."""
    import fcntl
    import pty
    import struct
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    streams = {"stdin": follower, "stdout": follower, "stderr": follower}
    with subprocess.Popen(command, env=dict(env), cwd=cwd, start_new_session=True, **streams) as process:
        os.close(follower)
        shown = b""
        try:
            while piece := _shown_next(leader):
                shown += piece
                os.write(leader, react(shown).encode())
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            os.close(leader)
    return process.returncode, shown.decode()


def _shown_next(leader: int) -> bytes:
    """What a terminal shows next; nothing once nobody writes to it any more."""
    assert select.select([leader], [], [], PATIENT)[0], "it hangs"
    try:
        return os.read(leader, 1 << 16)
    except OSError:  # how Linux says that the other end is closed
        return b""
