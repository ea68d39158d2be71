"""XLSX: what openpyxl reads of the same file, or a refusal by sheet, row and column; and files made to do harm."""

from __future__ import annotations

import datetime as dt
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from dmcli.errors import InputError
from dmcli.local.tables import BadRow, open_table
from dmcli.local.tables.formats import format_of, number_text

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
PARTS = {
    "_rels/.rels": (
        "<Relationships><Relationship Id='a' Type='http://x/officeDocument' Target='xl/workbook.xml'/></Relationships>"
    ),
    "xl/_rels/workbook.xml.rels": (
        "<Relationships><Relationship Id='a' Type='http://x/worksheet' Target='/xl/s.xml'/>"
        "<Relationship Id='b' Type='http://x/sharedStrings' Target='t.xml'/></Relationships>"
    ),
    "xl/workbook.xml": f"<workbook {MAIN} xmlns:r='http://r'><sheets><sheet name='S' r:id='a'/></sheets></workbook>",
    "xl/t.xml": "<sst><si><t>email</t></si><si><r><t>A</t></r><rPh><t>no</t></rPh><r><t>da</t></r></si></sst>",
}


def made(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([one[0] if isinstance(one, tuple) else one for one in row])
            for cell, one in zip(sheet[sheet.max_row], row, strict=True):
                if isinstance(one, tuple):
                    cell.number_format = one[1]
    book.save(path)
    return str(path)


def by_hand(path, rows="", **parts):
    """A file of these parts; `rows` is the XML of the sheet's rows."""
    sheet = f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in (PARTS | {"xl/s.xml": sheet} | {f"xl/{key}.xml": one for key, one in parts.items()}).items():
            zipped.writestr(name, text)
    return str(path)


def oracle(path):
    """What openpyxl reads, as text: numbers without a fraction that says nothing."""
    rows = openpyxl.load_workbook(path, data_only=True).active.iter_rows(min_row=2, values_only=True)
    return [[_word(value) for value in row] for row in rows]


def _word(value):
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return "" if value is None else str(value)


def test_texts_numbers_and_booleans_are_as_another_reader_has_them(tmp_path):
    bold = CellRichText("a", TextBlock(InlineFont(b=True), "b"), " c")
    path = made(
        tmp_path / "t.xlsx",
        Sheet=[
            ["email", "name", "n", "flag"],
            ["a@x.com", " 王 <&>\n二 ", 5, True],
            ["b@x.com", "00123", 1.1, False],
            [None, None, None, None],
            ["c@x.com", "", -0.25, None],
            ["d@x.com", bold, (12.5, "#,##0.00"), None],
            ["e@x.com", "=1", 999_999_999_999_999, "x"],
            ["f@x.com", "=x", (1234, '[$€-407] #,##0.00;[Red]"-"0'), "x"],
        ],
    )
    table = open_table(path)
    rows = list(table.rows(on_bad=(bad := []).append))
    expected = [row for row in oracle(path) if any(row)]
    assert [row.number for row in rows] == [2, 3, 5, 6]
    assert [list(row.values.values()) for row in rows] == expected[:4]
    assert [row.reason.split(": ")[1] for row in bad] == ["its formula was never computed"] * 2
    assert table.found == "XLSX, sheet 'Sheet', the names of the columns in row 1"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (dt.date(2026, 1, 31), "shown as a date or a time and stored as the number 46053"),
        (dt.time(12), "shown as a date or a time and stored as the number 0.5"),
        ((46053, '[$-804]yyyy"年"m"月"d"日"'), "shown as a date or a time"),
        ((1.5, "[h]:mm"), "shown as a date or a time"),
        ((123, "00000"), r"shown with zeros \(00123\) and stored as the number 123"),
        ((0.5, "0%"), "shown as a percentage and stored as the number 0.5"),
        ((0.5, "# ?/?"), "shown as a fraction"),
        ((7, '"ID-"0'), "shown as with 'ID-'"),
        (1914310000010123456, "has more digits than the 15"),
        (2**53, "has more digits than the 15"),
        ("#DIV/0!", "it is the error #DIV/0!"),
    ],
)
def test_what_a_spreadsheet_has_spoiled_is_refused_where_it_is_wanted(tmp_path, cell, said):
    path = made(tmp_path / "t.xlsx", Kunden=[["email", "code"], ["a@x.com", 1], ["b@x.com", cell]])
    table = open_table(path)
    bad: list[BadRow] = []
    assert [row.values["code"] for row in table.rows(on_bad=bad.append)] == ["1"]
    with pytest.raises(InputError, match=rf"t.xlsx: sheet 'Kunden': row 3: column code \(B\): .*{said}"):
        list(table.rows())
    assert [row.values["email"] for row in table.rows(["email"])] == ["a@x.com", "b@x.com"]
    assert [row.number for row in bad] == [3]


def test_several_sheets_are_a_question(tmp_path):
    path = made(tmp_path / "t.xlsx", Empty=[], One=[["a"], ["1"]])
    assert [row.values for row in open_table(path).rows()] == [{"a": "1"}]
    path = made(tmp_path / "t.xlsx", One=[["a"], ["1"]], Two=[["a"], ["2"]])
    assert [row.values for row in open_table(path, sheet="Two").rows()] == [{"a": "2"}]
    with pytest.raises(InputError, match="has several sheets: give --sheet with one of 'One', 'Two'"):
        open_table(path)
    with pytest.raises(InputError, match="has no sheet 'Three'; it has 'One', 'Two'"):
        open_table(path, sheet="Three")
    with pytest.raises(InputError, match="needs no --encoding"):
        open_table(path, "gb18030")


def test_cells_stand_where_their_names_say(tmp_path):
    head = "<row r='2'><c r='A2' t='s'><v>0</v></c><c r='C2' t='inlineStr'><is><t>n</t></is></c></row>"
    path = by_hand(
        tmp_path / "t.xlsx",
        f"{head}<row><c r='C3' t='str'><f>x</f><v>one_x000D__x0041_</v></c></row>"
        "<row r='7'><c t='s'><v>1</v></c></row>",
    )
    assert [tuple(row) for row in open_table(path).rows()] == [
        (3, {"email": "", "n": "one\rA"}),
        (7, {"email": "Ada", "n": ""}),
    ]


ROW = "<row r='1'><c r='A1' t='s'><v>0</v></c></row>"


@pytest.mark.parametrize(
    ("rows", "parts", "said"),
    [
        (f"{ROW}<row r='2'><c r='B2'><v>5</v></c></row>", {}, "row 2: column B has a value and no name"),
        (f"{ROW}<row r='2'><c><v>1_0</v></c></row>", {}, "row 2: column email .*'1_0' is no number"),
        (f"{ROW}<row r='2'><c t='str'><v>_x0000_</v></c></row>", {}, "row 2: column email .* no text"),
        (f"{ROW}<row r='2'><c t='s'><v>9</v></c></row>", {}, "damaged one"),
        (f"{ROW}<row r='2'><c r='A3'><v>9</v></c></row>", {}, "damaged one .cell A3 in row 2"),
        (f"{ROW}<row r='2'><c r='A2'><v>9</v></c><c r='A2'><v>8</v></c></row>", {}, "row 2 has the column A twice"),
        (f"{ROW}<row r='1'><c><v>9</v></c></row>", {}, "damaged one .row 1 after row 1"),
        (f"{ROW}<row", {}, "damaged one"),
        (ROW, {"workbook": "<!DOCTYPE workbook><workbook/>"}, "has a document type in its XML"),
        (ROW, {"t": " " * (11 << 20)}, "unpacks from .* to 11,.* bytes, which no honest sheet does"),
        ("", {}, "has no sheet with cells"),
        (ROW, {"workbook": "<workbook/>"}, "has no sheet with cells"),
    ],
)
def test_a_damaged_or_hostile_file_is_refused(tmp_path, rows, parts, said):
    path = by_hand(tmp_path / "t.xlsx", rows, **parts)
    with pytest.raises(InputError, match=said):
        list(open_table(path).rows())


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("a", "b")
    for data in (path.read_bytes(), b"PK\x03\x04", path.read_bytes()[:40]):
        path.write_bytes(data)
        with pytest.raises(InputError, match="is no XLSX file"):
            open_table(str(path))


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=6).filter(
    lambda text: text[0] not in "=#" and "_x" not in text
)


@settings(max_examples=10)
@given(st.lists(st.tuples(_TEXT, st.integers(-(10**15) + 1, 10**15 - 1), st.booleans()), max_size=4))
def test_what_is_written_is_read_back(tmp_path_factory, rows):
    path = made(tmp_path_factory.getbasetemp() / "back.xlsx", S=[["text", "n", "flag"], *map(list, rows)])
    assert [list(row.values.values()) for row in open_table(path).rows()] == oracle(path)
    assert oracle(path) == [[text, str(number), str(flag).upper()] for text, number, flag in rows]


def test_numbers_are_shown_with_fifteen_digits():
    plain = format_of(0, {})
    for text, shown in {
        "1E-7": "0.0000001",
        "0.30000000000000004": "0.3",
        "-0": "0",
        "1E3": "1000",
        "5.50": "5.5",
    }.items():
        assert number_text(text, plain) == (shown, "")
    assert number_text("12345", format_of(164, {164: "00000"})) == ("12345", "")
