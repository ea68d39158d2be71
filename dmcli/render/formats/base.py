"""What a format is: what it asks of commands, and how it shows a list as it comes, one object, or any value."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dmcli.api.model import Field
    from dmcli.render.output import Output


class Listing(NamedTuple):
    """A list as it comes: its rows page by page, the declared fields, and the dotted path in a document it is from."""

    pages: Iterable[Iterable[Any]]
    fields: tuple[Field, ...] = ()
    document: Any = None
    path: str = ""

    @property
    def rows(self) -> Iterator[Any]:
        """The rows of all pages; can be read once."""
        return chain.from_iterable(self.pages)


class Format(ABC):
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
    says nothing, since no program reads it.
    """

    columns: ClassVar[bool] = False
    per_row: ClassVar[bool] = False
    for_people: ClassVar[bool] = False

    @abstractmethod
    def show_rows(self, listing: Listing, output: Output) -> int:
        """Print a list, in bounded memory; the number of rows."""

    @abstractmethod
    def show_value(self, value: Any, output: Output) -> None:
        """Print a value whole: a document, or what a query found."""

    def show_record(self, record: dict[str, Any], fields: tuple[Field, ...], output: Output) -> None:
        """Print one object; as a list of one, unless the format has a form for it."""
        self.show_rows(Listing([[record]], fields, record), output)
