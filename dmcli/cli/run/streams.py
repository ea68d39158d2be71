"""The standard streams as `dm` writes to them: whatever is printed, nothing in it acts on a terminal or breaks a log.

Commands print as they like. No command can forget to make foreign text harmless, because all of it passes here.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

from dmcli.untrusted import Painted, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class GuardedStream:
    """A text stream that escapes what could do harm, line feeds apart; in all else the stream behind it.

    It has no `buffer`, by which bytes would get past it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, harmless; one that is painted has been made so before its colours came in."""
        self._stream.write(text if isinstance(text, Painted) else safe(text, lines=True))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of the texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self._stream, name)


@contextmanager
def guard_streams() -> Iterator[None]:
    """Guard stderr, which is a terminal or a log, and stdout where it is a terminal: in a pipe data stay as they are.

    Streams that were closed before the start are None, and stay so.
    """
    streams = out, err = sys.stdout, sys.stderr
    if out and out.isatty():
        sys.stdout = cast("TextIO", GuardedStream(out))
    if err:
        sys.stderr = cast("TextIO", GuardedStream(err))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams
