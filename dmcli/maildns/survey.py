"""Domains' records as DNS has them, looked up all at once under one deadline: what `domain doctor` finds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.errors import UnreachableError
from dmcli.maildns import dmarc
from dmcli.maildns.judge import FIX, OK, UNSURE, Verdict, Views, judge
from dmcli.maildns.lookup import ANSWER, NO_NAME, Answer, Ask
from dmcli.maildns.waiting import wait_for
from dmcli.maildns.wanted import Record, wanted
from dmcli.maildns.wire import Asker, Server, authorities
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future

# What every domain of DirectMail has in common; the rest only the account knows.
_COMMON = {
    "SpfRecordV2": "v=spf1 include:spf1.dm.aliyun.com -all",
    "MxRecord": "mx01.dm.aliyun.com",
    "DmarcHostRecord": "_dmarc",
    "DmarcRecord": "v=DMARC1; p=none",
}
_MOST_SERVERS = 4  # name servers that are asked; zones have two to four, and an anycast one is as good as all
_BESIDE = ("A", "AAAA", "TXT", "MX")  # what is found beside a CNAME in practice
_FILED = marked(
    {
        True: "the domain has an ICP filing",
        False: "the domain has no ICP filing: mail can be sent, but sending from mainland China may want one",
        None: "the service does not tell whether the domain has an ICP filing",
    }
)


class Wants(NamedTuple):
    """What a domain wants: its records, and what the account knows of it.

    `filed` says whether it has an ICP filing, None where the service does not tell; `account` whether an account was
    asked, and `senders` are its sender addresses at the domain.
    """

    domain: str
    records: tuple[Record, ...]
    account: bool = False
    filed: bool | None = None
    senders: tuple[str, ...] = ()


class Finding(NamedTuple):
    """What was found of one thing: of a record, or of what is no record (delegation, alignment, icp)."""

    domain: str
    check: str
    verdict: Verdict
    record: Record | None = None
    views: Views | None = None

    def row(self) -> dict[str, Any]:
        """The finding as a command shows it."""
        record, verdict, views = self.record, self.verdict, self.views
        priority = "" if record is None or record.priority is None else f"{record.priority} "
        return {
            "domain": self.domain,
            "record": self.check,
            "name": record.name if record else self.domain,
            "type": record.type if record else ("NS" if views else None),
            "wanted": f"{priority}{record.value}" if record else None,
            "service": {"seen": record.seen, "found": record.found} if record else None,
            "authoritative": {server: _shown(answer) for server, answer in views.servers.items()} if views else {},
            "resolver": _shown(views.resolver) if views else None,
            "verdict": verdict.verdict,
            "why": list(verdict.why),
            "seconds": verdict.seconds,
            "publish": verdict.cure or None,
            "chain": list(verdict.chain),
        }


def common_records(domain: str) -> list[Record]:
    """The records that are wanted of any domain, for where no account tells."""
    return wanted({"DomainName": domain, **_COMMON})


def survey(domains: Mapping[str, Future[Wants]], servers: tuple[Server, ...], seconds: float) -> list[Finding]:
    """What DNS has of what each domain wants, in order; it takes at most `seconds`.

    A domain whose name is known, and not its id, is looked up while what it wants is not known yet. Raises what a
    future raises, and UnreachableError where one is not done in time.
    """
    return wait_for(lambda: _survey(domains, servers, seconds))


async def _survey(domains: Mapping[str, Future[Wants]], servers: tuple[Server, ...], seconds: float) -> list[Finding]:
    deadline = asyncio.get_running_loop().time() + seconds
    ask = Asker(servers, deadline)
    found = await asyncio.gather(*(_examine(name, wants, ask, deadline) for name, wants in domains.items()))
    return [finding for findings in found for finding in findings]


async def _examine(name: str, known: Future[Wants], ask: Asker, deadline: float) -> list[Finding]:
    # The resolver is asked all that can be asked already; what it said once it is not asked again.
    ahead = [asyncio.ensure_future(_ahead(name, common_records(name), ask))] if "." in name else []
    domain, records, *_ = wants = await _in_time(name, known, deadline)
    ahead.append(asyncio.ensure_future(_ahead(domain, records, ask)))
    zone, hosts = await authorities(domain, ask)
    askers = {host: Asker(at, deadline, recursive=False) for host, at in list(hosts.items())[:_MOST_SERVERS] if at}
    looks = [
        _delegation(domain, zone, hosts, askers, ask),
        *(_judge(domain, record, askers, ask) for record in records),
        _alignment(wants, ask),
    ]
    found = await asyncio.gather(*looks)
    await asyncio.gather(*ahead)
    return [*found, Finding(domain, "icp", Verdict(OK, (tr(_FILED[wants.filed]),)))] if wants.account else found


async def _in_time(name: str, known: Future[Wants], deadline: float) -> Wants:
    left = deadline - asyncio.get_running_loop().time()
    try:
        return await asyncio.wait_for(asyncio.wrap_future(known), left)
    except TimeoutError:
        raise UnreachableError(
            tr("the service has not told in time what {name} wants: give more --timeout, or --no-account", name=name)
        ) from None


async def _ahead(domain: str, records: Iterable[Record], ask: Asker) -> None:
    """Ask a resolver for what judging the records will take."""
    looks = (_judge(domain, record, {}, ask) for record in records)
    await asyncio.gather(authorities(domain, ask), dmarc.discover(domain, ask), *looks)


async def _judge(domain: str, record: Record, askers: Mapping[str, Asker], ask: Ask) -> Finding:
    looks = (ask(record.name, record.type), *(_authoritative(asker, record, ask) for asker in askers.values()))
    beside, (resolver, *answers) = await asyncio.gather(
        _beside(record, _authority(askers, ask)), asyncio.gather(*looks)
    )
    views = Views(dict(zip(askers, answers, strict=True)), resolver)
    verdict = Verdict(FIX, (beside,)) if beside else await judge(record, views, ask)
    return Finding(domain, record.check, verdict, record, views)


def _authority(askers: Mapping[str, Asker], ask: Ask) -> Ask:
    return next(iter(askers.values()), ask)


async def _authoritative(asker: Asker, record: Record, ask: Ask) -> Answer:
    """What a name server says; where it only has an alias to another zone, what the resolver says of that."""
    answer = await asker(record.name, record.type)
    if answer.alias and answer.state != ANSWER:
        return (await ask(answer.alias, record.type))._replace(alias=answer.alias)
    return answer


async def _beside(record: Record, look: Ask) -> str:
    """What stands beside the CNAME that is wanted, where nothing may (RFC 1034, 3.6.2); "" where nothing does."""
    if record.type != "CNAME":
        return ""
    alias, *others = await asyncio.gather(*(look(record.name, kind) for kind in ("CNAME", *_BESIDE)))
    there = [
        f"{record.name} {kind} {value}"
        for kind, answer in zip(_BESIDE, others, strict=True)
        for value in answer.values
        if not answer.alias
    ]
    if alias.state != ANSWER or not there:
        return ""
    return tr("other records stand beside the CNAME, where none may: remove {records}", records=listed(there))


async def _delegation(
    domain: str, zone: str, hosts: Mapping[str, tuple[Server, ...]], askers: Mapping[str, Asker], ask: Ask
) -> Finding:
    """Whether the zone's name servers are there and answer for it, and no CNAME hides what is at the domain's name."""
    look = _authority(askers, ask)
    resolver, alias, text, *said = await asyncio.gather(
        ask(zone or domain, "NS"),
        look(domain, "CNAME"),
        look(domain, "TXT"),
        *(asker(zone, "SOA") for asker in askers.values()),
    )
    answers = dict(zip(askers, said, strict=True))
    return Finding(
        domain,
        "delegation",
        _hidden(domain, zone, alias, text) or _served(domain, zone, hosts, answers, resolver),
        views=Views(answers, resolver),
    )


def _hidden(domain: str, zone: str, alias: Answer, text: Answer) -> Verdict | None:
    """The verdict on a CNAME at the domain's own name; None where there is none, or it only leads elsewhere."""
    if alias.state != ANSWER:
        return None
    standing = f"{domain} CNAME {alias.values[0]}"
    if zone in (domain, ""):
        return Verdict(
            FIX, (tr("a CNAME is at the zone's own name, where none may be: remove {record}", record=standing),)
        )
    if text.state == ANSWER and not text.alias:
        return Verdict(
            FIX, (tr("other records stand beside a CNAME, where none may: remove {record}", record=standing),)
        )
    return None


def _served(
    domain: str, zone: str, hosts: Mapping[str, tuple[Server, ...]], answers: Mapping[str, Answer], resolver: Answer
) -> Verdict:
    if not zone and resolver.bogus:
        return Verdict(
            FIX, (tr("{why}: repair the zone's signatures, or its DS record at the registrar", why=resolver.why),)
        )
    if not zone and resolver.state == NO_NAME:
        return Verdict(
            FIX, (tr("{domain} is not in DNS: is it registered, and delegated to name servers?", domain=domain),)
        )
    if not zone:
        return Verdict(UNSURE, (resolver.why or tr("no name servers were found"),))
    silent = tuple(answer.why for answer in answers.values() if not answer.known)
    lost = tuple(tr("{host} has no address", host=host) for host, at in hosts.items() if not at)
    good = len(silent) < len(answers)
    return Verdict(OK if good else UNSURE, (tr("zone {zone}", zone=zone), *silent, *lost))


async def _alignment(wants: Wants, ask: Ask) -> Finding:
    """Whether mail from the domain's sender addresses can pass DMARC: SPF or DKIM must be aligned with the From domain.

    DirectMail has MAIL FROM in the domain itself, which is what the SPF and MX records there are for, and signs with
    the name below which its DKIM key is.
    """
    domain = wants.domain
    signed = next((r.name.partition("._domainkey.")[2] for r in wants.records if r.check == "dkim"), "")
    spf, dkim = await asyncio.gather(
        dmarc.alignment(domain, domain, "aspf", ask), dmarc.alignment(domain, signed or domain, "adkim", ask)
    )
    said = [tr("SPF (MAIL FROM {domain}) {alignment}", domain=domain, alignment=spf.said)]
    if signed:
        said.append(tr("DKIM (d={domain}) {alignment}", domain=signed, alignment=dkim.said))
    senders = (
        [tr("From {domain}, as in {address}", domain=domain, address=wants.senders[0])]
        if wants.senders
        else [tr("From {domain}", domain=domain)]
    )
    both = [spf.aligned, *([dkim.aligned] if signed else [])]
    verdict = OK if any(both) else UNSURE if None in both else FIX
    return Finding(domain, "alignment", Verdict(verdict, (*senders, *said)))


def _shown(answer: Answer) -> dict[str, Any]:
    return {"state": answer.state, "values": list(answer.values), "ttl": answer.ttl, "why": answer.why}
