"""Why a send was refused as spam: what the account tells of its quota and state is told with the numbers."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from dmcli.api import catalogue
from dmcli.api.request import Keys, Target
from dmcli.api.wire import Reply
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.secret import Secret
from dmcli.workflows.refusal import look_why

SINGLE = "send single --from noreply@sandbox.test --to {} --subject s --text t"
BATCH = "send batch --from news@sandbox.test --template newsletter --list {} --yes --allow-unfilled"


@pytest.mark.parametrize("key", ["", " --idempotency-key k"])
def test_a_used_up_quota_is_told_with_its_numbers(box, key):
    box("receiver create large")
    box("receiver add large {}", [f"u{number}@x.com" for number in range(1202)])
    box("sandbox quota --daily 388")
    box(SINGLE, ",".join(f"u{number}@x.com" for number in range(100)))
    told = box(BATCH + key, "large", code=1).err.splitlines()
    assert told[0].startswith("dm: Sendmail rejected by spam filter. (InvalidSendMail.Spam, HTTP 400, ")
    assert told[1] == "    The quota does not suffice: 288 left today, 1,202 wanted."
    assert "the next day of the service" in told[2]
    box("sandbox quota --daily 2000 --monthly 101")
    error = json.loads(box(SINGLE + " -o json", "a@x.com,b@x.com", code=1).err)["error"]
    assert error["code"] == "InvalidSendMail.Spam"
    assert error["hint"].startswith("The quota does not suffice: 1 left this month, 2 wanted. Send to fewer, ")
    assert "本月还剩 1 封，本次需要 2 封" in box(SINGLE + " --lang zh", "a@x.com,b@x.com", code=1).err
    inline = json.dumps([{"To": ["a@x.com", "b@x.com"]}, {"To": "c@x.com"}])
    told = box(
        "send batch --from news@sandbox.test --template newsletter --receivers {} --yes --allow-unfilled",
        inline,
        code=1,
    ).err
    assert "1 left this month, 3 wanted" in told


def test_what_is_left_is_content_and_rate(box):
    box("sandbox fault add error InvalidSendMail.Spam --action SingleSendMail")
    assert "refused for its content or the sending rate" in box(SINGLE, "a@x.com", code=1).err


def test_where_the_account_cannot_be_looked_at_the_code_is_explained(box):
    box("sandbox fault add error InvalidSendMail.Spam --action SingleSendMail")
    box("sandbox fault add error Forbidden.RAM --action DescAccountSummary")
    told = box(SINGLE, "a@x.com", code=1).err
    assert "because of its content, the account's state, the sending rate or a used-up quota" in told


@pytest.mark.parametrize(
    ("status", "said"), [("1", "frozen"), (2, "overdue"), (4, "outbound restricted"), (0, ""), ("odd", "")]
)
def test_the_state_of_the_account_is_told(status, said):
    body = json.dumps({"RequestId": "r", "UserStatus": status, "DailyQuota": 9, "MonthQuota": "9", "data": {}}).encode()
    client = Client(
        lambda _: Reply(200, {}, body),
        lambda **_: Keys("testid", Secret("s")),
        Target("http://x", "cn-hangzhou"),
        Retrier(),
    )
    told = look_why(client, catalogue.get("SingleSendMail"), {"ToAddress": "a@x.com"}, datetime.now(UTC))
    assert (f"The account is {said}" if said else "content or the sending rate") in told["en"][0]
    assert bool(said) == ("账户状态为" in told["zh"][0])
