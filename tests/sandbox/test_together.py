"""Several calls answered in one transaction, and what is left to be answered by itself: nothing of it was begun."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing

from dmcli.errors import ConfigError
from dmcli.sandbox.control.faults import Fault, add_fault, remove_faults
from dmcli.sandbox.server.site import site_of

BATCH = {
    "AccountName": "batch@sandbox.test",
    "AddressType": "1",
    "ReceiversName": "people",
    "TemplateName": "spring",
}


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


def test_while_another_process_has_the_state_no_call_is_begun(cloud):
    call = cloud.request("SingleSendMail", cloud.mail)
    with closing(sqlite3.connect(cloud.sandbox.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert cloud.sandbox.exchange_together([call]) == [None]
    assert status(*cloud.sandbox.exchange_together([call])) == (200, "")


def test_while_another_thread_has_the_state_no_call_is_begun_and_pages_do_not_ask_for_it(cloud):
    call = cloud.request("SingleSendMail", cloud.mail)
    page = call._replace(method="GET", url="http://127.0.0.1/_dm/", body=b"")
    replies = []

    def ask():
        replies.append(site_of(cloud.sandbox).together([page]))
        replies.append(site_of(cloud.sandbox).together([call]))

    thread = threading.Thread(target=ask)
    with cloud.sandbox.store.transaction():
        thread.start()
        thread.join(10)
        assert replies == [[None], [None]]
    assert status(cloud.sandbox.exchange(call)) == (200, "")


def test_a_call_that_cannot_even_be_logged_takes_no_answer_from_the_others(cloud, monkeypatch):
    log = cloud.sandbox._log

    def fail(connection, arrived, *rest):
        if arrived.call.action == "CreateTag":
            raise ConfigError("damaged")
        return log(connection, arrived, *rest)

    monkeypatch.setattr(cloud.sandbox, "_log", fail)
    calls = [cloud.request("SingleSendMail", cloud.mail), cloud.request("CreateTag", {"TagName": "spring"})]
    assert [status(reply) for reply in cloud.sandbox.exchange_together(calls)] == [(200, ""), None]
    assert len(cloud.mails()) == 1


def test_a_batch_holds_up_nobody(cloud):
    assert cloud.sandbox.exchange_together([cloud.request("BatchSendMail", BATCH)]) == [None]
