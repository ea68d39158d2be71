"""Sources are read at the same time, after one that finds out about clock and keys; what fails is named."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from params import params_of

from dmcli.api.request import Keys, Target
from dmcli.api.wire import NotSent, Reply
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.errors import UnreachableError
from dmcli.secret import Secret
from dmcli.workflows.trace.gather import gather
from dmcli.workflows.trace.sources import Asked

NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)
WINDOW = {"StartTime": "2026-02-13 00:00", "EndTime": "2026-03-15 23:59"}
ASKED = Asked("Eve@b.test", 0, [WINDOW])
LISTS = [{"ReceiverId": str(number), "ReceiversName": f"l{number}"} for number in range(3)]
# Two spellings, the invalid list, two spellings and the domain as suppressed, two spellings of two blocks, members and
# tasks.
AT_ONCE = 2 + 1 + 3 + 2 + 2 + 3 + 1


class Service:
    """Answers the calls of a trace; `together` of them when they are all there, `silent` ones never."""

    def __init__(self, together=0, silent=(), now=NOW, detail=()):
        self.asked, self.lock = [], threading.Lock()
        self.silent, self.now, self.detail = silent, now, list(detail)
        self.together = threading.Barrier(together, timeout=20) if together else None

    def __call__(self, request):
        params = params_of(request)
        with self.lock:
            self.asked.append(params["Action"])
        if params["Action"] in self.silent:
            raise NotSent("nobody answers")
        headers = {"date": format_datetime(self.now, usegmt=True)}
        stamp = datetime.fromisoformat(params["Timestamp"])
        if abs(self.now - stamp) > timedelta(minutes=15):
            return Reply(400, headers, json.dumps({"Code": "InvalidTimeStamp.Expired", "RequestId": "r"}).encode())
        if self.together and params["Action"] != "QueryReceiverByParam":
            self.together.wait()
        rows = {
            "QueryReceiverByParam": {"receiver": LISTS},
            "SenderStatisticsDetailByParam": {"mailDetail": self.detail},
        }
        data = rows.get(params["Action"], {"detail": [], "task": [], "mailDetail": []})
        return Reply(200, headers, json.dumps({"RequestId": "r", "data": data, "Data": []}).encode())


def trace(service):
    client = Client(
        service,
        lambda **_: Keys("testid", Secret("s")),
        Target("http://x", "cn-hangzhou"),
        Retrier(now=lambda: NOW, sleep=lambda _: None),
    )
    return gather(client, ASKED, clock=lambda: 0.0 + len(service.asked) // 10, pause=lambda _: None)


def test_all_but_one_call_are_under_way_at_the_same_time():
    service = Service(together=AT_ONCE)
    assert trace(service).unread == {}
    assert service.asked[0] == "QueryReceiverByParam"
    assert len(service.asked) == 1 + AT_ONCE


def test_a_clock_that_is_wrong_is_noticed_once():
    service = Service(now=NOW + timedelta(hours=1))
    assert trace(service).unread == {}
    assert len(service.asked) == 1 + 1 + AT_ONCE


def test_mail_found_under_two_spellings_is_counted_once_and_two_that_are_the_same_twice():
    row = {"ToAddress": "Eve@b.test", "Status": 0, "UtcLastUpdateTime": "1773547200", "Message": "250 OK"}
    assert len(trace(Service(detail=[row, row])).events) == 2


def test_what_needs_a_source_that_fails_is_not_asked():
    found = trace(Service(silent=("QueryReceiverByParam",)))
    assert set(found.unread) == {"lists"}
    everything = (
        "SenderStatisticsDetailByParam",
        "QueryInvalidAddress",
        "ListBlockSending",
        "QueryTaskByParam",
        "ListUserSuppression",
    )
    with pytest.raises(UnreachableError):
        trace(Service(silent=(*everything, "QueryReceiverByParam")))
