"""SPF records and the zone that they lead to, and what checking each of them takes, by RFC 7208."""

from __future__ import annotations

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
        ("null.test", MX): ["0 ."],
        ("dead.test", MX): ["10 gone1.test", "20 gone2.test"],
        ("deader.test", MX): ["10 gone1.test", "20 gone2.test", "30 gone3.test", "40 h1.test"],
        ("six.test", "AAAA"): ["2001:db8::1"],
        ("many-but-ten.test", MX): [f"10 h{number}.test" for number in range(10)],
        ("many.test", MX): [f"10 h{number}.test" for number in range(11)],
        ("double.test", TXT): ["v=spf1 -all", "v=spf1 ~all"],
        ("open.test", TXT): ["v=spf1 +all"],
        ("loop.test", TXT): ["v=spf1 include:loop.test -all"],
        ("broken.test", TXT): ["v=spf1 ipv4:192.0.2.1 -all"],
        ("plain.test", TXT): ["hello"],
        ("silent.test", TXT): None,
    }
)


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
    "v=spf1 mx:many-but-ten.test -all": (1, 0),
    "v=spf1 mx:dead.test -all": (1, 2),
    "v=spf1 mx:gone.test -all": (1, 1),
    "v=spf1 mx:null.test -all": (1, 0),
    "v=spf1 a:six.test -all": (1, 1),
    "v=spf1 exists:gone.test -all": (1, 1),
} | {terms(kind, number): (number, 0) for kind in ("a", "include") for number in range(1, 11)}

FAULTS = {
    terms("a", 11): "it takes 11 look-ups, more than 10",
    terms("include", 11): "it takes 11 look-ups, more than 10",
    "v=spf1 include:d0.test include:d3.test -all": "it takes 11 look-ups, more than 10",
    "v=spf1 a:g1.test a:g2.test a:g3.test -all": "3 of its look-ups are void, more than 2",
    "v=spf1 include:two.test include:two.test -all": "4 of its look-ups are void, more than 2",
    "v=spf1 mx:deader.test -all": "3 of its look-ups are void, more than 2",
    "v=spf1 a:gone1.test mx:dead.test -all": "3 of its look-ups are void, more than 2",
    "v=spf1 a:six.test exists:gone1.test mx:gone.test -all": "3 of its look-ups are void, more than 2",
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


def zone_of(record, name="x.test"):
    """The zone with a record at a name, which has an address and a host for mail too; records may call it x.test."""
    return ZONE | {(name, TXT): [record.replace("x.test", name)], (name, A): ["192.0.2.9"], (name, MX): ["10 h2.test"]}
