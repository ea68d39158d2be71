"""How many round trips a survey takes, by a clock that only the look-ups turn."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

from answers import asking

from dmcli.maildns import survey, wire
from dmcli.maildns.wire import Server

HOSTS = range(9)
SPF = f"v=spf1 include:spf1.dm.aliyun.com {' '.join(f'a:h{number}.example.com' for number in HOSTS)} -all"
ZONE = {
    ("example.com", "NS"): ["ns1.example.com", "ns2.example.com"],
    ("example.com", "SOA"): ["ns1.example.com host.example.com 1 2 3 4 5"],
    ("example.com", "TXT"): [SPF],
    ("example.com", "MX"): ["10 mx01.dm.aliyun.com"],
    ("_dmarc.example.com", "TXT"): ["v=DMARC1; p=none"],
    ("spf1.dm.aliyun.com", "TXT"): ["v=spf1 ip4:192.0.2.0/24 -all"],
    ("ns1.example.com", "A"): ["192.0.2.53"],
    ("ns2.example.com", "A"): ["192.0.2.54"],
} | {(f"h{number}.example.com", "A"): ["192.0.2.1"] for number in HOSTS}


class Turned(asyncio.SelectorEventLoop):
    """A loop that does not wait: when nothing else is to do, its clock is at what comes next."""

    now = 0.0

    def time(self):
        return self.now

    def _run_once(self):
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()


def test_twelve_look_ups_take_three_round_trips(monkeypatch):
    asked, answer = [], asking(ZONE)

    async def ask(server, name, kind, *_, **__):
        asked.append((server.address, name, kind))
        await asyncio.sleep(1)
        return await answer(name, kind)

    monkeypatch.setattr(wire, "_ask", ask)
    known = Future()
    known.set_result(survey.Wants("example.com", tuple(survey.common_records("example.com"))))
    with asyncio.Runner(loop_factory=Turned) as runner:
        found = runner.run(survey._survey({"example.com": known}, (Server("192.0.2.1"),), 60))
        assert {finding.verdict.verdict for finding in found} == {"ok"}
        assert runner.get_loop().now == 3  # the name servers, their addresses, and what they say
    assert len(asked) == len(set(asked)) > 20  # and nothing is asked twice
