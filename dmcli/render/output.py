"""Where output goes and how: what the command line settled once, and what the stream can take."""

from __future__ import annotations

from typing import NamedTuple, TextIO


class Output(NamedTuple):
    """What the command line settled about output.

    `format` is table, json, yaml, csv, ndjson, tsv or empty: a table on a terminal, else tab-separated text. `query` is
    a JMESPath expression or empty. `color` is None where the environment decides. `csv_raw` leaves cells of csv as they
    are, be they formulas.
    """

    format: str
    query: str
    stdout: TextIO
    color: bool | None = None
    csv_raw: bool = False

    @property
    def chosen(self) -> str:
        """The format, decided."""
        return self.format or ("table" if self.stdout.isatty() else "tsv")


def show_text(text: str, output: Output) -> None:
    """Print a text as it is, for commands whose result is no data."""
    output.stdout.write(encodable(text, output.stdout) + "\n")
    output.stdout.flush()


def wants_ascii(stdout: TextIO) -> bool:
    """Whether JSON and YAML escape all but ASCII: a terminal must not be steered, other encodings cannot hold it."""
    return stdout.isatty() or not _encoding(stdout).startswith("utf")


def encodable(text: str, stdout: TextIO) -> str:
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
