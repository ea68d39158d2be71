"""What only looks at a merge sends nothing, whatever else is typed with it."""

from __future__ import annotations

import json
import re

import pytest
from shell import on_a_terminal

MERGE = "send merge people.csv --from news@sandbox.test --subject 'Hello {{ name }}' --html '<p>Dear {{ name }},</p>'"


def test_a_dry_run_of_a_resume_shows_how_it_stands_and_sends_nothing(run, mailed):
    run(f"{MERGE} --plan-only")
    looked = run(f"{MERGE} --resume --dry-run -o json")
    assert (looked.json["campaign"], looked.json["pending"], looked.json["sent"]) == ("people", 3, 0)
    assert "dry run: nothing was sent" in looked.err
    assert not mailed()
    run(f"{MERGE} --resume")
    assert sum(mailed().values()) == 3


def test_a_run_is_told_to_be_no_faster_than_was_asked(people, tmp_path, monkeypatch):
    """Five mails at four a second take one second, which does not make five a second of them."""
    people(5)
    monkeypatch.chdir(tmp_path)
    told = on_a_terminal(f"-p sandbox {MERGE} --yes --rate 4/s", DM_ACCESSIBLE="1")[1]
    assert "5 of 5 sent" in told
    assert max(map(int, re.findall(r"(\d+)/s", told))) <= 4, told


def test_a_dry_run_of_a_sample_shows_its_call(run, box, mailed):
    call = run(f"{MERGE} --test-to me@b.test --dry-run -o json").json
    assert call["action"] == "SingleSendMail"
    assert (call["parameters"]["ToAddress"], call["parameters"]["Subject"]) == ("me@b.test", "Hello Person 2")
    batch = "send batch --from news@sandbox.test --list customers --template newsletter --test-to me@b.test"
    sample = run(f"{batch} --dry-run -o json").json
    assert (sample["action"], sample["parameters"]["Subject"]) == ("SingleSendMail", "News for Ada")
    assert not mailed()


@pytest.mark.parametrize(
    ("options", "both"),
    [
        ("--preview 2 --test-to me@b.test", "--preview and --test-to"),
        ("--test-to me@b.test --resume", "--test-to and --resume"),
        ("--resume --plan-only", "--resume and --plan-only"),
    ],
)
def test_of_two_things_to_do_neither_is_done(run, mailed, options, both):
    refused = run(f"{MERGE} {options} --yes -o json", code=2)
    assert json.loads(refused.err)["error"]["message"].startswith(f"{both} are two things to do: give one of them")
    assert not mailed()


def test_several_addresses_in_a_cell_are_told_as_what_they_are(run, people, mailed, box):
    people(['"a@b.test, b@b.test",A', "c@b.test,C"])
    remedy = "'a@b.test, b@b.test' has two addresses; a row has one recipient, so give each a row of its own"
    assert f"row 2: {remedy}" in " ".join(run(f"{MERGE} --yes", code=2).err.split())
    assert remedy in " ".join(box("receiver import customers people.csv", code=2).err.split())
    people(3)
    assert "two addresses; give one" in run(f"{MERGE} --test-to a@b.test,b@b.test", code=2).err
    assert not mailed()


def test_a_merge_of_nothing_is_told_by_its_own_options(run):
    for options in ("", "--html ''"):
        told = run(f"send merge people.csv --from news@sandbox.test --subject s {options} --yes", code=2).err
        assert "there is nothing to send: give --html or --text" in told
