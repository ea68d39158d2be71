"""What domains want is asked of the account at the same time, and a call that fails is told by its domain."""

from __future__ import annotations

import json
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from dmcli.api.request import Keys, Target
from dmcli.api.wire import NotSent, Reply
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.errors import NotFoundError, UnreachableError
from dmcli.maildns.survey import survey
from dmcli.maildns.wire import Server
from dmcli.secret import Secret
from dmcli.workflows.domain.doctor import ask_account

NAMES = [f"d{number}.test" for number in range(5)]
ROWS = [{"DomainName": name, "DomainId": str(number)} for number, name in enumerate(NAMES)]
ADDRESSES = [{"AccountName": "news@d1.test"}, {"AccountName": "a@sub.d1.test"}]


class Service:
    """Answers the calls; the first `together` look-ups of a domain are answered when all of them are there."""

    def __init__(self, together=0, silent=()):
        self.asked = []
        self.silent = silent
        self.together = threading.Barrier(together, timeout=20) if together else None

    def __call__(self, request):
        told = f"{urlsplit(request.url).query}&{request.body.decode()}"
        params = {name: texts[0] for name, texts in parse_qs(told).items()}
        action = params["Action"]
        self.asked.append(action)
        if action in self.silent:
            raise NotSent("nobody answers")
        if action == "DescDomain" and self.together:
            self.together.wait()
        row = ROWS[int(params.get("DomainId", 0))]
        answers = {
            "QueryDomainByParam": {"data": {"domain": ROWS}, "TotalCount": 5, "PageNumber": 1, "PageSize": 50},
            "QueryMailAddressByParam": {"data": {"mailAddress": ADDRESSES}, "TotalCount": 2},
            "DescDomain": row | {"MxRecord": "mx01.dm.aliyun.com", "IcpStatus": "0"},
        }
        return Reply(200, {}, json.dumps({"RequestId": "r"} | answers[action]).encode())


def client(service):
    retrier = Retrier(sleep=lambda _: None)
    return Client(service, lambda **_: Keys("testid", Secret("s")), Target("http://x", "cn-hangzhou"), retrier)


@pytest.mark.parametrize("typed", [NAMES, [row["DomainId"] for row in ROWS], [*NAMES[:4], "4"]])
def test_several_domains_are_looked_up_at_the_same_time(typed):
    service = Service(together=5)
    found = [future.result(20) for future in ask_account(client(service), typed).values()]
    assert [wants.domain for wants in found] == NAMES
    assert [wants.senders for wants in found] == [(), ("news@d1.test",), (), (), ()]
    assert {(wants.account, wants.filed, len(wants.records)) for wants in found} == {(True, False, 1)}
    assert service.asked.count("QueryDomainByParam") == (0 if typed[0] == "0" else 1)
    assert service.asked[0] != "DescDomain"


def test_addresses_that_cannot_be_listed_keep_nobody_from_a_look():
    found = ask_account(client(Service(silent=("QueryMailAddressByParam",))), ["d1.test"])["d1.test"].result(20)
    assert (found.domain, found.senders) == ("d1.test", ())


@pytest.mark.parametrize(
    ("name", "silent", "error"),
    [
        ("no.test", (), NotFoundError),
        ("d1.test", ("DescDomain",), UnreachableError),
        ("d1.test", ("QueryDomainByParam",), UnreachableError),
    ],
)
def test_what_the_account_refuses_is_raised(name, silent, error):
    wants = ask_account(client(Service(silent=silent)), [name])
    with pytest.raises(error):
        survey(wants, (Server("127.0.0.1", 9),), 20)


def test_a_service_that_takes_too_long_is_told_with_what_helps():
    service = Service(together=2)  # and nobody else comes
    with pytest.raises(UnreachableError, match=r"not told in time what d1\.test wants: give more --timeout"):
        survey(ask_account(client(service), ["d1.test"]), (Server("127.0.0.1", 9),), 0.2)
    service.together.abort()
