"""Sending domains."""

from __future__ import annotations

from base64 import b64decode

import pytest
from cryptography.hazmat.primitives import serialization

from dmcli.sandbox.actions import domain as actions
from dmcli.sandbox.control.dns import set_record, turn_off
from dmcli.sandbox.control.states import decide
from dmcli.sandbox.dns.authority import ZoneRecord
from dmcli.sandbox.dns.domain import COLUMNS, Domain, records_of


def made(cloud, name: str, **params) -> str:
    return str(cloud.ok("CreateDomain", DomainName=name, **params)["DomainId"])


def status(cloud, domain: str) -> str:
    return str(cloud.ok("DescDomain", DomainId=domain)["DomainStatus"])


def test_the_first_check_verifies(cloud):
    domain = made(cloud, "Mail.Example.com")
    before = cloud.ok("DescDomain", DomainId=domain)
    assert (before["DomainName"], before["DomainStatus"], before["DnsTxt"]) == ("mail.example.com", "1", "")
    assert {before[f"{what}AuthStatus"] for what in ("Spf", "Mx", "Cname", "Dkim")} == {"1"}
    assert cloud.ok("CheckDomain", DomainId=domain)["DomainStatus"] == 0
    after = cloud.ok("DescDomain", DomainId=domain)
    assert (after["DomainStatus"], after["DnsTxt"], after["DnsSpf"]) == ("0", after["DomainType"], after["SpfRecordV2"])
    assert {after[f"{what}AuthStatus"] for what in ("Spf", "Mx", "Cname", "Dkim")} == {"0"}
    assert after["DmarcAuthStatus"] == 0
    assert after["DomainType"] == before["DomainType"]
    assert cloud.ok("CheckDomain", DomainId=domain)["DomainStatus"] == 0


@pytest.mark.parametrize(("name", "expected"), [("icp.test", 3), ("cname.example.org", 4), ("pending.test", 1)])
def test_a_reserved_label_chooses_the_outcome(cloud, name, expected):
    domain = made(cloud, name)
    assert cloud.ok("CheckDomain", DomainId=domain)["DomainStatus"] == expected
    assert cloud.ok("CheckDomain", DomainId=domain)["DomainStatus"] == expected
    shown = cloud.ok("DescDomain", DomainId=domain)
    flags = {3: ("0", "0"), 4: ("1", "1"), 1: ("1", "1")}[expected]
    assert (shown["CnameAuthStatus"], shown["IcpStatus"]) == flags


@pytest.mark.parametrize("name", ["fail.test", "unverified.example.com"])
def test_a_check_can_fail(cloud, name):
    domain = made(cloud, name)
    for _ in range(2):
        assert cloud.refused("CheckDomain", DomainId=domain) == (400, "CheckDomain.Failed")
    assert status(cloud, domain) == "1"


def test_labels_of_real_domains_choose_nothing(cloud):
    assert cloud.ok("CheckDomain", DomainId=made(cloud, "fail.mycompany.com"))["DomainStatus"] == 0


def test_names_are_unique_and_five_is_all(cloud):
    assert cloud.refused("CreateDomain", DomainName="SANDBOX.test") == (400, "InvalidDomainName.Duplicate")
    assert cloud.refused("CreateDomain", DomainName="a_b") == (400, "InvalidDomainName.Malformed")
    for number in range(4):
        made(cloud, f"d{number}.test")
    assert cloud.refused("CreateDomain", DomainName="more.test") == (400, "InvalidDomainNumber.Malformed")


def test_the_list_has_both_shapes_and_filters(cloud):
    domain = made(cloud, "new.test")
    data = cloud.ok("QueryDomainByParam", Status="1")["data"]
    assert [row["DomainId"] for row in data["domain"]] == [row["DomainId"] for row in data["data"]] == [domain]
    assert data["data"][0]["DomainType"] == data["domain"][0]["DomainRecord"]
    assert [r["DomainName"] for r in cloud.ok("QueryDomainByParam", Status="0")["data"]["domain"]] == ["sandbox.test"]
    assert cloud.ok("QueryDomainByParam", KeyWord="NEW")["TotalCount"] == 1


def test_texts_of_time_are_eight_hours_ahead(cloud):
    shown = cloud.ok("DescDomain", DomainId=made(cloud, "new.test"))
    assert (shown["CreateTime"], shown["UtcCreateTime"]) == ("2026-03-15T12:00Z", int(cloud.now.timestamp()))


def test_a_selector_may_be_chosen(cloud):
    shown = cloud.ok("DescDomain", DomainId=made(cloud, "mail.a.test", dkimSelector="mine"))
    assert shown["DkimRR"] == "mine._domainkey.mail"


@pytest.mark.parametrize(
    ("name", "main", "below"),
    [
        ("example.net", "example.net", ""),
        ("mail.example.net", "example.net", ".mail"),
        ("mail.corp.example.com", "example.com", ".mail.corp"),
        ("example.com.cn", "example.com.cn", ""),
        ("mail.example.com.cn", "example.com.cn", ".mail"),
        ("news.xn--fsq.xn--55qx5d.cn", "xn--fsq.xn--55qx5d.cn", ".news"),
        ("new.test", "new.test", ""),
    ],
)
def test_hosts_are_relative_to_what_is_registered(cloud, name, main, below):
    shown = cloud.ok("DescDomain", DomainId=made(cloud, name))
    assert (shown["TlDomainName"], shown["TldomainName"]) == (main, main)
    hosts = ("HostRecord", "DkimRR", "DmarcHostRecord", "CnameRecord")
    labels = ("aliyundm", "aliyun-cn-hangzhou._domainkey", "_dmarc", "dmtrace")
    assert [shown[host] for host in hosts] == [f"{label}{below}" for label in labels]
    (listed,) = cloud.ok("QueryDomainByParam", KeyWord=name)["data"]["data"]
    assert listed["CnameRecord"] == f"dmtrace{below}"


@pytest.mark.parametrize("name", ["com.cn", "com", "localhost", "xn--55qx5d.cn"])
def test_what_nobody_can_register_is_no_domain(cloud, name):
    assert cloud.refused("CreateDomain", DomainName=name) == (400, "InvalidDomainName.Malformed")


def test_the_same_password_twice_is_refused(cloud):
    asked = {"DomainName": "sandbox.test", "Password": "abcABC123456"}
    answer = cloud.ok("ModifyPWByDomain", **asked)
    assert (answer["Code"], answer["Success"]) == ("OK", True)
    assert cloud.refused("ModifyPWByDomain", **asked) == (400, "InvalidDomainPassword.equalcurrent")
    cloud.ok("ModifyPWByDomain", **{**asked, "Password": "abcABC123457"})
    cloud.ok("ModifyPWByDomain", **asked)
    assert cloud.refused("ModifyPWByDomain", **{**asked, "DomainName": "no.test"}) == (404, "InvalidDomain.NotFound")
    assert cloud.refused("ModifyPWByDomain", **{**asked, "Password": "short"})[1] == "InvalidDomainPassword.Malformed"
    assert "abcABC" not in str(cloud.sql("SELECT password FROM domain"))


def test_deleting_leaves_addresses_that_cannot_send(cloud):
    cloud.ok("DeleteDomain", DomainId="1")
    rows = cloud.ok("QueryMailAddressByParam")["data"]["mailAddress"]
    assert {row["DomainStatus"] for row in rows} == {"1"}


@pytest.mark.parametrize(
    ("action", "refusal"),
    [
        ("DescDomain", (404, "InvalidDomainId.NotFound")),
        ("CheckDomain", (400, "InvalidDomainId.Malformed")),
        ("DeleteDomain", (404, "InvalidDomainId.NotFound")),
    ],
)
def test_an_unknown_id_is_refused(cloud, action, refusal):
    assert cloud.refused(action, DomainId="9" * 30) == refusal
    assert cloud.refused(action, DomainId="x") == (400, "InvalidDomainId.Malformed")


def test_no_other_call_waits_for_an_answer_of_dns(cloud, monkeypatch):
    number = made(cloud, "mail.example.com")
    set_record(cloud.sandbox, ZoneRecord("mail.example.com", "MX", "mx01.dm.aliyun.com", 10))

    def ask(zones, port, records):
        cloud.ok("CreateTag", TagName="meanwhile")
        return {}

    monkeypatch.setattr(actions, "seen_records", ask)
    assert cloud.ok("CheckDomain", DomainId=number)["DomainStatus"] == 1
    assert "meanwhile" in {row["TagName"] for row in cloud.ok("QueryTagByParam")["data"]["tag"]}


def test_a_dkim_key_is_changed(cloud):
    before = cloud.ok("DescDomain", DomainId="1")
    done = cloud.ok("ChangeDomainDkimRecord", Domain="Sandbox.test", DkimRsaLength="1024")
    after = cloud.ok("DescDomain", DomainId="1")
    assert (done["Changed"], done["Hostname"], done["DkimPublicKey"]) == (True, after["DkimRR"], after["DkimPublicKey"])
    assert (after["DkimRR"], after["DkimRsaLength"]) == (before["DkimRR"], 1024)
    assert key_of(before).key_size == 2048
    assert key_of(after).key_size == 1024
    again = cloud.ok("ChangeDomainDkimRecord", Domain="sandbox.test")
    assert again["DkimRsaLength"] == 1024
    assert len({shown["DkimPublicKey"] for shown in (before, after, again)}) == 3
    assert cloud.refused("ChangeDomainDkimRecord", Domain="nobodys.test") == (404, "InvalidDomain.NotFound")
    assert cloud.refused("ChangeDomainDkimRecord", Domain="sandbox.test", DkimRsaLength="512")[1] == (
        "InvalidDkimRsaLength.Malformed"
    )


def key_of(shown):
    """The public key of a domain, as a library of others reads it."""
    return serialization.load_der_public_key(b64decode(shown["DkimPublicKey"].rpartition("p=")[2]))


def test_a_changed_dkim_key_is_not_in_dns_until_its_record_is(cloud):
    def publish():
        for record in records_of(Domain(*cloud.sql(f"SELECT {COLUMNS} FROM domain")[0])):
            set_record(cloud.sandbox, ZoneRecord(record.name, record.type, record.value, record.priority))

    def dkim() -> str:
        cloud.ok("CheckDomain", DomainId="1")
        return str(cloud.ok("DescDomain", DomainId="1")["DkimAuthStatus"])

    for _ in range(2):  # at first nobody has looked at DNS
        assert dkim() == "0"
        cloud.ok("ChangeDomainDkimRecord", Domain="sandbox.test")
        assert dkim() == "1"
        assert cloud.ok("CheckDomain", DomainId="1")["DomainStatus"] == 0
        cloud.ok("ChangeDomainDkimRecord", Domain="sandbox.test")
        assert dkim() == "1"
        publish()
    assert dkim() == "0"
    turn_off(cloud.sandbox)
    cloud.ok("ChangeDomainDkimRecord", Domain="sandbox.test")
    assert dkim() == "1"
    decide(cloud.sandbox, "verify", "sandbox.test")
    assert dkim() == "0"


def test_the_command_that_changes_a_dkim_key(dm):
    key = dm("domain show sandbox.test -o json --query DkimPublicKey").out
    asked = dm("domain rotate-dkim sandbox.test", code=2).err
    assert "mail of sandbox.test fails DKIM until the record of the new key is in DNS" in asked
    assert "give --yes" in asked
    assert "nothing was done" in dm("domain rotate-dkim sandbox.test", tty=True, stdin="n\n", code=2).err
    assert dm("domain show sandbox.test -o json --query DkimPublicKey").out == key
    shown = dm("domain rotate-dkim sandbox.test --bits 1024 --yes -o json")
    assert shown.json["DkimRsaLength"] == 1024
    assert "dm domain records sandbox.test" in shown.err
    assert dm("domain rotate-dkim 1 --yes").out
