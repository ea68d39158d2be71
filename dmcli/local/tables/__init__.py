"""People's tables: rows of text by column name, from CSV, TSV, XLSX and ndjson; what is doubtful is refused."""

from dmcli.local.tables.model import BadRow, Row, Table
from dmcli.local.tables.opening import open_table
from dmcli.local.tables.text import ENCODINGS

__all__ = ["ENCODINGS", "BadRow", "Row", "Table", "open_table"]
