"""The sandbox's DNS authority over real UDP and TCP, and domains that verify by it."""

from __future__ import annotations

import ipaddress
import socket
import struct
import time
from contextlib import ExitStack, contextmanager, suppress

import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import pytest
from cloud import Cloud
from hypothesis import given, settings
from hypothesis import strategies as st

from dmcli.errors import InputError, LocalIOError, NotFoundError
from dmcli.maildns.wanted import wanted
from dmcli.sandbox.control import dns as zone
from dmcli.sandbox.dns.authority import ZoneRecord, reply_to, zones_of
from dmcli.sandbox.server.authority import AuthorityServer
from dmcli.sandbox.store import snapshots

NAME = "mail.example.com"


@pytest.fixture
def served(tmp_path):
    """A sandbox in a file with a domain, and its authority."""
    cloud = Cloud(str(tmp_path / "served.db"))
    cloud.ok("CreateDomain", DomainName=NAME)
    with AuthorityServer(cloud.sandbox) as authority:
        yield cloud, authority.port
    cloud.sandbox.close()


@contextmanager
def in_process():
    cloud = Cloud()
    cloud.ok("CreateDomain", DomainName=NAME)
    yield cloud, 0
    cloud.sandbox.close()


def ask(port, name, kind, *, tcp=False, **query):
    message = dns.message.make_query(name, kind, **query)
    return (dns.query.tcp if tcp else dns.query.udp)(message, "127.0.0.1", 5, port)


def publish(cloud):
    for record in wanted(cloud.ok("DescDomain", DomainId="2")):
        zone.set_record(cloud.sandbox, ZoneRecord(record.name, record.type, record.value, record.priority))


def look(cloud):
    """What DescDomain finds now: the flags that are bad."""
    shown = cloud.ok("DescDomain", DomainId="2", RequireRealTimeDnsRecords="true")
    names = ("Spf", "Mx", "Cname", "Dkim", "Dmarc")
    bad = {name for name in names if str(shown[f"{name}AuthStatus"]) == "1"}
    return bad if shown["DnsTxt"] == shown["DomainType"] else bad | {"Txt"}


def test_from_nothing_to_verified(served):
    cloud, _ = served
    assert cloud.ok("CheckDomain", DomainId="2")["DomainStatus"] == 1
    assert look(cloud) == {"Spf", "Mx", "Cname", "Dkim", "Dmarc", "Txt"}
    publish(cloud)
    assert cloud.ok("DescDomain", DomainId="2")["SpfAuthStatus"] == "1"  # as at the last check
    assert look(cloud) == set()
    assert cloud.ok("CheckDomain", DomainId="2")["DomainStatus"] == 0
    assert cloud.ok("QueryDomainByParam", KeyWord=NAME)["data"]["domain"][0]["MxAuthStatus"] == "0"
    zone.remove_records(cloud.sandbox, f"dmtrace.{NAME}")
    assert cloud.ok("CheckDomain", DomainId="2")["DomainStatus"] == 4
    zone.remove_records(cloud.sandbox, NAME, "MX")
    assert cloud.ok("CheckDomain", DomainId="2")["DomainStatus"] == 1
    zone.turn_off(cloud.sandbox)


def test_what_is_broken_does_not_verify_over_the_wire(served):
    _breaks(served[0])


def test_what_is_broken_does_not_verify_in_the_process():
    with in_process() as (cloud, _):
        _breaks(cloud)


def _breaks(cloud):
    publish(cloud)
    for how in ("wrong", "missing", "slow", "servfail", "refused", "timeout"):
        zone.break_records(cloud.sandbox, NAME, "MX", how)
        assert cloud.ok("CheckDomain", DomainId="2")["DomainStatus"] == 1, how
        assert cloud.ok("DescDomain", DomainId="2")["MxAuthStatus"] == "1"
    zone.break_records(cloud.sandbox, NAME, "MX", "wrong")
    assert look(cloud) == {"Mx"}
    zone.break_records(cloud.sandbox, NAME, "MX", "truncated")
    assert look(cloud) == set()  # over TCP
    zone.break_records(cloud.sandbox, NAME, "MX", "none")
    assert cloud.ok("CheckDomain", DomainId="2")["DomainStatus"] == 0


def test_what_goes_over_the_wire(served):
    cloud, port = served
    publish(cloud)
    good = ask(port, NAME.upper(), "MX")
    assert good.flags & dns.flags.AA
    assert [rdata.to_text().lower() for rdata in good.answer[0]] == ["10 mx01.dm.aliyun.com."]
    key = ask(port, f"aliyun-cn-hangzhou._domainkey.{NAME}", "TXT")
    assert [len(text) for text in key.answer[0][0].strings] == [255, 410 - 255]
    zone.break_records(cloud.sandbox, NAME, "", "truncated")
    cut = ask(port, NAME, "MX")
    assert (bool(cut.flags & dns.flags.TC), cut.answer) == (True, [])
    assert ask(port, NAME, "MX", tcp=True).answer == good.answer
    zone.set_record(cloud.sandbox, ZoneRecord(f"big.{NAME}", "TXT", "x" * 3000, split=100))
    assert ask(port, f"big.{NAME}", "TXT").flags & dns.flags.TC
    assert len(ask(port, f"big.{NAME}", "TXT", tcp=True).answer[0][0].strings) == 30
    assert ask(port, "elsewhere.test", "A").rcode() == dns.rcode.REFUSED
    assert ask(port, "example.com", "AXFR", tcp=True).rcode() == dns.rcode.REFUSED


def test_malformed_messages_harm_nothing(served):
    _, port = served
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(5)
        udp.connect(("127.0.0.1", port))
        for silent in (b"", b"\0", b"\0" * 11, b"\0\1\x80" + b"\0" * 9):
            udp.send(silent)
        udp.send(b"\7\7\1\0\0\1" + b"\0" * 6)  # a question is announced, and none is there
        assert dns.message.from_wire(udp.recv(512)).rcode() == dns.rcode.FORMERR
        status = dns.message.make_query(NAME, "A")
        status.set_opcode(dns.opcode.STATUS)
        udp.send(status.to_wire())
        assert dns.message.from_wire(udp.recv(512)).rcode() == dns.rcode.NOTIMP
    with socket.create_connection(("127.0.0.1", port)) as tcp:
        tcp.sendall(struct.pack("!H", 500) + b"short")
    assert ask(port, "example.com", "SOA", tcp=True).rcode() == dns.rcode.NOERROR
    assert ask(port, "example.com", "SOA", use_edns=1).rcode() == dns.rcode.BADVERS


def test_a_port_that_is_taken_is_told(served):
    cloud, port = served
    with pytest.raises(LocalIOError, match=f"127.0.0.1:{port}: another program has this port"):
        AuthorityServer(cloud.sandbox, port)


def test_reset_and_snapshots(served):
    cloud, _ = served
    publish(cloud)
    snapshots.take(cloud.sandbox, "published")
    cloud.sandbox.reset()
    assert zone.list_records(cloud.sandbox) == []
    snapshots.restore(cloud.sandbox, "published")
    assert len(zone.list_records(cloud.sandbox)) == 6


@pytest.mark.parametrize(
    ("record", "error", "says"),
    [
        (ZoneRecord("mail.elsewhere.test", "TXT", "x"), NotFoundError, "in no zone of the sandbox"),
        (ZoneRecord(NAME, "SRV", "x"), InputError, "serves no 'SRV' records"),
        (ZoneRecord(NAME, "A", "1.2.3"), InputError, "no value of a record of type A"),
        (ZoneRecord(NAME, "MX", "mx.test"), InputError, "has a priority"),
        (ZoneRecord(NAME, "TXT", "x", 10), InputError, "has a priority"),
        (ZoneRecord("*.example.com", "TXT", "x"), InputError, "no host name"),
        (ZoneRecord(f"{'a' * 64}.example.com", "TXT", "x"), InputError, "no host name"),
        (ZoneRecord("example.com", "CNAME", "a.test"), InputError, "no CNAME can be"),
        (ZoneRecord(NAME, "CNAME", "a.test"), InputError, "stands alone"),
        (ZoneRecord(NAME, "TXT", "x", ttl=-1), InputError, "no TTL"),
        (ZoneRecord(NAME, "TXT", "x" * 65_000), InputError, "fits in no answer"),
        (ZoneRecord(NAME, "TXT", "x", split=0), InputError, "1 to 255 octets"),
    ],
)
def test_what_can_be_no_record_is_refused(record, error, says):
    with in_process() as (cloud, _):
        zone.set_record(cloud.sandbox, ZoneRecord(NAME, "TXT", "v=spf1 -all"))
        with pytest.raises(error, match=says):
            zone.set_record(cloud.sandbox, record)
        assert [row.value for row in zone.list_records(cloud.sandbox)] == ["v=spf1 -all"]


HOSTS = st.sampled_from(["a.test", "b.a.test", "_dmarc.a.test", "x.y.a.test"])
TTLS = st.integers(0, 2**31 - 1)
REST = (st.none(), TTLS, st.just(255), st.just(""))
RECORDS = st.one_of(
    st.builds(
        ZoneRecord, HOSTS, st.just("TXT"), st.text(max_size=700), st.none(), TTLS, st.integers(1, 255), st.just("")
    ),
    st.builds(ZoneRecord, HOSTS, st.just("MX"), HOSTS, st.integers(0, 65535), TTLS, st.just(255), st.just("")),
    st.builds(ZoneRecord, HOSTS, st.just("A"), st.ip_addresses(v=4).map(str), *REST),
    st.builds(ZoneRecord, HOSTS, st.just("AAAA"), st.ip_addresses(v=6).map(str), *REST),
)


@given(st.lists(RECORDS, max_size=6, unique_by=lambda record: record[:3]), st.booleans())
@settings(max_examples=50)
def test_each_record_is_served_as_set(records, upper):
    zones = zones_of({"a.test"}, records, {})
    for record in records:
        asked = record.name.upper() if upper else record.name
        wire = reply_to(zones, dns.message.make_query(asked, record.type).to_wire(), tcp=True).wire
        reply = dns.message.from_wire(wire)
        (found,) = reply.answer
        assert reply.rcode() == dns.rcode.NOERROR
        assert _text(record) in [_shown(rdata) for rdata in found]


def _text(record):
    if record.type == "AAAA":
        return str(ipaddress.ip_address(record.value))
    return f"{record.priority} {record.value}" if record.type == "MX" else record.value


def _shown(rdata):
    if rdata.rdtype == dns.rdatatype.TXT:
        return b"".join(rdata.strings).decode()
    if rdata.rdtype == dns.rdatatype.AAAA:
        return str(ipaddress.ip_address(rdata.address))
    return rdata.to_text().removesuffix(".").lower()  # compressed names are spelt as the question's


def test_an_alias_is_followed_within_the_zones():
    records = [
        ZoneRecord("a.a.test", "CNAME", "b.a.test"),
        ZoneRecord("b.a.test", "A", "192.0.2.7"),
        ZoneRecord("lost.a.test", "CNAME", "none.a.test"),
        ZoneRecord("out.a.test", "CNAME", "elsewhere.test"),
        ZoneRecord("loop.a.test", "CNAME", "loop.a.test"),
    ]
    zones = zones_of({"a.test"}, records, {})

    def code(name):
        reply = dns.message.from_wire(reply_to(zones, dns.message.make_query(name, "A").to_wire(), tcp=False).wire)
        return dns.rcode.to_text(reply.rcode()), len(reply.answer), len(reply.authority)

    assert code("a.a.test") == ("NOERROR", 2, 0)
    assert code("lost.a.test") == ("NXDOMAIN", 1, 1)  # RFC 6604
    assert code("out.a.test") == ("NOERROR", 1, 0)
    assert code("loop.a.test") == ("NOERROR", 1, 0)


def test_clients_that_hold_on_are_limited_and_let_go_at_the_end(tmp_path):
    cloud = Cloud(str(tmp_path / "held.db"))
    cloud.ok("CreateDomain", DomainName=NAME)
    query = dns.message.make_query("example.com", "SOA")
    with ExitStack() as held:
        with AuthorityServer(cloud.sandbox) as authority:
            place = ("127.0.0.1", authority.port)
            clients = [held.enter_context(socket.create_connection(place, 5)) for _ in range(101)]
            assert clients[-1].recv(1) == b""  # one too many
            dns.query.send_tcp(clients[0], query)
            dns.query.send_tcp(clients[0], query)  # before the answer to the first
            assert [dns.query.receive_tcp(clients[0])[0].rcode() for _ in range(2)] == [0, 0]
            assert ask(authority.port, "example.com", "SOA").rcode() == 0
            clients[1].close()
            for _ in range(100):  # its place is free once its thread has seen that
                with suppress(OSError, EOFError):
                    assert ask(authority.port, "example.com", "SOA", tcp=True).rcode() == 0
                    break
                time.sleep(0.05)
            else:
                pytest.fail("no place was given back")
        assert clients[0].recv(1) == b""
    cloud.sandbox.close()
