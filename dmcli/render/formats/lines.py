"""ndjson: a row is one line of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.render.encoding import fit_document, wants_ascii
from dmcli.render.formats.base import Format, Listing

if TYPE_CHECKING:
    from typing import TextIO

    from dmcli.render.formats.base import Sink

_AT_ONCE = 200  # rows that are written together


class _Lines(Format):
    per_row = True

    def show_rows(self, listing: Listing, output: Sink) -> int:
        """Print each row as a line, handed on after every page; where a row fails, those before it are printed."""
        import json

        stdout, count, lines = output.stdout, 0, list[str]()
        encode = json.JSONEncoder(ensure_ascii=wants_ascii(stdout), separators=(",", ":")).encode
        try:
            for rows in map(iter, listing.pages):  # of which none is kept while the next is fetched
                for row in rows:
                    lines.append(encode(row))
                    if len(lines) == _AT_ONCE:
                        count += _put(lines, stdout)
                count += _put(lines, stdout)
                stdout.flush()
        finally:
            _put(lines, stdout)
        return count

    def show_value(self, value: Any, output: Sink) -> None:
        """Print the value as one line."""
        self.show_rows(Listing([[value]]), output)


def _put(lines: list[str], stdout: TextIO) -> int:
    """Print the lines and forget them; how many there were."""
    text, count = "\n".join([*lines, ""]), len(lines)
    lines.clear()
    stdout.write(fit_document(text, stdout))
    return count


NDJSON = _Lines()
