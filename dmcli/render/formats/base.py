"""What a format is: what it asks of commands, and how it shows a list as it comes, one object, or any value."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, TextIO

from dmcli.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import tzinfo
    from typing import Protocol

    from dmcli.api.model import Field

    class Sink(Protocol):
        """Where a format writes, and how it may look there: what formats need of an Output."""

        @property
        def stdout(self) -> TextIO:
            """The stream."""

        @property
        def query(self) -> str:
            """The query that was put to what is shown; empty for none."""

        @property
        def color(self) -> bool | None:
            """Whether there may be colour; None where the environment decides."""

        @property
        def csv_raw(self) -> bool:
            """Whether values in csv stay as received: codes, times and formulas."""

        @property
        def bom(self) -> bool:
            """Whether csv begins with the mark by which spreadsheets know UTF-8."""

        @property
        def zone(self) -> tzinfo | None:
            """The zone of times; None for that of this machine."""

        @property
        def tell(self) -> Callable[[str], None]:
            """Says a line to the person, beside the result."""

        @property
        def raw(self) -> bool:
            """Whether control characters stay in tab-separated text."""


def following(taken: list[Any], rest: Iterable[Any]) -> Iterator[Any]:
    """What was taken already, then the rest. Nothing is kept once it was given, as `itertools.chain` would keep it."""
    while taken:
        yield taken.pop(0)
    yield from rest


class Listing(Record):
    """A list as it comes: its rows page by page, the declared fields, and the dotted path in a document it is from."""

    pages: Iterable[Iterable[Any]]
    fields: tuple[Field, ...] = ()
    document: Any = None
    path: str = ""

    @property
    def rows(self) -> Iterator[Any]:
        """The rows of all pages; can be read once."""
        return chain.from_iterable(self.pages)


class Format:
    """How results look. A new format is a module with a subclass, and a line in FORMATS.

    >>> class Markdown(Format):
    ...     columns = True
    ...
    ...     def show_rows(self, listing, output):
    ...         lines = [f"- {row['TagName']}" for row in listing.rows]
    ...         print(*lines, sep=chr(10), file=output.stdout)
    ...         return len(lines)
    ...
    ...     def show_value(self, value, output):
    ...         print(f"`{value}`", file=output.stdout)
    >>> import sys
    >>> from dmcli.render import Output
    >>> Markdown().show_record({"TagName": "welcome"}, (), Output("markdown", "", sys.stdout))
    - welcome

    With `columns` a row is shown as cells, a column for each field, and nothing of the document around the rows.
    With `per_row` a query is put to each row, without it to the document. `for_people` is a format that leaves out what
    says nothing, since no program reads it, and has words and titles in the language of the run.
    """

    columns: ClassVar[bool] = False
    per_row: ClassVar[bool] = False
    for_people: ClassVar[bool] = False

    def show_rows(self, listing: Listing, output: Sink) -> int:
        """Print a list, in bounded memory; the number of rows."""
        raise NotImplementedError

    def show_value(self, value: Any, output: Sink) -> None:
        """Print a value whole: a document, or what a query found."""
        raise NotImplementedError

    def show_record(self, record: dict[str, Any], fields: tuple[Field, ...], output: Sink) -> None:
        """Print one object; as a list of one, unless the format has a form for it."""
        self.show_rows(Listing([[record]], fields, record), output)
