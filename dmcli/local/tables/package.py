"""The parts of an XLSX file, which is a ZIP of XML: sizes are judged before it is unpacked, and no DTD is read."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import contextmanager
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from dmcli.errors import InputError
from dmcli.local.tables.text import open_file
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MOST = 512 << 20  # bytes unpacked: a full sheet of a million rows has about that
_RATIO = 100  # times as much unpacked as packed; sheets have 5 to 20
_SMALL = 10 << 20  # bytes unpacked that need no ratio
_PIECE = 1 << 16
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    LookupError,
    ValueError,
    RuntimeError,  # it has a password, or an unknown compression
)


class Handlers(NamedTuple):
    """What is called for each start of an element (name without prefix, attributes), each end, and each text."""

    start: Callable[[str, dict[str, str]], None]
    end: Callable[[str], None]
    text: Callable[[str], None]


class Package:
    """An XLSX file, opened for its parts. Raises InputError for what is none, or unpacks to too much."""

    def __init__(self, path: str, zipped: zipfile.ZipFile, size: int) -> None:
        self.path = path
        self._zip = zipped
        unpacked = sum(one.file_size for one in zipped.infolist())
        if unpacked > MOST or (unpacked > _SMALL and unpacked > _RATIO * size):
            raise InputError(
                tr(
                    "{path} unpacks from {size:,} to {unpacked:,} bytes, which no honest sheet "
                    "does: save the sheet as CSV",
                    path=path,
                    size=size,
                    unpacked=unpacked,
                )
            )

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part in self._zip.NameToInfo

    def read(self, part: str, handlers: Handlers) -> Iterator[None]:
        """Hand a part to the handlers; yields after each piece."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = lambda name, found: handlers.start(name.rpartition(":")[2], found)
        parser.EndElementHandler = lambda name: handlers.end(name.rpartition(":")[2])
        parser.CharacterDataHandler = handlers.text
        with self._zip.open(part) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece)
                yield
            parser.Parse(b"", True)
            yield

    def _refuse_doctype(self, *_: object) -> None:
        raise InputError(
            tr("{path} has a document type in its XML, which no spreadsheet writes: save it anew", path=self.path)
        )

    def elements(self, part: str) -> list[tuple[str, Mapping[str, str]]]:
        """Names and attributes of all elements of a small part, in order."""
        found: list[tuple[str, Mapping[str, str]]] = []
        for _ in self.read(part, Handlers(lambda name, given: found.append((name, given)), _nothing, _nothing)):
            pass
        return found

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Type (its last word) and name of the parts that a part is related to, by id; "" is the package itself."""
        folder, name = dirname(part), part.rpartition("/")[2]
        rels = join(folder, "_rels", f"{name}.rels")
        return {
            one["Id"]: (one["Type"].rpartition("/")[2], normpath(join("/", folder, one["Target"]))[1:])
            for tag, one in (self.elements(rels) if self.has(rels) else ())
            if tag == "Relationship" and one.get("TargetMode") != "External"
        }


def _nothing(_: str) -> None:
    """What is done about what does not matter."""


@contextmanager
def open_package(path: str) -> Iterator[Package]:
    """The parts of an XLSX file. Raises InputError, also for what turns out damaged while it is read."""
    try:
        with open_file(path) as file, zipfile.ZipFile(file) as zipped:
            yield Package(path, zipped, file.seek(0, 2))
    except _DAMAGED as error:
        raise InputError(
            tr("{path} is no XLSX file, or a damaged one ({error}): save it anew, or as CSV", path=path, error=error)
        ) from None
