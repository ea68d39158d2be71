"""How what a query finds is shown, in place of what it was put to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.render.formats.base import Listing
from dmcli.render.formats.document import put
from dmcli.render.query import Query

if TYPE_CHECKING:
    from dmcli.render.output import Output


class Shown(Query):
    """A query whose finds are shown. Its methods raise InputError where it fails; errors of the stream pass."""

    def show_pages(self, listing: Listing, output: Output) -> int:
        """Show what is found in a list; the number of its rows."""
        if output.effective_format.per_row and not self.whole:
            pages = (map(self.find, rows) for rows in listing.pages)
            count = output.effective_format.show_rows(listing._replace(pages=pages), output)
        else:
            rows = list(listing.rows)
            count = len(rows)
            _show(self.find(put(listing.document, listing.path, rows), rows), output)
        self._tell_failure(output)
        return count

    def show_document(self, document: Any, output: Output) -> None:
        """Show what is found in an object, or in a list of objects."""
        format_, many = output.effective_format, isinstance(document, list)
        if not many:
            format_.show_value(self.find(document), output)
        elif format_.per_row and not self.whole:
            format_.show_rows(Listing([map(self.find, document)]), output)
        else:
            _show(self.find(document, document), output)
        self._tell_failure(output)

    def _tell_failure(self, output: Output) -> None:
        """Say that nothing was found, once what was found is printed."""
        if self.failure:
            output.stdout.flush()
            output.tell(self.failure)


def _show(found: Any, output: Output) -> None:
    """Print what was found; in a format of rows, each item of a list for itself."""
    if output.effective_format.per_row and isinstance(found, list):
        output.effective_format.show_rows(Listing([found]), output)
    else:
        output.effective_format.show_value(found, output)
