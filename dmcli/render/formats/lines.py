"""ndjson: a row is one line of JSON."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from dmcli.render.encoding import fit_document, wants_ascii
from dmcli.render.formats.base import Format, Listing

if TYPE_CHECKING:
    from dmcli.render.formats.base import Sink

_AT_ONCE = 200  # rows that are written together


class _Lines(Format):
    per_row = True

    def show_rows(self, listing: Listing, output: Sink) -> int:
        """Print each row as a line, handed on after every page."""
        import json

        stdout, count = output.stdout, 0
        encode = json.JSONEncoder(ensure_ascii=wants_ascii(stdout), separators=(",", ":")).encode
        for rows in map(iter, listing.pages):  # of which none is kept while the next is fetched
            while lines := [encode(row) for row in islice(rows, _AT_ONCE)]:
                stdout.write(fit_document("\n".join(lines) + "\n", stdout))
                count += len(lines)
            stdout.flush()
        return count

    def show_value(self, value: Any, output: Sink) -> None:
        """Print the value as one line."""
        self.show_rows(Listing([[value]]), output)


NDJSON = _Lines()
