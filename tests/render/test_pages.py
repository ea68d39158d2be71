"""Lists and documents in the formats for programs."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tracemalloc

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rows import each

from dmcli.api.model import Field
from dmcli.api.paging import Page
from dmcli.render import Output, show_document, show_pages

FIELDS = (Field("TagName", "Tag"), Field("TagId"), Field("Count", "Mails", shape="number"))


def shown(fmt, pages, fields=FIELDS, twins=(), query="", csv_raw=False):
    stdout = io.StringIO()
    count = show_pages(iter(pages), fields, twins, Output(fmt, query, stdout, csv_raw=csv_raw))
    return stdout.getvalue(), count


def documented(fmt, document, fields=FIELDS, query=""):
    stdout = io.StringIO()
    show_document(document, fields, Output(fmt, query, stdout))
    return stdout.getvalue()


def page(*rows):
    return Page({"TotalCount": 3, "data": {"tag": list(rows)}, "RequestId": "R"}, list(rows), "data.tag")


ONE = {"tagName": "a", "TagId": "1", "Count": 7}
TWO = {"TagName": "b,\t测", "TagId": None}
THREE = {"TagName": 'c"\n', "TagId": True, "Count": {"x": [1.5, None]}}
PAGES = [page(ONE, TWO), page(THREE)]


def test_json_is_the_first_reply_with_the_rows_of_all_pages_in_place():
    text, count = shown("json", PAGES)
    joined = {"TotalCount": 3, "data": {"tag": [ONE, TWO, THREE]}, "RequestId": "R"}
    assert text == json.dumps(joined, indent=2, ensure_ascii=False) + "\n"
    assert count == 3


def test_yaml_is_the_same_document():
    text, count = shown("yaml", PAGES)
    assert yaml.safe_load(text) == json.loads(shown("json", PAGES)[0])
    assert text.startswith("TotalCount: 3\ndata:\n  tag:\n  - tagName: a\n    TagId: '1'\n")
    assert count == 3


def test_csv_has_every_field_by_wire_name_and_values_as_received():
    text, count = shown("csv", PAGES)
    assert text == 'TagName,TagId,Count\na,1,7\n"b,\t测",,\n"c""\n",true,"{""x"":[1.5,null]}"\n'
    assert count == 3


def test_piped_without_a_format_lines_are_tab_separated_and_hold_one_row():
    text, _ = shown("", PAGES)
    assert text == 'TagName\tTagId\tCount\na\t1\t7\nb,\\t测\t\t\nc"\\n\ttrue\t{"x":[1.5,null]}\n'


def test_ndjson_is_one_compact_object_a_row():
    text, count = shown("ndjson", PAGES)
    assert text.splitlines()[0] == '{"tagName":"a","TagId":"1","Count":7}'
    assert [json.loads(line) for line in text.splitlines()] == [ONE, TWO, THREE]
    assert count == 3


@pytest.mark.parametrize(
    ("fmt", "text"),
    [
        ("json", '{\n  "TotalCount": 3,\n  "data": {\n    "tag": []\n  },\n  "RequestId": "R"\n}\n'),
        ("yaml", "TotalCount: 3\ndata:\n  tag: []\nRequestId: R\n"),
        ("csv", "TagName,TagId,Count\n"),
        ("tsv", "TagName\tTagId\tCount\n"),
        ("ndjson", ""),
        ("table", ""),
    ],
)
def test_an_empty_list_is_told_to_the_caller(fmt, text):
    assert shown(fmt, [page()]) == (text, 0)


@pytest.mark.parametrize("fmt", ["json", "yaml"])
def test_a_reply_without_a_list_is_shown_as_it_is(fmt):
    text, count = shown(fmt, [Page({"TotalCount": 0, "twin": []}, [], "")], twins=("twin",))
    assert (yaml.safe_load(text), count) == ({"TotalCount": 0, "twin": []}, 0)


def test_no_pages_are_an_empty_document():
    assert shown("json", []) == ("{}\n", 0)


def test_copies_of_the_rows_are_dropped_but_never_the_rows_nor_what_holds_them():
    reply = {
        "data": {"stat": [ONE], "more": 1},
        "track": {"stat": [ONE]},
        "stat": [ONE],
        "empty": {},
        "most": {"stat": [ONE], "n": 1},
    }
    twins = ("data", "data.stat", "track.stat", "stat", "empty.stat", "data.absent", "most.stat")
    text, _ = shown("json", [Page(reply, [ONE], "data.stat")], twins=twins)
    assert json.loads(text) == {"data": {"stat": [ONE], "more": 1}, "empty": {}, "most": {"n": 1}}


def test_a_list_that_starts_on_a_later_page_is_not_lost():
    text, count = shown("json", [Page({"n": 0}, [], ""), Page({"n": 1, "rows": [ONE]}, [ONE], "rows")])
    assert (json.loads(text), count) == ({"n": 1, "rows": [ONE]}, 1)


def test_without_declared_fields_the_keys_are_the_columns():
    assert shown("tsv", [page({"a": 1}, {"b": 2, "a": None})], fields=())[0] == "a\tb\n1\t\n\t2\n"


@pytest.mark.parametrize("fmt", ["csv", "tsv", "table"])
def test_without_any_column_nothing_is_printed(fmt):
    assert shown(fmt, [page()], fields=()) == ("", 0)
    assert shown(fmt, [page({}, {})], fields=()) == ("", 2)


def test_the_exact_spelling_of_a_key_wins():
    assert shown("csv", [page({"tagname": 1, "TagName": 2, "COUNT": 3})])[0] == "TagName,TagId,Count\n2,,3\n"


# Adjacent surrogates that make up a pair are one character once they are read back; none is drawn here.
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.text(
    "\n :-#'\"\\|>\x85\u2028\t\r\x1b\ufeff…é", max_size=9
)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))
ROW = st.dictionaries(TEXT, VALUE, max_size=4)
KEY = st.text("abcDEF -:é", min_size=1)


@given(st.lists(st.lists(ROW, max_size=3), min_size=1, max_size=3), st.lists(KEY, min_size=1, max_size=3), ROW)
@pytest.mark.parametrize(("fmt", "load"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_any_pages_read_back_as_the_joined_document(fmt, load, chunks, path, around):
    def reply(rows):
        document = rows
        for key in reversed(path):
            document = {**around, key: document}
        return document

    pages = [Page(reply(rows), rows, ".".join(path)) for rows in chunks]
    text, count = shown(fmt, pages)
    rows = [row for chunk in chunks for row in chunk]
    assert (load(text), count) == (reply(rows), len(rows))
    assert load(shown(fmt, pages, query="@")[0]) == reply(rows)


@given(VALUE)
@pytest.mark.parametrize(("fmt", "load"), [("json", json.loads), ("yaml", yaml.safe_load), ("ndjson", json.loads)])
def test_any_document_reads_back(fmt, load, document):
    whole = documented(fmt, {"value": document})
    assert load(whole) == {"value": document}


def test_a_single_empty_cell_is_still_a_line():
    assert shown("csv", [page({"a": ""}, {"a": 1})], fields=(Field("a"),))[0] == 'a\n""\n1\n'


def test_a_query_on_a_reply_without_a_list():
    assert shown("json", [Page({"TotalCount": 0}, [], "")], query="TotalCount") == ("0\n", 0)


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1))
def test_any_text_in_csv_reads_back(table):
    pages = [page(*({"a": a, "b": b} for a, b in table))]
    text, _ = shown("csv", pages, fields=(Field("a"), Field("b")), csv_raw=True)
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == table
    text, _ = shown("csv", pages, fields=(Field("a"), Field("b")))
    for cells, guarded in zip(table, list(csv.reader(io.StringIO(text, newline="")))[1:], strict=True):
        for cell, shown_cell in zip(cells, guarded, strict=True):
            assert shown_cell.removeprefix("'") == cell.removeprefix("'")
            assert shown_cell[:1] not in set("=@\t\r＝＋－＠")
            assert shown_cell[:1] not in set("+-") or float(shown_cell) is not None


FORMULAS = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\0=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "-",
    "+1-2",
]
NO_FORMULAS = ["-1", "+8613800000000", "-1.5", "-1.5e-7", "a=1", "'=1", " =1", "1-2", ""]


@each("text", FORMULAS + NO_FORMULAS)
def test_in_csv_and_only_there_a_formula_is_made_text(text):
    guarded = f"'{text}" if text in FORMULAS else text
    pages = [page({text: text, "n": -7})]
    read = {
        raw: list(
            csv.reader(io.StringIO(shown("csv", pages, fields=(), csv_raw=raw)[0].replace("\0", "0"), newline=""))
        )
        for raw in (False, True)
    }
    assert read[False] == [[guarded.replace("\0", "0"), "n"], [guarded.replace("\0", "0"), "-7"]]
    assert read[True] == [[text.replace("\0", "0"), "n"], [text.replace("\0", "0"), "-7"]]
    assert json.loads(shown("json", pages)[0])["data"]["tag"] == [{text: text, "n": -7}]
    assert json.loads(shown("ndjson", pages)[0]) == {text: text, "n": -7}
    assert yaml.safe_load(shown("yaml", pages)[0])["data"]["tag"] == [{text: text, "n": -7}]
    assert "'" not in shown("tsv", pages, fields=())[0].replace("cmd|' /C calc'", "").replace("'=1", "")
    assert shown("csv", pages, query="data.tag[].n")[0] == "-7\n"


def test_yaml_writes_a_body_as_a_block_and_no_anchors():
    shared = ["x"]
    text = documented("yaml", {"Body": "line 1\nline 2\n", "a": shared, "b": shared})
    assert text == "Body: |\n  line 1\n  line 2\na:\n- x\nb:\n- x\n"


@pytest.mark.parametrize("fmt", ["json", "yaml", "csv", "tsv", "ndjson", "table"])
def test_a_lone_surrogate_reaches_a_file_as_an_escape(tmp_path, fmt):
    path = tmp_path / "out"
    with path.open("w", encoding="utf-8") as stdout:
        show_pages([page({"TagName": "a\udc80测"})], FIELDS, (), Output(fmt, "", stdout))
    text = path.read_text("utf-8")
    assert "\\udc80" in text.lower()
    assert "测" in text or fmt == "yaml"
    if fmt in {"json", "ndjson"}:
        assert ascii("a\udc80测") in ascii(json.loads(text))


@pytest.mark.parametrize("fmt", ["json", "yaml", "csv", "tsv", "ndjson", "table"])
def test_a_stream_that_cannot_hold_chinese_gets_escapes(tmp_path, fmt):
    path = tmp_path / "out"
    with path.open("w", encoding="ascii") as stdout:
        show_pages([page({"TagName": "é测"})], FIELDS, (), Output(fmt, "", stdout))
    text = path.read_text("ascii")
    assert "\\u6d4b" in text.lower()
    if fmt in {"json", "yaml", "ndjson"}:
        assert "é测" in str(yaml.safe_load(text))


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="a terminal is needed")
@pytest.mark.parametrize("fmt", ["", "table", "json", "yaml", "csv", "tsv", "ndjson"])
@pytest.mark.parametrize("query", ["", "data.tag[].TagName", "data.tag[0]"])
def test_nothing_received_acts_on_a_terminal(fmt, query):
    leader, follower = os.openpty()
    with open(follower, "w", encoding="utf-8") as stdout, open(leader, "rb", buffering=0) as screen:
        hostile = "\x1b[2Ja\x9bb\u202ec\x07\x7f测"
        show_pages([page({"TagName": hostile, hostile: hostile})], FIELDS, (), Output(fmt, query, stdout, color=False))
        print("END", file=stdout, flush=True)
        text = ""
        while "END" not in text:
            text += screen.read(65536).decode("utf-8", "replace").replace("\r\n", "\n")
    assert "2Ja" in text or (fmt == "ndjson" and query)
    assert not {"\x1b", "\x9b", "\u202e", "\x07", "\x7f"} & set(text)
    if fmt in {"json", "yaml", "ndjson"}:
        assert "测" in text or (fmt == "ndjson" and query)


@pytest.mark.parametrize("fmt", ["json", "ndjson", "csv", "tsv"])
def test_memory_does_not_grow_with_the_number_of_pages(fmt):
    def peak(count):
        pages = (page(*({"TagName": f"tag{n}-{m}" * 5, "TagId": m} for m in range(100))) for n in range(count))
        with open(os.devnull, "w", encoding="utf-8") as stdout:
            show_pages([page(ONE)], FIELDS, (), Output(fmt, "", stdout))  # what is loaded once is not counted
            tracemalloc.start()
            assert show_pages(pages, FIELDS, (), Output(fmt, "", stdout)) == count * 100
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return most

    assert peak(100) < 500_000  # all rows at once are some eight times that


def test_rows_are_handed_on_while_pages_are_still_to_come(tmp_path):
    path = tmp_path / "out"

    def pages():
        yield page(ONE)
        assert path.read_text("utf-8").count("\n") == 1
        yield page(TWO)

    with path.open("w", encoding="utf-8") as stdout:
        assert show_pages(pages(), FIELDS, (), Output("ndjson", "", stdout)) == 2


def test_a_document_is_a_header_and_a_row_in_csv_and_tsv():
    assert documented("csv", ONE) == "TagName,TagId,Count\na,1,7\n"
    assert documented("tsv", [ONE, {"tagid": 2}]) == "TagName\tTagId\tCount\na\t1\t7\n\t2\t\n"


def test_a_list_of_objects_is_an_array_in_json_and_lines_in_ndjson():
    assert json.loads(documented("json", [ONE, TWO])) == [ONE, TWO]
    assert documented("ndjson", [ONE, 1]) == '{"tagName":"a","TagId":"1","Count":7}\n1\n'


@pytest.mark.parametrize("fmt", ["table", "csv", "tsv"])
def test_what_has_no_rows_is_json(fmt):
    assert documented(fmt, "a测") == '"a测"\n'


def test_a_closed_pipe_is_the_callers_to_handle():
    reader, writer = os.pipe()
    os.close(reader)
    for fmt in ("table", "json", "tsv"):
        stdout = open(os.dup(writer), "w", encoding="utf-8")  # noqa: SIM115  closing is the second failure
        with pytest.raises(BrokenPipeError):
            show_pages(PAGES, FIELDS, (), Output(fmt, "", stdout))
        with pytest.raises(BrokenPipeError):
            stdout.close()
    os.close(writer)


def test_data_formats_load_no_renderer():
    script = (
        "import sys; from dmcli.api.paging import Page; from dmcli.render import Output, show_pages\n"
        "early = 'json' in sys.modules\n"
        "for fmt in ('json', 'ndjson', 'csv', 'tsv'):\n"
        "    show_pages([Page({}, [{'a': 1}], 'r')], (), (), Output(fmt, '', sys.stdout))\n"
        "print(early, sorted({'rich', 'yaml', 'jmespath', 'click', 'requests'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "False []"
