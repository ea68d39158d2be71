"""`domain ensure` and `domain create --if-missing`: twice is the same as once."""

from __future__ import annotations

import json

import pytest

from dmcli.api.wire import Reply
from dmcli.sandbox.server.server import Server


def names_of(dm):
    return [row["DomainName"] for row in dm("domain list -o json").json["data"]["domain"]]


def test_what_is_missing_is_made_and_checked(dm):
    result = dm("domain ensure sandbox.test mail.example.com -o json")
    assert [(told["domain"], told["created"], told["usable"]) for told in result.json] == [
        ("sandbox.test", False, True), ("mail.example.com", True, True),
    ]  # fmt: skip
    assert {row["name"] for row in result.json[1]["records"] if row["record"] == "dmarc"} == {"_dmarc.mail.example.com"}
    assert names_of(dm) == ["sandbox.test", "mail.example.com"]
    again = dm("domain ensure sandbox.test mail.example.com -o json").json
    assert [told.pop("created") for told in again] == [False, False]
    assert again == [{name: told[name] for name in told if name != "created"} for told in result.json]
    assert names_of(dm) == ["sandbox.test", "mail.example.com"]


def test_a_person_sees_the_records_and_then_the_check(box):
    shown = box("domain ensure pending.corp.test", tty=True, code=5).out
    assert shown.index("dmtrace.pending.corp.test") < shown.index("not verified")


def test_ensure_waits(box, pauses):
    box("sandbox state set domains checks:2")
    assert box("domain ensure mail.example.com --wait -o json").json[0]["verified"] is True
    assert pauses == [30]


def test_a_domain_named_twice_is_made_once(box):
    assert len(box("domain ensure a.example.com A.example.com -o json").json) == 1


def test_a_dry_run_makes_nothing(box):
    assert box("domain ensure mail.example.com --dry-run").json["action"] == "CreateDomain"
    assert names_of(box) == ["sandbox.test"]


def test_a_refusal_leaves_those_before_it(box):
    result = box("domain ensure a.example.com com.cn b.example.com", code=1)
    assert "InvalidDomainName.Malformed" in result.err
    assert names_of(box) == ["sandbox.test", "a.example.com"]


@pytest.mark.parametrize("line", ["domain ensure mail.example.com", "domain create mail.example.com --if-missing"])
def test_another_run_that_was_faster_is_as_good(sandbox, box, line):
    """The listing does not have the domain yet, and the create finds it there."""
    box("domain create mail.example.com")
    lists = []

    def exchange(request):
        reply = sandbox.exchange(request)
        if b"Action=QueryDomainByParam" not in request.body or lists:
            return reply
        lists.append(request)
        empty = json.loads(reply.body) | {"TotalCount": 0, "data": {"domain": []}}
        return Reply(reply.status, reply.headers, json.dumps(empty).encode())

    with Server(exchange) as server:
        result = box("--endpoint {} " + line + " -o json", server.url)
    assert "mail.example.com is there already" in result.err
    assert '"created": false' in result.out


def test_create_if_missing_twice(dm):
    made = dm("domain create mail.example.com --if-missing -o json")
    again = dm("domain create mail.example.com --if-missing -o json")
    assert (made.json["created"], again.json["created"]) == (True, False)
    assert made.json["domain_id"] == again.json["domain_id"]
    assert "domain records mail.example.com" in made.err
    assert "mail.example.com is there already" in again.err
    assert names_of(dm) == ["sandbox.test", "mail.example.com"]


def test_without_it_a_domain_that_is_there_is_refused(dm):
    dm("domain create sandbox.test", code=1)
