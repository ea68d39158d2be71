"""What a stream can take, and texts made to fit it."""

from __future__ import annotations

from typing import TextIO

from dmcli.untrusted import quoted


def wants_ascii(stdout: TextIO) -> bool:
    """Whether JSON and YAML escape all but ASCII, since the stream's encoding cannot hold it."""
    return not _encoding(stdout).startswith("utf")


def fit_document(text: str, stdout: TextIO) -> str:
    """A text in JSON or YAML for the stream: a terminal gets what could steer it as the escapes of both formats."""
    return fit_encoding(quoted(text) if stdout.isatty() else text, stdout)


def fit_encoding(text: str, stdout: TextIO) -> str:
    """The text with what the stream cannot encode as backslash escapes.

    In UTF-8 that is lone surrogates only, and theirs is the escape that JSON strings use.
    """
    if text.isascii():
        return text
    encoding = _encoding(stdout)
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _encoding(stdout: TextIO) -> str:
    """The stream's encoding in lower case; a stream in memory has none and takes what UTF-8 takes."""
    return (getattr(stdout, "encoding", None) or "utf-8").lower()
