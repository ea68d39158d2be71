"""A wanted record against what DNS has: one verdict, why, and what to publish. Pure but for the look-ups of a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.maildns import dkim, dmarc, spf
from dmcli.maildns.lookup import ANSWER, NO_NAME, NONE, Answer
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.maildns.lookup import Ask
    from dmcli.maildns.wanted import Record

OK, WAITING, FIX, UNSURE = "ok", "waiting", "fix", "unknown"


class Verdict(NamedTuple):
    """What is to be said of a record.

    `verdict` is OK, WAITING (it is published; `seconds` until caches are over), FIX (publish `cure`) or UNSURE. `why`
    are sentences' parts; `chain` are the look-ups of an SPF record.
    """

    verdict: str
    why: tuple[str, ...] = ()
    cure: str = ""
    seconds: int | None = None
    chain: tuple[str, ...] = ()


class Views(NamedTuple):
    """What each party sees of a record: the authoritative servers by name, and a resolver."""

    servers: dict[str, Answer]
    resolver: Answer


async def judge(record: Record, views: Views, ask: Ask) -> Verdict:
    """The verdict on a record, from what each party sees of it."""
    if views.resolver.bogus:
        return Verdict(
            FIX, (tr("{why}: repair the zone's signatures, or its DS record at the registrar", why=views.resolver.why),)
        )
    known = {server: answer for server, answer in views.servers.items() if answer.known}
    wrong = {server: said for server, answer in known.items() if (said := await _said(record, answer, ask))}
    silent = tuple(answer.why for answer in views.servers.values() if not answer.known)
    if known:
        if len(wrong) == len(known):
            server, said = next(iter(wrong.items()))
            return await _wrong(record, known[server], ask, tuple(said))
        if wrong:
            ttl = max(known[server].ttl for server in wrong)
            return Verdict(WAITING, (tr("not yet at {servers}", servers=listed(wrong)),), seconds=ttl)
    return await _by_resolver(record, views.resolver, ask, published=bool(known), silent=silent)


async def _said(record: Record, answer: Answer, ask: Ask) -> list[str]:
    """What is wrong with what one party sees; of an SPF record with its whole chain too."""
    said = problems(record, answer)
    if said or record.check != "spf" or not answer.known:
        return said
    walked = await _walk(record, answer, ask)
    missing = [name for name in spf.included(record.value) if name not in walked.includes and not walked.unknown]
    return [*walked.problems, *(tr("include:{name} is not in it", name=name) for name in missing)]


async def _walk(record: Record, answer: Answer, ask: Ask) -> spf.Spf:
    return await spf.walk(record.name, spf.records(answer.values)[0], ask)


async def _by_resolver(
    record: Record, answer: Answer, ask: Ask, *, published: bool, silent: tuple[str, ...]
) -> Verdict:
    """The verdict where the authorities have the record as it is wanted, or where none of them said anything."""
    if not answer.known:
        return Verdict(UNSURE, tuple(dict.fromkeys((answer.why, *silent))))
    if said := await _said(record, answer, ask):
        if published:
            return Verdict(
                WAITING, (tr("published; the resolver still has what was there before"),), seconds=answer.ttl
            )
        return await _wrong(record, answer, ask, (*said, *silent))
    notes = (*_notes(record, answer), *silent)
    if record.check != "spf":
        return _seen(record, notes)
    walked = await _walk(record, answer, ask)
    if walked.unknown:
        return Verdict(UNSURE, walked.unknown, chain=walked.chain)
    counts = tr(
        "{lookups} of {most} look-ups, {void} of {most_void} void",
        lookups=walked.lookups,
        most=spf.MOST_LOOKUPS,
        void=walked.void,
        most_void=spf.MOST_VOID,
    )
    return _seen(record, (counts, *notes))._replace(chain=walked.chain)


async def _wrong(record: Record, answer: Answer, ask: Ask, said: tuple[str, ...]) -> Verdict:
    """A record that is not as it is wanted; without a DMARC record a policy from above may hold."""
    if record.check == "dmarc" and not dmarc.records(answer.values):
        policy = await dmarc.discover(record.name.removeprefix("_dmarc."), ask)
        if policy.at:
            said = (tr("the policy of {domain} holds: {policy}", domain=policy.at, policy=policy.policy), *policy.notes)
            if record.seen is not False:
                return Verdict(OK, said)
            said = (tr("DirectMail wants a record of the domain's own"), *said)
        elif policy.unknown and record.seen is not False:  # one above may hold
            return Verdict(UNSURE, tuple(tr("nothing is known of _dmarc.{name}", name=name) for name in policy.unknown))
        else:
            said = (*said, *policy.notes)
    if answer.alias and record.type != "CNAME":
        said = (
            *said,
            tr(
                "{name} is a CNAME to {alias}: it must be removed first, or the record published there",
                name=record.name,
                alias=answer.alias,
            ),
        )
    if record.check == "cname" and answer.state == NONE and (there := await ask(record.name, "A")).state == ANSWER:
        said = (
            tr(
                "addresses are there instead ({addresses}): switch the provider's proxy off",
                addresses=listed(there.values),
            ),
        )
    if record.check == "spf" and (found := spf.records(answer.values)):
        return await _spf_cured(record, found, ask, said)
    return Verdict(FIX, said, cure(record))


async def _spf_cured(record: Record, found: list[str], ask: Ask, said: tuple[str, ...]) -> Verdict:
    """What makes one good record of those that are there; a cure that is wrong itself is none."""
    fixed = spf.merged(found, record.value)
    cured = fixed not in found and not (await spf.walk(record.name, fixed, ask)).problems
    chain = (await spf.walk(record.name, found[0], ask)).chain if len(found) == 1 else ()
    return Verdict(FIX, said, fixed if cured else "", chain=chain)


def _seen(record: Record, notes: tuple[str, ...]) -> Verdict:
    """DNS has what is wanted: ok, but where the service has yet to see it."""
    if record.seen is False:
        return Verdict(WAITING, (tr("published; DirectMail has not seen it yet"), *notes), seconds=record.ttl)
    return Verdict(OK, notes)


def problems(record: Record, answer: Answer) -> list[str]:
    """What is wrong with what one party sees, in words; nothing where nothing is known."""
    if answer.state == ANSWER:
        return _PROBLEMS[record.check](record, answer.values)
    missing = {NO_NAME: tr("there is no such name"), NONE: tr("no {type} record is there", type=record.type)}
    return [missing[answer.state]] if answer.state in missing else []


def cure(record: Record) -> str:
    """The value to publish where nothing has to be kept."""
    return record.value if record.priority is None else f"{record.priority} {record.value}"


def _ownership(record: Record, values: tuple[str, ...]) -> list[str]:
    return [] if record.value in values else [tr("the value is not among those there")]


def _one_spf(_: Record, values: tuple[str, ...]) -> list[str]:
    there = spf.records(values)
    if len(there) == 1:
        return []
    return [
        tr("{count} SPF records are there, and there must be one", count=len(there))
        if there
        else tr("no SPF record is there")
    ]


def _mx(record: Record, values: tuple[str, ...]) -> list[str]:
    hosts = [value.partition(" ")[2] for value in values]
    if record.value in hosts:
        return []
    return [elsewhere(hosts)]


def elsewhere(hosts: list[str]) -> str:
    """What is to be said of MX records that lead to other hosts; "." alone is a null MX (RFC 7505)."""
    if hosts == ["."]:
        return tr("the name says that it receives no mail (MX 0 .): remove that, or take a subdomain for DirectMail")
    return tr(
        "the name receives mail at {hosts}: a subdomain of its own for DirectMail leaves that alone",
        hosts=listed(hosts),
    )


def _cname(record: Record, values: tuple[str, ...]) -> list[str]:
    return [] if record.value in values else [tr("it leads to {hosts}", hosts=listed(values))]


_PROBLEMS: dict[str, Callable[[Record, tuple[str, ...]], list[str]]] = {
    "ownership": _ownership,
    "spf": _one_spf,
    "dkim": lambda record, values: dkim.problems(values, record.value),
    "dmarc": lambda _, values: dmarc.problems(values),
    "mx": _mx,
    "cname": _cname,
}


def _notes(record: Record, answer: Answer) -> tuple[str, ...]:
    if record.check == "dkim":
        return tuple(dkim.notes(answer.values[0]))
    if record.check == "dmarc":
        return tuple(dmarc.notes(dmarc.records(answer.values)[0]))
    if record.check == "mx" and len(answer.values) > 1:
        others = [value for value in answer.values if value.partition(" ")[2] != record.value]
        return (tr("the name receives mail elsewhere too: {hosts}", hosts=listed(others)),)
    return (tr("the name is an alias of {alias}", alias=answer.alias),) if answer.alias else ()
