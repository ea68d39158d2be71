"""`domain records` and `domain show`: full names, whole values, and whether the service sees each."""

from __future__ import annotations

import json

import pytest

from dmcli.api.wire import Reply
from dmcli.maildns.exports import EXPORTS
from dmcli.sandbox.server.server import Server

NAMES = {
    "ownership": "aliyundm.mail.example.com",
    "spf": "mail.example.com",
    "dkim": "aliyun-cn-hangzhou._domainkey.mail.example.com",
    "dmarc": "_dmarc.mail.example.com",
    "mx": "mail.example.com",
    "cname": "dmtrace.mail.example.com",
}
VALUES = {
    "ownership": "DomainType",
    "spf": "SpfRecordV2",
    "dkim": "DkimPublicKey",
    "dmarc": "DmarcRecord",
    "mx": "MxRecord",
    "cname": "TracefRecord",
}


def test_each_record_by_its_full_name_with_its_whole_value(dm):
    dm("domain create mail.example.com")
    told = dm("domain show mail.example.com -o json").json
    rows = dm("domain records mail.example.com -o json").json
    assert {row["record"]: row["name"] for row in rows} == NAMES
    assert {row["record"]: row["value"] for row in rows} == {name: told[field] for name, field in VALUES.items()}
    assert {row["record"]: row["priority"] for row in rows if row["priority"] is not None} == {"mx": 10}
    assert all(row["ttl"] == 600 and row["why"] and row["seen"] is False for row in rows)


def test_a_record_that_the_service_sees_says_so(dm):
    dm("domain create cname.example.com")
    dm("domain check cname.example.com")
    rows = dm("domain records cname.example.com -o json").json
    assert [row["record"] for row in rows if not row["seen"]] == ["cname"]
    assert {row["record"]: row["found"] for row in rows}["spf"] == "v=spf1 include:spf1.dm.aliyun.com -all"


@pytest.mark.parametrize("output", ["csv", "ndjson", "yaml", "table"])
def test_records_come_in_every_format(box, output):
    shown = box("domain records sandbox.test -o {}", output).out
    assert "aliyundm.sandbox.test" in shown
    assert "mx01.dm.aliyun.com" in shown


def test_a_person_sees_the_same_names_in_domain_show(box):
    box("domain create pending.corp.test")
    shown = box("domain show pending.corp.test", tty=True).out
    assert "dmtrace.pending.corp.test" in shown
    assert "not verified" in shown
    assert shown.count("pending.corp.test") >= len(NAMES)


def test_records_for_a_zone_file(box):
    shown = box("domain records sandbox.test --as zone").out
    assert "sandbox.test. 600 IN MX 10 mx01.dm.aliyun.com." in shown.splitlines()


def test_one_format_at_a_time(box):
    assert "--as" in box("domain records sandbox.test --as zone -o json", code=2).err
    assert "octodns" in box("domain records sandbox.test --as word", code=2).err


def test_a_domain_that_is_not_there(box):
    box("domain records nosuch.example.com", code=10)


def test_a_new_domain_says_what_comes_next(dm):
    made = dm("domain create mail.example.com")
    assert "domain records mail.example.com" in made.err
    assert "domain check mail.example.com --wait" in made.err
    assert "next" not in dm("domain create other.example.com --dry-run").err


@pytest.mark.parametrize("export", EXPORTS)
def test_no_value_acts_on_a_terminal(box, sandbox, export):
    def exchange(request):
        reply = sandbox.exchange(request)
        if b"Action=DescDomain" not in request.body:
            return reply
        told = json.loads(reply.body) | {"DomainType": "a\x1b]0;b\x07\u202e", "HostRecord": "c\x1b[2J"}
        return Reply(reply.status, reply.headers, json.dumps(told).encode())

    with Server(exchange) as server:
        shown = box("--endpoint {} domain records sandbox.test --as {}", server.url, export, tty=True).out
    assert all(character.isprintable() or character == "\n" for character in shown)
    assert "mx01.dm.aliyun.com" in shown


@pytest.mark.parametrize("region", ["cn-hangzhou", "ap-southeast-1", "eu-central-1"])
def test_every_region_tells_the_records(box, region):
    box("--region {} domain create mail.example.com", region)
    rows = box("--region {} domain records mail.example.com -o json", region).json
    assert {row["record"]: row["name"] for row in rows} == NAMES


def test_the_service_may_be_asked_to_look_now(box):
    rows = box("domain records sandbox.test --real-time-dns -o json").json
    assert all(row["seen"] for row in rows)
