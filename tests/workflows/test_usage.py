"""The quota that is used: what the service says of each sender address, added up."""

from __future__ import annotations

import json

import pytest

from dmcli.api.request import Keys, Target
from dmcli.api.wire import Reply
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.secret import Secret
from dmcli.workflows.usage import quota_usage


@pytest.mark.parametrize("odd", ["²", "٣", "", "many", None, -1, "9" * 5000])
def test_counts_that_are_no_numbers_count_as_none(odd):
    rows = [{"DailyReqCount": 2, "MonthReqCount": "30"}, {"DailyReqCount": odd, "MonthReqCount": odd}]
    body = json.dumps({"RequestId": "r", "TotalCount": odd, "data": {"mailAddress": rows}}).encode()
    client = Client(
        lambda _: Reply(200, {}, body),
        lambda **_: Keys("testid", Secret("s")),
        Target("http://x", "cn-hangzhou"),
        Retrier(),
    )
    assert quota_usage(client) == (2, 30)
