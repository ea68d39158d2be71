"""How commands print results: a list that comes in pages, or one document."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from dmcli.render.formats.base import Listing, following
from dmcli.render.formats.document import JSON, drop, put

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.api.model import Field
    from dmcli.api.paging import Page
    from dmcli.render.formats.base import Format
    from dmcli.render.output import Output
    from dmcli.render.queried import Shown


def show_pages(pages: Iterable[Page], fields: tuple[Field, ...], twins: tuple[str, ...], output: Output) -> int:
    """Print a list as its pages come; the number of rows, so that the caller can say that there are none.

    json and yaml are the first page's reply with the rows of all pages at the list's own path; `twins` are dotted paths
    of further copies of the rows, which are left out. csv and tsv have all fields by wire name, a table has the titled
    ones. A query is put to the joined document, in ndjson to each row unless it names `rows`. Memory does not grow with
    the number of pages, but for a query on the document. Raises InputError for a query that fails; errors of the stream
    pass.
    """
    query, format_ = _query(output), output.effective_format
    listing = _listing(pages, _in_words(fields, format_), twins)
    return query.show_pages(listing, output) if query else format_.show_rows(listing, output)


def show_document(document: Any, fields: tuple[Field, ...], output: Output) -> None:
    """Print one object, or a list of objects of a command that makes several calls.

    json and yaml are the document as given; csv and tsv a header and a row for each object, ndjson a line for each; a
    table has two columns, title and value, for one object and a row for each of a list. What has no rows is JSON.
    Raises InputError for a query that fails; errors of the stream pass.
    """
    query, format_, many = _query(output), output.effective_format, isinstance(document, list)
    fields = _in_words(fields, format_)
    if query:
        query.show_document(document, output)
    elif format_.per_row and many:
        format_.show_rows(Listing([document]), output)
    elif format_.per_row:
        format_.show_value(document, output)
    elif not all(isinstance(item, dict) for item in (document if many else [document])):
        (JSON if format_.columns else format_).show_value(document, output)
    elif many:
        format_.show_rows(Listing([document], fields, document), output)
    else:
        format_.show_record(document, fields, output)


def _query(output: Output) -> Shown | None:
    """The query that is put to what is shown; None for none. Raises InputError for a bad expression."""
    if not output.query:
        return None
    from dmcli.render.queried import Shown

    return Shown(output.query)


def _in_words(fields: tuple[Field, ...], format_: Format) -> tuple[Field, ...]:
    """The fields with titles and words in the language of the run, where people read them."""
    if not format_.for_people:
        return fields
    from dmcli.render.cells import translated

    return translated(fields)


def _listing(pages: Iterable[Page], fields: tuple[Field, ...], twins: tuple[str, ...]) -> Listing:
    """The pages as one list in the reply of the first page that has it."""
    from dmcli.api.paging import Page

    pages = iter(pages)
    head = next(pages, Page({}, [], ""))
    while not head.path and (after := next(pages, None)):
        head = after
    document = head.reply
    for twin in twins:
        if head.path and not f"{head.path}.".startswith(f"{twin}."):
            document = drop(document, twin)
    document = put(document, head.path, [])  # in which the rows would be kept until the end
    return Listing(following([head.rows], map(attrgetter("rows"), pages)), fields, document, head.path)
