"""The formats of results, by the names that -o takes and the one that pipes get: a module a format or a family.

A run shows one, so each loads when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dmcli.render.formats.base import Format

# The module of each, which has it under its name in capitals.
FORMATS = {
    "table": "table",
    "json": "document",
    "yaml": "document",
    "csv": "delimited",
    "ndjson": "lines",
    "tsv": "delimited",
}


def format_of(name: str) -> Format:
    """The format of a name."""
    found: Format = getattr(import_module(f"{__name__}.{FORMATS[name]}"), name.upper())
    return found
