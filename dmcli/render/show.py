"""The one seam commands print through: a list that comes in pages, or one document."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from dmcli.api.paging import Page
from dmcli.render.document import placed, show_joined, show_whole, without
from dmcli.render.lines import show_columns, show_found, show_lines
from dmcli.render.query import searcher
from dmcli.render.table import show_record, show_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.api.model import Field
    from dmcli.render.output import Output


def show_pages(pages: Iterable[Page], fields: tuple[Field, ...], twins: tuple[str, ...], output: Output) -> int:
    """Print a list as its pages come, and tell how many rows there were, so that the caller can speak of none.

    json and yaml are the first page's reply with the rows of all pages at the list's own path; `twins` are dotted paths
    of further copies of the rows, which are left out. csv and tsv have all fields by wire name, a table has the titled
    ones. A query is put to the joined document, in ndjson to each row. Memory does not grow with the number of pages,
    but for a query on the document. Raises InputError for a query that fails; errors of the stream pass.
    """
    search, chosen, pages = searcher(output.query), output.chosen, iter(pages)
    if chosen == "ndjson":
        return show_lines((page.rows for page in pages), search, output)
    if chosen in {"table", "csv", "tsv"} and not output.query:
        show = show_table if chosen == "table" else show_columns
        return show(chain.from_iterable(page.rows for page in pages), fields, output)
    head = next(pages, Page({}, [], ""))
    while not head.path and (after := next(pages, None)):
        head = after
    document = head.reply
    for twin in twins:
        if head.path and not f"{head.path}.".startswith(f"{twin}."):
            document = without(document, twin)
    rows = chain(head.rows, chain.from_iterable(page.rows for page in pages))
    if output.query:
        joined = list(rows)
        show_found(search(placed(document, head.path, joined)), output)
        return len(joined)
    if head.path:
        return show_joined(document, head.path, rows, output)
    show_whole(document, output)
    return sum(1 for _ in rows)


def show_document(document: Any, fields: tuple[Field, ...], output: Output) -> None:
    """Print one object, or a list of objects of a command that makes several calls.

    json and yaml are the document as given; csv and tsv a header and a row for each object, ndjson a line for each; a
    table has two columns, title and value, for one object and a row for each of a list. What has no rows is JSON.
    Raises InputError for a query that fails; errors of the stream pass.
    """
    search, chosen = searcher(output.query), output.chosen
    items = document if isinstance(document, list) else [document]
    if chosen == "ndjson":
        show_lines([items], search, output)
    elif output.query:
        show_found(search(document), output)
    elif chosen in {"json", "yaml"} or not all(isinstance(item, dict) for item in items):
        show_whole(document, output)
    elif chosen != "table":
        show_columns(items, fields, output)
    elif isinstance(document, list):
        show_table(items, fields, output)
    else:
        show_record(document, fields, output)
