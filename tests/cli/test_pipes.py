"""What a pipe or a file gets is what the screen shows: the words of codes and the times, whole."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

import pytest
from rows import each

from dmcli.api.actions.common import CREATED, CREATED_TEXT, DELIVERY_STATUS
from dmcli.api.model import Field
from dmcli.api.paging import Page
from dmcli.render import Output, show_document, show_pages

SEND = "send single --from noreply@sandbox.test --to a@example.com,invalid@b.test --subject s --text t"
SHOWN = [
    "account show",
    "address list",
    "address show noreply@sandbox.test",
    "domain check sandbox.test",
    "domain list",
    "receiver list",
    "receiver members customers",
    "stats details",
    "stats invalid",
    "stats sender noreply@sandbox.test",
    "stats totals",
    "suppression blocked --type unsubscribe",
    "tag list",
    "template list",
    "template show newsletter",
    "config list",
    "sandbox calls list",
    "sandbox clock show",
    "sandbox mail list",
    "sandbox mail show 1",
    "sandbox state list",
]
# One moment, as the reference has it (6.4): the text is in UTC+8, the number is right.
EPOCH, STAMP = 1569734892, "2019-09-29T13:28Z"
ROW = {"Status": "0", "UtcCreateTime": EPOCH, "CreateTime": STAMP, "Note": "=1+1"}
FIELDS = (Field("Status", "Outcome", DELIVERY_STATUS), CREATED, CREATED_TEXT, Field("Note"))


@pytest.fixture
def used(box, monkeypatch):
    """`dm -p sandbox` where something of everything happened, on a screen that is wide."""
    monkeypatch.setenv("COLUMNS", "1000")
    box(f"{SEND} --html x --track --tag welcome")
    box("sandbox play unsubscribe --mail 1")
    return box


@pytest.mark.parametrize("line", SHOWN)
def test_a_pipe_has_the_words_and_times_of_the_screen(used, line):
    table = used(f"{line} -o table").out
    piped = used(line).out
    cells = {cell for row in csv.reader(io.StringIO(piped), delimiter="\t", quoting=csv.QUOTE_NONE) for cell in row}
    if line == "account show":  # a panel: figures have commas there
        assert {"normal", "2000", "2"} <= cells
        return
    framed = (one.strip("│ ") for one in table.splitlines() if not one.startswith(("╭", "╰")))
    lines = list(framed)
    start = next((at + 1 for at, one in enumerate(lines) if one.startswith("──")), 0)
    for one in lines[start:]:
        words = re.split(r"\s{2,}", one.strip())
        for word in words if start else words[1:]:
            assert {word, f"{word} +00:00"} & cells, (word, piped)  # the zone stands in a table's heading


@pytest.mark.parametrize("line", [line for line in SHOWN if "clock" not in line])
def test_csv_has_the_same_words_and_its_times_are_iso(used, line):
    piped = csv.reader(io.StringIO(used(line).out), delimiter="\t", quoting=csv.QUOTE_NONE)
    written = csv.reader(io.StringIO(used(f"{line} -o csv").out))
    for row, other in zip(written, piped, strict=True):
        for cell, shown_there in zip(row, other, strict=False):  # the account's usage takes an option here
            if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d \+00:00", shown_there):
                assert datetime.fromisoformat(cell).isoformat(" ", "minutes") == shown_there.replace(" +", "+")
            else:
                assert cell.replace("\n", r"\n") == shown_there


def test_words_can_be_looked_for(dm):
    dm(SEND)
    listed = dm("stats details --since today").out
    assert [line.split("\t")[1:3] for line in listed.splitlines()[1:]].count(["a@example.com", "delivered"]) == 1
    assert "invalid address" in listed


def shown(fmt, *, csv_raw=False):
    """A list, and one thing, in a format."""
    many, one = io.StringIO(), io.StringIO()
    show_pages([Page({"rows": [ROW]}, [ROW], "rows")], FIELDS, (), Output(fmt, "", many, csv_raw=csv_raw))
    show_document(ROW, FIELDS, Output(fmt, "", one, csv_raw=csv_raw))
    return many.getvalue(), one.getvalue()


@pytest.mark.parametrize(
    ("fmt", "line"),
    [
        ("tsv", "delivered\t2019-09-29 13:28 +08:00\t2019-09-29 13:28 +08:00\t=1+1"),
        ("csv", "delivered,2019-09-29T13:28:12+08:00,2019-09-29T13:28:00+08:00,'=1+1"),
    ],
)
@pytest.mark.usefixtures("shanghai")
def test_the_times_of_the_service_are_right_in_lists_and_alone(fmt, line):
    assert [text.splitlines()[1] for text in shown(fmt)] == [line, line]


def test_the_times_are_those_of_this_machines_zone():
    assert shown("csv")[0].splitlines()[1] == "delivered,2019-09-29T05:28:12+00:00,2019-09-29T05:28:00+00:00,'=1+1"


def test_what_was_received_is_there_when_asked_for():
    received = f"0,{EPOCH},{STAMP},=1+1"
    assert [text.splitlines()[1] for text in shown("csv", csv_raw=True)] == [received, received]
    assert json.loads(shown("ndjson")[0]) == json.loads(shown("json")[1]) == ROW


@each("text", ["", "2019-13-29T13:28Z", "2019-09-29", "0001-01-01T00:00Z", "soon", "2019-09-29T13:28+09:00"])
@each("fmt", ["tsv", "csv"])
def test_what_is_no_time_stays_as_received(fmt, text):
    stdout = io.StringIO()
    show_document([{"CreateTime": text}], (CREATED_TEXT,), Output(fmt, "", stdout))
    assert stdout.getvalue().splitlines()[1].strip('"') == text


def test_seconds_in_a_time_of_the_service_count():
    stdout = io.StringIO()
    show_document([{"CreateTime": "2019-09-29T13:28:59Z"}], (CREATED_TEXT,), Output("csv", "", stdout))
    assert datetime.fromisoformat(stdout.getvalue().split()[1]) == datetime(2019, 9, 29, 5, 28, 59, tzinfo=UTC)


def test_a_template_says_when_it_was_made(dm, sandbox):
    made = dm("template list -o json --query 'rows[0].UtcCreatetime'").json
    minute = datetime.fromtimestamp(int(made), UTC).isoformat(" ", "minutes")[:16]
    assert f"{minute} +00:00" in dm("template show newsletter -o table").out


def test_the_account_is_the_same_in_a_pipe(dm):
    dm(SEND)
    (row,) = csv.DictReader(io.StringIO(dm("account show").out), delimiter="\t")
    assert (row["UserStatus"], row["DailyQuota"], row["day_used"], row["month_used"]) == ("normal", "2000", "2", "2")
    (row,) = csv.DictReader(io.StringIO(dm("account show -o csv").out))
    assert (row["UserStatus"], row["day_used"]) == ("normal", "2")


def test_a_domain_that_fails_says_in_a_pipe_what_failed(box):
    box("sandbox state set domains manual")
    box("domain create shop.example.com")
    (row,) = csv.DictReader(io.StringIO(box("domain check shop.example.com", code=5).out), delimiter="\t")
    assert (row["status"], row["verified"]) == ("not verified", "no")
    assert "spf" in row["failed"].split(", ")
