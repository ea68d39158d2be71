"""The DNS authority's answers: a pure function of what the zones have and a question.

A zone is what somebody registered, as `main_domain` has it, and has SOA, NS and the name server's address by itself.
The names that DirectMail's records lead to are served too: no other server is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.sandbox.dns.zones import main_domain
from dmcli.words import marked

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    import dns.message
    import dns.name
    import dns.rcode
    import dns.rdata
    import dns.rdatatype
    import dns.rrset

HOWS = marked(
    {
        "wrong": "the value is another one",
        "missing": "the record is not there",
        "slow": "the answer comes after 1.5 seconds, which the service does not wait for",
        "truncated": "cut over UDP, whole over TCP",
        "servfail": "SERVFAIL",
        "refused": "REFUSED",
        "timeout": "no answer",
    }
)
TYPES = ("A", "AAAA", "CNAME", "MX", "TXT")
SLOW = 1.5  # seconds
TTL = 300  # seconds, of SOA, NS and the name server's address
NEGATIVE_TTL = 60  # seconds, of what is not there (RFC 2308)
_PAYLOAD = 1232  # bytes over UDP at most (DNS flag day 2020)
_SERVICE = {"spf1.dm.aliyun.com": ("TXT", "v=spf1 ip4:192.0.2.0/24 -all"), "mx01.dm.aliyun.com": ("A", "192.0.2.25")}
_SERVICE_ZONE = "dm.aliyun.com"
_WRONG = {"A": "192.0.2.1", "AAAA": "2001:db8::1", "CNAME": "wrong.invalid", "MX": "wrong.invalid", "TXT": "wrong"}
_WRONG_TXT = {"v=spf1": "v=spf1 -all", "v=dkim1": "v=DKIM1; k=rsa; p=d3Jvbmc=", "v=dmarc1": "v=DMARC1; p=wrong"}
_MOST_ALIASES = 8
_HEADER = 12  # octets


class ZoneRecord(NamedTuple):
    """A record as it is set: `name` and host names in lower case without a dot at the end, a TXT in one piece.

    A TXT goes out in strings of at most `split` octets. `ttl` is in seconds. `how` says what is wrong with it.
    """

    name: str
    type: str
    value: str
    priority: int | None = None
    ttl: int = 600
    split: int = 255
    how: str = ""


class Zones(NamedTuple):
    """All that an answer depends on.

    `broken` says by name and type, "" for all types, what is wrong there; of both the type's counts, "" for nothing.
    """

    origins: frozenset[str]
    records: dict[str, list[ZoneRecord]]
    broken: dict[tuple[str, str], str]
    serial: int = 1

    def how(self, name: str, kind: str) -> str:
        """What is wrong with the records of that type at a name, "" for nothing."""
        return self.broken.get((name, kind), self.broken.get((name, ""), ""))

    def origin(self, name: str) -> str:
        """The zone that a name is in, "" for none."""
        return next((up for up in parents(name) if up in self.origins), "")

    def at(self, name: str) -> list[ZoneRecord]:
        """The records that are served at a name: broken ones are missing or wrong."""
        found = (record._replace(how=self.how(name, record.type)) for record in self.records.get(name, ()))
        return [_spoilt(record) for record in found if record.how != "missing"]

    def exists(self, name: str) -> bool:
        """Whether there is anything at a name or below it."""
        return name in self.origins or any(
            (other == name or other.endswith(f".{name}")) and self.at(other) for other in self.records
        )


class Reply(NamedTuple):
    """A message to send, after so many seconds."""

    wire: bytes
    delay: float = 0


def parents(name: str) -> Iterator[str]:
    """The name and all above it."""
    while name:
        yield name
        name = name.partition(".")[2]


def read_zones(connection: sqlite3.Connection) -> Zones:
    """The zones as the sandbox's state has them."""
    mains = {main_domain(str(name)) for (name,) in connection.execute("SELECT name FROM domain")}
    # Above a zone only its DMARC policy is looked for; nothing is there.
    above = {f"_dmarc.{up}" for main in mains for up in parents(main.partition(".")[2])}
    rows = [
        ZoneRecord(*row)
        for row in connection.execute("SELECT name, type, value, priority, ttl, split FROM record ORDER BY name, id")
    ]
    broken = {(name, kind): how for name, kind, how in connection.execute("SELECT name, type, how FROM broken")}
    serial = connection.execute("SELECT value FROM setting WHERE name = 'dns.serial'").fetchone()
    return zones_of(mains | above, rows, broken, int(serial[0]) if serial else 1)


def zones_of(
    origins: set[str], records: list[ZoneRecord], broken: dict[tuple[str, str], str], serial: int = 1
) -> Zones:
    """Zones of those origins, and the service's own."""
    by_name: dict[str, list[ZoneRecord]] = {}
    own = [ZoneRecord(name, kind, value) for name, (kind, value) in _SERVICE.items()]
    servers = [ZoneRecord(f"ns1.{origin}", "A", "127.0.0.1", ttl=TTL) for origin in origins | {_SERVICE_ZONE}]
    for record in (*records, *own):
        by_name.setdefault(record.name, []).append(record)
    for server in servers:
        by_name.setdefault(server.name, [server])
    return Zones(frozenset(origins | {_SERVICE_ZONE}), by_name, broken, serial)


def reply_to(zones: Zones, wire: bytes, *, tcp: bool) -> Reply | None:
    """The reply to what came; None where none is sent, as to what is no question at all."""
    import dns.exception
    import dns.flags
    import dns.message
    import dns.rcode
    import dns.rdatatype

    try:
        query = dns.message.from_wire(wire)
        message = dns.message.make_response(query, our_payload=_PAYLOAD)
    except (dns.exception.DNSException, ValueError, IndexError):
        return _malformed(wire)
    code = _refusal(query)
    if code is not None:
        message.set_rcode(code)
        return Reply(message.to_wire())
    question = query.question[0]
    name, kind = _text(question.name), dns.rdatatype.to_text(question.rdtype)
    how = zones.how(name, kind) if zones.origin(name) else ""
    if how == "timeout":
        return None
    if how in ("servfail", "refused"):
        message.set_rcode(dns.rcode.SERVFAIL if how == "servfail" else dns.rcode.REFUSED)
    elif how == "truncated" and not tcp:
        message.flags |= dns.flags.TC | dns.flags.AA
    else:
        _fill(zones, message, question.name, question.rdtype)
    size = 65535 if tcp else max(512, min(query.payload, _PAYLOAD))
    return Reply(message.to_wire(max_size=size, prefer_truncation=True), SLOW if how == "slow" else 0)


def _malformed(wire: bytes) -> Reply | None:
    """FORMERR to a question that cannot be read; nothing to a reply, which would go round and round."""
    if len(wire) < _HEADER or wire[2] & 0x80:
        return None
    return Reply(wire[:2] + bytes([0x80 | wire[2] & 0x79, 1]) + bytes(8))


def _refusal(query: dns.message.Message) -> dns.rcode.Rcode | None:
    """The code that a query is refused with whatever it asks for, None for none."""
    import dns.opcode
    import dns.rcode
    import dns.rdataclass
    import dns.rdatatype

    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if len(query.question) != 1:
        return dns.rcode.FORMERR
    if query.edns > 0:
        return dns.rcode.BADVERS
    question = query.question[0]
    transfer = question.rdtype in (dns.rdatatype.AXFR, dns.rdatatype.IXFR)
    return dns.rcode.REFUSED if transfer or question.rdclass != dns.rdataclass.IN else None


def _fill(zones: Zones, message: dns.message.Message, owner: dns.name.Name, kind: dns.rdatatype.RdataType) -> None:
    """Answer with what the zone has, following aliases as far as they stay in the zones."""
    import dns.flags
    import dns.name
    import dns.rcode
    import dns.rdatatype

    if not zones.origin(_text(owner)):
        message.set_rcode(dns.rcode.REFUSED)
        return
    message.flags |= dns.flags.AA
    for _ in range(_MOST_ALIASES):
        name = _text(owner)
        origin = zones.origin(name)
        if not origin:
            return
        there = [*_apex(zones, name), *zones.at(name)]
        alias = next((record for record in there if record.type == "CNAME"), None)
        if alias and kind not in (dns.rdatatype.CNAME, dns.rdatatype.ANY):
            _put(message.answer, owner, [alias])
            owner = dns.name.from_text(alias.value)
            continue
        wanted = [record for record in there if kind in (dns.rdatatype.ANY, dns.rdatatype.from_text(record.type))]
        _put(message.answer, owner, wanted)
        if not wanted:
            soa = _apex(zones, origin)[0]._replace(ttl=min(TTL, NEGATIVE_TTL))
            _put(message.authority, dns.name.from_text(origin), [soa])
            if not zones.exists(name):
                message.set_rcode(dns.rcode.NXDOMAIN)
        return


def _apex(zones: Zones, name: str) -> list[ZoneRecord]:
    """What a zone has at its own name by itself."""
    if name not in zones.origins:
        return []
    soa = f"ns1.{name}. hostmaster.{name}. {zones.serial} 3600 600 86400 {NEGATIVE_TTL}"
    return [ZoneRecord(name, "SOA", soa, ttl=TTL), ZoneRecord(name, "NS", f"ns1.{name}", ttl=TTL)]


def _put(section: list[dns.rrset.RRset], owner: dns.name.Name, records: list[ZoneRecord]) -> None:
    """Add records to a section of a message, a set a type; the least TTL is that of all in a set (RFC 2181)."""
    import dns.rdataclass
    import dns.rdatatype
    import dns.rrset

    for kind in dict.fromkeys(record.type for record in records):
        group = [record for record in records if record.type == kind]
        found = dns.rrset.RRset(owner, dns.rdataclass.IN, dns.rdatatype.from_text(kind))
        for record in group:
            found.add(rdata_of(record), min(other.ttl for other in group))
        section.append(found)


def rdata_of(record: ZoneRecord) -> dns.rdata.Rdata:
    """A record's value on the wire. Raises dnspython's DNSException or ValueError for what is none."""
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype
    import dns.rdtypes.ANY.TXT

    if record.type == "TXT":
        octets = record.value.encode()
        pieces = [octets[at : at + record.split] for at in range(0, len(octets), record.split)] or [b""]
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, pieces)
    value = f"{record.value}." if record.type in ("CNAME", "MX", "NS") else record.value
    text = f"{record.priority} {value}" if record.type == "MX" else value
    return dns.rdata.from_text("IN", record.type, text)


def _spoilt(record: ZoneRecord) -> ZoneRecord:
    if record.how != "wrong":
        return record
    head = record.value.lower().split(";")[0].split(" ")[0]
    wrong = _WRONG_TXT.get(head, "wrong") if record.type == "TXT" else _WRONG[record.type]
    return record._replace(value=wrong)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
