"""The formats of results, by the names that -o takes and the one that pipes get: a module a format or a family."""

from dmcli.render.formats.base import Format, Listing
from dmcli.render.formats.delimited import CSV, TSV
from dmcli.render.formats.document import JSON, YAML
from dmcli.render.formats.lines import NDJSON
from dmcli.render.formats.table import TABLE

__all__ = ["FORMATS", "JSON", "Format", "Listing"]

FORMATS: dict[str, Format] = {
    "table": TABLE,
    "json": JSON,
    "yaml": YAML,
    "csv": CSV,
    "ndjson": NDJSON,
    "tsv": TSV,
}
