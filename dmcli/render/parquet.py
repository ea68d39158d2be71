"""Rows as a Parquet file, the form that engines for large tables read; needs the extra `parquet`."""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any

from dmcli.api.kinds.dates import moment_in
from dmcli.errors import ConfigError
from dmcli.render.cells import cell_words, raw_text, values
from dmcli.untrusted import read_number
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.api.model import Field

_GROUP = 50_000  # rows that are written at once


def write_parquet(pages: Iterable[list[dict[str, Any]]], fields: tuple[Field, ...], path: str) -> int:
    """Write a file with a column for each field, by its wire name; how many rows it has.

    Codes are words, numbers integers, and times moments in UTC. Raises ConfigError where the extra is missing, OSError.
    """
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise ConfigError(
            tr("Parquet needs the extra of that name: pip install 'dmcli[parquet]', or export .csv")
        ) from None
    moment, number, text = arrow.timestamp("s", tz="UTC"), arrow.int64(), arrow.string()
    types = {"epoch": moment, "stamp": moment, "utc": moment, "number": number}
    schema = arrow.schema([(field.name, types.get(field.shape, text)) for field in fields])
    names, count = [field.name for field in fields], 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        rows = (values(row, names) for page in pages for row in page)
        while group := list(islice(rows, _GROUP)):
            columns = [
                arrow.array([_value(field, cell) for cell in cells], schema.field(field.name).type)
                for field, cells in zip(fields, zip(*group, strict=True), strict=True)
            ]
            writer.write_table(arrow.table(columns, schema=schema))
            count += len(group)
    return count


def _value(field: Field, cell: Any) -> Any:
    """A cell as Parquet has it; None for what is not of the column's kind."""
    if field.shape == "number":
        return read_number(raw_text(cell))
    if field.shape:
        return moment_in(field.shape, raw_text(cell))
    return cell_words(field, cell)
