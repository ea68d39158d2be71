"""--query in every format, and how a bad one is refused."""

from __future__ import annotations

import io
import json

import pytest
from rows import each

from dmcli.api.model import Field
from dmcli.api.paging import Page
from dmcli.errors import InputError
from dmcli.render import Output, show_document, show_pages
from dmcli.render.query import check_query

ROWS = [{"Name": "a", "Id": 1}, {"Name": "b,测", "Id": None}]
PAGES = [Page({"Total": 2, "data": {"x": ROWS[:1]}}, ROWS[:1], "data.x"), Page({"Total": 2}, ROWS[1:], "data.x")]


def found(fmt, query):
    stdout = io.StringIO()
    assert show_pages(PAGES, (Field("Name", "Name"),), (), Output(fmt, query, stdout)) == len(ROWS)
    return stdout.getvalue()


@each(
    ("fmt", "query", "text"),
    [
        ("json", "data.x[].Name", '[\n  "a",\n  "b,测"\n]\n'),
        ("table", "Total", "2\n"),
        ("table", "data.x[?Id].Name | [0]", '"a"\n'),
        ("yaml", "data.x[].Name", "- a\n- b,测\n"),
        ("yaml", "data.x[0].Name", "a\n"),
        ("csv", "data.x[].{n: Name, i: Id}", 'n,i\na,1\n"b,测",\n'),
        ("tsv", "data.x", "Name\tId\na\t1\nb,测\t\n"),
        ("", "data.x[].Name", "a\nb,测\n"),
        ("csv", "data.x[].Name", 'a\n"b,测"\n'),
        ("csv", "data.x[1].Name", '"b,测"\n'),
        ("tsv", "data.x[].[Name, Id]", "a\t1\nb,测\t\n"),
        ("tsv", "data.x[?Id > `5`]", ""),
        ("tsv", "Total", "2\n"),
        ("tsv", "{t: Total}", '{\n  "t": 2\n}\n'),
        ("tsv", "[Total, data.x[0]]", '[\n  2,\n  {\n    "Name": "a",\n    "Id": 1\n  }\n]\n'),
        ("ndjson", "Name", '"a"\n"b,测"\n'),
        ("ndjson", "[Id, Total]", "[1,null]\n[null,null]\n"),
    ],
)
def test_a_query_is_put_to_the_joined_document_and_in_ndjson_to_each_row(fmt, query, text):
    assert found(fmt, query) == text


def test_a_query_on_a_document():
    stdout = io.StringIO()
    show_document(ROWS, (), Output("json", "length(@)", stdout))
    show_document(ROWS[0], (), Output("ndjson", "Id", stdout))
    assert stdout.getvalue() == "2\n1\n"


@pytest.mark.parametrize(
    "query", ["", "a.b[0]", "sort_by(@, &a)", "length(@)", "a[?b == 'x'] | [0]", "max_by(@, &a.b).c", "a[::2]"]
)
def test_good_queries_pass(query):
    assert check_query(query) is None


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("foo[", "at its end, column 5"),
        ("foo ^ bar", "'^', column 5"),
        ("a b", "'b', column 3"),
        ("foo.*.", "at its end, column 7"),
        ("a[?b == `]", "column 9"),
        (" ", "' '"),
        ("a.nosuch(@)", "nosuch()"),
        ("a || [nosuch(@)]", "nosuch()"),
        ("[&a]", "& outside"),
        ("a.\x1b", r"\x1b"),
        ("(" * 9999, "nested too deeply"),
    ],
)
def test_a_bad_query_is_refused_before_any_call_and_the_place_is_named(query, place):
    with pytest.raises(InputError) as refusal:
        check_query(query)
    assert place in refusal.value.message
    assert "\n" not in refusal.value.message
    assert refusal.value.message.isprintable()


@pytest.mark.parametrize("fmt", ["json", "ndjson", "csv"])
@pytest.mark.parametrize(("query", "why"), [("sum(@)", "sum() takes"), ("length(@, @)", "length()")])
def test_data_that_does_not_fit_is_refused(fmt, query, why):
    with pytest.raises(InputError, match=r"does not fit the data") as refusal:
        found(fmt, query)
    assert why in refusal.value.message


@pytest.mark.parametrize("fmt", ["table", "csv", "tsv", "json", "yaml", "ndjson"])
def test_what_came_before_a_page_that_fails_is_shown(box, fmt):
    for number in range(6):
        box(f"tag create tag-{number}")
    box("sandbox fault add error Forbidden.RAM --action QueryTagByParam --nth 3")
    format_ = "" if fmt == "tsv" else f"-o {fmt}"
    shown = box(f"tag list --all --page-size 3 {format_}", code=3).out
    assert [f"tag-{number}" in shown for number in range(6)] == [True] * 5 + [False]


def test_the_rows_before_one_that_a_query_does_not_fit_are_printed():
    stdout, rows = io.StringIO(), [{"Name": "a"}] * 250 + [{"Name": None}, {"Name": "b"}]
    with pytest.raises(InputError, match="length"):
        show_pages([Page({}, rows, "data")], (), (), Output("ndjson", "length(Name)", stdout))
    assert stdout.getvalue() == "1\n" * 250


def test_a_bad_query_prints_nothing_and_asks_for_no_page():
    stdout = io.StringIO()
    pages = iter(PAGES)
    with pytest.raises(InputError):
        show_pages(pages, (), (), Output("json", "a[", stdout))
    assert (stdout.getvalue(), len(list(pages))) == ("", 2)


def test_json_of_a_query_is_json():
    assert json.loads(found("json", "@")) == {"Total": 2, "data": {"x": ROWS}}
