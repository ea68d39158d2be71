"""ndjson: a row is one line of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.render.encoding import fit_document, wants_ascii
from dmcli.render.formats.base import Format, Listing

if TYPE_CHECKING:
    from dmcli.render.formats.base import Sink


class _Lines(Format):
    per_row = True

    def show_rows(self, listing: Listing, output: Sink) -> int:
        """Print each row as a line, handed on after every page."""
        import json

        stdout, count = output.stdout, 0
        encode = json.JSONEncoder(ensure_ascii=wants_ascii(stdout), separators=(",", ":")).encode
        for rows in map(iter, listing.pages):  # of which none is kept while the next is fetched
            for row in rows:
                stdout.write(fit_document(encode(row), stdout) + "\n")
                count += 1
            stdout.flush()
        return count

    def show_value(self, value: Any, output: Sink) -> None:
        """Print the value as one line."""
        self.show_rows(Listing([[value]]), output)


NDJSON = _Lines()
