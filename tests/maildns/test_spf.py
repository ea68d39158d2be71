"""SPF look-ups as RFC 7208 counts them, over many zones, with pyspf and checkdmarc as oracles."""

from __future__ import annotations

import asyncio

import pytest
import spf as pyspf
from answers import asking

from dmcli.maildns import spf

A, MX, TXT = "A", "MX", "TXT"
HOSTS = {(f"h{number}.test", A): ["192.0.2.1"] for number in range(12)}
NETS = {(f"n{number}.test", TXT): ["v=spf1 ip4:192.0.2.0/24 -all"] for number in range(12)}
DEEP = {(f"d{n}.test", TXT): [f"v=spf1 include:d{n + 1}.test -all"] for n in range(6)} | {
    ("d6.test", TXT): ["v=spf1 ip4:192.0.2.1 -all"]
}
ZONE = (
    HOSTS
    | NETS
    | DEEP
    | {
        ("two.test", TXT): ["v=spf1 a:gone1.test a:gone2.test -all"],
        ("mx.test", MX): ["10 h1.test"],
        ("many.test", MX): [f"10 h{number}.test" for number in range(11)],
        ("double.test", TXT): ["v=spf1 -all", "v=spf1 ~all"],
        ("open.test", TXT): ["v=spf1 +all"],
        ("loop.test", TXT): ["v=spf1 include:loop.test -all"],
        ("broken.test", TXT): ["v=spf1 ipv4:192.0.2.1 -all"],
        ("plain.test", TXT): ["hello"],
        ("silent.test", TXT): None,
    }
)


def walk(record):
    zone = ZONE | {("x.test", TXT): [record], ("x.test", A): ["192.0.2.9"], ("x.test", MX): ["10 h2.test"]}
    return asyncio.run(spf.walk("x.test", record, asking(zone)))


def terms(kind, number, tail="-all"):
    host = "n" if kind == "include" else "h"
    return " ".join(["v=spf1", *(f"{kind}:{host}{at}.test" for at in range(number)), tail])


SOUND = {
    "v=spf1 -all": (0, 0),
    "V=SPF1 -ALL": (0, 0),
    "v=spf1  ip4:192.0.2.1   -all ": (0, 0),
    "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all": (0, 0),
    "v=spf1 a -all": (1, 0),
    "v=spf1 mx -all": (1, 0),
    "v=spf1 A:h1.test/24 MX:mx.test -all": (2, 0),
    "v=spf1 a/24 mx/24//64 ?all": (2, 0),
    "v=spf1 include:n1.test include:n2.test -all": (2, 0),
    "v=spf1 include:n1.test. -all": (1, 0),
    "v=spf1 include:N1.TEST -all": (1, 0),
    "v=spf1 include:n1.test include:n1.test -all": (2, 0),
    "v=spf1 redirect=n1.test": (1, 0),
    "v=spf1 redirect=n1.test -all": (0, 0),
    "v=spf1 -all a mx include:n1.test": (0, 0),
    "v=spf1 a:gone.test -all": (1, 1),
    "v=spf1 include:two.test -all": (3, 2),
    "v=spf1 exists:%{i}.sbl.test -all": (1, 0),
    "v=spf1 ptr -all": (1, 0),
    "v=spf1 exp=why.test x-y=z -all": (0, 0),
    "v=spf1 include:d0.test -all": (7, 0),
    "v=spf1 include:d0.test a mx ptr -all": (10, 0),
    "v=spf1 include:open.test -all": (1, 0),
} | {terms(kind, number): (number, 0) for kind in ("a", "include") for number in range(1, 11)}

FAULTS = {
    terms("a", 11): "it takes 11 look-ups, more than 10",
    terms("include", 11): "it takes 11 look-ups, more than 10",
    "v=spf1 include:d0.test include:d3.test -all": "it takes 11 look-ups, more than 10",
    "v=spf1 a:g1.test a:g2.test a:g3.test -all": "3 of its look-ups are void, more than 2",
    "v=spf1 include:two.test include:two.test -all": "4 of its look-ups are void, more than 2",
    "v=spf1 include:gone.test -all": "gone.test has 0 SPF records, and must have one",
    "v=spf1 include:plain.test -all": "plain.test has 0 SPF records, and must have one",
    "v=spf1 include:double.test -all": "double.test has 2 SPF records, and must have one",
    "v=spf1 include:broken.test -all": "broken.test: ipv4:192.0.2.1 is no term of SPF",
    "v=spf1 include:x.test -all": "x.test includes itself",
    "v=spf1 redirect=gone.test": "gone.test has 0 SPF records, and must have one",
    "v=spf1 ipv4:192.0.2.1 -all": "x.test: ipv4:192.0.2.1 is no term of SPF",
    "v=spf1 ip4:192.0.2 -all": "x.test: ip4:192.0.2 has no address of its kind",
    "v=spf1 ip4:2001:db8::1 -all": "x.test: ip4:2001:db8::1 has no address of its kind",
    "v=spf1 include -all": "x.test: include is no term of SPF",
    "v=spf1 a:nodot -all": "x.test: a:nodot names no domain",
    "v=spf1 redirect=n1.test redirect=n2.test": "x.test: redirect= stands twice",
    "v=spf1 exp=n1.test -all exp=n2.test": "x.test: exp= stands twice",
    "v=spf1 mx:many.test -all": "many.test has 11 MX records, more than 10",
}


@pytest.mark.parametrize("record", SOUND)
def test_look_ups_and_void_ones_are_counted(record):
    found = walk(record)
    assert (found.lookups, found.void, found.problems, found.unknown) == (*SOUND[record], (), ())


@pytest.mark.parametrize("record", FAULTS)
def test_what_a_receiver_refuses(record):
    assert FAULTS[record] in walk(record).problems


def pyspf_says(record, monkeypatch):
    """What pyspf answers for a sender that nothing matches, asked of the same zone."""
    zone = ZONE | {("x.test", TXT): [record], ("x.test", A): ["192.0.2.9"], ("x.test", MX): ["10 h2.test"]}

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


@pytest.mark.parametrize("record", [*SOUND, *FAULTS])
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
