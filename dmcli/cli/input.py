"""Text that a person gives by the name of a file or on standard input: up to a limit, and not from what never ends."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from dmcli.errors import InputError
from dmcli.local.files import read_bytes
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

_LINE = 1024  # characters of a secret on a line of its own


def read_value(typed: str, limit: int, fail: Callable[[str], NoReturn]) -> str:
    """The text that was typed, or what is in the file that @FILE names; @@ is a literal @. Fails as `read_file`."""
    if typed.startswith("@@"):
        return typed[1:]
    return read_file(typed[1:], limit, fail) if typed.startswith("@") else typed


def refuse_file_name(text: str, fail: Callable[[str], NoReturn], *, bare: bool = True) -> None:
    """Call `fail` for a text that is the name of a file, since nearly always an @ was forgotten.

    Without `bare` a word that has neither a dot nor a slash may be such a name by chance.
    """
    if "\0" not in text and os.path.isfile(text) and (bare or not {".", "/", os.sep}.isdisjoint(text)):
        fail(
            tr(
                "{name!r} is the name of a file: give @{name} for what is in it; to mean "
                "the name itself, pipe it in as @-",
                name=text,
            )
        )


def refuse_to_overwrite(read: str, option: str, written: str | None) -> None:
    """Raise InputError where the file that an option names to be written is the one that the command reads."""
    if written and os.path.realpath(written) == os.path.realpath(read):
        raise InputError(tr("{option}: {file} is read by this command; name another file", option=option, file=written))


def read_file(name: str, limit: int, fail: Callable[[str], NoReturn]) -> str:
    """The text of a regular file (`-`: standard input) without a byte order mark and the line break at its very end.

    Calls `fail` with a sentence when it cannot be read, is empty or has more than `limit` bytes, of which no more are
    read.
    """
    try:
        data = _standard_input(limit) if name == "-" else read_bytes(name, limit)[0]
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        fail(tr("cannot read {name!r}: it is not UTF-8 text", name=name))
    except OSError as error:
        fail(tr("cannot read {name!r}: {why}", name=name, why=error.strerror))
    except ValueError as error:
        fail(
            tr(
                "cannot read {name!r}: it {why}; give a smaller or a regular file, or pipe it in and give @-",
                name=name,
                why=error,
            )
        )
    if not text.strip("\r\n"):
        fail(tr("standard input (@-) is empty") if name == "-" else tr("{name!r} is empty", name=name))
    return text.removesuffix("\n").removesuffix("\r")


def _standard_input(limit: int) -> bytes:
    """All bytes of standard input. Raises ValueError, the end of a sentence, when there are more than the limit."""
    data = getattr(sys.stdin, "buffer", sys.stdin).read(limit + 1)
    data = data.encode() if isinstance(data, str) else data  # a stream in memory has text
    if len(data) > limit:
        raise ValueError(tr("is larger than {limit} bytes", limit=limit))
    return bytes(data)


def read_line(what: str, most: int = _LINE) -> str:
    """The next line of standard input, without its end. Raises InputError; no message has anything of it."""
    try:
        line = sys.stdin.readline(most + 1)
        line.encode()  # in some locales Python reads bytes that are no text as lone surrogates
    except UnicodeError:
        raise InputError(tr("the {what} on standard input is not UTF-8 text", what=what)) from None
    if len(line) > most:
        raise InputError(tr("the {what} on standard input is longer than {most} characters", what=what, most=most))
    if not line.rstrip("\r\n"):
        raise InputError(tr("the {what} is missing: standard input is empty, or its first line is", what=what))
    return line.rstrip("\r\n")
