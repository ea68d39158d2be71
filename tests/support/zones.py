"""A real authoritative DNS server on loopback, over UDP and TCP, for zones written as zone files."""

from __future__ import annotations

import socketserver
import struct
import threading
import time
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import dns.zone


class Authority:
    """What it serves, over UDP and TCP.

    `zones` are by origin; `faults` say by name what goes wrong: servfail, refused, silent, junk, cut, always cut, lame.
    `beside` has by name a CNAME that stands beside other records, as no zone file may have it.
    `cached` are zones, added with `cache`, that a resolver still has: they answer where recursion is asked for.
    `delay` is in seconds; `asked` counts the questions. `keyring` has the TSIG keys that questions may be signed with.
    """

    keyring = None

    def __init__(self):
        self.zones, self.cached = {}, {}
        self.faults = {}
        self.beside = {}
        self.delay = 0.0
        self.asked = []
        self.port = 0

    def add(self, origin, text):
        self.zones[dns.name.from_text(origin)] = _zone(origin, text)

    def cache(self, origin, text):
        self.cached[dns.name.from_text(origin)] = _zone(origin, text)

    def answer(self, wire, *, tcp):
        query = dns.message.from_wire(wire, keyring=self.keyring)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append((name, dns.rdatatype.to_text(question.rdtype)))
        time.sleep(self.delay)
        fault = self.faults.get(name, "")
        if fault == "silent":
            return None
        if fault == "junk":
            return b"this is no message of DNS"
        reply = dns.message.make_response(query)
        if fault in ("servfail", "refused") or (fault == "bogus" and not query.flags & dns.flags.CD):
            reply.set_rcode(dns.rcode.REFUSED if fault == "refused" else dns.rcode.SERVFAIL)
            return reply.to_wire()
        if fault == "always cut" or (fault == "cut" and not tcp):
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        zones = self.zones | self.cached if query.flags & dns.flags.RD else self.zones
        self._fill(zones, reply, question, lame=fault == "lame")
        return reply.to_wire(max_size=65535 if tcp else 1232)

    def _fill(self, zones, reply, question, *, lame):
        name, kind = question.name, question.rdtype
        zone = next((zones[up] for up in _up(name) if up in zones), None)
        if zone is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
            return
        if not lame:
            reply.flags |= dns.flags.AA
        for _ in range(8):
            alias = zone.get_rrset(name, "CNAME")
            if alias is None or kind == dns.rdatatype.CNAME:
                break
            reply.answer.append(alias)
            name = alias[0].target
            zone = next((zones[up] for up in _up(name) if up in zones), zone)
        found = zone.get_rrset(name, kind)
        if kind == dns.rdatatype.CNAME and (beside := self.beside.get(name.to_text(omit_final_dot=True))):
            found = dns.rrset.from_text(name, 300, "IN", "CNAME", f"{beside}.")
        if found is not None:
            reply.answer.append(found)
            return
        reply.authority.append(zone.get_rrset(zone.origin, "SOA"))
        if not any(there.is_subdomain(name) for there in zone.nodes):
            reply.set_rcode(dns.rcode.NXDOMAIN)


def _zone(origin, text):
    head = "@ 300 SOA ns1 host 1 3600 600 86400 60\n@ 300 NS ns1\nns1 300 A 127.0.0.1\n"
    return dns.zone.from_text(head + text, origin=origin, relativize=False)


def _up(name):
    while name != dns.name.root:
        yield name
        name = name.parent()


@contextmanager
def serving(authority):
    """The authority at `authority.port`, until the block ends."""

    class Udp(socketserver.BaseRequestHandler):
        def handle(self):
            wire, sock = self.request
            if reply := authority.answer(wire, tcp=False):
                sock.sendto(reply, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self):
            (size,) = struct.unpack("!H", self.rfile.read(2))
            if reply := authority.answer(self.rfile.read(size), tcp=True):
                self.wfile.write(struct.pack("!H", len(reply)) + reply)

    socketserver.ThreadingUDPServer.daemon_threads = socketserver.ThreadingTCPServer.daemon_threads = True
    socketserver.ThreadingTCPServer.request_queue_size = 100  # one that waits outside tries again after a second
    udp = _bound(Udp, Tcp)
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True) for server in udp]
    authority.port = udp[0].server_address[1]
    for thread in threads:
        thread.start()
    try:
        yield authority
    finally:
        for server in udp:
            server.shutdown()
            server.server_close()


def _bound(udp_handler, tcp_handler):
    """A server for each protocol at one port; a port whose other half is taken is given back."""
    while True:
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), tcp_handler)
        try:
            return socketserver.ThreadingUDPServer(tcp.server_address, udp_handler), tcp
        except OSError:
            tcp.server_close()
