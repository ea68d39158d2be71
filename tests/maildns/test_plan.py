"""What to change in a zone: whatever stands there is kept, and a second plan has nothing left to do."""

from __future__ import annotations

import spf as pyspf
from hypothesis import assume, given
from hypothesis import strategies as st

from dmcli.maildns.plan import ADD, MERGE, REFUSED, THERE, Standing, Zone, plan
from dmcli.maildns.spf import included, terms, with_includes
from dmcli.maildns.wanted import Record

DOMAIN, ZONE = "mail.example.com", "example.com"
SPF = "v=spf1 include:spf1.dm.aliyun.com -all"
WANTED = [
    Record("ownership", f"aliyundm.{DOMAIN}", "TXT", "text", ZONE),
    Record("spf", DOMAIN, "TXT", SPF, ZONE),
    Record("dkim", f"dm._domainkey.{DOMAIN}", "TXT", "v=DKIM1; k=rsa; p=QUJD", ZONE),
    Record("dmarc", f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1; p=none", ZONE),
    Record("mx", DOMAIN, "MX", "mx01.dm.aliyun.com", ZONE, priority=10),
    Record("cname", f"dmtrace.{DOMAIN}", "CNAME", "tracedm.aliyuncs.com", ZONE),
]

_MECHANISMS = st.sampled_from(
    [
        *("a", "MX", "-a:x.test", "~mx/24", "ip4:192.0.2.0/24", "?ip6:2001:db8::/32", "include:x.test"),
        *("Include:SPF1.dm.aliyun.com", "exists:%{i}.x.test", "exp=why.x.test", "unknown=1", "ptr"),
    ]
)
_ENDS = st.sampled_from(["", "-all", "~ALL", "redirect=x.test", "redirect=x.test -all"])
_GAPS = st.sampled_from([" ", "  "])


@st.composite
def records(draw):
    """SPF records in order, in any spelling."""
    words = [*draw(st.lists(_MECHANISMS, max_size=5, unique=True)), draw(_ENDS)]
    return draw(st.sampled_from(["v=spf1", "V=SPF1"])) + "".join(draw(_GAPS) + word for word in words if word)


@given(records())
def test_an_spf_record_with_the_include_is_the_same_otherwise(record):
    merged = with_includes(record, SPF)
    assert with_includes(merged, SPF) == merged
    assert merged.lower().count("include:spf1.dm.aliyun.com") == max(
        1, record.lower().count("include:spf1.dm.aliyun.com")
    )
    assert "spf1.dm.aliyun.com" in included(merged)
    if merged != record:
        before, after = merged.split("include:spf1.dm.aliyun.com")
        assert record in (before + after[1:], before.rstrip(" "), before)
        last = terms(merged)[-1]
        assert last.kind in ("all", "redirect") or last.text == "include:spf1.dm.aliyun.com"


@given(records())
def test_what_is_merged_lets_the_service_send_by_pyspf_too(record):
    """Every record of ours that comes to its end, by the other reader, meets the include on its way."""
    merged = with_includes(record, SPF)
    query = pyspf.query("198.51.100.7", f"me@{DOMAIN}", "mail.test")
    query.d = DOMAIN
    zone = {"spf1.dm.aliyun.com": "v=spf1 ip4:198.51.100.7 -all", "x.test": "v=spf1 ?all"}
    query.dns_txt = lambda name, *_, **__: [zone[name.lower()].encode()] if name.lower() in zone else []
    query.dns = lambda *_, **__: []
    query.dns_a = lambda *_, **__: []
    query.validated_ptrs = lambda *_, **__: []
    assume(record.lower().count("x.test") <= 2)
    assert query.check(spf=merged)[0] == "pass"


_ROWS = st.sampled_from(
    [
        *(Standing(DOMAIN, "TXT", text) for text in (SPF, "v=spf1 mx ~all", "v=spf1 -all mx", "v=spf10", "other")),
        *(Standing(f"_dmarc.{DOMAIN}", "TXT", text) for text in ("v=DMARC1; p=reject", "v=DMARC1;p=none", "other")),
        *(Standing(f"dm._domainkey.{DOMAIN}", "TXT", text) for text in ("p=QUJD", "p=", "v=DKIM1; p=QUJE")),
        *(Standing(DOMAIN, "MX", host, priority=1) for host in ("mx01.dm.aliyun.com", "mx.x.test", "")),
        *(Standing(f"dmtrace.{DOMAIN}", "CNAME", host) for host in ("tracedm.aliyuncs.com", "x.test")),
        *(Standing(f"{host}.{DOMAIN}", "A", "192.0.2.1") for host in ("dmtrace", "www")),
        *(Standing(name, "MX", "mx.x.test", priority=1) for name in ("*.example.com", "*.mail.example.com")),
        Standing(DOMAIN, "CNAME", "x.test"),
        Standing(DOMAIN, "TXT", "v=spf1 a -all", line="telecom"),
        Standing(f"_dmarc.{DOMAIN}", "CNAME", "x.test"),
        Standing(f"aliyundm.{DOMAIN}", "TXT", "text", ttl=60, paused=True),
    ]
)


def applied(zone, changes):
    """The zone with the changes made."""
    there = list(zone.records)
    for change in changes:
        if change.kind == MERGE:
            there.remove(change.old[0])
        if change.publishes:
            record = change.record
            there.append(Standing(record.name, record.type, change.new, record.priority, change.ttl))
    return Zone(zone.name, tuple(there))


@given(st.lists(_ROWS, max_size=8, unique=True))
def test_nothing_that_stands_is_lost_and_the_second_plan_is_empty(rows):
    zone = Zone(ZONE, tuple(rows))
    changes = plan(WANTED, zone)
    assert [change.record for change in changes] == WANTED
    after = applied(zone, changes)
    lost = set(zone.records) - set(after.records)
    assert lost <= {change.old[0] for change in changes if change.kind == MERGE}
    assert all(there.value.startswith("v=spf1") for there in lost)
    again = plan(WANTED, after)
    assert not any(change.publishes for change in again)
    for first, second in zip(changes, again, strict=True):
        assert second.kind == (REFUSED if first.kind == REFUSED else THERE)


@given(st.lists(_ROWS, max_size=8, unique=True))
def test_no_name_is_made_one_that_dns_forbids(rows):
    zone = Zone(ZONE, tuple(rows))
    before = {there.name for there in rows if there.type == "CNAME"}
    for change in plan(WANTED, zone):
        if change.kind == ADD:
            beside = {there.type for there in rows if there.name == change.record.name}
            assert change.record.name not in before
            assert change.record.type != "CNAME" or not beside
        if change.kind == ADD and change.record.type == "MX":
            assert not any(there.type == "MX" and there.name == DOMAIN for there in rows)


def test_the_zones_own_name_is_no_alias():
    [change] = plan([Record("cname", ZONE, "CNAME", "t.test", ZONE)], Zone(ZONE, ()))
    assert (change.kind, change.why) == (REFUSED, "the zone's own name cannot be a CNAME")


def test_records_of_one_name_and_type_have_one_ttl():
    zone = Zone(ZONE, (Standing(f"aliyundm.{DOMAIN}", "TXT", "other", ttl=60),))
    assert [change.ttl for change in plan(WANTED, zone)] == [60, 600, 600, 600, 600, 600]
