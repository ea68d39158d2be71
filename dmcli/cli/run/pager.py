"""The pager: what is longer than the screen goes through one, as with git and gh; never where there is no terminal."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

from dmcli.untrusted import Painted, safe
from dmcli.words import environment

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from dmcli.cli.session import Session
    from dmcli.render import Output

_USUAL = "less -FRX"


@contextmanager
def paged(current: Session) -> Iterator[Output]:
    """Where results go in the block. What is to be said beside them is said when the pager has ended.

    A pager that ends before it has read everything ends the block too, without an error.
    """
    output, command = current.output(), _command(current)
    lines = _lines_of(output.stdout) if command else 0
    if not lines:
        yield output
        return
    stream, said = _Paged(output.stdout, command, lines), list[str]()
    try:
        yield output._replace(stdout=cast("TextIO", stream), tell=said.append)
    except BrokenPipeError:
        if not stream.pager:
            raise
    finally:
        stream.end()
        current.say(*said)


def _command(current: Session) -> str:
    """The pager's command; empty where none is wanted."""
    given, environ = current.given, os.environ
    if given.get("no_pager") or environ.get("TERM", "dumb") == "dumb":
        return ""
    found = next((environ[name] for name in ("DM_PAGER", "PAGER") if name in environ), _USUAL)
    return "" if found.strip() in ("", "cat") else found


def _lines_of(stream: TextIO) -> int:
    """How many lines the terminal has; 0 where the stream is none, or it does not tell."""
    if not stream.isatty():
        return 0
    try:
        return os.get_terminal_size(stream.fileno()).lines
    except (OSError, ValueError):
        return 0


class _Paged:
    """A terminal, to which is written through a pager once there is more than a screen."""

    def __init__(self, stream: TextIO, command: str, lines: int) -> None:
        self._stream, self._command, self._lines = stream, command, lines
        self._held: list[str] = []
        self.pager: subprocess.Popen[bytes] | None = None

    def write(self, text: str) -> int:
        """Hold the text back until it is more than a screen."""
        if self.pager:
            self._feed(text)
        elif self._lines < 0:
            self._stream.write(text)
        else:
            self._held.append(text)
            self._lines -= text.count("\n")
            if self._lines < 0:
                self._start()
        return len(text)

    def flush(self) -> None:
        """Hand on what the pager has been given; what is held back stays."""
        if self.pager and self.pager.stdin:
            self.pager.stdin.flush()

    def end(self) -> None:
        """Write what was held back, or wait until the person has left the pager."""
        if not self.pager:
            self._write_held()
            self._stream.flush()
            return
        if self.pager.stdin:
            with suppress(BrokenPipeError):
                self.pager.stdin.close()
        while self.pager.returncode is None:
            with suppress(KeyboardInterrupt):  # it is meant for the pager
                self.pager.wait()

    def _start(self) -> None:
        import shlex
        import subprocess

        try:
            self.pager = subprocess.Popen(  # noqa: S603  the person's own
                shlex.split(self._command), stdin=subprocess.PIPE, env=environment()
            )
        except (OSError, ValueError):  # there is none, or its command is no command
            self._write_held()
            return
        for text in self._held:
            self._feed(text)
        self._held = []

    def _write_held(self) -> None:
        for text in self._held:
            self._stream.write(text)
        self._held = []

    def _feed(self, text: str) -> None:
        """Give the pager a text, made harmless as for the terminal that it is on."""
        if self.pager and self.pager.stdin:
            shown = text if isinstance(text, Painted) else safe(text, lines=True)
            self.pager.stdin.write(shown.encode(self._stream.encoding or "utf-8", "replace"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
