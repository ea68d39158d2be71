"""Tables: what they show, and that they fit."""

from __future__ import annotations

import io
import json
import os
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from dmcli.api.actions.common import DOMAIN_STATUS
from dmcli.api.model import Field
from dmcli.api.paging import Page
from dmcli.render import Output, show_document, show_pages
from dmcli.render.formats.grid import fit

FIELDS = (
    Field("DomainName", "Domain"),
    Field("DomainId"),
    Field("DomainStatus", "Status", {"0": "verified", "1": "not verified", "": "none", "true": "yes"}),
    Field("UtcCreateTime", "Created", shape="epoch"),
    Field("Count", "Mails", shape="number"),
)


@pytest.fixture(autouse=True)
def _place(monkeypatch):
    """A terminal of 80 columns in Shanghai."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def table(*rows, fields=FIELDS, color=None):
    stdout = io.StringIO()
    assert show_pages([Page({}, list(rows), "")], fields, (), Output("table", "", stdout, color)) == len(rows)
    return stdout.getvalue()


def lines(text):
    return [line.rstrip() for line in text.splitlines()]


def test_titled_fields_with_words_local_times_and_numbers_to_the_right():
    text = table(
        {"DomainName": "a.example.com", "domainstatus": 0, "UtcCreateTime": 1569734892, "Count": 5},
        {"DomainName": "邮件.cn", "DomainStatus": "7", "UtcCreateTime": "1569734892", "Count": "12345"},
    )
    assert lines(text) == [
        "Domain         Status    Created +08:00    Mails",
        "────────────────────────────────────────────────",
        "a.example.com  verified  2019-09-29 13:28      5",
        "邮件.cn        7         2019-09-29 13:28  12345",
    ]


def test_times_of_two_offsets_and_what_is_no_time_stay_whole(monkeypatch):
    """The zone stands in the heading only where it is that of each cell."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    fields = FIELDS[3:4]
    assert lines(table({"UtcCreateTime": 1569734892}, {"UtcCreateTime": 1579734892}, fields=fields)) == [
        "Created",
        "───────────────────────",
        "2019-09-29 07:28 +02:00",
        "2020-01-23 00:14 +01:00",
    ]
    assert lines(table({"UtcCreateTime": 1569734892}, {"UtcCreateTime": "soon"}, {}, fields=fields))[2:] == [
        "2019-09-29 07:28 +02:00",
        "soon",
        "",
    ]


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ({}, ["", "", ""]),
        ({"DomainStatus": None, "UtcCreateTime": None, "Count": None}, ["", "", ""]),
        ({"DomainStatus": "", "UtcCreateTime": "", "Count": 0}, ["none", "", "0"]),
        ({"DomainStatus": True, "UtcCreateTime": "soon", "Count": [1, "测"]}, ["yes", "soon", "1,", "测"]),
        ({"DomainStatus": "x\ny", "UtcCreateTime": 10**18, "Count": {}}, [r"x\ny", str(10**18), "{}"]),
    ],
)
def test_cells(row, cells):
    shown = table({"DomainName": "d", **row}).splitlines()[2]
    assert shown.split() == ["d", *(cell for cell in cells if cell)]


def test_of_objects_the_part_is_seen_and_a_time_of_zero_is_none():
    fields = (
        Field("Pool", "Pool", part="Name"),
        Field("Ips", "IPs", part="Ip"),
        Field("Ext", "Renews", {"True": "yes"}, part="Renewal"),
        Field("At", "At", shape="epoch"),
    )
    row = {"Pool": {"Id": "1", "name": "news"}, "Ips": [{"Ip": "a"}, {"Ip": "b"}], "Ext": {"Renewal": True}, "At": 0}
    assert table(row, fields=fields).split()[-4:] == ["news", "a,", "b", "yes"]
    assert "[]" not in table({**row, "Ips": [], "Pool": {}}, fields=fields)


def test_columns_stay_where_no_row_has_them():
    assert lines(table({"DomainName": "d"}))[0] == "Domain  Status  Created  Mails"


def test_without_titles_or_fields_wire_names_stand_in():
    assert lines(table({"b": 1, "a": 2}, fields=()))[0] == "b  a"
    assert lines(table({"b": 1, "a": 2}, fields=(Field("a"),)))[0] == "a"


@given(st.lists(st.lists(st.text("ab -测试é😀\x1b\n", max_size=60), min_size=4, max_size=4), min_size=1, max_size=4))
@settings(max_examples=60)
@pytest.mark.parametrize("columns", ["200", "80", "40", "20", "1"])
def test_every_line_is_equally_wide_fits_and_nothing_is_lost(columns, cells):
    fields = tuple(Field(name, name) for name in "ABCD")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", columns)
        text = table(*(dict(zip("ABCD", row, strict=True)) for row in cells), fields=fields)
    widths = {cell_len(line) for line in text.splitlines()}
    assert len(widths) == 1
    assert widths.pop() <= max(int(columns), 4 * 2 + 3 * 2)
    for char in "ab测试é😀":
        assert text.count(char) >= sum(cell.count(char) for row in cells for cell in row)


def test_long_cells_fold_and_what_names_the_row_stays_whole():
    text = table(
        {"DomainName": "mail.a-rather-long-name.example.com", "Note": "word " * 40},
        fields=(FIELDS[0], Field("Note", "Note")),
    )
    assert all(cell_len(line) <= 80 for line in text.splitlines())
    assert "mail.a-rather-long-name.example.com" in text
    assert text.count("word") == 40


def test_numbers_and_times_are_whole_at_80_columns():
    row = {"DomainName": "x" * 70, "DomainStatus": "y" * 70, "UtcCreateTime": 1569734892, "Count": 1234567890}
    assert "2019-09-29 13:28  1234567890" in table(row)


WIDE = (
    Field("ToAddress", "To"),
    Field("Note", "Note"),
    Field("Subject", "Subject", priority=1),
    Field("From", "From", priority=1),
    Field("Message", "Message", priority=2),
)
LETTER = {
    "ToAddress": "alexandra.montgomery@customers.example.com",
    "Note": "three short words",
    "Subject": "Your order has been shipped",
    "From": "newsletter@mail.example.com",
    "Message": "250 Send Mail OK",
}


@pytest.mark.parametrize(
    ("columns", "headings", "left_out"),
    [
        ("160", "To Note Subject From Message", ""),
        ("105", "To Note Subject From Message", ""),
        ("92", "To Note Subject From", "Message"),
        ("60", "To Note", "Subject, From, Message"),
        ("49", "To Note", "Subject, From, Message"),
    ],
)
def test_columns_give_way_by_priority_before_a_word_is_cut_and_it_is_said(monkeypatch, columns, headings, left_out):
    monkeypatch.setenv("COLUMNS", columns)
    told = []
    stdout = io.StringIO()
    show_pages([Page({}, [LETTER, LETTER], "")], WIDE, (), Output("table", "", stdout, tell=told.append))
    assert lines(stdout.getvalue())[0].split() == headings.split()
    assert set(stdout.getvalue().replace("─", "").split()) >= {LETTER["ToAddress"], "three", "short", "words"}
    assert all(cell_len(line) <= int(columns) for line in stdout.getvalue().splitlines())
    said = f"no room for {left_out}: a wider terminal shows more, -o csv everything"
    assert told == ([said] if left_out else [])


def test_a_column_without_a_word_gives_way_to_one_that_has_some_and_nothing_is_said_of_it(monkeypatch):
    monkeypatch.setenv("COLUMNS", "95")
    told = []
    fields = (*WIDE[:1], Field("Reason", "Reason"), *WIDE[2:4], Field("Code", "Code"), WIDE[4])
    stdout = io.StringIO()
    rows = [LETTER | {"Reason": "", "Code": None}] * 2
    show_pages([Page({}, rows, "")], fields, (), Output("table", "", stdout, tell=told.append))
    assert lines(stdout.getvalue())[0].split() == ["To", "Subject", "From", "Message"]
    assert told == []
    monkeypatch.setenv("COLUMNS", "85")
    stdout = io.StringIO()
    show_pages([Page({}, rows, "")], fields, (), Output("table", "", stdout, tell=told.append))
    assert told == ["no room for Message: a wider terminal shows more, -o csv everything"]


def test_where_whole_words_do_not_fit_beside_each_other_each_row_is_a_block(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    row = LETTER | {"ToAddress": "ada@customers.example.com", "UtcCreateTime": 1569734892}
    assert lines(table(row, row, fields=(*WIDE, FIELDS[3])))[4:11] == [
        "Message  250 Send Mail OK",
        "Created  2019-09-29 13:28 +08:00",
        "",
        "To       ada@customers.example.com",
        "Note     three short words",
        "Subject  Your order has been shipped",
        "From     newsletter@mail.example.com",
    ]


@pytest.mark.parametrize(
    ("code", "style"),
    [("0", "32"), ("1", "1;31"), ("2", "33"), (0, "32"), ("odd", "33"), ("", None), (None, None)],
)
def test_a_state_has_the_colour_of_how_well_things_stand(code, style):
    fields = (FIELDS[0], Field("Status", "Status", DOMAIN_STATUS))
    row = {"DomainName": "d", "Status": code}
    record = io.StringIO()
    show_document(row, fields, Output("table", "", record, color=True))
    for shown in (table(row, fields=fields, color=True), record.getvalue()):
        assert re.findall("\x1b\\[([0-9;]*[23][0-9;]*)m", shown) == ([style] if style else [])


def test_a_long_list_is_several_tables_with_their_header():
    text = table(*({"DomainName": f"d{n}"} for n in range(2001)))
    assert sum(line.startswith("Domain") for line in text.splitlines()) == 3
    assert sum(line.startswith("d") for line in text.splitlines()) == 2001


def test_one_object_is_title_and_value_of_what_it_has():
    stdout = io.StringIO()
    row = {"domainName": "邮件.cn", "DomainId": "1", "DomainStatus": "1", "Count": 5, "Other": 1}
    show_document(row, FIELDS, Output("table", "", stdout))
    assert lines(stdout.getvalue()) == ["Domain  邮件.cn", "Status  not verified", "Mails   5"]


def test_one_object_without_any_titled_field_is_shown_whole():
    stdout = io.StringIO()
    show_document({"RequestId": "R", "x": {"y": 1}}, FIELDS, Output("table", "", stdout))
    show_document({}, FIELDS, Output("table", "", stdout))
    assert lines(stdout.getvalue()) == ["RequestId  R", 'x          {"y":1}']


def test_a_list_of_objects_is_a_row_each():
    stdout = io.StringIO()
    show_document([{"DomainName": "a"}, {"DomainName": "b"}], FIELDS[:1], Output("table", "", stdout))
    assert lines(stdout.getvalue()) == ["Domain", "──────", "a", "b"]


def test_markup_and_emoji_codes_are_text():
    assert ":smile: [bold]x[/bold]" in table({"DomainName": ":smile: [bold]x[/bold]"})


def test_colour_only_where_it_is_wanted(monkeypatch):
    row = {"DomainName": "d"}
    assert "\x1b" not in table(row)
    assert "\x1b[1m" in table(row, color=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1m" in table(row, color=True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in table(row)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="a terminal is needed")
@pytest.mark.parametrize(
    ("environ", "colored"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_the_environment_decides_on_a_terminal(monkeypatch, environ, colored):
    for name, value in {"TERM": "xterm", **environ}.items():
        monkeypatch.setenv(name, value)
    leader, follower = os.openpty()
    with open(follower, "w", encoding="utf-8") as stdout, open(leader, "rb", buffering=0) as screen:
        show_pages([Page({}, [{"DomainName": "d"}], "")], FIELDS, (), Output("", "", stdout))
        assert (b"\x1b[1m" in screen.read(65536)) is colored


def test_an_ascii_stream_gets_an_ascii_rule(tmp_path):
    path = tmp_path / "out"
    with path.open("w", encoding="ascii") as stdout:
        show_pages([Page({}, [{"DomainName": "测"}], "")], FIELDS[:1], (), Output("table", "", stdout))
    assert lines(path.read_text("ascii")) == ["Domain", "------", "\\u6d4b"]


@given(st.lists(st.tuples(st.integers(2, 90), st.integers(2, 90)), min_size=1, max_size=6), st.integers(1, 200))
def test_widths_fit_and_shrink_no_more_than_needed(columns, room):
    widths, least = [wide for wide, _ in columns], [min(pair) for pair in columns]
    fitted = fit(widths, least, room)
    assert sum(fitted) == min(sum(widths), max(room, 2 * len(columns)))
    if sum(least) <= room:
        assert all(floor <= width <= natural for floor, width, natural in zip(least, fitted, widths, strict=True))


def test_json_keeps_codes_that_a_table_words():
    stdout = io.StringIO()
    show_document({"DomainStatus": 0}, FIELDS, Output("json", "", stdout))
    assert json.loads(stdout.getvalue()) == {"DomainStatus": 0}
