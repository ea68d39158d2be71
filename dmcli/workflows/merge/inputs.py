"""What goes into a merge, as hashes: enough to tell whether two are the same, and in what they differ."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from dmcli.api.signing import canonical_query, sha256_hex
from dmcli.errors import InputError
from dmcli.words import tr
from dmcli.workflows.upload.files import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Mapping

_PIECE = 1 << 20
_EARLIER = {"via": "single"}  # what plans were made with before they kept it
_OWN = {"Subject": "--subject", "HtmlBody": "--html", "TextBody": "--text", "AccountName": "--from"}
_WORDS = {
    "via": "--via",
    "file": "file",
    "sheet": "--sheet",
    "column": "--to-column",
    "options": "options",
    "attach": "--attach",
    "account": "account",
    **_OWN,
}


def inputs_of(
    path: str, sheet: str, wire: Mapping[str, str], column: str, endpoint: str, owner: str, via: str
) -> dict[str, str]:
    """The hashes by what they are of; `sheet` is "" where none is named. Raises InputError for an unreadable file.

    What stands in the wire for files to upload is of their content.
    """
    rest = {name: value for name, value in wire.items() if name not in _OWN}
    of_files = tuple(name.rpartition(".")[0] + "." for name, value in rest.items() if is_stand_in(value))
    files = {name: rest.pop(name) for name in tuple(rest) if name.startswith(of_files)}
    return {
        "via": via,
        "file": file_hash(path),
        **({"sheet": sheet} if sheet else {}),
        **({"attach": sha256_hex(canonical_query(files).encode())} if files else {}),
        "column": column,
        "options": sha256_hex(canonical_query(rest).encode()),
        "account": account_of(endpoint, owner),
        **{name: sha256_hex(wire.get(name, "").encode()) for name in _OWN},
    }


def account_of(endpoint: str, owner: str) -> str:
    """What tells an account at an endpoint from others."""
    return sha256_hex(f"{endpoint}\n{owner}".encode())


def file_hash(path: str) -> str:
    """A hash of a file. Raises InputError where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise InputError(tr("cannot read {path!r}: {why}", path=path, why=error.strerror)) from None
    return digest.hexdigest()


def changed(before: dict[str, str], now: Mapping[str, str]) -> str:
    """What is not as before, in words; "" where all is."""
    before = _EARLIER | before
    return ", ".join(word for name, word in _WORDS.items() if before.get(name) != now.get(name))
