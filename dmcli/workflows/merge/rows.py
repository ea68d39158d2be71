"""The rows of a CSV file, each with its number and its cells by column."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from dmcli.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Row(NamedTuple):
    """A row of a table: its number in the file, the header being 1, and its cells by column."""

    number: int
    values: dict[str, str]


@contextmanager
def open_table(path: str) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """The columns of a file, and its rows. Raises InputError."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            columns = next(reader, [])
            yield columns, _rows(columns, reader)
    except OSError as error:
        raise InputError(f"cannot read {path!r}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read {path!r}: {error}") from None


def _rows(columns: list[str], reader: Iterator[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(reader, 2):
        if len(cells) != len(columns):
            raise InputError(f"row {number} has {len(cells)} cells, the header {len(columns)}")
        yield Row(number, dict(zip(columns, cells, strict=True)))
