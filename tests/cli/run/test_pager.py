"""The pager, on a terminal of 24 lines: for what is longer, if one is wanted; and how far a long list has come."""

from __future__ import annotations

import subprocess
import sys

import pytest
from shell import argv, program_on_a_terminal

from dmcli.sandbox.server.server import Server

LONG = "-p sandbox receiver members many --limit 30"
MARK = "sed s/^u10@/through-the-pager@/"


@pytest.fixture
def many(box):
    box("receiver create many")
    box("receiver add many {}", [f"u{number}@example.com" for number in range(50)])


@pytest.mark.usefixtures("many")
def test_what_is_longer_than_the_screen_goes_through_the_pager(terminal):
    code, shown = terminal(LONG, PAGER=MARK)
    assert (code, shown.count("through-the-pager@")) == (0, 1)
    assert shown.rstrip().endswith("showing the first 30 rows; there are more: give --all, or a larger --limit")
    assert "through-the-pager@" in terminal(LONG, PAGER="false", DM_PAGER=MARK)[1]
    assert "through-the-pager@" in terminal(LONG + " -o json --query 'rows[].Email' -o csv", PAGER=MARK)[1]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    ("line", "environ"),
    [
        ("-p sandbox receiver members many --limit 5", {"PAGER": MARK}),
        (f"{LONG} --no-pager", {"PAGER": MARK}),
        (LONG, {"PAGER": MARK, "DM_PAGER": ""}),
        (LONG, {"PAGER": MARK, "TERM": "dumb"}),
        (LONG, {"PAGER": "no-such-program-anywhere"}),
        (LONG, {"PAGER": "'"}),
    ],
)
def test_where_none_is_wanted_or_there_rows_are_shown_as_they_are(terminal, line, environ):
    code, shown = terminal(line, **environ)
    assert code == 0
    assert "u10@example.com" in shown
    assert "through-the-pager" not in shown


@pytest.mark.usefixtures("many")
def test_a_pager_that_ends_early_is_no_error(terminal):
    code, shown = terminal("-p sandbox receiver members many --all --page-size 1", PAGER="head -n 3")
    assert code == 0
    assert shown.count("@example.com") == 1
    assert "dm:" not in shown


@pytest.mark.usefixtures("many")
def test_there_is_no_pager_in_a_pipe():
    line = argv(LONG)
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert "through-the-pager" not in done.stdout
    assert done.stdout.count("@") == 30


def test_a_list_that_takes_long_says_how_far_it_has_come(sandbox, terminal, box, tmp_path):
    box("receiver create many")
    box("receiver add many {}", [f"u{number}@example.com" for number in range(50)])
    box("sandbox fault add latency 0.3 --action QueryReceiverDetail --rate 1")
    with Server(sandbox.exchange) as server:
        line = argv("-p sandbox --endpoint {} receiver members many --all --page-size 5", server.url)
        shell = f'exec "$@" > {tmp_path / "out"}'
        code, shown = program_on_a_terminal(["/bin/sh", "-c", shell, sys.executable, *line])
    assert code == 0
    assert " rows" in shown
    assert (tmp_path / "out").read_text("utf-8").count("@") == 50
