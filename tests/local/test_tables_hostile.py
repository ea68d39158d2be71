"""Hundreds of hostile text files: each is read as Python's csv or json reads its text, or refused by its row."""

from __future__ import annotations

import csv
import io
import itertools
import json

import pytest

from dmcli.errors import InputError
from dmcli.local.tables import open_table

HEADER = ["email", "code", "note"]
# Rows that a reader may take in another way than they were written.
ROWS = {
    "plain": ["a@x.com", "00123", "n"],
    "zeros and big numbers": ["a@x.com", "0012345678901234567890", "9007199254740993"],
    "like numbers": ["a@x.com", "1e5", "-0"],
    "like dates and booleans": ["a@x.com", "2026-01-02", "TRUE"],
    "like nothing": ["NULL", "NaN", "N/A"],
    "like formulas": ["=1+1", "@SUM(A1)", "+1"],
    "spaces": [" a@x.com ", "\u00a0", "  "],
    "delimiters": ["a,b", "a;b", "a\tb"],
    "quotation marks": ['"', '""', 'a"b'],
    "line ends": ["a\nb", "a\r\nb", "a\rb"],
    "other line ends": ["a\x0bb", "a\x0cb", "a\u2028b\x85"],
    "signs": ["王", "é", "e\u0301\U0001f600"],
    "marks": ["\ufeffa", "\u200b", "a\ufeff"],
    "backslashes": ["\\", '\\"', "\\n"],
    "apostrophes": ["'a", "'", "`"],
    "comments": ["#a", "//", "--"],
    "sep": ["sep=;", "sep=,", "x"],
    "empty": ["", "x", ""],
    "long": ["a" * 40_000, "b", "c"],
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "gb18030")
DELIMITERS = {"commas": ",", "semicolons": ";", "tabs": "\t"}
# The text below the header `email,code`, and what is said of it: csv takes most of them, and gives what was not meant.
REFUSED = {
    "too few": ("a\n", "row 2: it has 1 of 2 values"),
    "too many": ("a,b,c\n", "row 2: column C has the value 'c' and no name"),
    "ragged later": ("a,b\n\n1\n", "row 4: it has 1 of 2 values"),
    "NUL": ("a\0b,c\n", "row 2: it has a NUL"),
    "text after a mark": ('"a"b,c\n', "row 2: there is text after a closing quotation mark"),
    "mark that stays open": ('a,"b\nc,d\n', "row 2: a quotation mark is opened and never closed"),
    "spaces before a mark": ('"a" ,c\n', "row 2: there is text after a closing"),
    "half a character": ("\udcff,b\n", "row 2: it has bytes that are not UTF-8"),
}


def rows_of(path, encoding=""):
    table = open_table(str(path), encoding)
    return [list(row.values.values()) for row in table.rows()]


def said(encoding):
    return encoding if encoding == "gb18030" else ""


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_is_read_is_what_csv_reads(tmp_path, encoding):
    path, number = tmp_path / "t", 0
    for between, end, every in itertools.product(DELIMITERS.values(), ("\n", "\r\n", "\r"), (True, False)):
        for name, row in ROWS.items():
            text = io.StringIO(newline="")
            quoting = csv.QUOTE_ALL if every else csv.QUOTE_MINIMAL
            csv.writer(text, delimiter=between, lineterminator=end, quoting=quoting).writerows([HEADER, row])
            path.write_bytes(text.getvalue().encode(encoding))
            expected = list(csv.reader(io.StringIO(text.getvalue(), newline=""), delimiter=between))[1:]
            if expected == [row]:
                assert rows_of(path, said(encoding)) == expected, (name, between, end, every)
            else:  # some versions of csv write another line end than their own without quotation marks
                assert (name, every) == ("line ends", False)
                with pytest.raises(InputError, match=r"row \d: it has 1 of 3 values"):
                    rows_of(path, said(encoding))
            number += 1
    assert number > 300


def test_what_is_read_is_what_json_reads(tmp_path):
    path = tmp_path / "t"
    for (name, row), ascii_only, mark in itertools.product(ROWS.items(), (True, False), ("", "\ufeff")):
        line = json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=ascii_only)
        path.write_text(f"{mark}{line}\n", encoding="utf-8", newline="")
        assert rows_of(path) == [list(json.loads(line).values())], name


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("what", REFUSED)
def test_what_would_be_taken_in_a_wrong_way_is_refused_by_its_row(tmp_path, what, end):
    text, reason = REFUSED[what]
    path = tmp_path / "t"
    path.write_bytes(f"email,code\n{text}".replace("\n", end).encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError) as refused:
        rows_of(path)
    assert reason in str(refused.value)
