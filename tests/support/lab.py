"""An account with something of everything in it, and what calls make of it, each as if none had been before."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

import pytest
from cloud import NOON, Cloud

from dmcli.api import catalogue
from dmcli.api.kinds.reference import Ref
from dmcli.sandbox.control.dns import set_served
from dmcli.sandbox.control.events import play

if TYPE_CHECKING:
    from dmcli.api.model import Action

PASSWORD = "abcABC123456"
LIST = "customers"


def encoded(action: Action) -> dict[str, str]:
    """The sample of an action as it goes on the wire at noon of 2026-03-15, but for names of lists."""
    kinds = {param.name: param.kind for param in action.params}
    return {
        name: text if isinstance(kinds[name], Ref) else kinds[name].to_wire(text, NOON)
        for name, text in action.sample.items()
    }


def with_list(params: dict[str, Any], list_id: str) -> dict[str, Any]:
    """The parameters with the list's id, which is made by chance, in place of its name."""
    return {name: list_id if (name, value) == ("ReceiverId", LIST) else value for name, value in params.items()}


# What each action needs.
CALLS: dict[str, dict[str, Any]] = {action.name: encoded(action) for action in catalogue.all_actions()}
_NOT_STATE = ("call", "nonce", "sqlite_sequence")
_ALWAYS = 2  # rows that any call adds: its nonce, and itself to the log


class Outcome(NamedTuple):
    """What came of a call: the status, the reply, and all that the account then holds."""

    status: int
    reply: dict[str, Any]
    state: list[Any]

    @property
    def code(self) -> str:
        """The code of a refusal, "" of a success."""
        return "" if self.status == 200 else str(self.reply["Code"])


class Lab:
    """The account. `call` makes a call on it as it was at first, chance being the same each time."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.lists = self.cloud.ok("QueryReceiverByParam")["data"]["receiver"][0]["ReceiverId"]
        fill(self.cloud)
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)
        self.cloud.sandbox.store.copy_to(self._kept)
        self._now = self.cloud.now
        self._changed = False

    def call(self, action: str, params: dict[str, Any], *before: str, chance: int = 1, look: bool = True) -> Outcome:
        """Make a call, after some statements of SQL; a list in a parameter is one by name.

        The same `chance` gives the same random numbers. Without `look` nobody looks at what the account then holds.
        """
        cloud = self.cloud
        if self._changed:  # a copy takes longer than most calls
            cloud.sandbox.store.copy_from(self._kept)
        cloud.now = self._now
        for statement in before:
            cloud.sql(statement)
        given, rows = with_list(params, self.lists), self._rows_changed()
        with _same(chance):
            reply = cloud.reply(action, **given)
        self._changed = bool(before) or self._rows_changed() - rows > _ALWAYS
        return Outcome(reply.status, json.loads(reply.body), self._state() if look else [])

    def base(self, action: str, **changed: Any) -> dict[str, Any]:
        """The parameters that an action needs, some of them changed; None takes one away."""
        params = {**CALLS[action], **changed}
        return {name: value for name, value in params.items() if value is not None}

    def close(self) -> None:
        self.cloud.sandbox.close()
        self._kept.close()

    def _rows_changed(self) -> int:
        """How many rows were ever written or deleted."""
        with self.cloud.sandbox.store.transaction() as connection:
            return connection.total_changes

    def _state(self) -> list[Any]:
        with self.cloud.sandbox.store.transaction() as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            return [
                (table, connection.execute(f"SELECT * FROM {table}").fetchall())
                for (table,) in tables
                if table not in _NOT_STATE
            ]


@contextlib.contextmanager
def _same(chance: int):
    """Random bytes that come in the same order each time, beginning with some number."""
    numbers = itertools.count(chance)
    with mock.patch.object(os, "urandom", lambda size: next(numbers).to_bytes(size, "big")):
        yield


def config_sets(cloud: Cloud) -> None:
    """Two configuration sets that differ in all, each with a sender."""
    for name, pool, backoff in (("shop", "1", "true"), ("rest", "", "false")):
        status = {
            "Enabled": backoff == "true",
            "ForbiddenStatusList": [f"{name}1"],
            "ForbiddenSubStatusList": [f"{name}2"],
        }
        given = {"Description": f"{name} mail", "IpPoolId": pool, "IsPublicChannelBackoff": backoff}
        cloud.ok("ConfigSetCreate", Name=name, ValidationOption=status, **given)
    cloud.ok("ConfigSetRelationFromAddress", Id="1", FromAddress="elsewhere@b.test")
    cloud.ok("ConfigSetRelationFromAddress", Id="2", FromAddress="shop@icp.example.com")


def fill(cloud: Cloud) -> None:
    """Let there be at least two of everything that a call can list, and let them differ in all that it can ask for."""
    cloud.sql("INSERT INTO invalid (address, at) VALUES ('old@b.test', ?)", int(cloud.now.timestamp()) - 6 * 86400)
    cloud.pass_time(days=-3)
    cloud.ok("AddIpfilter", IpAddress="127.0.0.0/8")
    cloud.ok("CreateUserSuppression", Address="held.test")
    dedicated_ips(cloud)
    validate(cloud, "f1", "xmas.csv")
    tracked = {"ClickTrace": "1", "TagName": "welcome"}
    cloud.send("a@gmail.com", **tracked)
    play(cloud.sandbox, "unsubscribe", 1)
    cloud.pass_time(days=3)
    cloud.ok("AddIpfilter", IpAddress="198.51.100.1-198.51.100.9")
    cloud.ok("UpdateIpProtection", IpProtection="1")
    validate(cloud, "f2", "list.csv")
    cloud.ok("CreateDomain", DomainName="icp.example.com", dkimSelector="mine")
    cloud.ok("CheckDomain", DomainId="2")
    cloud.ok("CreateDomain", DomainName="mail.example.org")
    cloud.ok("ChangeDomainDkimRecord", Domain="icp.example.com", DkimRsaLength="1024")
    cloud.ok("ModifyPWByDomain", DomainName="sandbox.test", Password=f"{PASSWORD}X")
    cloud.ok("CreateMailAddress", AccountName="shop@icp.example.com", Sendtype="trigger", ReplyAddress="q@example.com")
    cloud.ok("CreateMailAddress", AccountName="elsewhere@b.test", Sendtype="batch", AddressType="EXTERNAL")
    cloud.ok("CreateMailAddress", AccountName="domain-auth-created-by-system@sandbox.test", Sendtype="trigger")
    cloud.ok("CreateMailAddress", AccountName="domain-auth-created-by-system@icp.example.com", Sendtype="batch")
    cloud.ok("ModifyMailAddress", MailAddressId="1", ReplyAddress="r@example.com")
    cloud.ok("ModifyMailAddress", MailAddressId="2", ReplyAddress="s@example.com")
    cloud.sql("UPDATE address SET reply_status = 0 WHERE id = 2")
    cloud.sql("INSERT INTO ticket (ticket, address, reply) VALUES ('ticket', 1, 'r@example.com')")
    config_sets(cloud)
    cloud.ok("UpdateUser", User={"EnableEventbridge": True})
    cloud.ok("OpenSendifyTrialService")
    cloud.ok("CreateReceiver", ReceiversName="empty", ReceiversAlias="e@list", Desc="none yet")
    cloud.ok("CreateTag", TagName="spring", TagDescription="of the year")
    cloud.ok(
        "CreateTemplate", TemplateName="draft", TemplateSubject="Draft", TemplateText="x", TemplateType="1", SmsType="1"
    )
    cloud.sql("UPDATE template SET status = 1, remark = 'r', sms_content = 's', nickname = 'Us' WHERE id = 2")
    cloud.send("invalid@b.test,invalid+1@b.test", **tracked)
    cloud.send(
        "b@gmail.com,c@b.test",
        AccountName="shop@icp.example.com",
        IpPoolId="1",
        TextBody="https://x.test/",
        **tracked,
    )
    cloud.send("spam@b.test,fail@b.test", TagName="spring")
    cloud.ok("BatchSendMail", **CALLS["BatchSendMail"])
    other = {"ReceiversName": None, "Receivers": [{"To": "d@b.test"}], "AddressType": "0", "IpPoolId": "1"}
    given = {**CALLS["BatchSendMail"], **other, **tracked}
    cloud.ok("ConfigSetRelationFromAddress", Id="1", FromAddress="news@sandbox.test")
    cloud.ok("BatchSendMail", **{name: value for name, value in given.items() if value is not None})
    play(cloud.sandbox, "open", 1)
    (read,) = cloud.mails(to="b@gmail.com")
    for what in ("open", "open", "click", "unsubscribe"):
        play(cloud.sandbox, what, read["id"])
    cloud.ok("CreateUserSuppression", Address="invalid@b.test")
    cloud.ok("SetSuppressionListLevel", SuppressionListLevel="account")
    set_served(cloud.sandbox, 0)  # DNS is in use, and empty


def dedicated_ips(cloud: Cloud) -> None:
    """Two pools with an IP each, of which one is warmed up and not renewed, and one IP in no pool."""
    now = int(cloud.now.timestamp())
    cloud.sql("UPDATE dedicated_ip SET started = ? - 40 * 86400 * (id = 'dm-ip-2')", now)
    for number, name in enumerate(("xmas", "spring"), 1):
        cloud.ok("DedicatedIpPoolCreate", Name=name, BuyResourceIds=f"dm-ip-{number}")
        cloud.pass_time(hours=number)
    cloud.pass_time(hours=-3)
    cloud.ok("DedicatedIpAutoRenewal", BuyResourceIds="dm-ip-2", AutoRenewal="false")
    cloud.ok("DedicatedIpChangeWarmupType", Id="dm-ip-2", WarmupType="cusSelfManager")


def validate(cloud: Cloud, file: str, name: str) -> None:
    """Have a file checked that has an address of each kind, two of them twice; give it an id that is known."""
    locals_ = ("a", "invalid", "catchall", "unknown", "admin", "a", "invalid", *(["b"] if file == "f1" else []))
    data = "\n".join(["1,2", *(f"{local}@{file}.test,{local}2@b.test" for local in locals_)]).encode()
    key = f"{file:0>32}"
    cloud.sql("INSERT INTO upload (key, name, kind, data, at) VALUES (?, 'x', 'text/csv', ?, 0)", key, data)
    cloud.ok("SendValidateFile", **{**CALLS["SendValidateFile"], "FileUrl": f"http://oss/{key}", "FileName": name})
    cloud.sql("UPDATE validation SET file = ? WHERE id = (SELECT max(id) FROM validation)", file)


@pytest.fixture(scope="session")
def lab():
    """The account, for all tests: each call finds it as it was at first."""
    made = Lab()
    yield made
    made.close()
