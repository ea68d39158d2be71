"""The DNS records that DirectMail wants of a domain, made of DescDomain's reply: full names, values in one piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.paging import value_of
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

MX_PRIORITY = 10
TTL = 600  # seconds; the least that Alibaba Cloud DNS has in its free edition, and its default
TITLES = marked(
    {
        "ownership": "Ownership",
        "spf": "SPF",
        "dkim": "DKIM",
        "dmarc": "DMARC",
        "mx": "MX",
        "cname": "Tracking",
    }
)
_WHY = marked(
    {
        "ownership": "proves that the domain is yours",
        "spf": "lets DirectMail's servers send for the domain",
        "dkim": "the key that DirectMail signs mails with",
        "dmarc": "says what becomes of mails that pass neither SPF nor DKIM",
        "mx": "takes bounces of what was sent",
        "cname": "counts opened mails and clicked links under your name",
    }
)


class Record(NamedTuple):
    """A record that is wanted.

    `check` is what it is for, by the name that `domain check` has for it; `name` is the full host name without a dot at
    its end, `zone` the registered domain that it is in. `value` is a TXT in one piece, or a host name. Only an MX has a
    `priority`. `ttl` is in seconds. `seen` says whether the service sees the record, None where it does not tell, and
    `found` what it sees in DNS, "" where it sees nothing or does not tell.
    """

    check: str
    name: str
    type: str
    value: str
    zone: str
    seen: bool | None = None
    found: str = ""
    priority: int | None = None
    ttl: int = TTL

    @property
    def title(self) -> str:
        """What kind of record it is, as a heading has it."""
        return tr(TITLES[self.check])

    @property
    def why(self) -> str:
        """What the record is for, in words."""
        return tr(_WHY[self.check])

    @property
    def host(self) -> str:
        """The name as it is typed at a DNS provider: relative to the zone, @ for the zone itself.

        >>> Record("spf", "mail.example.com", "TXT", "v=spf1 -all", "example.com").host
        'mail'
        """
        return "@" if self.name == self.zone else self.name.removesuffix(f".{self.zone}")

    def row(self) -> dict[str, Any]:
        """The record as a command shows it."""
        return {
            "record": self.check,
            "name": self.name,
            "type": self.type,
            "value": self.value,
            "priority": self.priority,
            "ttl": self.ttl,
            "why": self.why,
            "seen": self.seen,
            "found": self.found,
        }


def wanted(described: dict[str, Any]) -> list[Record]:
    """The records of a domain, from the reply to DescDomain; none for what the service does not ask for.

    >>> [record] = wanted({"DomainName": "mail.example.com", "TlDomainName": "example.com", "CnameAuthStatus": "1",
    ...     "CnameRecord": "dmtrace.mail", "TracefRecord": "tracedm.aliyuncs.com"})
    >>> record.name, record.type, record.value, record.seen
    ('dmtrace.mail.example.com', 'CNAME', 'tracedm.aliyuncs.com', False)
    """
    return list(_wanted(described))


def full_name(host: str, domain: str, zone: str) -> str:
    """The full name of a host that the service tells relative to the zone; "" and @ are the domain itself.

    A record of a domain stands at the domain or below it, so that a host which would stand elsewhere is relative to
    something else: nothing, a parent of the domain, or the domain.

    >>> full_name("dmtrace.pending", "pending.corp.test", "corp.test")
    'dmtrace.pending.corp.test'
    >>> full_name("dmtrace", "pending.corp.test", "corp.test"), full_name("@", "mail.corp.test", "corp.test")
    ('dmtrace.pending.corp.test', 'mail.corp.test')
    """
    host = _plain(host)
    if host in ("", "@"):
        return domain
    labels = domain.split(".")
    parents = [".".join(labels[at:]) for at in range(len(labels) - 1, -1, -1)]
    for name in (host, *(f"{host}.{parent}" for parent in (zone, *parents))):
        if name.endswith(f".{domain}"):
            return name
    return f"{host}.{domain}"


def _wanted(described: dict[str, Any]) -> Iterator[Record]:
    def text(*fields: str) -> str:
        return next((str(found) for field in fields if (found := value_of(described, field)) is not None), "").strip()

    domain = _plain(text("DomainName"))
    zone = _plain(text("TlDomainName", "TldomainName"))
    if not (domain == zone or domain.endswith(f".{zone}")) or not zone:
        zone = domain

    def at(host: str) -> str:
        return full_name(host, domain, zone)

    if owner := text("DomainType"):  # misnamed on the wire
        found = value_of(described, "DnsTxt")
        seen = None if found is None else owner in str(found)
        yield Record("ownership", at(text("HostRecord")), "TXT", owner, zone, seen, str(found or ""))
    if spf := text("SpfRecordV2") or _whole_spf(text("SpfRecord")):
        yield Record("spf", domain, "TXT", spf, zone, _passes(described, "SpfAuthStatus"), text("DnsSpf"))
    if key := text("DkimPublicKey"):
        yield Record("dkim", at(text("DkimRR")), "TXT", key, zone, _passes(described, "DkimAuthStatus"))
    if dmarc := text("DmarcRecord"):
        name, passes = at(text("DmarcHostRecord")), _passes(described, "DmarcAuthStatus")
        yield Record("dmarc", name, "TXT", dmarc, zone, passes, text("DnsDmarc"))
    if mx := _plain(text("MxRecord")):
        yield Record("mx", domain, "MX", mx, zone, _passes(described, "MxAuthStatus"), text("DnsMx"), MX_PRIORITY)
    if target := _plain(text("TracefRecord")):
        yield Record("cname", at(text("CnameRecord")), "CNAME", target, zone, _passes(described, "CnameAuthStatus"))


def _passes(described: dict[str, Any], flag: str) -> bool | None:
    """Whether a check passed: 0 is good. None where the service does not tell."""
    return {"0": True, "1": False}.get(str(value_of(described, flag)))


def _whole_spf(told: str) -> str:
    """The record of an include, which is all that some replies have."""
    return told if not told or told.lower().startswith("v=spf1") else f"v=spf1 {told} -all"


def _plain(name: str) -> str:
    """A name in small letters without a dot at its end."""
    return name.strip().lower().removesuffix(".")
