"""`receiver add` in many calls: what was done is told, also when a later call fails."""

from __future__ import annotations

import json

from dmcli.api.actions.receiver import MAX_SAVED


def addresses(tmp_path, count):
    file = tmp_path / "many.txt"
    file.write_text("".join(f"m{number}@example.com\n" for number in range(count)), encoding="utf-8")
    return f"@{file}"


def test_what_went_in_before_a_failure_is_told(box, tmp_path):
    box("receiver create vip")
    result = box("receiver add vip {} -o json", addresses(tmp_path, 10_001), code=1)
    assert result.json == {"added": 10_000, "rejected": 0, "errors": []}
    error = json.loads(result.err.splitlines()[-1])["error"]
    assert error["code"] == "InvalidReceiverDetailNumber.Malformed"
    assert "10000 of 10001" in error["message"]
    assert "nothing left this machine" in result.err
    assert str(box("receiver show vip -o json").json["Count"]) == "10000"


def test_rejected_rows_before_a_failure_are_told_too(box, tmp_path):
    box("receiver create vip")
    box("receiver add vip m0@example.com")
    many = addresses(tmp_path, MAX_SAVED)
    box("receiver add vip {} -q", many, code=7)
    rest = tmp_path / "rest.txt"
    rest.write_text("".join(f"r{number}@example.com\n" for number in range(9_501)), encoding="utf-8")
    result = box("receiver add vip {} @{} -o json", many, rest, code=1)
    assert (result.json["added"], result.json["rejected"], len(result.json["errors"])) == (9_500, 500, 500)


def test_where_all_were_rejected_nothing_is_said_to_be_saved(box):
    box("receiver create vip")
    assert "saved into the list vip" in box("receiver add vip a@example.com").err
    assert "Errors" not in box("receiver add vip c@example.com", tty=True).out
    assert box("receiver add vip d@example.com").out == "added\trejected\terrors\n1\t0\t\n"
    twice = box("receiver add vip a@example.com", code=7).err
    assert "saved" not in twice
    assert "1 of 1 address rejected" in twice
    assert "saved into the list vip" in box("receiver add vip a@example.com b@example.com", code=7).err


def test_a_failure_of_the_first_call_leaves_nothing_to_tell(box):
    missing = "0" * 32
    result = box("receiver add {} a@example.com -o json", missing, code=10)
    assert result.out == ""
    assert "added before" not in result.err


def test_a_dry_run_says_how_many_calls_there_would_be(bare, tmp_path):
    shown = bare("receiver add vip {} --dry-run", addresses(tmp_path, 1_001))
    assert len(json.loads(shown.json["parameters"]["Detail"])) == MAX_SAVED
    assert "the first of 3 calls: 1001 records" in shown.err
    assert "calls" not in bare("receiver add vip {} --dry-run", addresses(tmp_path, MAX_SAVED)).err
