"""A domain of the account: the records that it wants, its DKIM key, and its flags as DNS was last seen."""

from __future__ import annotations

from typing import NamedTuple

from dmcli.maildns.wanted import Record, wanted
from dmcli.sandbox.dns.verify import passes
from dmcli.sandbox.dns.zones import host_in_zone, main_domain

VERIFIED, UNVERIFIED = 0, 1
# Around the modulus of an RSA key of so many bits stand, in DER, its SubjectPublicKeyInfo and the exponent 65537.
_KEY_HEADS = {
    1024: bytes.fromhex("30819f300d06092a864886f70d010101050003818d0030818902818100"),
    2048: bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100"),
}
_KEY_TAIL = bytes.fromhex("0203010001")


class Domain(NamedTuple):
    """A domain of the account, and what its flags are by the wire's rule that 0 is good."""

    id: int
    name: str
    status: int
    selector: str
    created: int
    seen: str = ""
    dkim_bits: int = 2048
    dkim_rotations: int = 0

    @property
    def found(self) -> dict[str, str] | None:
        """What the last look at DNS has found, by what it is for; None where none was taken."""
        import json

        return json.loads(self.seen) if self.seen else None

    def failed(self, check: str) -> str:
        """The flag of a record: as DNS was last seen, else by the status, where 2 and 4 lack the CNAME."""
        if self.found is not None:
            record = next(record for record in records_of(self) if record.check == check)
            return str(int(not passes(record, self.found.get(check, ""))))
        lacking = (UNVERIFIED, 2, 4) if check == "cname" else (UNVERIFIED,)
        return str(int(self.status in lacking))

    @property
    def old_key(self) -> str:
        """The DKIM record that DNS has of a key that was changed since; "" where it has none, or that of today's."""
        return (self.found or {}).get("dkim", "") if self.failed("dkim") == "1" else ""

    @property
    def filed(self) -> str:
        """The flag of the ICP filing, where 1 is good."""
        return str(int(self.status not in (2, 3)))

    def proof(self, what: str, size: int) -> str:
        """Hex digits that belong to the domain, always the same."""
        import hashlib

        return hashlib.shake_128(f"dm-sandbox {what} {self.name}".encode()).hexdigest(size // 2)

    @property
    def key(self) -> str:
        """A public RSA key, by its form; there is no private one, since the sandbox signs nothing."""
        from base64 import b64encode

        which = f"dkim {self.dkim_rotations}" if self.dkim_rotations else "dkim"
        modulus = bytearray.fromhex(self.proof(which, self.dkim_bits // 4))
        modulus[0] |= 0x80
        modulus[-1] |= 1
        return b64encode(_KEY_HEADS[self.dkim_bits] + modulus + _KEY_TAIL).decode()


COLUMNS = ", ".join(Domain._fields)  # of the table `domain`


def wants(domain: Domain) -> dict[str, str]:
    """The fields that say which records are wanted: hosts relative to the main domain, and values."""
    spf = "include:spf1.dm.aliyun.com"
    return {
        "DomainName": domain.name,
        "TlDomainName": main_domain(domain.name),
        "DomainType": domain.proof("owner", 20),
        "HostRecord": host_in_zone("aliyundm", domain.name),
        "SpfRecord": spf,
        "SpfRecordV2": f"v=spf1 {spf} -all",
        "DkimRR": host_in_zone(f"{domain.selector}._domainkey", domain.name),
        "DkimPublicKey": f"v=DKIM1; k=rsa; p={domain.key}",
        "DmarcHostRecord": host_in_zone("_dmarc", domain.name),
        "DmarcRecord": f"v=DMARC1;p=none;rua=mailto:dmarc_report@service.{domain.name}",
        "MxRecord": "mx01.dm.aliyun.com",
        "CnameRecord": host_in_zone("dmtrace", domain.name),
        "TracefRecord": "tracedm.aliyuncs.com",
    }


def records_of(domain: Domain) -> list[Record]:
    """The records that are wanted of a domain."""
    return wanted(wants(domain))
