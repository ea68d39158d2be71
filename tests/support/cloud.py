"""A sandbox in memory with a clock that tests turn, and calls to it that are really signed."""

from __future__ import annotations

import itertools
import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dmcli.api import catalogue, signing
from dmcli.api.wire import Reply, Request
from dmcli.sandbox.control.quota import set_quota
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.gateway.params import check_params
from dmcli.sandbox.mail import mailbox
from dmcli.sandbox.mail.query import Filter

NOON = datetime(2026, 3, 15, 4, 0, tzinfo=UTC)  # noon of 2026-03-15 for the service


class Cloud:
    """A DirectMail account to call. `now` is its time; `ok` and `refused` say what they expect."""

    def __init__(self, path: str = ":memory:") -> None:
        self.now = NOON
        self.sandbox = Sandbox(path, now=lambda: self.now)
        self.nonces = (f"nonce-{number}" for number in itertools.count())

    def request(self, action: str, params: dict[str, str], *, version: str = "2015-11-23", **common: str) -> Request:
        """A request signed with HMAC-SHA1; `common` overrides common parameters."""
        everything = {
            "Action": action,
            "Version": version,
            "Format": "JSON",
            "AccessKeyId": "dm-sandbox-id",
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": next(self.nonces),
            "Timestamp": self.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            **common,
            **params,
        }
        declared = catalogue.find(action)
        method = declared.methods[0] if declared else "POST"
        text = signing.v1_string_to_sign(method, everything)
        everything["Signature"] = signing.v1_signature(text, "dm-sandbox-secret")
        query, url = signing.canonical_query(everything), "http://sandbox.local/"
        if method == "GET":
            return Request(method, f"{url}?{query}", {"host": "sandbox.local"}, b"")
        return Request(method, url, {"host": "sandbox.local"}, query.encode())

    def reply(self, action: str, *, version: str = "2015-11-23", **params: object) -> Reply:
        """The raw reply."""
        return self.sandbox.exchange(
            self.request(action, {name: _text(value) for name, value in params.items()}, version=version)
        )

    def ok(self, action: str, **params: Any) -> dict[str, Any]:
        """The reply's object of a call that must succeed."""
        reply = self.reply(action, **params)
        answer: dict[str, Any] = json.loads(reply.body)
        assert reply.status == 200, answer
        return answer

    def refused(self, action: str, **params: Any) -> tuple[int, str]:
        """Status and code of a call that must be refused."""
        reply = self.reply(action, **params)
        assert reply.status != 200, reply.body
        return reply.status, json.loads(reply.body)["Code"]

    def send(self, to: str = "someone@example.com", **params: Any) -> str:
        """Send a mail; its EnvId."""
        given = {**self.mail, "ToAddress": to, **params}
        return str(self.ok("SingleSendMail", **given)["EnvId"])

    def send_past_the_wire(self, **params: Any) -> None:
        """Send a mail, checked as any, that is neither encoded nor signed: for large ones that takes long."""
        action = catalogue.get("SingleSendMail")
        given = {name: _text(value) for name, value in {**self.mail, **params}.items()}
        assert self.sandbox.perform(action, check_params(action, "2015-11-23", given, self.now))["EnvId"]

    @property
    def mail(self) -> dict[str, str]:
        """A mail that can be sent."""
        return {
            "AccountName": "noreply@sandbox.test",
            "AddressType": "1",
            "ReplyToAddress": "false",
            "ToAddress": "someone@example.com",
            "Subject": "Hello",
            "TextBody": "How are you?",
        }

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What a statement gives."""
        with self.sandbox.store.transaction() as connection:
            return connection.execute(statement, values).fetchall()

    def mails(self, **chosen: str) -> list[dict[str, Any]]:
        """The mail that was taken, newest first, with its content."""
        return mailbox.list_mail(self.sandbox, chosen=Filter(**chosen), whole=True)

    def quota(self, daily: int, monthly: int) -> None:
        """Set what may be sent."""
        set_quota(self.sandbox, daily, monthly)

    def pass_time(self, **parts: float) -> None:
        """Turn the clock."""
        self.now += timedelta(**parts)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@pytest.fixture
def cloud(new_sandbox, tmp_path):
    path = tmp_path / "cloud.db"
    shutil.copyfile(new_sandbox, path)  # which takes a tenth of what it takes to make one
    made = Cloud(str(path))
    yield made
    made.sandbox.close()
