"""SPF look-ups as RFC 7208 counts them, over many zones, with pyspf and checkdmarc as oracles."""

from __future__ import annotations

import asyncio

import spf as pyspf
from answers import asking
from rows import each
from spf_cases import FAULTS, MX, SOUND, TXT, zone_of

from dmcli.maildns import spf


def walk(record):
    return asyncio.run(spf.walk("x.test", record, asking(zone_of(record))))


@each("record", SOUND)
def test_look_ups_and_void_ones_are_counted(record):
    found = walk(record)
    assert (found.lookups, found.void, found.problems, found.unknown) == (*SOUND[record], (), ())


@each("record", FAULTS)
def test_what_a_receiver_refuses(record):
    assert FAULTS[record] in walk(record).problems


def pyspf_says(record, monkeypatch):
    """What pyspf answers for a sender that nothing matches, asked of the same zone."""
    zone = zone_of(record)

    def lookup(name, kind, *_, **__):
        values = zone.get((name.rstrip(".").lower(), kind)) or []
        if kind == TXT:
            return [((name, kind), (value.encode(),)) for value in values]
        if kind == MX:
            return [((name, kind), (10, value.split()[1])) for value in values]
        return [((name, kind), value) for value in values]

    monkeypatch.setattr(pyspf, "DNSLookup", lookup)
    query = pyspf.query(i="203.0.113.9", s="ada@x.test", h="mail.x.test")
    return query.check()[0]


@each("record", [*SOUND, *FAULTS])
def test_pyspf_refuses_what_we_refuse_and_nothing_else(record, monkeypatch):
    assert (pyspf_says(record, monkeypatch) == "permerror") == bool(walk(record).problems)


def test_an_include_that_stands_twice_counts_twice():
    found = walk("v=spf1 include:two.test include:two.test -all")
    assert (found.lookups, found.void) == (6, 4)


def test_the_chain_shows_who_costs_what():
    assert walk("v=spf1 include:two.test -all").chain == (
        "include:two.test",
        "  a:gone1.test (void)",
        "  a:gone2.test (void)",
    )


def test_everybody_may_send_only_by_the_record_itself_or_its_redirect():
    assert walk("v=spf1 +all").problems == walk("v=spf1 all").problems == walk("v=spf1 redirect=open.test").problems
    assert walk("v=spf1 all").problems == ("+all lets everybody send",)


def test_a_look_up_that_fails_is_not_called_missing():
    found = walk("v=spf1 include:silent.test -all")
    assert (found.problems, found.unknown) == ((), ("silent.test TXT: no answer",))


def test_names_included_through_others_are_known():
    assert "d6.test" in walk("v=spf1 include:d0.test -all").includes


def test_merging_keeps_what_is_there():
    wanted = "v=spf1 include:spf.test -all"
    assert spf.merged([], wanted) == wanted
    assert spf.merged(["v=spf1 mx ~all", "v=spf1 a mx -all"], wanted) == "v=spf1 mx a include:spf.test ~all"
    assert spf.merged(["v=spf1 a redirect=n1.test"], wanted) == "v=spf1 a include:spf.test redirect=n1.test"
