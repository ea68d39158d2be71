"""XLSX, read as a stream by the types and formats in the file; what a spreadsheet spoiled is refused.

We read the XML ourselves since libraries do not tell: an error such as #DIV/0! or a formula never computed becomes an
empty cell, and 00123, stored as the number 123 with five digits shown, becomes 123.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from dmcli.errors import InputError
from dmcli.local.tables.formats import REMEDY, Format, format_of, number_text
from dmcli.local.tables.model import Record, Table, letters
from dmcli.local.tables.package import Handlers, Package, open_package
from dmcli.local.tables.text import is_text
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_COLUMNS = 16_384  # of a sheet (Excel's limit)
_LONGEST = 1 << 20  # characters of a cell; Excel has 32,767
_REF = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how a character stands in the XML that XML has not
_WORDS = {"0": "FALSE", "1": "TRUE"}
_KINDS = ("n", "s", "str", "inlineStr", "b", "e")
_UNKNOWN_KIND = marked("it is of an unknown kind, {kind!r}")
_KINDS_REFUSED = marked({"d": "it is a date or a time, of which people see another form; {remedy}"})


def open_xlsx(path: str, wanted: str) -> Table:
    """The table in the sheet of this name, "" for the only one that has cells. Raises InputError."""
    with open_package(path) as package:
        sheets = _sheets(package)
    chosen = wanted or _only(path, sheets)
    if chosen not in sheets:
        raise InputError(
            tr(
                "{path} has no sheet {sheet!r}; it has {sheets}",
                path=path,
                sheet=wanted,
                sheets=listed(map(repr, sheets)) or tr("none"),
            )
        )
    place = tr("{path}: sheet {sheet!r}", path=path, sheet=chosen)
    names = next(_records(path, sheets[chosen]), None)
    if not names:
        raise InputError(tr("{place} has no cells", place=place))
    number, cells, faults = names
    for column, reason in faults.items():
        raise InputError(
            tr(
                "{place}: row {number}: column {column}: {reason}",
                place=place,
                number=number,
                column=letters(column),
                reason=reason,
            )
        )
    found = tr("XLSX, sheet {sheet!r}, the names of the columns in row {number}", sheet=chosen, number=number)
    width = len(cells)

    def records() -> Iterator[Record]:
        return (one for one in _records(path, sheets[chosen], width) if one.number > number)

    return Table(place, cells, found, number, records)


def _sheets(package: Package) -> dict[str, str]:
    """The parts with sheets, by their names as people see them."""
    books = [part for kind, part in package.related("").values() if kind == "officeDocument"]
    if not books:
        raise InputError(tr("{path} is no XLSX file: save the table as .xlsx or CSV", path=package.path))
    parts = package.related(books[0])
    found = {}
    for tag, given in package.elements(books[0]):
        if tag == "sheet":
            key = next((given[name] for name in given if name.rpartition(":")[2] == "id"), "")
            kind, part = parts.get(key, ("", ""))
            if kind == "worksheet":
                found[given["name"]] = part
    return found


def _only(path: str, sheets: dict[str, str]) -> str:
    """The one sheet that has cells. Raises InputError where several have: we do not choose."""
    filled = [name for name, part in sheets.items() if next(_records(path, part), None)]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise InputError(tr("{path} has no sheet with cells", path=path))
    raise InputError(
        tr("{path} has several sheets: give --sheet with one of {sheets}", path=path, sheets=listed(map(repr, filled)))
    )


def _records(path: str, part: str, width: int = 0) -> Iterator[Record]:
    """The rows of a sheet that have something, each with `width` cells; 0 is as many as it has."""
    with open_package(path) as package:
        books = [found for kind, found in package.related("").values() if kind == "officeDocument"]
        related = dict(package.related(books[0]).values())
        sheet = _Sheet(
            _strings(package, related.get("sharedStrings", "")), _formats(package, related.get("styles", ""))
        )
        sheet.width = width
        for _ in package.read(part, Handlers(sheet.start, sheet.end, sheet.text)):
            while sheet.done:
                yield sheet.done.popleft()


def _strings(package: Package, part: str) -> list[str]:
    """The texts that cells share, without what says how they are pronounced."""
    found: list[str] = []
    pieces: list[str] = []
    inside = [0, 0]  # in a text, in a pronunciation

    def start(tag: str, _: object) -> None:
        inside[0] += tag == "t"
        inside[1] += tag == "rPh"

    def end(tag: str) -> None:
        inside[0] -= tag == "t"
        inside[1] -= tag == "rPh"
        if tag == "si":
            found.append("".join(pieces))
            pieces.clear()

    def text(piece: str) -> None:
        if inside[0] and not inside[1]:
            pieces.append(piece)

    if part:
        for _ in package.read(part, Handlers(start, end, text)):
            pass
    return found


def _formats(package: Package, part: str) -> list[Format]:
    """The number formats by the number of a cell's style."""
    codes: dict[int, str] = {}
    styles: list[int] = []
    inside = ""
    for tag, given in package.elements(part) if part else ():
        if tag in ("cellStyleXfs", "cellXfs", "dxfs"):
            inside = tag
        elif tag == "numFmt" and inside != "dxfs":
            codes[int(given["numFmtId"])] = given["formatCode"]
        elif tag == "xf" and inside == "cellXfs":
            styles.append(int(given.get("numFmtId", "0")))
    known = {number: format_of(number, codes) for number in set(styles)}
    return [known[number] for number in styles]


class _Sheet:
    """Handlers of a sheet's elements, and the rows that are done."""

    def __init__(self, strings: list[str], formats: list[Format]) -> None:
        self.done: deque[Record] = deque()
        self.width = 0
        self._strings, self._formats = strings, formats
        self._row = self._place = 0
        self._cells: dict[int, str] = {}
        self._faults: dict[int, str] = {}
        self._cell: dict[str, str] | None = None
        self._reads = self._formula = False  # the text of a value, and whether it is one of a formula
        self._values = 0  # of the cell; more than one is none
        self._skips = False  # a pronunciation
        self._pieces: list[str] | None = None

    def start(self, tag: str, given: dict[str, str]) -> None:
        """An element begins."""
        if tag == "c":
            self._cell, self._formula, self._pieces, self._values = given, False, None, 0
            self._place = _place(given["r"], self._row) if "r" in given else self._place + 1
            if self._place in self._cells or self._place in self._faults:
                raise ValueError(
                    tr("row {row} has the column {letters} twice", row=self._row, letters=letters(self._place))
                )
        elif tag == "row":
            number = int(given.get("r", self._row + 1))
            if number <= self._row:
                raise ValueError(tr("row {number} after row {row}", number=number, row=self._row))
            self._row, self._place, self._cells, self._faults = number, -1, {}, {}
        elif self._cell is not None:
            self._formula |= tag == "f"
            self._values += tag in ("v", "is")
            self._skips |= tag == "rPh"
            self._reads = tag in ("v", "t") and not self._skips
            if self._reads and self._pieces is None:
                self._pieces = []

    def text(self, piece: str) -> None:
        """Some characters."""
        if self._reads and self._pieces is not None:
            self._pieces.append(piece)

    def end(self, tag: str) -> None:
        """An element is over."""
        self._reads = False
        if tag == "c" and self._cell is not None:
            text, fault = self._value(self._cell)
            if fault:
                self._faults[self._place] = fault
            elif text:
                self._cells[self._place] = text
            self._cell = None
        elif tag == "rPh":
            self._skips = False
        elif tag == "row" and (self._cells or self._faults):
            self.done.append(self._record())

    def _value(self, given: dict[str, str]) -> tuple[str, str]:
        """The text of the cell, and why it cannot be taken."""
        kind, value = given.get("t", "n"), "".join(self._pieces or ())
        if fault := self._fault(kind, value):
            return "", fault
        if kind == "n":
            style = given.get("s", "0")
            return (
                number_text(value, self._formats[_index(style)] if self._formats else Format()) if value else ("", "")
            )
        if kind == "b":
            return _WORDS[value], ""
        if kind == "s":
            value = self._strings[_index(value)]
        if "_x" in value:
            value = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
        return (value, "") if is_text(value) else ("", tr("it has a character that is no text"))

    def _fault(self, kind: str, value: str) -> str:
        """Why a cell of a kind cannot be taken, whatever it stands for."""
        if self._values > 1:
            return tr("it has several values")
        if value and kind not in _KINDS:
            return tr(_KINDS_REFUSED.get(kind, _UNKNOWN_KIND), remedy=tr(REMEDY), kind=kind[:30])
        if len(value) > _LONGEST:
            return tr("it has more than {most:,} characters", most=_LONGEST)
        if kind == "e":
            return tr("it is the error {value}", value=value)
        if kind == "n" and self._formula and not value:
            return tr("its formula was never computed: open the file in a spreadsheet and save it")
        return ""

    def _record(self) -> Record:
        last = max([*self._cells, *self._faults]) + 1
        width = self.width or last
        faults = self._faults
        if last > width:
            faults = {-1: tr("column {letters} has a value and no name", letters=letters(last - 1))}
        return Record(self._row, [self._cells.get(place, "") for place in range(width)], faults)


def _index(number: str) -> int:
    """The number of a text or a style; int() would take -1 too, and 1_0."""
    if not (number.isascii() and number.isdigit()):
        raise ValueError(tr("{number!r} is no number of a text or a style", number=number[:30]))
    return int(number)


def _place(ref: str, row: int) -> int:
    """The column of a cell, counted from 0, by its name such as C5."""
    match = _REF.fullmatch(ref)
    place = 0
    for letter in match[1] if match else "":
        place = place * 26 + ord(letter) - 64
    if not match or int(match[2]) != row or place > _MOST_COLUMNS:
        raise ValueError(tr("cell {ref} in row {row}", ref=ref, row=row))
    return place - 1
