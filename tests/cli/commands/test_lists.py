"""Lists from files and into files: import, export, sync, remove; each can be run again and does what is left."""

from __future__ import annotations

import json

import pytest

from dmcli.api.actions.receiver import MAX_MEMBERS


@pytest.fixture
def write(tmp_path):
    def put(text, name="people.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return put


def members(box, name):
    rows = box(f"receiver members {name} --all -o json").json["data"]["detail"]
    return {row["Email"]: row["Data"] for row in rows}


def many(count, first=0):
    return "email\n" + "".join(f"m{number}@example.com\n" for number in range(first, first + count))


def test_import_takes_fields_by_name_and_other_columns_as_variables(box, write):
    box("receiver create vip")
    path = write("E-Mail;姓名;Nick Name;City;_note\n ada@example.com ;Ada;A;Bern;x\nli@例え.jp;李;;;\n")
    result = box("receiver import vip {} -o json", path)
    assert result.json == {"added": 2, "already": 0, "rejected": 0, "skipped": 0, "lists": ["vip"], "errors": []}
    assert "UTF-8, semicolons between values, the names of the columns in row 1" in result.err
    assert "E-Mail is Email, 姓名 is UserName, Nick Name is NickName, City is the variable City\n" in result.err
    assert "li@例え.jp" in result.err
    assert "2 addresses into vip" in result.err
    assert members(box, "vip") == {"ada@example.com": "Ada,A,,,,Bern", "li@xn--r8jz45g.jp": "李,,,,,"}
    again = box("receiver import vip {} -o json", path)
    assert (again.json["added"], again.json["already"], again.json["errors"]) == (0, 2, [])
    assert "There already" in box("receiver import vip {} --map City= -o table", path).out


def test_all_bad_rows_are_told_at_once_and_can_be_left_out(box, write, tmp_path):
    box("receiver create vip")
    path = write(
        "email,mobile\nada@example.com,1\nnobody,2\n,3\nli@example.com\n"
        f"kim@example.com,{'1' * 26}\nada@example.com,1\nADA@example.com,9\nsam@example.com,5\n"
    )
    told = box("receiver import vip {} -o json", path, code=2)
    error = json.loads(told.err.splitlines()[-1])["error"]
    assert "people.csv: 5 of 8 rows cannot be taken" in error["message"]
    for said in (
        "row 3: column email: 'nobody'",
        "row 4: column email: the address is missing",
        "row 5: it has 1 of 2 values",
        "row 6: column mobile: 26 characters, and Mobile takes 25",
        "row 8: ADA@example.com is in row 2 already, with other values",
    ):
        assert said in told.err
    assert members(box, "vip") == {}
    bad = tmp_path / "bad.csv"
    assert box("receiver import vip {} --skip-bad {} -o json", path, bad, code=7).json["added"] == 2
    assert bad.read_text(encoding="utf-8").splitlines()[0] == "_row,_reason,email,mobile"
    bad.write_text("_row,_reason,email,mobile\n3,x,nobody@example.com,2\n", encoding="utf-8")
    box("receiver import vip {}", bad)
    assert members(box, "vip").keys() == {"ada@example.com", "sam@example.com", "nobody@example.com"}


def test_what_a_file_lacks_is_one_sentence(box, write):
    box("receiver create vip")
    for text, options, said in (
        ("ada@example.com\nli@example.com\n", "", "its first row must have the names of the columns, such as email"),
        ("who\na@b.com\n", "", "no column of addresses among who: say which it is with --map COLUMN=email"),
        ("email\na@b.com\n", "--map x=email", "has no column 'x'; its columns are email"),
        ("email\na@b.com\n", "--map email", "--map email: give COLUMN=FIELD"),
        ("email,mail\na@b.com,c@d.com\n", "", "the columns 'email' and 'mail' are both Email"),
        ("email\n", "", "has no row that can be taken"),
        ("email\n", "--sheet S", "has no sheets: leave --sheet out"),
        ("email\n", "--encoding nato", "'nato' is none of utf-8, utf-16, gb18030"),
        (b"PK\x03\x04", "", "is no XLSX file, or a damaged one"),
    ):
        assert said in box(f"receiver import vip {{}} {options}", write(text), code=2).err
    assert "No such file" in box("receiver import vip none.csv", code=2).err
    assert "there is no list named 'nobody'" in box("receiver import nobody {}", write("email\na@b.com\n"), code=10).err


def test_a_full_list_goes_on_in_the_next_and_a_second_run_does_the_rest(box, write):
    box("receiver create vip")
    path = write(many(MAX_MEMBERS + 3))
    refused = box("receiver import vip {}", path, code=2).err
    assert "vip takes 10,000 more (a list has at most 10,000), and 10,003 are to be added: give --split" in refused
    box("receiver import vip {} -q", write(many(700), "first.csv"))
    split = box("receiver import vip {} --split -o json", path)
    assert (split.json["added"], split.json["already"], split.json["lists"]) == (9_303, 700, ["vip", "vip-2"])
    assert "saved into the lists vip and vip-2\n" in split.err
    box("receiver remove vip-2 m10002@example.com --yes")
    again = box("receiver import vip {} --split -o json", path)
    assert (again.json["added"], again.json["already"], again.json["lists"]) == (1, 10_002, ["vip-2"])
    assert "saved into the list vip-2\n" in again.err
    assert members(box, "vip-2").keys() == {f"m{number}@example.com" for number in (10_000, 10_001, 10_002)}


def test_a_dry_run_reads_the_file_and_calls_nothing(bare, write):
    shown = bare("receiver import vip {} --dry-run", write(many(1_001)))
    assert len(json.loads(shown.json["parameters"]["Detail"])) == 500
    assert "the first of 3 calls: 1001 records" in shown.err


def test_an_export_is_read_back_by_import_and_sync(box, write, tmp_path):
    box("receiver create vip")
    box("receiver create copy")
    box("receiver import vip {}", write('email,username,city\nada@example.com,"A ""x""",Bern\nli@example.com,=1+1,\n'))
    there = tmp_path / "there.csv"
    box("receiver export vip --to {}", there)
    assert box("receiver export vip").out.splitlines() == there.read_text(encoding="utf-8").splitlines()
    misspelt = tmp_path / "nowhere" / "there.csv"
    assert "there is no folder" in box("receiver export vip --to {}", misspelt, code=8).err
    assert not misspelt.parent.exists()
    box("receiver import copy {}", there)
    assert members(box, "copy") == members(box, "vip")
    again = box("receiver sync vip {} --delete-missing -o json", there)
    same = again.json
    assert (same["added"], same["already"], same["removed"]) == (0, 2, 0)
    assert "the list vip of 2: there is nothing to do\n" in again.err
    box("receiver add vip --detail {}", '[{"e": "kim@example.com", "u": "Kim, Mrs"}]')
    lost = box("receiver export vip", code=7)
    assert "the values of 1 member have commas" in lost.err
    assert "kim@example.com,,,,,,\n" in lost.out.replace("\r", "")


def test_sync_removes_only_what_it_may_and_after_a_question(box, write):
    box("receiver create vip")
    box("receiver import vip {}", write(many(20)))
    path = write(many(18, 4))
    assert (
        "4 members of 20 (20%) of the list vip are not in the file, more than --max-delete 10%"
        in box("receiver sync vip {} --delete-missing --yes", path, code=2).err
    )
    only_added = box("receiver sync vip {} -o json", path)
    assert (
        "there is nothing to do; 4 not in the file stay without --delete-missing"
        in box("receiver sync vip {}", path).err
    )
    assert (only_added.json["added"], only_added.json["removed"], only_added.json["missing"]) == (2, 0, 4)
    assert "4 not in the file stay without --delete-missing" in only_added.err
    sync = "receiver sync vip {} --delete-missing --max-delete 4"
    assert "no terminal to ask: give --yes to go ahead, or --dry-run" in box(sync, path, code=2).err
    assert "remove m3@example.com" in box(f"{sync} --dry-run", path).err
    assert "nothing was done" in box(sync, path, stdin="n\n", tty=True, code=2).err
    assert len(members(box, "vip")) == 22
    assert box(f"{sync} --yes -o json", path).json["removed"] == 4
    assert members(box, "vip").keys() == {f"m{number}@example.com" for number in range(4, 22)}
    assert "neither a number nor a percentage" in box(f"{sync} --max-delete lots", path, code=2).err


def test_the_file_that_is_imported_is_not_written_over(box, write):
    box("receiver create vip")
    path = write("email\ngood@example.com\nbad\n")
    (alias := path.parent / "alias.csv").symlink_to(path)
    for name in (path, alias, f"{path.parent}/./{path.name}"):
        refused = box("receiver import vip {} --skip-bad {}", path, name, code=2).err
        assert "is read by this command; name another file" in refused
    assert path.read_text("utf-8") == "email\ngood@example.com\nbad\n"
    assert not members(box, "vip")


def test_lines_of_a_file_of_addresses_that_begin_with_a_number_sign_are_comments(box, write):
    text = "# the team\nm1@example.com\n  #m2@example.com\r\n\n#\nm3@example.com\n"
    team = write(text, "team.txt")
    box("receiver create team")
    assert box("receiver add team @{} -o json", team).json["added"] == 2
    assert members(box, "team").keys() == {"m1@example.com", "m3@example.com"}
    sent = box("send single --to @{} --subject s --text t --dry-run -o json", team).json
    assert sent["parameters"]["ToAddress"] == "m1@example.com,m3@example.com"
    gone = box("receiver remove team @- --yes -o json", stdin="#two\nm1@example.com\nm9@example.com").json
    assert gone == {"removed": 1, "missing": 1}
    assert "line 7: 'no address'" in box("receiver add team @{}", write(f"{text}no address", "bad.txt"), code=2).err
    for text in ("# nobody\n", " \n", "email,name\n"):
        for line in ("receiver add team", "receiver remove team --yes", "send single --subject s --text t --to"):
            told = box(line + " @{}", write(text, "none.txt"), code=2).err
            assert "there is no address in '@" in told, (line, text)
    headed = write("# email\nm4@example.com\n# m5@example.com\n", "headed.txt")
    assert box("receiver add team @{} --dry-run -o json", headed).json["parameters"]["Detail"].count("@") == 1
    assert "has '#'" in box("receiver add team '#m1@example.com'", code=2).err


def test_remove_takes_a_file_of_lines_or_a_column(box, write, tmp_path):
    box("receiver create vip")
    box("receiver import vip {}", write(many(9)))
    lines = write("m0@example.com\nm1@example.com\nother@example.com\n", "gone.txt")
    assert "no terminal to ask: give --yes" in box("receiver remove vip @{}", lines, code=2).err
    assert "the first of 3 calls" in box("receiver remove vip @{} --dry-run", lines).err
    assert box("receiver remove vip @{} --yes -o json", lines).json == {"removed": 2, "missing": 1}
    assert "none of the 3 addresses is in the list vip" in box("receiver remove vip @{} --yes", lines, code=10).err
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["n", "E-Mail"], [1, "m2@example.com"], ["#N/A", "m3@example.com"]):
        book.active.append(row)
    book.save(tmp_path / "gone.xlsx")
    assert box("receiver remove vip @{} --yes -o json", tmp_path / "gone.xlsx").json["removed"] == 2
    book = openpyxl.Workbook()
    for row in (["# email"], ["m5@example.com"], ["m6@example.com"]):
        book.active.append(row)
    book.save(tmp_path / "numbered.xlsx")
    assert box("receiver remove vip @{} --yes -o json", tmp_path / "numbered.xlsx").json["removed"] == 2
    table = write("email,n\nm4@example.com,1\nbad,2\nworse,3\n")
    refused = box("receiver remove vip @{} --yes", table, code=2).err
    assert "line 3: 'bad'" in refused
    assert (
        box("receiver add vip @{} -o json", write("email;n\nm4@example.com;1\nz@example.com;2\n"), code=7).json["added"]
        == 1
    )
