"""The registry of formats: what -o takes is what there is, and a new format needs nothing beyond it."""

from __future__ import annotations

import io
import json
import sys
from types import ModuleType

import pytest
import yaml

from dmcli import config
from dmcli.api.paging import Page
from dmcli.render import Output, show_document, show_pages
from dmcli.render.formats import FORMATS
from dmcli.render.formats.base import Format
from dmcli.render.output import IN_PIPE, ON_TERMINAL


def test_what_people_may_ask_for_is_every_format_but_that_of_pipes():
    assert tuple(name for name in FORMATS if name != IN_PIPE) == config.OUTPUT
    assert {ON_TERMINAL, IN_PIPE} <= set(FORMATS)


@pytest.mark.parametrize(
    ("fmt", "query", "rows", "columns", "for_people"),
    [
        ("table", "", True, True, True),
        ("table", "a", False, False, False),
        ("", "", True, True, False),
        ("csv", "", True, True, False),
        ("csv", "a", False, False, False),
        ("ndjson", "", True, False, False),
        ("ndjson", "a", True, False, False),
        ("json", "", False, False, False),
        ("yaml", "a", False, False, False),
    ],
)
def test_what_a_command_is_asked_for(fmt, query, rows, columns, for_people):
    output = Output(fmt, query, io.StringIO())
    assert (output.wants_rows, output.wants_columns, output.for_people) == (rows, columns, for_people)
    assert output.wants_data is bool(fmt or query)


class Markdown(Format):
    """A list of names, as somebody might add."""

    columns = True

    def show_rows(self, listing, output):
        names = [row["name"] for row in listing.rows]
        output.stdout.writelines(f"- {name}\n" for name in names)
        return len(names)

    def show_value(self, value, output):
        output.stdout.write(f"`{value}`\n")


def test_a_new_format_is_a_module_and_a_line(monkeypatch):
    module = ModuleType("dmcli.render.formats.lists")
    module.MARKDOWN = Markdown()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(FORMATS, "markdown", "lists")
    stdout = io.StringIO()
    rows = [{"name": "a"}, {"name": "b"}]
    assert show_pages([Page({"rows": rows}, rows, "rows")], (), (), Output("markdown", "", stdout)) == 2
    show_document({"name": "c"}, (), Output("markdown", "", stdout))
    show_document({"name": "d"}, (), Output("markdown", "name", stdout))
    assert stdout.getvalue() == "- a\n- b\n- c\n`d`\n"


@pytest.mark.parametrize("fmt", ["json", "ndjson", "yaml"])
def test_documents_on_a_terminal_are_readable_and_harmless(box, fmt):
    """Chinese is shown as it is; what could act on a terminal is an escape that readers of the format undo."""
    evil = "\x1b\x7f\x85\u202e\u2028"
    box("tag create evil --description x")
    box("api ModifyTag TagId=2 TagName=evil TagDescription={}", f"促销{evil}")
    shown = box(f"tag list -o {fmt}", tty=True).out
    assert "促销" in shown
    assert not set(evil) & set(shown)
    read = yaml.safe_load(shown) if fmt == "yaml" else json.loads(shown.splitlines()[-1] if fmt == "ndjson" else shown)
    rows = read["data"]["tag"] if fmt != "ndjson" else [read]
    assert rows[-1]["TagDescription"] == f"促销{evil}"
