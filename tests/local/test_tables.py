"""Tables of text: what is read is what Python's csv reads of the same bytes, or it is refused by row and column."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmcli.errors import InputError
from dmcli.local.tables import BadRow, Row, open_table

CN = "name,邮箱\n王,a@x.com\n"
BOTH = "\ufeffa,b\n1,2\n"


def read(tmp_path, data, encoding="", **rows):
    path = tmp_path / "t"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    table = open_table(str(path), encoding)
    return table, list(table.rows(**rows))


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        ("a,b\n1,2\n", "", "UTF-8, commas"),
        ("a,b\r\n1,2\r\n", "", "UTF-8, commas"),
        ("a,b\r1,2", "", "UTF-8, commas"),
        ("a;b\n1;2\n", "", "UTF-8, semicolons"),
        ("a\tb\n1\t2\n", "", "UTF-8, tabs"),
        ("sep=;\r\na;b\r\n1;2\r\n", "", "UTF-8, semicolons"),
        ("sep=|\na|b\n1|2\n", "", "UTF-8, '|'"),
        ('"sep=;"\n"a";"b"\n"1";"2"\n', "", "UTF-8, semicolons"),
        ('\n"a","b"\n1,2\n', "", "in row 2"),
        (BOTH, "", "UTF-8 with a byte order mark, commas"),
        ("\ufeffsep=\t\na\tb\n1\t2\n", "utf-8", "UTF-8 with a byte order mark, tabs"),
        (BOTH.encode("utf-16-le"), "", "UTF-16 with a byte order mark"),
        (BOTH.encode("utf-16-be"), "utf-16", "UTF-16 with a byte order mark"),
        (" a ,b\n1,2,\n,,\n\n", "", "commas"),
        ("a,,b,\n1,,2,\n", "", "commas"),
        ('{"a": 1, "b": "2"}\n', "", "JSON, an object a line, UTF-8"),
        ('\ufeff{"a": 1, "b": "2"}\r\n\r\n', "", "JSON, an object a line, UTF-8 with"),
    ],
)
def test_what_is_found_is_said(tmp_path, data, encoding, said):
    table, rows = read(tmp_path, data, encoding)
    assert [{name: row.values[name] for name in "ab"} for row in rows] == [{"a": "1", "b": "2"}]
    assert set(rows[0].values) == {"a", "b"}
    assert said in table.found


def test_gb18030_is_read_when_it_is_said(tmp_path):
    for said in ("gb18030", "gbk", "gb2312"):
        _, rows = read(tmp_path, CN.replace("王", "镕㐀").encode("gb18030"), said)
        assert rows == [Row(2, {"name": "镕㐀", "邮箱": "a@x.com"})]
    with pytest.raises(InputError, match=r"row 1, which has the names .* not UTF-8; give --encoding, such as gb18030"):
        read(tmp_path, CN.encode("gb18030"))


def test_a_value_keeps_all_its_characters(tmp_path):
    _, rows = read(tmp_path, 'a,b\n" x ","one\r\ntwo, ""three"""\n007,=1+1\n')
    assert rows == [Row(2, {"a": " x ", "b": 'one\r\ntwo, "three"'}), Row(3, {"a": "007", "b": "=1+1"})]
    _, rows = read(tmp_path, '{"a": 1.10, "b": 12345678901234567890, "c": null, "d": true, "e": 1e400}\n{"b": "x"}\n')
    assert rows[0].values == {"a": "1.10", "b": "12345678901234567890", "c": "", "d": "true", "e": "1e400"}
    assert rows[1] == Row(2, dict.fromkeys("acde", "") | {"b": "x"})


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        ("", "", "t is empty"),
        ("\n\n", "", "t has no rows"),
        ("a,a\n1,2\n", "", "row 1: columns A and B are both named 'a'"),
        ("a, a\n1,2\n", "", "row 1: columns A and B are both named 'a'"),
        ("a\u200b,b\n", "", "row 1: the name of column A has characters that nobody sees"),
        ("a,b;c\n1,2\n", "", "commas and semicolons between them: write a line sep=;"),
        ("a;b\tc\n", "", "semicolons and tabs"),
        ('a,b\n"x"y,2\n', "", "row 2: there is text after a closing quotation mark"),
        ('a,b\n1,2\n"x,2\n3,4\n', "", "row 3: a quotation mark is opened and never closed"),
        ('a,b\n"' + "x,y\n" * 40_000, "", "row 2: a value has more than 131,072 characters, or a quotation"),
        ("a" * (1 << 20), "", "line 1 has more than 1,048,576 characters: it is no table"),
        (BOTH.encode(), "gb18030", "begins with the mark of UTF-8, and is not gb18030"),
        (BOTH.encode("utf-16"), "utf-8", "begins with the mark of UTF-16, and is not utf-8"),
        (b"a\0,\0b\0\n\0", "", "row 1, which has the names of the columns: it has a NUL"),
        (b"\xff\xfea\0,\0b\0\n\0\x00\xd8x\0", "", "is not UTF-16 text"),
        ('{"a": 1', "", "row 1: it is no JSON"),
        ('[{"a": 1}]', "", "row 1: it is no JSON object: a row is an object on a line"),
        ('{"a": 1, "a": 2}', "", "row 1: a name is there twice"),
        (bytes.fromhex("D0CF11E0A1B11AE1"), "", "is an old Excel file or has a password"),
    ],
)
def test_a_file_that_could_be_read_in_two_ways_is_refused(tmp_path, data, encoding, said):
    with pytest.raises(InputError, match=said):
        read(tmp_path, data, encoding)


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (b"a,b\n1,2\n1\n1,2,3\n\xff,2\n1,\0\n3,4\n", {
            3: "it has 1 of 2 values", 4: "column C has the value '3' and no name",
            5: "bytes that are not UTF-8", 6: "it has a NUL",
        }),
        (b"a,,b\n1,,2\n1,x,2\n3,,4", {3: "column B has the value 'x' and no name"}),
        (b'{"a":1,"b":2}\n{"a":[1]}\n{"a":NaN}\n{"c":1}\nx\n{"b":"\\ud800"}\n{"a":3,"b":4}', {
            2: "column a: its value is a list", 3: "NaN is no JSON number", 4: "the name 'c', which the first",
            5: "it is no JSON", 6: "column b: it has a character that is no text",
        }),
    ],
)  # fmt: skip
def test_every_bad_row_is_told_or_the_first_ends_the_reading(tmp_path, data, reasons):
    bad: list[BadRow] = []
    _, rows = read(tmp_path, data, on_bad=bad.append)
    assert [list(row.values.values()) for row in rows] == [["1", "2"], ["3", "4"]]
    assert [row.number for row in bad] == list(reasons)
    assert all(said in row.reason for row, said in zip(bad, reasons.values(), strict=True))
    with pytest.raises(InputError, match=f"t: row {bad[0].number}: "):
        read(tmp_path, data)


def test_what_is_no_file_is_refused(tmp_path):
    for path, said in (("none.csv", "No such file"), ("", "regular file|directory")):
        with pytest.raises(InputError, match=said):
            open_table(str(tmp_path / path))


# What csv can carry: no NUL; a carriage return alone would be read as a line end of the table by Python's own reader.
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
_TABLE = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(_TEXT, min_size=width, max_size=width), max_size=5))


@given(_TABLE, st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]), st.booleans())
def test_what_is_written_is_read_back(tmp_path_factory, rows, delimiter, encoding, every):
    path = tmp_path_factory.getbasetemp() / "back.csv"
    names = [f"c{place}" for place in range(len(rows[0]) if rows else 1)]
    delimiter = delimiter if len(names) > 1 else ","  # nothing in a header of one name tells another
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows([names, *rows])
    path.write_bytes(text.getvalue().encode(encoding))
    oracle = list(csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=delimiter))[1:]
    table = open_table(str(path), "gb18030" if encoding == "gb18030" else "")
    expected = [Row(number, dict(zip(names, row, strict=True))) for number, row in enumerate(oracle, 2) if any(row)]
    assert list(table.rows()) == expected == list(table.rows())
    assert [list(row.values.values()) for row in expected] == [row for row in rows if any(row)]


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "ü"]), _TEXT)))
def test_ndjson_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "back.ndjson"
    every = [dict.fromkeys(["a", "b", "ü"], "x"), *rows]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in every), encoding="utf-8", newline="")
    expected = [dict.fromkeys(["a", "b", "ü"], "") | row for row in every]
    assert [row.values for row in open_table(str(path)).rows()] == [row for row in expected if any(row.values())]
