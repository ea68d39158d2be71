"""What DNS has of the records that a domain wants: asked of the sandbox's authority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.maildns.waiting import wait_for
from dmcli.sandbox.dns.authority import Zones, reply_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    import dns.message

    from dmcli.maildns.wanted import Record

DEADLINE = 1.0  # seconds that the service waits for all answers


def seen_records(zones: Zones, port: int, records: Iterable[Record]) -> dict[str, str]:
    """The values that DNS has, by what each record is for: what is wanted where it is there, else what is.

    Asked over the wire where the authority is served at the port, 0 for nowhere; else of the zones themselves.
    """
    records = list(records)
    replies = _ask_wire(records, port) if _is_served(port) else [_ask_zones(zones, record) for record in records]
    return {
        record.check: _value(record, _values(reply, record.type))
        for record, reply in zip(records, replies, strict=True)
    }


def passes(record: Record, found: str) -> bool:
    """Whether what was found serves: the value that is wanted, case and spaces aside; of SPF the include."""
    if record.check == "spf":
        include = next((word for word in record.value.split() if word.startswith("include:")), record.value)
        return found.lower().startswith("v=spf1 ") and include in found.lower().split()
    if record.check == "dmarc":
        return found.lower().replace(" ", "").startswith("v=dmarc1;p=")
    return _bare(found) == _bare(record.value)


def _value(record: Record, values: list[str]) -> str:
    """The one value to judge: several SPF or DMARC records are none (RFC 7208 section 4.5, RFC 9989)."""
    head = {"spf": "v=spf1", "dmarc": "v=dmarc1"}.get(record.check)
    if head:
        told = [value for value in values if value.lower().startswith(head)]
        return told[0] if len(told) == 1 else ""
    good = [value for value in values if passes(record, value)]
    return (good or values or [""])[0]


def _bare(text: str) -> str:
    return "".join(text.split()).rstrip(".") if "=" in text else text.lower().rstrip(".")


def _is_served(port: int) -> bool:
    """Whether there is a server at the port; one that was killed has left its number."""
    import socket

    if not port:
        return False
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


def _ask_wire(records: list[Record], port: int) -> list[dns.message.Message | None]:
    """A reply for each record, None where none came in time."""
    import asyncio

    import dns.asyncquery
    import dns.exception
    import dns.message

    async def ask(record: Record) -> dns.message.Message | None:
        query = dns.message.make_query(record.name, record.type, use_edns=0, payload=1232)
        try:
            asked = dns.asyncquery.udp_with_fallback(query, "127.0.0.1", DEADLINE, port)
            reply, _ = await asyncio.wait_for(asked, DEADLINE)
        except (OSError, EOFError, TimeoutError, dns.exception.DNSException):
            return None
        return reply

    async def ask_all() -> list[dns.message.Message | None]:
        return await asyncio.gather(*(ask(record) for record in records))

    return wait_for(ask_all)


def _ask_zones(zones: Zones, record: Record) -> dns.message.Message | None:
    """What the authority would reply, as one that is not served answers; too late is never."""
    import dns.message

    found = reply_to(zones, dns.message.make_query(record.name, record.type).to_wire(), tcp=True)
    return dns.message.from_wire(found.wire) if found and found.delay < DEADLINE else None


def _values(reply: dns.message.Message | None, kind: str) -> list[str]:
    """The values of an answer, a TXT in one piece, host names without a dot at the end."""
    import dns.rdatatype
    import dns.rdtypes.ANY.MX
    import dns.rdtypes.ANY.TXT

    values: list[str] = []
    for rdata in (rdata for found in (reply.answer if reply else ()) for rdata in found):
        if rdata.rdtype != dns.rdatatype.from_text(kind):
            continue
        if isinstance(rdata, dns.rdtypes.ANY.TXT.TXT):
            values.append(b"".join(rdata.strings).decode("utf-8", "replace"))
        elif isinstance(rdata, dns.rdtypes.ANY.MX.MX):
            values.append(rdata.exchange.to_text(omit_final_dot=True).lower())
        else:
            values.append(rdata.to_text().removesuffix(".").lower())
    return values
