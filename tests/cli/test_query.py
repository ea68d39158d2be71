"""--query over real replies: a result, or a sentence; and the rows of every list under one name."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lab import CALLS
from rows import each
from shell import words

from dmcli.api import catalogue
from dmcli.api.model import Effect
from dmcli.api.paging import page_of
from dmcli.errors import InputError
from dmcli.render import Output, show_document, show_pages
from dmcli.render.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

READS = [action for action in catalogue.all_actions() if action.effect is Effect.READ]
SEND = "send single --from noreply@sandbox.test --to a@example.com --subject s --text t"
LISTING = [command for action in READS if action.paging for command in action.commands if not command.shows]
NEEDS = {
    "receiver members": " customers",
    "suppression blocked": " --type unsubscribe",
    **dict.fromkeys(("dedicated-ip warmup", "dedicated-ip warmup-days"), " 192.0.2.10"),
}
LISTS = [
    *sorted(f"{command.path}{NEEDS.get(command.path, '')}" for command in LISTING),
    "stats tracking",
    "domain check sandbox.test",
    "config list",
    *(f"sandbox {name} list" for name in ("calls", "fault", "limit", "mail", "snapshot", "state")),
    "sandbox differences",
]


def keys(value: object) -> set[str]:
    """All keys in a value."""
    if isinstance(value, dict):
        return set(value).union(*map(keys, value.values()))
    return set().union(*map(keys, value)) if isinstance(value, list) else set()


def refusal_of(show: Callable[[], object]) -> str:
    """The sentence that a query is refused with, "" where it is answered; anything else passes."""
    try:
        show()
    except InputError as error:
        return error.message
    return ""


@pytest.fixture(scope="module")
def replies(lab):
    """What every action that reads answers, with the action."""
    return [(action, lab.call(action.name, CALLS[action.name]).reply) for action in READS]


def expressions(names: list[str]) -> st.SearchStrategy[str]:
    """Expressions that parse, for the most part: over these keys, with every operator and function."""
    from jmespath.functions import Functions

    literals = st.sampled_from(
        ["`0`", "`-1.5`", "`1e400`", '`"x"`', '`[1, "a"]`', "`{}`", "`null`", "'2'", "''", "'1e400'"]
    )
    leaves = st.one_of(st.sampled_from(names).map(json.dumps), st.sampled_from(["@", "rows", "*", "[]"]), literals)
    functions = st.sampled_from(sorted(Functions.FUNCTION_TABLE))

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pair = st.tuples(inner, inner)
        between = st.sampled_from([".", " | ", " || ", " && ", " == ", " != ", " < ", " <= ", " > ", " >= "])
        ends = st.sampled_from(["[0]", "[-1]", "[]", "[*]", "[::2]", "[::0]", ".*", "[1:]"])
        return st.one_of(
            st.tuples(inner, between, inner).map("".join),
            st.tuples(inner, ends).map("".join),
            pair.map("{0[0]}[?{0[1]}]".format),
            pair.map("[{0[0]}, {0[1]}]".format),
            pair.map('{{a: {0[0]}, "b c": {0[1]}}}'.format),
            inner.map("!{}".format),
            inner.map("({})".format),
            st.tuples(functions, inner).map("{0[0]}({0[1]})".format),
            st.tuples(functions, pair).map("{0[0]}({0[1][0]}, {0[1][1]})".format),
            st.tuples(functions, pair).map("{0[0]}({0[1][0]}, &{0[1][1]})".format),
            st.tuples(functions, pair).map("{0[0]}(&{0[1][0]}, {0[1][1]})".format),
        )

    return st.recursive(leaves, grow, max_leaves=8)


@given(st.data())
def test_whatever_is_asked_of_a_reply_is_answered_or_refused_in_a_sentence(replies, data):
    action, reply = data.draw(st.sampled_from(replies), label="reply")
    query = data.draw(expressions(sorted(keys(reply))), label="query")
    told: list[str] = []
    output = Output(data.draw(st.sampled_from(sorted(FORMATS))), query, io.StringIO(), tell=told.append)
    if action.paging:
        refused = refusal_of(lambda: show_pages([page_of(action, reply)], action.fields, action.lists, output))
    else:
        refused = refusal_of(lambda: show_document(reply, action.fields, output))
    assert refused.isprintable()
    if output.format == "json" and not refused:
        json.loads(output.stdout.getvalue(), parse_constant=pytest.fail)
    assert all(line.startswith("--query found nothing; ") and "; there is: " in line for line in told)


@settings(max_examples=100)
@given(st.text(alphabet="ab.[]{}()*?|&!=<>@:,`'\"0 9-\\\n", max_size=30))
@example("[" + "9" * 5000 + "]")
@example("`" + "[" * 5000 + "`")
@example(" || ".join("a" * 500))
@example("{sort_by: &a}")
@example("to_array(&a)")
def test_whatever_is_typed_as_a_query_is_answered_or_refused_in_a_sentence(query):
    refused = refusal_of(lambda: show_document({"a": [{"b": "1"}]}, (), Output("json", query, io.StringIO())))
    assert refused.isprintable()


@pytest.fixture
def sent(dm):
    """The command line, and one mail to ask for."""
    dm(SEND)
    return dm


UNFIT = [
    ("stats totals --query 'data.stat[?requestCount > `0`]'", "requestCount is text, to_number(requestCount)"),
    ("stats totals --query 'rows[?`0` < requestCount]'", "requestCount is text, to_number(requestCount)"),
    ("tag list --query 'TotalCount > rows[0].TagId'", "rows[0].TagId is text"),
    ("tag list --query '{data: data}.data.tag[?@.\"TagId\" >= `1`]'", "@.TagId is text"),
    ("stats totals --query 'sum(rows[].requestCount)'", "to_number(NAME)"),
    ("stats totals --query 'contains(rows[0].requestCount, `1`)'", "to_string(NAME)"),
    ("tag list --query 'rows[::0]'", "slice step cannot be zero"),
    ("tag list --query 'ceil(to_number(`\"inf\"`))'", "no finite number"),
]


@each(("line", "said", "fmt"), [(*one, fmt) for one in UNFIT for fmt in ("json", "yaml", "csv", "table")])
def test_what_does_not_fit_the_data_names_the_remedy(sent, line, said, fmt):
    refused = sent("{} -o {}", words(line), fmt, code=2)
    assert said in refused.out + refused.err
    assert "--query " in refused.err
    assert refused.out == ""


@pytest.mark.parametrize("fmt", ["json", "ndjson"])
def test_text_that_is_no_number_s_equal_is_told_where_nothing_is_found(dm, fmt):
    dm(SEND)
    told = dm("stats totals -o {} --query 'rows[?requestCount == `1`]'", fmt).err
    assert "found nothing; it compares text with a number: requestCount is text, to_number(requestCount) makes" in told
    assert dm("stats totals -o {} --query 'rows[?requestCount != `1`]'", fmt).err == ""


def test_the_remedy_works(dm):
    dm(SEND)
    today = dm("stats totals --query 'rows[?to_number(requestCount) > `0`].requestCount' -o json").json
    assert today == ["1"]


@pytest.mark.parametrize("fmt", ["json", "csv"])
@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("tag list --query 'data.tags'", "TotalCount, PageNumber, PageSize, rows[].TagId, rows[].TagName"),
        ("tag list --query 'rows[].name'", "rows[].TagName"),
        ("tag list --query 'rows[].{n: name, i: id}'", "rows[].TagName"),
        ("tag list -o ndjson --query name", "TagId, TagName, TagDescription"),
        ("tag show welcome --query name", "TagId, TagName, TagDescription"),
        ("stats sender noreply@sandbox.test --query mailfrom", "data.mailfrom, "),
        ("domain check sandbox.test --query '[].name'", "rows[].domain, "),
        ("sandbox mail list --query mail", "rows[].id, "),
    ],
)
def test_a_query_that_finds_nothing_says_so_and_what_there_is(dm, line, keys, fmt):
    dm(SEND)
    found = dm(line if "-o" in line else f"{line} -o {fmt}")
    assert f"--query found nothing; there is: {keys}" in found.err or f", {keys}" in found.err
    assert found.err.count("\n") == 1
    assert dm(f"-q {line}").err == ""


@pytest.mark.parametrize("query", ["rows[].TagName", "TotalCount", "`false`", "length(rows)", "rows[?TagName == 'x']"])
@pytest.mark.parametrize("fmt", ["json", "ndjson"])
def test_an_empty_list_is_an_answer(dm, query, fmt):
    for tag in dm("tag list -o ndjson --query TagName").out.split():
        dm("tag delete {} --yes", json.loads(tag))
    assert "--query" not in dm("tag list -o {} --query {}", fmt, query).err


@pytest.mark.parametrize("line", LISTS)
def test_every_list_has_its_rows_under_one_name(box, line):
    box(SEND)
    box("sandbox fault add error Throttling.User --action CreateTag")
    box("sandbox snapshot take first")
    rows = [json.loads(row) for row in box(f"{line} -o ndjson").out.splitlines()]
    assert box(f"{line} -o json --query rows").json == rows
    assert box(f"{line} -o json --query 'length(rows)'").json == len(rows)
    assert [json.loads(row) for row in box(f"{line} -o ndjson --query 'rows[]'").out.splitlines()] == rows
