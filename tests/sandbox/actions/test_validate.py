"""Checking addresses: one, and those of a file; what it takes of the quota; and the commands."""

from __future__ import annotations

import re

import pytest
from lab import validate as give_file

WINDOW = {"StartTime": "2026-03-14T00:00:00Z", "EndTime": "2026-03-15T23:59:59Z"}


@pytest.mark.parametrize(
    ("address", "status", "why"),
    [
        ("ada@example.com", "VALID", ""),
        ("Invalid+1@b.test", "INVALID", "MAILBOX_NOT_EXISTS"),
        ("invalid@mail.example.net", "INVALID", "MAILBOX_NOT_EXISTS"),
        ("invalid@gmail.com", "VALID", ""),
        ("full@b.test", "INVALID", "MAILBOX_FULL"),
        ("catchall@b.test", "CATCHALL", "UNSPECIFIED"),
        ("unknown@b.test", "UNKNOWN", "SMTP_CONNECT_FAILED"),
        ("admin@gmail.com", "DONOTMAIL", "ROLE_ACCOUNT"),
        ("a@b.invalid", "INVALID", "NO_DNS_ENTRIES"),
        ("a@gmial.com", "INVALID", "MISSPELLED"),
        ("nobody", "INVALID", "SYNTAX_INVALID"),
    ],
)
def test_the_address_decides(cloud, address, status, why):
    found = cloud.ok("ValidateEmail", Email=address)
    assert (found["Status"], found["SubStatus"]) == (status, why)


def test_parts_of_an_address_are_told(cloud):
    found = cloud.ok("ValidateEmail", Email="Ada+News@Gmail.com")
    assert (found["LocalPart"], found["DomainPart"], found["Provider"]) == ("ada", "gmail.com", "Gmail")
    assert found["IsFreeMail"] is True


def test_an_address_that_mail_found_invalid_is_invalid(cloud):
    cloud.sql("INSERT INTO invalid (address, at) VALUES ('old@example.org', 0)")
    assert cloud.ok("ValidateEmail", Email="Old@example.org")["SubStatus"] == "MAILBOX_NOT_EXISTS"
    assert cloud.ok("ValidateEmail", Email="old@example.org", ProbeType="BASIC_ONLY")["Status"] == "UNKNOWN"


def test_what_a_check_takes_of_the_quota(cloud):
    def used():
        return cloud.ok("GetValidationQuota")["UsedQuota"]

    cloud.ok("ValidateEmail", Email="unknown@b.test")
    assert used() == 0
    cloud.ok("ValidateEmail", Email="ada@example.com")
    assert used() == 1
    for expected in (2, 2, 2, 3):
        cloud.ok("ValidateEmail", Email="unknown@b.test", ProbeType="BASIC_ONLY")
        assert used() == expected
    give_file(cloud, "f", "people.csv")
    assert used() == 3 + 4


def test_a_file_is_checked_by_and_by(cloud):
    give_file(cloud, "f", "people.csv")
    begun = cloud.ok("GetValidateFileStatus", FileId="f")
    assert (begun["Status"], begun["Percentage"], begun["TotalNum"]) == ("processing", "0%", "5")
    assert (begun["ProcessedNum"], begun["CompleteTime"]) == ("0", "")
    assert cloud.ok("GetValidateFile", FileId="f")["FileUrl"] == ""
    cloud.pass_time(seconds=30)
    assert cloud.ok("GetValidateFileStatus", FileId="f")["Percentage"] == "50%"
    cloud.pass_time(seconds=30)
    (row,) = cloud.ok("ListValidateFile", **WINDOW)["Files"]
    assert (row["Status"], row["CompleteTime"], row["IsDownloadable"]) == ("completed", "2026-03-15T04:01:00Z", True)
    assert [row[f"{kind}Num"] for kind in ("Valid", "CatchAll", "Unknown", "DoNotMail", "Invalid")] == ["1"] * 5
    assert cloud.ok("GetValidateFile", FileId="f")["FileUrl"].startswith("https://")
    cloud.ok("DeleteValidateFile", FileId="f")
    assert cloud.refused("DeleteValidateFile", FileId="f") == (404, "InvalidFileId.NotFound")


def test_files_come_in_pages_the_newest_first(cloud):
    for name in "abc":
        give_file(cloud, name, f"{name}.csv")
        cloud.pass_time(hours=1)
    page = cloud.ok("ListValidateFile", **WINDOW, Page="1", PageSize="2")
    assert [row["FileName"] for row in page["Files"]] == ["c.csv", "b.csv"]
    assert (page["TotalPages"], page["TotalSize"], page["HasNext"]) == (2, 3, True)
    page = cloud.ok("ListValidateFile", **WINDOW, Page="2", PageSize="2")
    assert ([row["FileName"] for row in page["Files"]], page["HasNext"]) == (["a.csv"], False)
    page = cloud.ok("ListValidateFile", **{**WINDOW, "StartTime": "2026-03-15T05:00:00Z"}, FileKeyword="B")
    assert [row["FileName"] for row in page["Files"]] == ["b.csv"]


@pytest.mark.parametrize(
    ("address", "throwaway", "takes", "good"),
    [
        ("ada@example.com", "false", "true", "true"),
        ("ada@mailinator.com", "true", "true", "false"),
        ("ada@disposable.test", "true", "true", "false"),
        ("ada@disposable.cn", "false", "true", "true"),
        ("ada@b.invalid", "false", "false", "false"),
    ],
)
def test_throw_away_mailboxes(cloud, address, throwaway, takes, good):
    found = cloud.ok("CheckDisposable", Email=address)
    assert (found["IsDisposable"], found["IsMxValid"], found["IsOkToSend"]) == (throwaway, takes, good)


def test_the_command_checks_an_address(dm):
    refused = dm("validate email ada@example.com", code=2).err
    assert "this costs 1 unit of the validation quota, a third of one with --probe basic" in refused
    assert dm("validate email nobody --yes", code=2).err  # wrong by its form: nothing is paid for that
    assert dm("validate quota -o json").json["UsedQuota"] == 0
    assert dm("validate email full@b.test --yes -o json").json["SubStatus"] == "MAILBOX_FULL"
    assert "invalid" in dm("validate email full@b.test --probe full --yes -o table").out
    assert dm("validate quota -o json").json["UsedQuota"] == 2
    assert dm("validate disposable ada@mailinator.com -o json").json["IsDisposable"] == "true"


def test_files_are_named_by_name(dm):
    line = "validate file https://files.example.com/people.csv --name people.csv"
    shown = dm(f"{line} --dry-run").json["parameters"]
    assert (shown["AddressColumn"], shown["HasHeaderRow"], shown["RemoveDuplicate"]) == ("1", "true", "true")
    assert "this costs validation quota for each address of the file" in dm(line, code=2).err
    number = dm(f"{line} --no-header --column 2 --yes -o json").json["FileId"]
    assert dm("validate status people.csv -o json").json["FileId"] == number
    assert dm(f"validate status {number} -o json").json["FileName"] == "people.csv"
    listed = dm("--tz UTC validate list -o table").out
    assert re.search("people.csv .* processing .*not ready yet", " ".join(listed.split()))
    (given,) = re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} [+]00:00", listed)
    assert "people.csv" in dm("validate list --since {} --until {}", given, given).out
    assert dm("validate list --until yesterday").err.strip() == "nothing found"
    assert dm("validate list --since 1h").out
    assert "did you mean people.csv" in dm("validate result peple.csv", code=10).err
    asked = dm("validate delete people.csv", code=2).err
    assert f"people.csv (id {number})" in asked
    dm("validate delete people.csv --yes")
    assert dm(f"validate result {number}", code=10).err


def test_a_result_that_is_not_there_yet_is_told(dm):
    dm("validate file https://files.example.com/p.csv --name 'our people.csv' --yes -q")
    number = dm("validate list -o json").json["Files"][0]["FileId"]
    for named, shown in (("'our people.csv'", "our people.csv"), (number, number), (f"name:{number}", "")):
        told = dm(f"validate result {named}", code=5 if shown else 10)
        assert told.out == ""
        if shown:
            assert f"there is no result of {shown} yet, it is still being validated (processing, " in told.err
            assert told.err.strip().endswith(f" validate status {named}")
    assert '"code": "NotReady"' in dm(f"validate result {number} -o json --query FileUrl", code=5).err
    dm("sandbox clock advance 2m")
    assert dm(f"validate result {number} -o json").json["FileUrl"].startswith("https://")
