"""Completion of values: from a short-lived cache, and never a hanging prompt."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import time
from contextlib import suppress

import pytest
from click.shell_completion import ShellComplete
from faulty import Fault, trickle
from patience import PATIENT, SOON, eventually
from rows import each
from shell import DM, words

from dmcli.cli import complete as cli_complete
from dmcli.cli.app import root
from dmcli.cli.reference import walk
from dmcli.cli.session import Session

BUDGET = cli_complete._BUDGET  # seconds, as people have it


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """The seconds that a prompt waits are no matter for what answers, nor are those after which it asks again."""
    monkeypatch.setattr(cli_complete, "_BUDGET", PATIENT)
    monkeypatch.setattr(cli_complete, "_PAUSE", PATIENT)
    monkeypatch.setattr(cli_complete, "_FRESH", PATIENT)


def complete(line: str, *values: object) -> list[str]:
    """What the tab key offers at the end of a line: for its last word, or after a blank for the next."""
    *before, last = words(line, *values) + [""] * line.endswith(" ")
    found = ShellComplete(root(), {"obj": Session()}, "dm", "_DM_COMPLETE").get_completions(before, last)
    return [item.value for item in found]


@each(
    ("line", "values"),
    [
        ("-p sandbox domain show ", ["sandbox.test"]),
        ("-p sandbox domain show x", []),
        ("-p sandbox send single --from no", ["noreply@sandbox.test"]),
        ("-p sandbox send single --tag ", ["welcome"]),
        ("-p sandbox send batch --list ", ["customers"]),
        ("-p sandbox send batch --template n", ["newsletter"]),
        ("-p sandbox address create a@b.cn --type ", ["batch", "trigger"]),
        ("--region ap", ["ap-southeast-1", "ap-southeast-2"]),
        ("-p s", ["sandbox"]),
        ("-o y", ["yaml"]),
        ("-oy", ["-oyaml"]),
        ("tag list -qoj", ["-qojson"]),
        ("tag list -ps", ["-psandbox"]),
        ("tag list -o", ["-o"]),
        ("tag list -xoj", []),
        ("nosuch ", []),
        ("nosuch -", []),
        ("tag nosuch ", []),
        ("-p sandbox nosuch s", []),
        ("tag list --columns Tag", ["TagName", "TagId", "TagDescription"]),
        ("tag list --columns TagName,TAGD", ["TagName,TagDescription"]),
        ("tag list --sort tagn", ["TagName"]),
        ("--tz Europe/Ber", ["Europe/Berlin"]),
        ("--tz s", ["service"]),
        ("stats det", ["details"]),
        ("sta", ["stats", "status"]),
        ("api DescA", ["DescAccountSummary"]),
        ("api SingleSendMail", ["SingleSendMail", "SingleSendMailV2"]),
        ("api --list --area 2", ["2017-06-22"]),
        ("api --area d", ["domain", "dedicated-ip"]),
        ("explain checkd", ["CheckDomain.Failed"]),
        ("send single --subj", ["--subject"]),
        ("sandbox differences QueryTa", ["QueryTagByParam", "QueryTaskByParam"]),
        ("sandbox fault add drop --action Sing", ["SingleSendMail"]),
        ("sandbox fault add error Throttling.U", ["Throttling.User"]),
        ("sandbox limit set Sing", ["SingleSendMail"]),
        ("sandbox limit lift Sing", ["SingleSendMail"]),
        ("sandbox calls list --action Sing", ["SingleSendMail"]),
        ("sandbox state set do", ["domains"]),
        ("sandbox state set domains ", ["immediate", "manual", "checks:", "seconds:"]),
        ("sandbox state verify ", ["sandbox.test"]),
        ("sandbox state approve n", ["newsletter"]),
        ("sandbox state confirm no", ["noreply@sandbox.test"]),
        ("sandbox snapshot restore ", []),
        ("config use ", ["sandbox"]),
        ("config delete ", []),
        ("config set si", ["signature"]),
        ("config set region us", ["us-east-1"]),
        ("config set output c", ["csv"]),
        ("help sandbox fault a", ["add"]),
        ("help domain list ", []),
        ("help opt", ["options"]),
        ("config show s", ["sandbox"]),
    ],
)
def test_values(line, values):
    assert complete(line) == values


def test_where_a_file_is_named_the_shell_offers_files():
    named = [
        (" ".join(path), param.name, [item.type for item in param.shell_complete(ctx, "peo")])
        for path, ctx in walk()
        for param in ctx.command.params
        if param.metavar == "FILE"
    ]
    assert {"send merge", "receiver sync", "stats history export"} <= {path for path, _, _ in named}
    assert not [(path, name) for path, name, types in named if types != ["file"]]


def test_campaigns_are_offered_by_name(box, tmp_path, monkeypatch):
    assert complete("campaign resume ") == []
    assert not (tmp_path / ".local").exists(), "a key that is pressed makes no folders"
    (tmp_path / "people.csv").write_text("email\nada@example.com\n", encoding="utf-8")
    box(f"send merge {tmp_path / 'people.csv'} --subject s --text t --plan-only")
    assert complete("campaign resume ") == ["people"]
    (tmp_path / "客户.csv").write_text("email\nbob@example.com\n", encoding="utf-8")
    box(f"send merge {tmp_path / '客户.csv'} --subject s --text t --plan-only")
    assert complete("campaign resume 客") == ["客户"]
    assert complete("campaign report x") == []
    monkeypatch.setenv("DM_JOURNAL", "postgresql:///mail")
    assert complete("campaign resume ") == [], "what is in a database is not asked for"


def cached(tmp_path, **changes):
    """Change what the cache files hold."""
    files = list((tmp_path / ".cache" / "dm").glob("complete-*"))
    assert files
    for file in files:
        known = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps(known | changes), encoding="utf-8")


TAG = "-p sandbox tag show "


def test_the_cache_knows_the_key_by_a_hash_alone(server, tmp_path, monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "dm-sandbox-id")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "dm-sandbox-secret")
    line = "--endpoint {} tag show "
    assert complete(line, server.url) == ["welcome"]
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "another-id")
    assert complete(line, server.url) == []  # what another key may see is no business of this one
    files = list((tmp_path / ".cache" / "dm").iterdir())
    assert len(files) == 2
    for file in files:
        written = file.name + file.read_text(encoding="utf-8")
        assert "dm-sandbox-id" not in written
        assert "another-id" not in written


def test_a_fresh_answer_comes_from_the_cache(box, tmp_path):
    assert complete(TAG) == ["welcome"]
    box("tag create spring")
    assert complete(TAG) == ["welcome"]
    cached(tmp_path, at=0.0)
    assert complete(TAG) == ["welcome", "spring"]


def test_names_that_would_act_on_the_command_line_are_not_offered(box, tmp_path):
    box("tag list")
    complete(TAG)
    odd = ["$(reboot)", "a;b", "`id`", "a&b", "a|b", ">x", "it's", "x\nreboot", "\x1b]0;x\x07", "a\u202eb", "!!", "a\\"]
    cached(tmp_path, values=["春天", "a b", *odd, "plain"])
    assert complete(TAG) == ["春天", "a b", "plain"]
    cached(tmp_path, at=0.0, failed=time.time(), values=[*odd, "plain"])
    assert complete(TAG) == ["plain"]


def test_resolution_never_reads_the_cache(box, tmp_path):
    complete(TAG)
    cached(tmp_path, values=["ghost"])
    assert complete(TAG) == ["ghost"]
    box("tag show ghost", code=10)
    box("tag show welcome")


@pytest.mark.parametrize("damage", [{"at": []}, {"values": 7}, {"failed": "x"}])
def test_a_damaged_cache_is_no_cache(tmp_path, damage):
    complete(TAG)
    cached(tmp_path, **damage)
    assert complete(TAG) == ["welcome"]


def silence(connection, _):
    with suppress(OSError):
        connection.recv(1)


def slow(connection, _):
    trickle(connection, b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b"{")


@pytest.mark.parametrize("spoil", [silence, slow])
def test_a_service_that_does_not_answer_is_asked_once(faulty, spoil, monkeypatch, capfd):
    """It would keep the first prompt for as long as the budget lasts, and no other."""
    monkeypatch.setattr(cli_complete, "_BUDGET", SOON)
    faulty.inject(Fault("", spoil), "QueryTagByParam")
    assert complete("--endpoint {} " + TAG, faulty.url) == []
    eventually(lambda: faulty.arrived("QueryTagByParam"))
    assert complete("--endpoint {} " + TAG, faulty.url) == []
    assert faulty.connections == 1
    assert capfd.readouterr() == ("", "")


def test_a_prompt_waits_for_a_second():
    assert BUDGET == 1.0


def test_a_sandbox_that_is_locked_gives_what_was_known(box, tmp_path):
    """In a process of its own, as bash asks for it, which does not stay for as long as it would wait for the lock."""
    complete(TAG)
    box("tag create spring")
    cached(tmp_path, at=0.0)
    lock = sqlite3.connect(tmp_path / "sandbox.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        asked = {"_DM_COMPLETE": "bash_complete", "COMP_WORDS": f"dm {TAG}", "COMP_CWORD": str(len(words(TAG)) + 1)}
        program = f"from dmcli.sandbox.store import store; store.TIMEOUT = {2 * PATIENT}; {DM[2]}"
        done = subprocess.run(
            [*DM[:2], program], env=os.environ | asked, capture_output=True, text=True, check=False, timeout=PATIENT
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "plain,welcome\n", "")
    finally:
        lock.close()
    assert complete(TAG) == ["welcome"]  # it failed just now, so it is not tried again for a while
    cached(tmp_path, failed=0.0)
    assert complete(TAG) == ["welcome", "spring"]


def test_a_cache_that_cannot_be_written_costs_no_values(tmp_path, capfd):
    (tmp_path / ".cache").write_text("no folder", encoding="utf-8")
    assert complete(TAG) == ["welcome"]
    assert capfd.readouterr() == ("", "")


def test_a_failure_is_not_told(tmp_path, capfd):
    (tmp_path / "sandbox.db").write_bytes(b"no database " * 1000)
    assert complete(f"--debug {TAG}") == []
    assert capfd.readouterr() == ("", "")


def test_nothing_is_configured_nothing_is_said(capfd):
    assert complete("tag show ") == []
    assert capfd.readouterr() == ("", "")
