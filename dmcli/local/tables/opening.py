"""Opening a table: its first bytes, not its name, say which format it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.errors import InputError
from dmcli.local.tables.text import open_file
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.local.tables.model import Table

_WIDER = {"gbk": "gb18030", "gb2312": "gb18030"}  # what has all of it, and more that files of that name may hold
_OLD_EXCEL = bytes.fromhex("D0CF11E0")  # .xls, and .xlsx with a password


def open_table(path: str, encoding: str = "", sheet: str = "") -> Table:
    """The table in a file; `encoding` is one of ENCODINGS, "" for UTF-8 or what a byte order mark says.

    `sheet` is the name of one of several sheets. Raises InputError, and so do its rows.
    """
    encoding = _WIDER.get(encoding, encoding)
    with open_file(path) as file:
        start = file.read(4096)
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise InputError(tr("{path} is empty", path=path))
    if start.startswith(_OLD_EXCEL):
        raise InputError(
            tr("{path} is an old Excel file or has a password: save it as .xlsx without one, or as CSV", path=path)
        )
    if start.startswith(b"PK"):
        from dmcli.local.tables.xlsx import open_xlsx

        if encoding:
            raise InputError(tr("{path} is an XLSX file, which needs no --encoding: leave it out", path=path))
        return open_xlsx(path, sheet)
    if sheet:
        raise InputError(tr("{path} is no XLSX file and has no sheets: leave --sheet out", path=path))
    if text[:1] in (b"{", b"["):
        from dmcli.local.tables.ndjson import open_ndjson

        return open_ndjson(path, encoding)
    from dmcli.local.tables.delimited import open_delimited

    return open_delimited(path, encoding)
