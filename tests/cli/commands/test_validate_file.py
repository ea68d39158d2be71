"""`dm validate file` with a file of this machine: uploaded once what it costs was agreed to."""

from __future__ import annotations

import sqlite3
from contextlib import closing

LINE = "validate file '{}' --column 2"


def test_a_file_of_this_machine_is_uploaded_for_its_check(dm, sandbox, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "people.csv"
    file.write_text("name,mail\nAda,ada@example.com\nLi,li@example.com\n", encoding="utf-8")

    def uploaded():
        with closing(sqlite3.connect(sandbox.path)) as db:
            return [data for (data,) in db.execute("SELECT data FROM upload")]

    shown = dm(f"{LINE} --dry-run", "people.csv").json
    assert shown["uploads"][0]["file"] == "people.csv"
    assert shown["parameters"]["FileName"] == "people.csv"
    assert shown["parameters"]["FileUrl"] == f"<url:text/csv:sha256:{shown['uploads'][0]['sha256']}>"
    assert "this costs validation quota for each address of the file" in dm(LINE, "people.csv", code=2).err
    assert "cannot read 'peple.csv'" in dm(f"{LINE} --yes", "peple.csv", code=2).err
    assert uploaded() == []
    assert "uploaded people.csv (48 B)" in dm(f"{LINE} --yes", "people.csv").err
    assert uploaded() == [file.read_bytes()]
    status = dm("validate status people.csv -o json").json
    assert status["TotalNum"] == "2"
    dm(f"{LINE} --name other.csv --yes", file)
    assert dm("validate status other.csv -o json").json["FileName"] == "other.csv"


def test_a_first_row_that_looks_like_no_header_is_warned_of(dm, tmp_path):
    file = tmp_path / "bare.csv"
    file.write_text("ada@example.com\nli@example.com\n", encoding="utf-8")
    warned = "the first row of bare.csv has an address"
    assert warned in dm("validate file {} --yes", file).err
    assert dm("validate status bare.csv -o json").json["TotalNum"] == "1"
    for given in ("--header", "--no-header"):
        assert warned not in dm("validate file {} --yes {}", file, given).err
    file.write_text("mail\nada@example.com\n", encoding="utf-8")
    assert warned not in dm("validate file {} --yes", file).err


def test_an_address_on_the_web_names_the_file_too(box):
    shown = box("validate file https://files.example.com/a/people.csv?token=1 --dry-run").json["parameters"]
    assert shown["FileUrl"] == "https://files.example.com/a/people.csv?token=1"
    assert shown["FileName"] == "people.csv"
