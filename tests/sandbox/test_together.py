"""Several calls answered in one transaction, and what is left to be answered by itself: nothing of it was begun."""

from __future__ import annotations

import json

from dmcli.sandbox.control.faults import Fault, add_fault, remove_faults


def status(reply):
    return reply and (reply.status, json.loads(reply.body).get("Code", ""))


def test_calls_share_one_transaction_and_each_has_its_own_answer(cloud):
    calls = [
        cloud.request("SingleSendMail", cloud.mail),
        cloud.request("SingleSendMail", cloud.mail | {"AccountName": "nobody@sandbox.test"}),
        cloud.request("CreateTag", {"TagName": "spring"}),
        cloud.request("NoSuchAction", {}),
        cloud.request("QueryTagByParam", {}),
    ]
    done = []
    cloud.sandbox.store._connection.set_trace_callback(done.append)
    replies = cloud.sandbox.exchange_together([*calls, calls[0]])
    cloud.sandbox.store._connection.set_trace_callback(None)
    assert done.count("COMMIT") == 1
    assert [status(reply) for reply in replies] == [
        (200, ""),
        (404, "InvalidMailAddress.NotFound"),
        (200, ""),
        (404, "InvalidAction.NotFound"),
        (200, ""),
        (400, "SignatureNonceUsed"),
    ]
    assert "spring" in replies[4].body.decode(), "a call sees what those before it have done"
    assert len(cloud.mails()) == 1


def test_while_there_are_faults_no_call_is_begun(cloud):
    add_fault(cloud.sandbox, Fault("latency", "60"))
    call = cloud.request("SingleSendMail", cloud.mail)
    assert cloud.sandbox.exchange_together([call]) == [None]
    remove_faults(cloud.sandbox)
    assert status(*cloud.sandbox.exchange_together([call])) == (200, ""), "its nonce is free still"


def test_a_fault_that_another_process_sets_meanwhile_is_met_by_the_call_itself(cloud, monkeypatch):
    store = cloud.sandbox.store
    before = store.live()
    add_fault(cloud.sandbox, Fault("error", "Throttling.User"))
    monkeypatch.setattr(store, "glance", lambda: before)
    call = cloud.request("SingleSendMail", cloud.mail)
    assert cloud.sandbox.exchange_together([call]) == [None]
    assert cloud.mails() == []
    assert status(cloud.sandbox.exchange(call)) == (400, "Throttling.User")


def test_a_call_that_has_to_look_for_something_waits(cloud):
    call = cloud.request(
        "CheckDomain", {"DomainId": cloud.ok("CreateDomain", DomainName="mail.example.com")["DomainId"]}
    )
    assert cloud.sandbox.exchange_together([call]) == [None]
