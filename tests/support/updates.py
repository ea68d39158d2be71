"""A primary DNS server that takes dynamic updates (RFC 2136) signed with one TSIG key, for zones in memory."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.tsig
from zones import Authority

SECRET = "c2VjcmV0IG9mIHRoZSB0ZXN0cw=="
KEYRING = {dns.name.from_text("dm"): dns.tsig.Key("dm", SECRET, "hmac-sha256")}


class Primary(Authority):
    """An authority whose zones can be changed. `updates` counts the updates that were made.

    `says` is the code that answers the next updates, "lost" has one made and not answered, "nonsense" none understood.
    """

    keyring = KEYRING

    def __init__(self):
        super().__init__()
        self.updates = 0
        self.says = ""

    def answer(self, wire, *, tcp):
        message = dns.message.from_wire(wire, keyring=self.keyring)
        if message.opcode() != dns.opcode.UPDATE:
            return super().answer(wire, tcp=tcp)
        if self.says == "nonsense":
            return b"\0" * 12
        reply = dns.message.make_response(message)
        if self.says and self.says != "lost":
            reply.set_rcode(dns.rcode.from_text(self.says))
        elif not message.had_tsig:
            reply.set_rcode(dns.rcode.REFUSED)
        else:
            reply.set_rcode(self._update(message))
        return None if self.says == "lost" else reply.to_wire()

    def _update(self, message):
        zone = self.zones.get(message.zone[0].name)
        if zone is None:
            return dns.rcode.NOTAUTH
        if not all(self._holds(zone, rrset) for rrset in message.prerequisite):
            return dns.rcode.NXRRSET
        for rrset in message.update:
            there = zone.find_rdataset(rrset.name, rrset.rdtype, create=True)
            if rrset.deleting is not None:
                for rdata in rrset:
                    there.discard(rdata)
            else:
                there.update(rrset)
                there.ttl = rrset.ttl
        self.updates += 1
        return dns.rcode.NOERROR

    @staticmethod
    def _holds(zone, rrset):
        there = zone.get_rdataset(rrset.name, rrset.rdtype) if rrset.rdtype != dns.rdatatype.ANY else None
        if rrset.deleting == dns.rdataclass.NONE:
            named = rrset.name in zone.nodes if rrset.rdtype == dns.rdatatype.ANY else there
            return not named
        return rrset.ttl == 0 and there is not None and set(there) == set(rrset)
