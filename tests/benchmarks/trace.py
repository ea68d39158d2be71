"""How many round trips a trace takes beside its longest paging, where every answer takes a quarter of a second.

The pace that is kept to the service is left out, as that is its own limit. Exits with 1 where a figure is missed.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

sys.path.insert(0, f"{__file__.rpartition('/benchmarks')[0]}/support")

from params import params_of

from dmcli.api.request import Keys, Target
from dmcli.api.wire import Reply, Request
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.secret import Secret
from dmcli.workflows.trace.gather import gather
from dmcli.workflows.trace.sources import Asked

ANSWER, MOST_MORE = 0.25, 2.0  # seconds; round trips more than the longest paging
PAGE = 100
WINDOW = {"StartTime": "2026-02-13 00:00", "EndTime": "2026-03-15 23:59"}


class Service:
    """Has an address with some pages of mail, that is in some lists."""

    def __init__(self, pages: int, lists: int) -> None:
        self.pages, self.calls = pages, 0
        self.lists = [{"ReceiverId": str(number), "ReceiversName": f"l{number}"} for number in range(lists)]

    def __call__(self, request: Request) -> Reply:
        params = params_of(request)
        self.calls += 1
        time.sleep(ANSWER)
        at = int(params.get("NextStart") or 0) + 1
        mail = {"ToAddress": "Eve@b.test", "Status": 0, "UtcLastUpdateTime": str(at), "Subject": "Hello"}
        mails = [mail] * PAGE if "ToAddress" in params else []
        reply: dict[str, Any] = {
            "RequestId": "r",
            "NextStart": str(at) if mails and at < self.pages else "",
            "Data": [],
        }
        rows = {
            "QueryReceiverByParam": {"receiver": self.lists},
            "SenderStatisticsDetailByParam": {"mailDetail": mails},
        }
        reply["data"] = rows.get(params["Action"], {"detail": [], "task": [], "mailDetail": []})
        return Reply(200, {}, json.dumps(reply).encode())


def main() -> int:
    kept_to = []
    for pages, lists in ((1, 0), (1, 3), (1, 10), (5, 10), (20, 10)):
        service = Service(pages, lists)
        client = Client(service, lambda **_: Keys("testid", Secret("s")), Target("http://x", "cn-hangzhou"), Retrier())
        asked = Asked("Eve@b.test", 0, [WINDOW])
        began = time.perf_counter()
        found = gather(client, asked, clock=lambda: 0.0, pause=lambda _: None)
        trips = (time.perf_counter() - began) / ANSWER
        assert found.unread == {}
        more = trips - pages
        kept_to.append(more <= MOST_MORE)
        print(
            f"{pages:2} pages, {lists:2} lists, {service.calls:3} calls: {trips:5.1f} round trips, {more:4.1f} more "
            f"than the longest paging (at most {MOST_MORE}) {'ok' if kept_to[-1] else 'MISSED'}"
        )
    return 0 if all(kept_to) else 1


if __name__ == "__main__":
    sys.exit(main())
