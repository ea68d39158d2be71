"""SPF (RFC 7208): what a record says, and what a receiver has to look up for it, with the whole chain.

Counted is the worst case, a mail that no mechanism before the last one matches; a real check may stop earlier.
Addresses are looked up as for a mail over IPv4, as DirectMail sends it: a name that has IPv6 alone is void then.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dmcli.maildns.lookup import UNKNOWN
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.maildns.lookup import Ask

MOST_LOOKUPS, MOST_VOID, MOST_MX = 10, 2, 10  # RFC 7208, section 4.6.4
_ENOUGH = 60  # terms after which nothing more is looked up: the limit is passed many times over
_MECHANISM = re.compile(
    r"([-+~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/\s]*(?:/(?![0-9/])[^/\s]*)*))?((?:/.*)?)", re.IGNORECASE
)
_MODIFIER = re.compile(r"[a-z][a-z0-9_.-]*=.*", re.IGNORECASE)
_CIDR = re.compile(r"(?:/(\d{1,2}))?(?://(\d{1,3}))?")
_FAMILIES = {"ip4": ipaddress.IPv4Network, "ip6": ipaddress.IPv6Network}


class Term(NamedTuple):
    """A term of a record: its text, its kind (a mechanism's name or `redirect`), qualifier and domain."""

    text: str
    kind: str
    qualifier: str = "+"
    domain: str = ""


@dataclass
class Step:
    """A term that costs a look-up, what came of it, and the terms of the record that it led to."""

    term: Term
    domain: str
    record: str = ""
    problem: str = ""
    void: int = 0
    unknown: str = ""
    steps: list[Step] = field(default_factory=list)


class Spf(NamedTuple):
    """What checking a record takes: look-ups and void ones, the chain as indented lines, the names it includes.

    `problems` make a receiver answer permerror or let everybody send, `unknown` are look-ups that gave nothing.
    """

    record: str
    lookups: int
    void: int
    chain: tuple[str, ...]
    includes: frozenset[str]
    problems: tuple[str, ...]
    unknown: tuple[str, ...]


def records(found: tuple[str, ...]) -> list[str]:
    """Those TXT records that are SPF records; the version counts in any letters (RFC 7208, section 12).

    >>> records(("V=SPF1 -ALL", "v=spf10 -all", "other"))
    ['V=SPF1 -ALL']
    """
    return [text for text in found if text.split(" ", 1)[0].lower() == "v=spf1"]


def terms(record: str) -> list[Term]:
    """The terms of a record that count, up to `all`. Raises ValueError naming what is no term.

    >>> [term.kind for term in terms("v=spf1 a:example.com/24 include:x.test ~all mx")]
    ['a', 'include', 'all']
    """
    found = [_term(text) for text in record.split(" ")[1:] if text]
    redirects = [term for term in found if term.kind == "redirect"]
    names = [term.text.partition("=")[0].lower() for term in found if term.kind in ("redirect", "modifier")]
    for name in ("redirect", "exp"):
        if names.count(name) > 1:
            raise ValueError(tr("{name}= stands twice", name=name))
    mechanisms = [term for term in found if term.kind not in ("redirect", "modifier")]
    last = next((at for at, term in enumerate(mechanisms) if term.kind == "all"), None)
    return [*mechanisms, *redirects] if last is None else mechanisms[: last + 1]


async def walk(domain: str, record: str, ask: Ask) -> Spf:
    """Follow a record of `domain`. Terms of the same depth are looked up at the same time."""
    root = Step(Term("", "include"), domain, record)
    _grow(root, above=())
    level = root.steps
    seen: dict[int, tuple[str, ...]] = {}
    for step in level:
        seen[id(step)] = (domain,)
    spent = 0
    while level and spent < _ENOUGH:
        level = level[: _ENOUGH - spent]
        spent += len(level)
        await asyncio.gather(*(_look(step, ask, seen[id(step)]) for step in level))
        for step in level:
            for below in step.steps:
                seen[id(below)] = (*seen[id(step)], step.domain)
        level = [below for step in level for below in step.steps]
    return _told(root)


def merged(found: list[str], wanted: str) -> str:
    """One record with the terms of all that are there and the includes that are wanted, before the first `all`.

    >>> merged(["v=spf1 mx ~all"], "v=spf1 include:spf.test -all")
    'v=spf1 mx include:spf.test ~all'
    """
    kept: list[str] = []
    tail = ""
    for text in (word for record in [*found, wanted] for word in record.split(" ")[1:] if word):
        if text.lstrip("+-~?").lower() == "all":
            tail = tail or (text if text[0] in "-~?" else "~all")
        elif text.lower().startswith("redirect="):
            tail = tail or text
        elif text.lower() not in (word.lower() for word in kept):
            kept.append(text)
    return " ".join(["v=spf1", *kept, tail or "-all"])


def with_includes(record: str, wanted: str) -> str:
    """A record with the includes of `wanted`, and all else to the letter. Raises ValueError for one not in order.

    They stand before `all`, else before redirect=, else at the end.

    >>> with_includes("v=spf1  MX redirect=x.test", "v=spf1 include:spf.test -all")
    'v=spf1  MX include:spf.test redirect=x.test'
    """
    if not record.isascii() or "\\" in record:  # an octet that is no text is shown with a backslash
        raise ValueError(tr("it is not in ASCII"))
    terms(record)  # all of them are read
    found = [(word.start(), _term(word[0])) for word in re.finditer("[^ ]+", record)][1:]
    kinds = [term.kind for _, term in found if term.kind not in ("redirect", "modifier")]
    if "all" in kinds[:-1]:
        raise ValueError(tr("terms stand after all, where they do not count"))
    domains = [domain for domain in included(wanted) if domain not in included(record)]
    for _, term in found:
        if term.kind == "include" and term.qualifier != "+" and term.domain.lower() in included(wanted):
            raise ValueError(tr("{term} does not let DirectMail send", term=term.text))
    ends = (next((at for at, term in found if term.kind == kind), None) for kind in ("all", "redirect"))
    end = next((at for at in ends if at is not None), None)
    text = " ".join(f"include:{domain}" for domain in domains)
    if not text:
        return record
    if end is None:
        return f"{record}{'' if record.endswith(' ') else ' '}{text}"
    return f"{record[:end]}{text} {record[end:]}"


def included(record: str) -> list[str]:
    """The domains that a record includes itself, in small letters."""
    try:
        return [term.domain.lower() for term in terms(record) if term.kind == "include"]
    except ValueError:
        return []


def _term(text: str) -> Term:
    found = _MECHANISM.fullmatch(text)
    if found is None:
        if not _MODIFIER.fullmatch(text):
            raise ValueError(tr("{term} is no term of SPF", term=text))
        name, _, value = text.partition("=")
        if name.lower() != "redirect":
            return Term(text, "modifier")
        return Term(text, "redirect", domain=_domain(text, value))
    qualifier, kind, domain, cidr = found[1] or "+", found[2].lower(), found[3], found[4]
    if kind in _FAMILIES:
        try:
            _FAMILIES[kind](f"{domain}{cidr}", strict=False)
        except ValueError:
            raise ValueError(tr("{term} has no address of its kind", term=text)) from None
        return Term(text, kind, qualifier)
    if (domain is None and kind in ("include", "exists")) or (domain is not None and kind == "all"):
        raise ValueError(tr("{term} is no term of SPF", term=text))
    if cidr and (kind not in ("a", "mx") or not _CIDR.fullmatch(cidr)):
        raise ValueError(tr("{term} is no term of SPF", term=text))
    return Term(text, kind, qualifier, "" if domain is None else _domain(text, domain))


def _domain(text: str, domain: str) -> str:
    domain = domain.removesuffix(".")
    if "%" not in domain and (not all(domain.split(".")) or "." not in domain):
        raise ValueError(tr("{term} names no domain", term=text))
    return domain


def _grow(step: Step, above: tuple[str, ...]) -> None:
    """Add the terms of the step's record that cost a look-up."""
    if step.domain.lower() in (name.lower() for name in above):
        step.problem = tr("{domain} includes itself", domain=step.domain)
        return
    try:
        found = terms(step.record)
    except ValueError as error:
        step.problem = tr("{source}: {problem}", source=step.domain, problem=error)
        return
    step.steps = [Step(term, term.domain or step.domain) for term in found if term.kind not in ("all", *_FAMILIES)]


async def _look(step: Step, ask: Ask, above: tuple[str, ...]) -> None:
    """Look one term up. A name with a macro depends on the mail, and ptr on the sender: these are only counted."""
    kind = step.term.kind
    if "%" in step.domain or kind == "ptr":
        return
    wire = {"include": "TXT", "redirect": "TXT", "mx": "MX"}.get(kind, "A")
    answer = await ask(step.domain, wire)
    step.void = int(answer.void)
    if answer.state == UNKNOWN:
        step.unknown = f"{step.domain} {wire}: {answer.why}"
    elif kind == "mx" and len(answer.values) > MOST_MX:
        step.problem = tr(
            "{domain} has {count} MX records, more than {most}",
            domain=step.domain,
            count=len(answer.values),
            most=MOST_MX,
        )
    elif kind == "mx":
        hosts = [host for value in answer.values if (host := value.partition(" ")[2].strip("."))]
        for host, found in zip(hosts, await asyncio.gather(*(ask(host, "A") for host in hosts)), strict=True):
            step.void += found.void
            step.unknown = step.unknown if found.known else f"{host} A: {found.why}"
    elif wire == "TXT":
        there = records(answer.values)
        if len(there) == 1:
            step.record = there[0]
            _grow(step, above)
        else:
            step.problem = tr(
                "{domain} has {records}, and must have one",
                domain=step.domain,
                records=counted(len(there), "SPF record"),
            )


def _told(root: Step) -> Spf:
    steps = list(_all(root, 0))
    lookups = len(steps)
    void = sum(step.void for _, step in steps)
    problems = [step.problem for step in (root, *(step for _, step in steps)) if step.problem]
    if lookups > MOST_LOOKUPS:
        problems.append(tr("it takes {number} look-ups, more than {most}", number=lookups, most=MOST_LOOKUPS))
    if void > MOST_VOID:
        problems.append(tr("{number} of its look-ups are void, more than {most}", number=void, most=MOST_VOID))
    if any(
        _open(step) for step in (root, *(step for _, step in steps)) if step is root or step.term.kind == "redirect"
    ):
        problems.append(tr("+all lets everybody send"))
    chain = tuple("  " * depth + step.term.text + _void(step.void) for depth, step in steps)
    includes = frozenset(
        step.domain.lower() for _, step in steps if step.term.kind in ("include", "redirect") and step.record
    )
    unknown = tuple(step.unknown for _, step in steps if step.unknown)
    return Spf(root.record, lookups, void, chain, includes, tuple(problems), unknown)


def _void(number: int) -> str:
    if number > 1:
        return tr(" ({number} void)", number=number)
    return tr(" (void)") if number else ""


def _open(step: Step) -> bool:
    try:
        return any(term.kind == "all" and term.qualifier == "+" for term in terms(step.record))
    except ValueError:
        return False


def _all(step: Step, depth: int) -> Iterator[tuple[int, Step]]:
    for below in step.steps:
        yield depth, below
        yield from _all(below, depth + 1)
