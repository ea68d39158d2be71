"""Hostile XLSX files: a cell is read as openpyxl and calamine read it, refused by its row, or differs for a reason."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import NamedTuple

import openpyxl
import pytest
import python_calamine
from workbooks import FORMATS, STRINGS, file_of

from dmcli.errors import InputError
from dmcli.local.tables import open_table

TEXTS = (
    "00123",
    "1e5",
    "9007199254740993",
    "TRUE",
    "2026-01-02",
    "=1+1",
    "#N/A",
    "NULL",
    " a ",
    "a\nb",
    "a\tb",
    "王",
    "e\u0301",
    "\U0001f600",
    "\u00a0",
    "\u200b",
    "&amp;&lt;",
    "'a",
    '"',
    "a,b;c",
    "_x0041_",
    "_x005F_x0041_",
)
NUMBERS = (
    "0",
    "-0",
    "5",
    "5.0",
    "-1.5",
    "0.1",
    "0.30000000000000004",
    "1E3",
    "1e-7",
    "123",
    "46053",
    "0.5",
    "999999999999999",
    "1000000000000000",
    "9007199254740993",
    "1E400",
    "0005",
    "",
)
# Cells in other ways than usual.
ODD = {
    "shared string after the last": "<c t='s'><v>6</v></c>",
    "shared string before the first": "<c t='s'><v>-1</v></c>",
    "number of a shared string that XML has not": "<c t='s'><v>0_1</v></c>",
    "style before the first": "<c s='-1'><v>5</v></c>",
    "style after the last": "<c s='99'><v>5</v></c>",
    "a number with an inline text": "<c><v>1</v><is><t>2</t></is></c>",
    "an inline text with a number": "<c t='inlineStr'><v>1</v><is><t>2</t></is></c>",
    "two values": "<c><v>1</v><v>2</v></c>",
    "rich inline text": "<c t='inlineStr'><is><r><t>x</t></r><r><t>y</t></r></is></c>",
    "inline text with a pronunciation": "<c t='inlineStr'><is><t>x</t><rPh sb='0' eb='1'><t>n</t></rPh></is></c>",
    "comment and CDATA": "<c t='inlineStr'><is><t>a<!-- x -->b<![CDATA[<c>]]></t></is></c>",
    "true": "<c t='b'><v>1</v></c>",
    "false": "<c t='b'><v>0</v></c>",
    "neither true nor false": "<c t='b'><v>2</v></c>",
    "error": "<c t='e'><v>#DIV/0!</v></c>",
    "error of a formula": "<c t='e'><f>1/0</f><v>#DIV/0!</v></c>",
    "formula with a number": "<c><f>1+1</f><v>2</v></c>",
    "formula with a text": "<c t='str'><f>A1</f><v>two</v></c>",
    "formula with a boolean": "<c t='b'><f>TRUE()</f><v>1</v></c>",
    "formula never computed": "<c><f>1+1</f></c>",
    "date in ISO 8601": "<c t='d'><v>2026-01-02T00:00:00</v></c>",
    "a kind that is none": "<c t='zz'><v>5</v></c>",
    "no value": "<c/>",
}
# What is said of those of them that are refused.
REFUSED = {
    "shared string after the last": "damaged",
    "shared string before the first": "'-1' is no number of a text or a style",
    "number of a shared string that XML has not": "'0_1' is no number",
    "style before the first": "'-1' is no number",
    "style after the last": "damaged",
    "a number with an inline text": "row 2: column code (B): it has several values",
    "an inline text with a number": "it has several values",
    "two values": "it has several values",
    "neither true nor false": "damaged",
    "error": "row 2: column code (B): it is the error #DIV/0!",
    "error of a formula": "it is the error #DIV/0!",
    "formula never computed": "its formula was never computed",
    "date in ISO 8601": "it is a date or a time",
    "a kind that is none": "it is of an unknown kind, 'zz'",
}
# Formats in which people see something else than the number.
SPOILING = {
    "0%": "a percentage",
    "yyyy-mm-dd": "a date or a time",
    "h:mm": "a date or a time",
    "# ?/?": "a fraction",
    '"ID-"0': "with 'ID-'",
    "[<=99999]00000;00000-0000": "one of several forms",
    "aaaa": "a date or a time",
}
# Why what we have is another text than that of another reader: by our text and theirs.
REASONS = {
    ("0.3", "0.30000000000000004"): "people see 15 digits",
    ("0.0000001", "1e-07"): "the same number; its text is Python's",
    ("A", "_x0041_"): "the escape of the format is undone; openpyxl leaves it",
    ("_x0041_", "_x005F_x0041_"): "the escape of the format is undone; openpyxl leaves it",
}


class Read(NamedTuple):
    """What each of the readers has in a cell; what refuses it starts with `!`."""

    ours: str
    openpyxl: str
    calamine: str


def word(value: object) -> str:
    """A value of another reader as text: a number without a fraction that says nothing."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e300 else repr(value)
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return f"!{value}"
    return "" if value is None else str(value)


def told(read):
    try:
        return read()
    except Exception as error:  # noqa: BLE001  whatever another reader raises, it refuses
        return f"!{error}"


def of(path) -> Read:
    """The cell B2 as the three have it."""

    def ours():
        try:
            rows = list(open_table(path).rows())
        except InputError as error:
            return f"!{error}"
        return rows[0].values["code"] if rows else ""

    def by_calamine():
        rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        return word(rows[1][1]) if len(rows) > 1 else ""

    def by_openpyxl():
        with open(path, "rb") as file:
            return word(openpyxl.load_workbook(file, data_only=True).worksheets[0]["B2"].value)

    return Read(ours(), told(by_openpyxl), told(by_calamine))


def in_b2(cell: str) -> str:
    """A row with this in its second column."""
    return f"<row r='2'><c r='A2' t='inlineStr'><is><t>a@x.com</t></is></c>{cell}</row>".replace(
        cell, cell.replace("<c", "<c r='B2'", 1)
    )


def cells():
    """The cells by name."""
    for text in TEXTS:
        yield f"inline {text!r}", f"<c t='inlineStr'><is><t xml:space='preserve'>{text}</t></is></c>"
        yield f"of a formula {text!r}", f"<c t='str'><f>A1</f><v xml:space='preserve'>{text}</v></c>"
    for number, style in itertools.product(NUMBERS, range(len(FORMATS) + 1)):
        yield f"{number} as {('none', *FORMATS)[style]}", f"<c s='{style}'><v>{number}</v></c>"
    for number, text in enumerate(STRINGS):
        yield f"shared {text}", f"<c t='s'><v>{number}</v></c>"
    yield from ODD.items()


def said_of(number: str, code: str) -> str:
    """What is said of a number in a format, "" where it is taken."""
    if not number:
        return ""
    if abs(float(number)) >= 10**15:
        return "more digits than the 15"
    if code in SPOILING:
        return f"it is shown as {SPOILING[code]} and stored as the number"
    return "it is shown with zeros" if code == "00000" and abs(float(number)) < 10_000 else ""


def agrees(read: Read) -> bool:
    return all(read.ours == other or (read.ours, other) in REASONS for other in read[1:])


def test_each_cell_is_what_two_other_readers_have_or_is_refused(tmp_path):
    path, count, refused = tmp_path / "t.xlsx", 0, {name: REFUSED.get(name, "") for name, _ in cells()}
    for number, code in itertools.product(NUMBERS, FORMATS):
        refused[f"{number} as {code}"] = said_of(number, code)
    for number in NUMBERS:
        refused[f"{number} as none"] = said_of(number, "")
    for name, cell in cells():
        read = of(file_of(path, in_b2(cell)))
        if refused[name]:
            assert read.ours.startswith("!"), (name, read)
            assert refused[name] in read.ours, (name, read)
        else:
            assert agrees(read), (name, read)
        count += 1
    assert count > 350


# Sheets and books around the cell `5` that change nothing of it.
HARMLESS = {
    "merged cells": {"after": "<mergeCells><mergeCell ref='B2:B3'/></mergeCells>"},
    "defined names": {"book": "<definedNames><definedName name='code'>One!$A$1</definedName></definedNames>"},
    "dates from 1904": {"properties": "<workbookPr date1904='1'/>"},
    "a hidden sheet without cells": {"sheet": "<row r='1'/>"},
    "a filter": {"after": "<autoFilter ref='A1:B2'/>"},
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_around_a_cell_changes_nothing_of_it(tmp_path, what):
    for row in (in_b2("<c><v>5</v></c>"), in_b2("<c><v>5</v></c>").replace("<row ", "<row hidden='1' ")):
        read = of(file_of(tmp_path / "t.xlsx", row, **HARMLESS[what]))
        assert read == Read("5", "5", "5")


def test_missing_cells_rows_and_the_rest_of_merged_cells_are_empty_and_nothing_moves(tmp_path):
    row = "<row r='4'><c r='B4'><v>7</v></c></row><row r='9'><c r='A9' t='s'><v>0</v></c></row>"
    path = file_of(tmp_path / "t.xlsx", row, after="<mergeCells><mergeCell ref='A9:B9'/></mergeCells>")
    found = {row.number: list(row.values.values()) for row in open_table(path).rows()}
    sheet = openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True)
    other = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    for rows in (list(sheet), other[1:]):
        texts = {number: [word(one) for one in row] for number, row in enumerate(rows, 2)}
        assert {number: row for number, row in texts.items() if any(row)} == found
    assert found == {4: ["", "7"], 9: ["shared", ""]}


def test_a_hidden_sheet_with_cells_is_a_question_and_a_cell_without_end_is_refused(tmp_path):
    path = file_of(tmp_path / "t.xlsx", in_b2("<c><v>5</v></c>"), sheet="<row r='1'><c r='A1'><v>1</v></c></row>")
    with pytest.raises(InputError, match="several sheets: give --sheet with one of 'One', 'Two'"):
        open_table(path)
    assert [row.values["code"] for row in open_table(path, sheet="One").rows()] == ["5"]
    long = f"<c t='inlineStr'><is><t>{'a' * (1 << 20)}b</t></is></c>"
    assert "it has more than 1,048,576 characters" in of(file_of(tmp_path / "t.xlsx", in_b2(long))).ours
