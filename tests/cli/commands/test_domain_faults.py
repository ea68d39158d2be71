"""Each kind of fault that `domain doctor` knows, on a real DNS server: verdict, words, and what to publish."""

from __future__ import annotations

import re

import pytest
from zones import Authority, serving

SPF = "v=spf1 include:spf1.dm.aliyun.com -all"
MX = "@ MX 10 mx01.dm.aliyun.com."
DMARC = '_dmarc TXT "v=DMARC1; p=none"'


def spf(text):
    return f'@ TXT "{text}"\n{MX}\n{DMARC}\n'


def many(number, tail=""):
    hosts = " ".join(f"a:h{at}.hosts.test" for at in range(number))
    return spf(f"v=spf1 include:spf1.dm.aliyun.com {hosts}{tail} -all")


# By domain: its zone, and of one row the verdict, what the reason has in it, and what is to be published.
FAULTS = {
    "no-spf.test": (f"{MX}\n{DMARC}\n", "spf", "fix", "no TXT record", SPF),
    "two-spf.test": (
        spf(SPF) + '@ TXT "v=spf1 a -all"\n',
        "spf",
        "fix",
        "2 SPF records",
        "v=spf1 a include:spf1.dm.aliyun.com -all",
    ),
    "ten.test": (many(9), "spf", "ok", "10 of 10 look-ups, 0 of 2 void", None),
    "eleven.test": (many(10), "spf", "fix", "it takes 11 look-ups, more than 10", None),
    "two-void.test": (many(1, " a:no1.hosts.test a:no2.hosts.test"), "spf", "ok", "2 of 2 void", None),
    "three-void.test": (many(0, " a:no1.hosts.test mx:deadmx.hosts.test"), "spf", "fix", "3 of its look-ups", None),
    "plus-all.test": (spf(SPF.replace("-all", "+all")), "spf", "fix", "everybody", SPF.replace("-all", "~all")),
    "all.test": (spf(SPF.replace("-all", "all")), "spf", "fix", "everybody", SPF.replace("-all", "~all")),
    "wrong-include.test": (
        spf("v=spf1 include:spf.hosts.test -all"),
        "spf",
        "fix",
        "include:spf1.dm.aliyun.com is not in it",
        "v=spf1 include:spf.hosts.test include:spf1.dm.aliyun.com -all",
    ),
    "twice.test": (
        spf("v=spf1 include:two.hosts.test include:two.hosts.test include:spf1.dm.aliyun.com -all"),
        "spf",
        "fix",
        "4 of its look-ups are void",
        "v=spf1 include:two.hosts.test include:spf1.dm.aliyun.com -all",
    ),
    "capitals.test": (spf("V=SPF1 include:spf1.dm.aliyun.com -ALL"), "spf", "ok", "1 of 10", None),
    "no-dmarc.test": (f'@ TXT "{SPF}"\n{MX}\n', "dmarc", "fix", "no such name", "v=DMARC1; p=none"),
    "two-dmarc.test": (spf(SPF) + '_dmarc TXT "v=DMARC1; p=reject"\n', "dmarc", "fix", "2 DMARC records", "v=DMARC1"),
    "gone-tags.test": (
        spf(SPF).replace("p=none", "p=reject; pct=5; rf=afrf; ri=60"),
        "dmarc",
        "ok",
        "pct= has no meaning since RFC 9989; rf= has no meaning since RFC 9989; ri= has no meaning since RFC 9989",
        None,
    ),
    "mail.organisation.test": ("", "dmarc", "ok", "the policy of organisation.test holds: quarantine", None),
    "shop.suffix.test": ("", "dmarc", "ok", "the policy of suffix.test holds: reject", None),
    "other-mx.test": (
        spf(SPF).replace("mx01.dm.aliyun.com", "mx.hosts.test"),
        "mx",
        "fix",
        "receives mail at mx.hosts.test",
        "10 mx01.dm.aliyun.com",
    ),
    "null-mx.test": (
        spf(SPF).replace("10 mx01.dm.aliyun.com.", "0 ."),
        "mx",
        "fix",
        "the name says that it receives no mail (MX 0 .)",
        "10 mx01.dm.aliyun.com",
    ),
    "both-mx.test": (spf(SPF) + "@ MX 20 mx.hosts.test.\n", "mx", "ok", "elsewhere too: 20 mx.hosts.test", None),
    "lame.test": (spf(SPF), "delegation", "unknown", "no authority", None),
    "dead.test": (
        spf(SPF) + "@ NS ns2\nns2 A 255.255.255.255\n",
        "delegation",
        "ok",
        "255.255.255.255 port 53: ",
        None,
    ),
    "no-address.test": (spf(SPF) + "@ NS ns2\n", "delegation", "ok", "ns2.no-address.test has no address", None),
    "apex.test": (
        spf(SPF),
        "delegation",
        "fix",
        "zone's own name, where none may be: remove apex.test CNAME x.hosts",
        None,
    ),
    "mail.beside.test": ("", "delegation", "fix", "where none may: remove mail.beside.test CNAME x.hosts.test", None),
    "mail.alias.test": ("", "spf", "fix", "mail.alias.test is a CNAME to x.hosts.test: it must be removed first", SPF),
    "servfail.test": (spf(SPF), "dmarc", "unknown", "SERVFAIL", None),
    "bogus.test": (spf(SPF), "dmarc", "fix", "DNSSEC validation fails", None),
    "cut.test": (spf(SPF), "dmarc", "unknown", "cuts its answer over TCP too", None),
    "mail.root.test": ("", "spf", "fix", "mail.root.test is a CNAME to .: it must be removed first", SPF),
    "crowd.test": (
        spf(SPF) + "".join(f"@ NS x{number}\n" for number in range(40)),
        "delegation",
        "ok",
        "zone crowd.test",
        None,
    ),
    "waiting.test": (spf(SPF), "spf", "waiting", "the resolver still has what was there before", None),
}
ZONES = {name: fault[0] for name, fault in FAULTS.items() if fault[0]} | {
    "dm.aliyun.com": 'spf1 TXT "v=spf1 ip4:192.0.2.0/24 -all"',
    "hosts.test": "\n".join(
        [
            *(f"h{number} A 192.0.2.{number + 1}" for number in range(11)),
            'spf TXT "v=spf1 ip4:192.0.2.7 -all"',
            'two TXT "v=spf1 a:no1.hosts.test a:no2.hosts.test -all"',
            "deadmx MX 10 no3\ndeadmx MX 20 no4",
            "x A 192.0.2.9",
        ]
    ),
    "organisation.test": f'mail TXT "{SPF}"\n_dmarc TXT "v=DMARC1; p=reject; sp=quarantine"',
    "suffix.test": f'shop TXT "{SPF}"\n_dmarc TXT "v=DMARC1; p=reject; psd=y"',
    "beside.test": f'mail TXT "{SPF}"',
    "root.test": "mail CNAME .",
    "alias.test": "mail CNAME x.hosts.test.",
}


@pytest.fixture(scope="module")
def authority():
    served = Authority()
    for name, text in ZONES.items():
        served.add(name, text)
    served.cache("waiting.test", '@ 77 TXT "v=spf1 mx -all"')
    served.beside = {"apex.test": "x.hosts.test", "mail.beside.test": "x.hosts.test"}
    served.faults = {
        "lame.test": "lame",
        "_dmarc.servfail.test": "servfail",
        "_dmarc.bogus.test": "bogus",
        "_dmarc.cut.test": "always cut",
    }
    with serving(served):
        yield served


def test_each_fault_in_one_call(box, authority):
    line = f"domain doctor {' '.join(FAULTS)} --no-account --resolver 127.0.0.1:{authority.port} -o json"
    run = box(line, code=5)
    rows = {(row["domain"], row["record"]): row for row in run.json}
    for domain, (_, record, verdict, why, publish) in FAULTS.items():
        row = rows[domain, record]
        assert (row["verdict"], why in "; ".join(row["why"])) == (verdict, True), row
        assert row["publish"] is None if publish is None else publish in (row["publish"] or ""), row
        assert bool(row["seconds"]) is (verdict == "waiting"), row
    assert rows["waiting.test", "spf"]["seconds"] == 77
    crowd = {name for name, _ in authority.asked if re.fullmatch(r"x\d+\.crowd\.test", name)}
    assert 0 < len(crowd) < 13  # of so many name servers a few are enough
    assert re.search(r"to fix at no-spf\.test: SPF; two-spf\.test: SPF; .* and \d+ more", run.err)


def published(box, more=(), domain="example.com"):
    """The zone that a domain of the account wants, with other texts in it."""
    zone = box("domain records {} --as zone", domain).out
    for old, new in more:
        assert re.search(old, zone), zone
        zone = re.sub(old, new, zone)
    return zone


KEY = r"(?m)^(\S+_domainkey\S* .*?TXT).*$"
TRACK = r"(?m)^(dmtrace\S*) .*$"
ACCOUNT = {
    "key as it is": ((), "dkim", "ok", "2048 bits"),
    "no key": (((KEY, ""),), "dkim", "fix", "no such name"),
    "other key": (((KEY, r'\1 "v=DKIM1; k=rsa; p=QUJD"'),), "dkim", "fix", "it is another key"),
    "revoked key": (((KEY, r'\1 "v=DKIM1; k=rsa; p="'),), "dkim", "fix", "revoked"),
    "two keys": (
        ((r"(?m)^(\S+_domainkey\S* .*?TXT)(.*)$", r'\1\2\n\1 "k=rsa; p=QUJD"'),),
        "dkim",
        "fix",
        "2 DKIM keys",
    ),
    "tracking elsewhere": (((TRACK, r"\1 CNAME x.other.test."),), "cname", "fix", "it leads to x.other.test"),
    "tracking proxied": (((TRACK, r"\1 A 192.0.2.7"),), "cname", "fix", "switch the provider's proxy off"),
    "tracking missing": (((TRACK, ""),), "cname", "fix", "no such name"),
}


def test_each_fault_of_what_only_the_account_knows(box, authority):
    box("domain create example.com")
    box("address create news@example.com --type batch")
    box("domain check example.com")
    line = f"domain doctor example.com --resolver 127.0.0.1:{authority.port} -o json"
    for name, (more, record, verdict, why) in ACCOUNT.items():
        authority.add("example.com", published(box, more))
        rows = {row["record"]: row for row in box(line, code=5 if verdict == "fix" else 0).json}
        assert (rows[record]["verdict"], why in "; ".join(rows[record]["why"])) == (verdict, True), (name, rows[record])
    assert rows["alignment"]["why"] == [
        "From example.com, as in news@example.com",
        "SPF (MAIL FROM example.com) is aligned, relaxed and strict",
        "DKIM (d=example.com) is aligned, relaxed and strict",
    ]


def test_what_stands_beside_the_tracking_cname_is_to_be_removed(box, authority):
    box("domain create example.com")
    authority.add("example.com", published(box, ((TRACK, r"\1 A 192.0.2.7"),)))
    authority.beside["dmtrace.example.com"] = "tracedm.aliyuncs.com"
    rows = box(f"domain doctor example.com --resolver 127.0.0.1:{authority.port} -o json", code=5).json
    del authority.beside["dmtrace.example.com"]
    why = next(row["why"] for row in rows if row["record"] == "cname")
    assert why == ["other records stand beside the CNAME, where none may: remove dmtrace.example.com A 192.0.2.7"]


@pytest.mark.parametrize(
    ("name", "said"), [("example.com", "has an ICP"), ("icp.example.com", "has no ICP filing: mail can")]
)
def test_the_icp_filing_has_a_row(box, authority, name, said):
    box("domain create {}", name)
    box("domain check {}", name)
    authority.add("example.com", published(box, domain=name))
    rows = box(f"domain doctor {name} --resolver 127.0.0.1:{authority.port} -o json").json
    row = next(row for row in rows if row["record"] == "icp")
    assert (row["verdict"], said in row["why"][0], row["type"]) == ("ok", True, None)
