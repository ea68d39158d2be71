"""What reaches stdout in each format, and what happens when nobody reads it."""

from __future__ import annotations

import csv
import io
import json
import signal
import socket
import subprocess
from contextlib import closing, contextmanager, suppress
from threading import Thread

import pytest
import yaml
from patience import PATIENT
from shell import argv


@contextmanager
def started(line: str):
    """A run of `dm`; killed at the end, whatever a test made of it."""
    process = subprocess.Popen(argv(line), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def tags(box, sandbox):
    """`dm -p sandbox` where there are 120 tags more than usual."""
    with sandbox.store.transaction() as connection:
        connection.executemany("INSERT INTO tag (name) VALUES (?)", [(f"t{n:03}",) for n in range(120)])
    return box


def test_piped_output_is_tab_separated_and_whole(tags):
    lines = tags("tag list").out.splitlines()
    assert lines[0] == "TagName\tTagId\tTagDescription"
    assert len(lines) == 101


def test_the_limit_is_said_on_stderr(tags):
    assert "first 100 rows" in tags("tag list").err
    assert len(tags("tag list --all").out.splitlines()) == 122
    assert tags("tag list --limit 121").err == ""
    assert "first 120" in tags("tag list --limit 120").err
    assert tags("tag list -q").err == ""


def test_a_limit_may_be_as_large_as_one_likes(tags):
    assert tags("sandbox mail list --limit {} -o ndjson", 2**63).out == ""
    assert len(tags("tag list --limit {}", 2**63).out.splitlines()) == 122


@pytest.mark.parametrize("size", ["1", "7", "121", "1000"])
def test_pages_are_joined_whatever_their_size(tags, size):
    document = tags("tag list --all --page-size {} -o json", size).json
    assert [row["TagName"] for row in document["data"]["tag"]] == ["welcome", *(f"t{n:03}" for n in range(120))]
    assert document["TotalCount"] == 121


def test_formats_agree(tags):
    rows = tags("tag list --limit 5 -o json").json["data"]["tag"]
    assert yaml.safe_load(tags("tag list --limit 5 -o yaml").out)["data"]["tag"] == rows
    assert [json.loads(line) for line in tags("tag list --limit 5 -o ndjson").out.splitlines()] == rows
    assert list(csv.DictReader(io.StringIO(tags("tag list --limit 5 -o csv").out))) == rows


def test_queries(tags):
    assert json.loads(tags("tag list -o json --query 'data.tag[0].TagName'").out) == "welcome"
    assert tags("tag list --query 'data.tag[0].TagName'").out == "welcome\n"
    assert tags("tag list --limit 2 -o ndjson --query TagName").out == '"welcome"\n"t000"\n'


def test_a_table_on_a_terminal_fits_it(tags):
    table = tags("tag list --limit 3", tty=True).out
    assert "Tag" in table
    assert "TagName" not in table
    assert max(len(line) for line in table.splitlines()) <= 80


def test_nothing_found_is_said_on_stderr(box):
    found = box("tag list --keyword nothing -o table")
    assert (found.out, found.err) == ("", "nothing found\n")


def test_colour_is_off_when_asked(tags, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in tags("tag list", tty=True).out


def test_hostile_text_reaches_a_terminal_escaped(box):
    box("tag create evil --description x")
    box("api ModifyTag TagId=2 TagName=evil TagDescription={}", "\x1b]0;owned\x07\u202e")
    shown = box("tag list", tty=True).out
    assert "\x1b]0" not in shown
    assert "\u202e" not in shown
    assert "\\x1b]0;owned\\x07\\u202e" in shown


def test_tab_separated_text_is_harmless_behind_a_pipe_and_raw_when_asked(box):
    """`dm tag list | less -R` is read on a terminal too."""
    evil = "\x1b]0;owned\x07\u202e\tx\ny"
    box("tag create evil --description x")
    box("api ModifyTag TagId=2 TagName=evil TagDescription={}", evil)
    query = "--query 'data.tag[1].TagDescription'"
    shown = "\\x1b]0;owned\\x07\\u202e\\tx\\ny"
    assert box("tag list").out.splitlines()[2] == f"evil\t2\t{shown}"
    assert box("tag show evil").out.splitlines()[1] == f"evil\t2\t{shown}"
    assert box(f"tag list {query}").out == f"{shown}\n"
    assert box("--raw tag list").out.splitlines()[2] == "evil\t2\t\x1b]0;owned\x07\u202e\\tx\\ny"
    assert "\x1b]0;owned\x07\u202e" in box(f"tag list --raw {query}").out
    assert "\x1b]" not in box("tag list --raw", tty=True).out
    assert evil in (
        row["TagDescription"] for row in csv.DictReader(io.StringIO(box("tag list -o csv").out, newline=""))
    )
    for fmt in ("json", "ndjson"):
        assert (
            json.loads(
                box(f"tag list -o {fmt} {query if fmt == 'json' else '--query TagDescription'}").out.splitlines()[-1]
            )
            == evil
        )


def test_a_text_that_a_query_found_can_be_kept_in_a_file_as_it_is(box):
    """A template goes to a second account by way of a file, without a program that reads JSON."""
    body = "<p>Dear {UserName},</p>\n<p>您好\t\\n</p>"
    box("template create welcome --subject s --html {}", body)
    query = "template show welcome --query TemplateText"
    assert box(f"{query} --raw").out == f"{body}\n"
    assert len(box(query).out.splitlines()) == 1
    assert len(box("template show welcome --query [TemplateText] --raw").out.splitlines()) == 1


def test_a_formula_from_elsewhere_is_text_in_csv(box):
    box("api CreateTag TagName==1+1 TagDescription=-5")
    assert box("tag list -o csv").out.splitlines()[2] == "'=1+1,2,-5"
    assert box("--csv-raw tag list -o csv").out.splitlines()[2] == "=1+1,2,-5"
    assert box("tag list -o csv --csv-raw --query 'data.tag[1].TagName'").out == "=1+1\n"
    assert box("tag list").out.splitlines()[2] == "=1+1\t2\t-5"


def test_serve_prints_its_address_and_answers():
    with started("sandbox serve --port 0") as server:
        url = server.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        command = argv("-p sandbox --endpoint {} tag list -o json", url)
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        assert json.loads(done.stdout)["data"]["tag"]
        server.send_signal(signal.SIGINT)
        _, err = server.communicate(timeout=PATIENT)
    assert "Traceback" not in err
    assert server.returncode == 0


def test_a_port_that_another_program_has_is_exit_8():
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        Thread(target=_hang_up, args=(other,), daemon=True).start()
        taken = subprocess.run(
            argv("sandbox serve --port {}", other.getsockname()[1]), stderr=subprocess.PIPE, check=False
        )
    assert taken.returncode == 8
    assert b"another program has this port" in taken.stderr


def _hang_up(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            listener.accept()[0].close()


def test_several_processes_share_the_sandbox(box):
    send = argv("-p sandbox send single --to a@example.com --subject s --text t -q -o json")
    running = [subprocess.Popen(send, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(6)]
    sent = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0] * 6, sent
    assert len({json.loads(out)["EnvId"] for out, _ in sent}) == 6
    assert box("account show -o json").json["usage"]["day_used"] == 6
