"""Dynamic updates (RFC 2136) as a provider: any primary server that takes them, signed with TSIG (RFC 8945)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.errors import DmError, InputError, NotFoundError, UnreachableError
from dmcli.maildns.plan import Standing, Zone
from dmcli.words import tr
from dmcli.workflows.publish.primary import Primary
from dmcli.workflows.publish.publish import Done

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import dns.message
    import dns.rdata
    import dns.rrset
    import dns.update

    from dmcli.maildns.plan import Change
    from dmcli.maildns.wire import Server
    from dmcli.workflows.publish.tsig import TsigKey

_STRING = 255  # octets that a string of a TXT record has at most
_NOBODY = "dm-nobody"  # a label that no zone has
_TYPES = ("TXT", "MX", "A", "AAAA")  # with any of which a CNAME comes; what else stands there a prerequisite finds


class Rfc2136:
    """A server that takes updates. `zone` is the zone's name, "" where the server is to tell; the key may be none.

    All that is published is one message, which the server takes as a whole or not at all.
    """

    def __init__(self, server: Server, key: TsigKey | None, zone: str = "") -> None:
        self._server, self._zone = Primary(server, key), zone
        self.title = self._server.title
        self._there: dict[tuple[str, str], dns.rrset.RRset] = {}

    def read(self, domain: str, names: Collection[str]) -> Zone:
        """The zone, by its SOA record, and what stands at the names and at the wildcards over them."""
        if self._zone and not f".{domain}".endswith(f".{self._zone}"):
            raise InputError(
                tr(
                    "{domain} is not in the zone {zone}: give the --zone that it is in, or none",
                    domain=domain,
                    zone=self._zone,
                )
            )
        zone = self._zone_of(self._zone or domain)
        if self._zone not in ("", zone):
            raise InputError(
                tr(
                    "{name} is no zone of {server}, which has it in {zone}: give that as --zone",
                    name=self._zone,
                    server=self.title,
                    zone=zone,
                )
            )
        wild = {f"*.{up}" for name in names for up in _parents(name, zone)}
        below = {f"{_NOBODY}.{name}": name for name in names}
        found = self._at({*names, *wild, *below})
        # Where a name is, no wildcard over it answers for what is below (RFC 4592, 2.2.1).
        is_there = {name for probe, name in below.items() if not found.pop(probe)}
        standing: list[Standing] = []
        for name in sorted(found, key=lambda name: (name.count("."), not name.startswith("*."))):
            over = {one[1:4] for one in standing if one.name[:2] == "*." and name.endswith(one.name[1:])}
            if name in is_there or any(one[1:4] not in over for one in found[name]):
                standing += found[name]
            else:  # what a wildcard answers does not stand at the name
                self._there = {key: kept for key, kept in self._there.items() if key[0] != name}
        return Zone(zone, tuple(standing))

    def publish(self, zone: Zone, changes: Sequence[Change]) -> Iterator[Done]:
        """Publish all changes at once."""
        if not changes:
            return
        update = self._update(zone.name, changes)
        try:
            reply = self._server.ask(update)
        except UnreachableError:
            if not self._are_there(changes):
                raise
        else:
            self._server.check(reply, zone.name)
        yield from map(Done, changes)

    def _zone_of(self, domain: str) -> str:
        import dns.message

        reply = self._server.ask(dns.message.make_query(domain, "SOA"))
        self._server.check(reply, domain, missing=True)
        soas = [found for found in (*reply.answer, *reply.authority) if found.rdtype.name == "SOA"]
        name = _plain(soas[0].name.to_text()) if soas else ""
        if not name or not (domain == name or domain.endswith(f".{name}")):
            raise NotFoundError(
                tr(
                    "{server} tells no zone that {domain} is in: give the primary server of the zone, or --zone",
                    server=self.title,
                    domain=domain,
                )
            )
        return name

    def _at(self, names: Collection[str]) -> dict[str, list[Standing]]:
        """What the server has at names."""
        import dns.flags
        import dns.message

        self._there.clear()
        asked = [(name, kind) for name in names for kind in _TYPES]
        replies = self._server.ask_all([dns.message.make_query(*question) for question in asked])
        for (name, kind), reply in zip(asked, replies, strict=True):
            self._server.check(reply, name, missing=True)
            if not reply.flags & dns.flags.AA:
                raise NotFoundError(
                    tr(
                        "{server} is no authority for {name}: give the primary server of the zone that it is in",
                        server=self.title,
                        name=name,
                    )
                )
            for rrset in reply.answer:
                if _plain(rrset.name.to_text()) == name and rrset.rdtype.name in (kind, "CNAME"):
                    self._there[name, rrset.rdtype.name] = rrset
        found: dict[str, list[Standing]] = {name: [] for name in names}
        for (name, _), rrset in self._there.items():
            found[name] += [_standing(name, rrset, rdata) for rdata in rrset]
        return found

    def _update(self, zone: str, changes: Sequence[Change]) -> dns.update.UpdateMessage:
        """The message: what was read must stand there still, then what is to be changed.

        A server leaves out, without a word, what would stand beside a CNAME (RFC 2136, 3.4.2.2): so the prerequisites
        tell.
        """
        import dns.name
        import dns.update

        update = dns.update.UpdateMessage(zone)
        told = set()
        for change in changes:
            name, kind = dns.name.from_text(change.record.name), change.record.type
            needs = [kind, "CNAME"] if kind != "CNAME" else [""]
            for need in needs:
                if (name, need) in told:
                    continue
                told.add((name, need))
                kept = self._there.get((change.record.name, need))
                if kept is not None:
                    update.present(name, *kept)  # a set would bring its TTL, which must be 0
                else:
                    update.absent(name, *filter(None, [need]))
        for change in changes:
            name = dns.name.from_text(change.record.name)
            if change.updates:
                update.delete(name, change.old[0].key)
            update.add(name, change.ttl, _rdata(change))
        return update

    def _are_there(self, changes: Sequence[Change]) -> bool:
        """Whether all of the changes were made; false where nothing is known."""
        try:
            found = self._at({change.record.name for change in changes})
        except DmError:
            return False
        there = {one[:3] for those in found.values() for one in those}
        return all((change.record.name, change.record.type, change.new) in there for change in changes)


def _standing(name: str, rrset: dns.rrset.RRset, rdata: dns.rdata.Rdata) -> Standing:
    from dmcli.maildns.wire import text_of

    kind, value = rrset.rdtype.name, text_of(rdata)
    priority = None
    if kind == "MX":
        first, _, value = value.partition(" ")
        priority = int(first)
    return Standing(name, kind, value, priority, rrset.ttl, key=rdata)


def _rdata(change: Change) -> dns.rdata.Rdata:
    """The data to publish, a TXT in strings of as many octets as one may have."""
    import dns.rdata

    record = change.record
    if record.type == "TXT":
        data = change.new.encode()
        strings = (data[at : at + _STRING] for at in range(0, len(data), _STRING))
        text = " ".join('"' + "".join(f"\\{octet:03}" for octet in string) + '"' for string in strings)
    else:
        text = f"{'' if record.priority is None else record.priority} {change.new}.".lstrip()
    return dns.rdata.from_text("IN", record.type, text)


def _parents(name: str, zone: str) -> Iterator[str]:
    while name != zone and "." in name:
        name = name.partition(".")[2]
        yield name


def _plain(name: str) -> str:
    return name.lower().removesuffix(".")
