"""Domains' records as DNS has them, looked up all at once under one deadline: what `domain doctor` finds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.maildns.judge import FIX, OK, UNSURE, Verdict, Views, judge
from dmcli.maildns.lookup import ANSWER, NO_NAME, Answer
from dmcli.maildns.wanted import Record, wanted
from dmcli.maildns.wire import Asker, Server, authorities

if TYPE_CHECKING:
    from collections.abc import Mapping

# What every domain of DirectMail has in common; the rest only the account knows.
_COMMON = {
    "SpfRecordV2": "v=spf1 include:spf1.dm.aliyun.com -all",
    "MxRecord": "mx01.dm.aliyun.com",
    "DmarcHostRecord": "_dmarc",
    "DmarcRecord": "v=DMARC1; p=none",
}
_MOST_SERVERS = 4  # name servers that are asked; zones have two to four, and an anycast one is as good as all


class Finding(NamedTuple):
    """What was found of a record, or of the delegation, where there is no record."""

    domain: str
    record: Record | None
    views: Views
    verdict: Verdict

    def row(self) -> dict[str, Any]:
        """The finding as a command shows it."""
        record, verdict = self.record, self.verdict
        priority = "" if record is None or record.priority is None else f"{record.priority} "
        return {
            "domain": self.domain,
            "record": record.check if record else "delegation",
            "name": record.name if record else self.domain,
            "type": record.type if record else "NS",
            "wanted": f"{priority}{record.value}" if record else None,
            "service": {"seen": record.seen, "found": record.found} if record else None,
            "authoritative": {server: _shown(answer) for server, answer in self.views.servers.items()},
            "resolver": _shown(self.views.resolver),
            "verdict": verdict.verdict,
            "why": list(verdict.why),
            "seconds": verdict.seconds,
            "publish": verdict.cure or None,
            "chain": list(verdict.chain),
        }


def common_records(domain: str) -> list[Record]:
    """The records that are wanted of any domain, for where no account tells."""
    return wanted({"DomainName": domain, **_COMMON})


def survey(domains: Mapping[str, list[Record]], servers: tuple[Server, ...], seconds: float) -> list[Finding]:
    """What DNS has of each domain's wanted records, in order; it takes at most `seconds`, and raises nothing."""
    return asyncio.run(_survey(domains, servers, seconds))


async def _survey(domains: Mapping[str, list[Record]], servers: tuple[Server, ...], seconds: float) -> list[Finding]:
    deadline = asyncio.get_running_loop().time() + seconds
    ask = Asker(servers, deadline)
    found = await asyncio.gather(*(_examine(domain, records, ask, deadline) for domain, records in domains.items()))
    return [finding for findings in found for finding in findings]


async def _examine(domain: str, records: list[Record], ask: Asker, deadline: float) -> list[Finding]:
    # What the resolver will be asked anyhow is on its way while the name servers are looked for.
    ahead = asyncio.gather(*(ask(record.name, record.type) for record in records))
    zone, hosts = await authorities(domain, ask)
    askers = {host: Asker(at, deadline, recursive=False) for host, at in list(hosts.items())[:_MOST_SERVERS] if at}
    looks = [
        _delegation(domain, zone, hosts, askers, ask),
        *(_judge(domain, record, askers, ask) for record in records),
    ]
    found = await asyncio.gather(*looks)
    await ahead
    return found


async def _judge(domain: str, record: Record, askers: dict[str, Asker], ask: Asker) -> Finding:
    resolver, *answers = await asyncio.gather(
        ask(record.name, record.type), *(_authoritative(asker, record, ask) for asker in askers.values())
    )
    views = Views(dict(zip(askers, answers, strict=True)), resolver)
    return Finding(domain, record, views, await judge(record, views, ask))


async def _authoritative(asker: Asker, record: Record, ask: Asker) -> Answer:
    """What a name server says; where it only has an alias to another zone, what the resolver says of that."""
    answer = await asker(record.name, record.type)
    if answer.alias and answer.state != ANSWER:
        return (await ask(answer.alias, record.type))._replace(alias=answer.alias)
    return answer


async def _delegation(
    domain: str, zone: str, hosts: dict[str, tuple[Server, ...]], askers: dict[str, Asker], ask: Asker
) -> Finding:
    """Whether the zone's name servers are there and answer for it."""
    resolver = await ask(zone or domain, "NS")
    if not zone:
        return Finding(domain, None, Views({}, resolver), _no_zone(domain, resolver))
    answers = dict(zip(askers, await asyncio.gather(*(asker(zone, "SOA") for asker in askers.values())), strict=True))
    views = Views(answers, resolver)
    alias = (await ask(zone, "CNAME")) if zone == domain else resolver
    if zone == domain and alias.state == ANSWER:
        why = f"a CNAME to {alias.values[0]} is at the zone's own name, where it hides all other records"
        return Finding(domain, None, views, Verdict(FIX, (f"{why}: remove it",)))
    silent = tuple(answer.why for answer in answers.values() if not answer.known)
    lost = tuple(f"{host} has no address" for host, at in hosts.items() if not at)
    good = len(silent) < len(answers)
    return Finding(domain, None, views, Verdict(OK if good else UNSURE, (f"zone {zone}", *silent, *lost)))


def _no_zone(domain: str, resolver: Answer) -> Verdict:
    if resolver.bogus:
        return Verdict(FIX, (f"{resolver.why}: repair the zone's signatures, or its DS record at the registrar",))
    if resolver.state == NO_NAME:
        return Verdict(FIX, (f"{domain} is not in DNS: is it registered, and delegated to name servers?",))
    return Verdict(UNSURE, (resolver.why or "no name servers were found",))


def _shown(answer: Answer) -> dict[str, Any]:
    return {"state": answer.state, "values": list(answer.values), "ttl": answer.ttl, "why": answer.why}
