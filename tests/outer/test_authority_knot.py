"""The sandbox's DNS authority beside Knot DNS with the same zone: the same answers. Needs Debian's package knot."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest
from cloud import Cloud

from dmcli.sandbox.control.dns import set_record
from dmcli.sandbox.dns.authority import ZoneRecord
from dmcli.sandbox.server.authority import AuthorityServer

KNOT = shutil.which("knotd") or "/usr/sbin/knotd"
RECORDS = (
    ZoneRecord("mail.example.com", "TXT", "v=spf1 include:spf1.dm.aliyun.com -all"),
    ZoneRecord("mail.example.com", "MX", "mx.example.com", 10),
    ZoneRecord("mx.example.com", "A", "192.0.2.1"),
    ZoneRecord("mx.example.com", "AAAA", "2001:db8::1"),
    ZoneRecord("example.com", "TXT", "apex", ttl=60),
    ZoneRecord("long.example.com", "TXT", "y" * 600),
    ZoneRecord("a.b.c.example.com", "A", "192.0.2.2"),
    ZoneRecord("in.example.com", "CNAME", "mx.example.com"),
    ZoneRecord("chain.example.com", "CNAME", "in.example.com"),
    ZoneRecord("out.example.com", "CNAME", "elsewhere.test"),
    ZoneRecord("lost.example.com", "CNAME", "none.example.com"),
)
NAMES = (
    *("example.com", "mail.example.com", "MAIL.Example.COM", "mx.example.com", "long.example.com", "ns1.example.com"),
    *("none.example.com", "deep.none.example.com", "b.c.example.com", "a.b.c.example.com", "x.a.b.c.example.com"),
    *("in.example.com", "chain.example.com", "out.example.com", "lost.example.com", "below.mail.example.com"),
    *("elsewhere.test", "com", "example.org"),
)
TYPES = ("A", "AAAA", "TXT", "MX", "CNAME", "NS", "SOA")


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    """The port of the sandbox's authority, and that of a Knot DNS with the same zone."""
    folder = tmp_path_factory.mktemp("zone")
    cloud = Cloud(str(folder / "sandbox.db"))
    cloud.ok("CreateDomain", DomainName="mail.example.com")
    for record in RECORDS:
        set_record(cloud.sandbox, record)
    with AuthorityServer(cloud.sandbox) as authority:
        (soa,) = _ask(authority.port, "example.com", "SOA").answer
        lines = [f"{soa}\n", "@ 300 NS ns1\nns1 300 A 127.0.0.1\n", *map(_line, RECORDS)]
        (folder / "zone").write_text("$ORIGIN example.com.\n" + "".join(lines), encoding="ascii")
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        (folder / "knot.conf").write_text(
            f"server:\n    rundir: {folder}\n    listen: 127.0.0.1@{port}\ndatabase:\n    storage: {folder}\n"
            f"zone:\n  - domain: example.com\n    storage: {folder}\n    file: zone\n",
            encoding="ascii",
        )
        with subprocess.Popen([KNOT, "-c", str(folder / "knot.conf")], stdout=subprocess.DEVNULL) as knot:
            try:
                _wait(knot, port)
                yield authority.port, port
            finally:
                knot.terminate()
    cloud.sandbox.close()


def _line(record):
    if record.type == "TXT":
        value = " ".join(f'"{record.value[at : at + 255]}"' for at in range(0, len(record.value), 255))
    else:
        value = f"{record.value}." if record.type in ("CNAME", "MX") else record.value
    priority = "" if record.priority is None else f"{record.priority} "
    return f"{record.name}. {record.ttl} {record.type} {priority}{value}\n"


def _ask(port, name, kind, **options):
    query = dns.message.make_query(name, kind, **options)
    return dns.query.udp(query, "127.0.0.1", 5, port)


def _wait(knot, port):
    for _ in range(300):
        assert knot.poll() is None
        try:
            if dns.query.tcp(dns.message.make_query("example.com", "SOA"), "127.0.0.1", 2, port).answer:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("knotd does not serve its zone")


def _said(reply):
    """What is compared: code, authority, truncation, and the two sections, TTLs included."""
    sections = [
        sorted(line.lower() for found in section for line in found.to_text().split("\n"))
        for section in (reply.answer, reply.authority)
    ]
    return dns.rcode.to_text(reply.rcode()), reply.flags & (dns.flags.AA | dns.flags.TC), *sections


@pytest.mark.parametrize("edns", [False, True])
def test_the_same_answers(ports, edns):
    differ = {}
    for name in NAMES:
        for kind in TYPES:
            mine, theirs = (_said(_ask(port, name, kind, use_edns=0 if edns else False)) for port in ports)
            if mine != theirs:
                differ[name, kind] = mine, theirs
    assert differ == {}


def test_dig_reads_it(ports):
    dig = shutil.which("dig") or shutil.which("kdig")
    line = [dig, "@127.0.0.1", "-p", str(ports[0]), "long.example.com", "TXT", "+short", "+notcp"]
    said = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert said.replace('"', "").replace(" ", "").strip() == "y" * 600
