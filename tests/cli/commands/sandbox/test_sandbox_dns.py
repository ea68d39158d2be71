"""`dm sandbox dns` as it is typed."""

from __future__ import annotations

from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.server.authority import AuthorityServer

NAME = "mail.example.com"


def test_from_nothing_to_verified(dm, tmp_path):
    dm(f"-p sandbox domain create {NAME}")
    sandbox = Sandbox(str(tmp_path / "sandbox.db"))
    with AuthorityServer(sandbox) as authority:
        dm(f"-p sandbox domain check {NAME}", code=5)
        for row in dm(f"-p sandbox domain records {NAME} -o json").json:
            priority = [] if row["priority"] is None else ["--priority", row["priority"]]
            dm("sandbox dns set {} {} {} {}", row["name"], row["type"], row["value"], [str(word) for word in priority])
        look = f"-p sandbox domain doctor {NAME} --resolver 127.0.0.1:{authority.port} -o json"
        assert {row["verdict"] for row in dm(look).json} == {"ok"}
        assert dm(f"-p sandbox domain check {NAME} -o json").json[0]["fully_verified"]
        assert dm(f"sandbox dns break {NAME} mx missing").err == f"{NAME} MX: the record is not there\n"
        assert {row["record"]: row["verdict"] for row in dm(look, code=5).json}["mx"] == "fix"
        dm(f"-p sandbox domain check {NAME}", code=5)
        dm(f"sandbox dns break {NAME} mx none")
        dm(f"-p sandbox domain check {NAME}")
    sandbox.close()


def test_the_doctor_looks_into_the_zones_of_the_sandbox_in_this_process(box):
    box(f"domain create {NAME}")
    rows = {row["record"]: row for row in box(f"domain doctor {NAME} -o json", code=5).json}
    assert (rows["delegation"]["verdict"], rows["mx"]["verdict"]) == ("ok", "fix")
    box(f"domain check {NAME}")  # who only looked has not turned verifying by DNS on
    box(f"domain publish {NAME} --yes")
    assert {row["verdict"] for row in box(f"domain doctor {NAME} -o json").json} == {"ok"}
    box(f"sandbox dns break {NAME} mx servfail")
    mx = {row["record"]: row for row in box(f"domain doctor {NAME} -o json", code=4).json}["mx"]
    assert (mx["verdict"], len(mx["why"])) == ("unknown", 1)


def test_what_is_broken_at_a_name_is_mended_by_type(dm):
    def how():
        rows = dm("sandbox dns list sandbox.test -o json").json["records"]
        return {row["type"]: row["how"] for row in rows}

    dm("sandbox dns set sandbox.test txt one")
    dm("sandbox dns set sandbox.test a 192.0.2.1")
    dm("sandbox dns break sandbox.test servfail")
    assert dm("sandbox dns break sandbox.test txt none").err == "sandbox.test TXT is as it is set\n"
    dm("sandbox dns break sandbox.test mx none")
    assert how() == {"TXT": "", "A": "servfail"}
    dm("sandbox dns break sandbox.test txt slow")
    assert how() == {"TXT": "slow", "A": "servfail"}
    dm("sandbox dns break sandbox.test missing")  # all of them anew
    assert how() == {"TXT": "missing", "A": "missing"}
    dm("sandbox dns break sandbox.test none")
    assert how() == {"TXT": "", "A": ""}


def test_records_are_set_listed_and_removed(dm):
    dm("sandbox dns set sandbox.test txt one --ttl 60")
    dm("sandbox dns set sandbox.test txt two --add --split 2")
    dm("sandbox dns break sandbox.test slow")
    rows = dm("sandbox dns list -o json").json["records"]
    assert [(row["value"], row["ttl"], row["split"], row["how"]) for row in rows] == [
        ("one", 60, 255, "slow"),
        ("two", 600, 2, "slow"),
    ]
    dm("sandbox dns set sandbox.test txt three")
    assert [row["value"] for row in dm("sandbox dns list sandbox.test -o json").json["records"]] == ["three"]
    assert dm("sandbox dns remove sandbox.test").err == "removed 1 record\n"
    assert "there is no record at sandbox.test" in dm("sandbox dns remove sandbox.test", code=10).err
    assert "in no zone of the sandbox" in dm("sandbox dns set a.elsewhere.test txt x", code=10).err
    assert "missing argument 'HOW'" in dm("sandbox dns break sandbox.test", code=2).err
    assert "a record cannot be 'odd'" in dm("sandbox dns break sandbox.test odd", code=2).err
    assert "is no type" in dm("sandbox dns break sandbox.test srv slow", code=2).err
    dm("sandbox dns off")
