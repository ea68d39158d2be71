"""Where results go and how: what the command line says of it, and what follows for commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from dmcli.record import Record
from dmcli.render.encoding import fit_encoding
from dmcli.render.formats import format_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from dmcli.render.formats.base import Format

ON_TERMINAL, IN_PIPE = "table", "tsv"  # the formats when none is asked for


def _tell_nobody(_: str) -> None:
    """Say nothing."""


class Output(Record):
    """Where results go and how they look there.

    >>> import sys
    >>> from dmcli.render import show_document
    >>> show_document({"TagName": "welcome", "TagId": "1"}, (), Output("csv", "", sys.stdout))
    TagName,TagId
    welcome,1

    `format` is the name of one of FORMATS or empty: a table on a terminal, else tab-separated text. `query` is a
    JMESPath expression or empty. `color` is None where the environment decides. `csv_raw` leaves values in csv as they
    were received: codes, times and what a spreadsheet would take for a formula; `raw` leaves control characters in
    tab-separated text. `tell` says a line to the person, beside the result. `bom` puts the mark
    of UTF-8 before csv. Times are in `zone`, where it is None in that of this machine.
    """

    format: str
    query: str
    stdout: TextIO
    color: bool | None = None
    csv_raw: bool = False
    raw: bool = False
    tell: Callable[[str], None] = _tell_nobody
    bom: bool = False
    zone: tzinfo | None = None

    @property
    def effective_format(self) -> Format:
        """The format asked for, or the usual one of the stream."""
        return format_of(self.format or (ON_TERMINAL if self.stdout.isatty() else IN_PIPE))

    @property
    def for_people(self) -> bool:
        """Whether a person reads the result: as a table, and not what a query made of it."""
        return self.effective_format.for_people and not self.query

    @property
    def wants_columns(self) -> bool:
        """Whether rows are shown as cells under the names of fields; a query is about the reply as received."""
        return self.effective_format.columns and not self.query

    @property
    def wants_rows(self) -> bool:
        """Whether the rows of a list are shown one after another, without the reply around them."""
        return self.wants_columns or self.effective_format.per_row

    @property
    def wants_data(self) -> bool:
        """Whether data were asked for where text would do."""
        return bool(self.format or self.query)


def show_text(text: str, output: Output) -> None:
    """Print a text as it is, for commands whose result is no data."""
    output.stdout.write(fit_encoding(text, output.stdout) + "\n")
    output.stdout.flush()
