"""One verdict from what name servers and a resolver see."""

from __future__ import annotations

import asyncio

import pytest
from answers import asking

from dmcli.maildns.judge import Views, judge
from dmcli.maildns.lookup import ANSWER, NO_NAME, NONE, UNKNOWN, Answer
from dmcli.maildns.wanted import Record

OWNER = Record("ownership", "x.test", "TXT", "token", "x.test")
THERE = Answer(ANSWER, ("token",), 300)
OLD = Answer(ANSWER, ("old",), 120)
ABSENT = Answer(NO_NAME, ttl=45)
SILENT = Answer(UNKNOWN, why="no answer from 192.0.2.1 port 53")


def verdict(resolver, *servers, record=OWNER):
    views = Views({f"ns{number}.test": answer for number, answer in enumerate(servers)}, resolver)
    return asyncio.run(judge(record, views, asking({})))


@pytest.mark.parametrize(("cached", "seconds"), [(OLD, 120), (ABSENT, 45), (Answer(NONE, ttl=60), 60)])
def test_what_is_published_waits_for_the_resolver(cached, seconds):
    found = verdict(cached, THERE, THERE)
    assert (found.verdict, found.seconds, found.cure) == ("waiting", seconds, "")


def test_what_one_name_server_lacks_waits():
    found = verdict(THERE, THERE, OLD)
    assert (found.verdict, found.why, found.seconds) == ("waiting", ("not yet at ns1.test",), 120)


def test_what_no_name_server_has_is_to_fix_though_a_resolver_still_has_it():
    found = verdict(THERE, ABSENT, SILENT)
    assert (found.verdict, found.cure) == ("fix", "token")


def test_the_resolver_speaks_where_no_name_server_can_be_reached():
    assert verdict(THERE, SILENT).verdict == "ok"
    assert verdict(ABSENT, SILENT).verdict == "fix"


@pytest.mark.parametrize("servers", [(), (SILENT,), (THERE,)])
def test_silence_is_unknown(servers):
    found = verdict(SILENT, *servers)
    assert (found.verdict, found.cure) == ("unknown", "")


def test_what_the_service_has_not_seen_waits():
    found = verdict(THERE, THERE, record=OWNER._replace(seen=False))
    assert (found.verdict, found.seconds) == ("waiting", 600)
