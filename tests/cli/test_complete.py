"""Completion of values: from a short-lived cache, and never a hanging prompt."""

from __future__ import annotations

import json
import socket
import time

import pytest
from click.shell_completion import ShellComplete

from dmcli.cli.app import root
from dmcli.cli.session import Session


def complete(*words: str) -> list[str]:
    """What follows the words; the last one is incomplete."""
    found = ShellComplete(root(), {"obj": Session()}, "dm", "_DM_COMPLETE").get_completions(list(words[:-1]), words[-1])
    return [item.value for item in found]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (("-p", "sandbox", "domain", "show", ""), ["sandbox.test"]),
        (("-p", "sandbox", "domain", "show", "x"), []),
        (("-p", "sandbox", "send", "single", "--from", "no"), ["noreply@sandbox.test"]),
        (("-p", "sandbox", "send", "single", "--tag", ""), ["welcome"]),
        (("-p", "sandbox", "send", "batch", "--list", ""), ["customers"]),
        (("-p", "sandbox", "send", "batch", "--template", "n"), ["newsletter"]),
        (("-p", "sandbox", "address", "create", "a@b.cn", "--type", ""), ["batch", "trigger"]),
        (("--region", "ap"), ["ap-southeast-1", "ap-southeast-2"]),
        (("-p", "s"), ["sandbox"]),
        (("-o", "y"), ["yaml"]),
        (("stats", "det"), ["details"]),
        (("sta",), ["stats"]),
        (("api", "DescA"), ["DescAccountSummary"]),
        (("explain", "checkd"), ["CheckDomain.Failed"]),
        (("send", "single", "--subj"), ["--subject"]),
    ],
)
def test_values(words, values):
    assert complete(*words) == values


def test_a_fresh_answer_comes_from_the_cache(box, tmp_path):
    assert complete("-p", "sandbox", "tag", "show", "") == ["welcome"]
    box("tag", "create", "spring")
    assert complete("-p", "sandbox", "tag", "show", "") == ["welcome"]
    for file in (tmp_path / ".cache" / "dm").glob("complete-*"):
        known = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps(known | {"at": time.time() - 3600}), encoding="utf-8")
    assert complete("-p", "sandbox", "tag", "show", "") == ["welcome", "spring"]


def test_resolution_never_reads_the_cache(box, tmp_path):
    complete("-p", "sandbox", "tag", "show", "")
    for file in (tmp_path / ".cache" / "dm").glob("complete-*"):
        known = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps(known | {"values": ["ghost"]}), encoding="utf-8")
    assert complete("-p", "sandbox", "tag", "show", "") == ["ghost"]
    box("tag", "show", "ghost", code=1)
    box("tag", "show", "welcome")


def test_a_service_that_does_not_answer_costs_a_second_at_most():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        words = ("-p", "sandbox", "--endpoint", f"http://127.0.0.1:{silent.getsockname()[1]}", "tag", "show", "")
        assert complete(*words) == []
        assert time.monotonic() - began < 3


def test_nothing_is_configured_nothing_is_said(capfd):
    assert complete("tag", "show", "") == []
    assert capfd.readouterr() == ("", "")
