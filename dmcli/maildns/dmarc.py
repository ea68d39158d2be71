"""DMARC policies (RFC 9989): what a record says, and which one holds for a name, found by walking up the tree."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from dmcli.maildns.lookup import ANSWER, NO_NAME, UNKNOWN
from dmcli.maildns.tags import tags
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from dmcli.maildns.lookup import Answer, Ask

_POLICIES = ("none", "quarantine", "reject")
_GONE = ("pct", "rf", "ri")  # of RFC 7489; RFC 9989 gives them no meaning
_LONGEST = 8  # labels from which on the walk leaves some out (RFC 9989, section 4.10)


class Policy(NamedTuple):
    """The policy that holds for a name.

    `at` is the name whose `_dmarc` record it is, "" where none is valid, `record` that record, and `policy` what it
    asks for of this name: none, quarantine or reject. `organisation` is the organisational domain, by the walk.
    `unknown` are the names below which nothing is known.
    """

    at: str
    record: str
    policy: str
    organisation: str
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def records(found: tuple[str, ...]) -> list[str]:
    """Those TXT records that are DMARC records: v=DMARC1 is the first tag, in just these letters."""
    return [text for text in found if next(iter(tags(text).items()), None) == ("v", "DMARC1")]


def problems(found: tuple[str, ...]) -> list[str]:
    """What keeps the TXT records at a `_dmarc` name from being a policy, in words."""
    there = records(found)
    if len(there) > 1:
        return [tr("{count} DMARC records are there, and all of them are ignored", count=len(there))]
    if not there:
        meant = [text for text in found if "v=dmarc1" in text.lower()]
        wrong = [
            tr("'{text}' is no DMARC record: v=DMARC1; must come first, in these letters", text=text) for text in meant
        ]
        return wrong or [tr("no DMARC record is there")]
    have = tags(there[0])
    if "p" in have and have["p"].lower() not in _POLICIES:
        return [tr("p={policy} is none of {policies}", policy=have["p"], policies=listed(_POLICIES))]
    if "p" not in have and not have.get("rua"):
        return [tr("it has neither p= nor rua=, and so says nothing")]
    return []


def notes(record: str) -> list[str]:
    """What is worth a word about a record.

    >>> notes("v=DMARC1; p=reject; pct=20; t=y")
    ['pct= has no meaning since RFC 9989', 't=y: only receivers that know RFC 9989 apply the next milder policy']
    """
    have = tags(record)
    said = [tr("{name}= has no meaning since RFC 9989", name=name) for name in _GONE if name in have]
    if have.get("t", "").lower() == "y":
        said.append(tr("t=y: only receivers that know RFC 9989 apply the next milder policy"))
    return said


def walk(name: str) -> list[str]:
    """The names whose `_dmarc` records are asked for, from the name itself to the top-level domain.

    >>> walk("a.b.c.d.e.f.g.h.i.example.com")[:2], walk("mail.example.com")
    (['a.b.c.d.e.f.g.h.i.example.com', 'e.f.g.h.i.example.com'], ['mail.example.com', 'example.com', 'com'])
    """
    labels = name.split(".")
    above = labels[-(_LONGEST - 1) :] if len(labels) > _LONGEST else labels[1:]
    return [name, *(".".join(above[at:]) for at in range(len(above)))]


async def discover(name: str, ask: Ask) -> Policy:
    """The policy that holds for mail from `name` (RFC 9989, section 4.10). All names are asked at once."""
    names = walk(name)
    itself, *answers = await asyncio.gather(ask(name, "TXT"), *(ask(f"_dmarc.{above}", "TXT") for above in names))
    there = {above: record for above, answer in zip(names, answers, strict=True) if (record := _record(answer))}
    unknown = tuple(above for above, answer in zip(names, answers, strict=True) if answer.state == UNKNOWN)
    organisation = _organisation(name, names, there)
    at = next((above for above in (name, organisation, _parent(organisation)) if above in there), "")
    if at == _parent(organisation) and at and tags(there[at]).get("psd", "").lower() != "y":
        at = ""
    record = there.get(at, "")
    if wrong := problems((record,)) if record else []:  # it is the one that counts, and asks for nothing
        return Policy("", "", "", organisation, tuple(f"{at}: {said}" for said in wrong), unknown)
    asked = _asked(record, inherited=at != name, exists=itself.state != NO_NAME) if record else ""
    return Policy(at, record, asked, organisation, tuple(notes(record)), unknown)


class Alignment(NamedTuple):
    """Whether a name that SPF or DKIM vouches for is aligned with the From domain (None: not known), and in words."""

    aligned: bool | None
    said: str


async def alignment(sender: str, name: str, tag: str, ask: Ask) -> Alignment:
    """Whether `name` is aligned with the From domain `sender`; `tag` (aspf, adkim) says how strictly."""
    if name == sender:
        return Alignment(aligned=True, said=tr("is aligned, relaxed and strict"))
    policy, other = await asyncio.gather(discover(sender, ask), discover(name, ask))
    unknown = tuple(dict.fromkeys((*policy.unknown, *other.unknown)))
    if unknown:
        return Alignment(aligned=None, said=tr("may be aligned: nothing is known of _dmarc.{name}", name=unknown[0]))
    if policy.organisation != other.organisation:
        said = tr(
            "is not aligned: {name} is of {organisation}, {sender} of {other}",
            name=name,
            organisation=other.organisation,
            sender=sender,
            other=policy.organisation,
        )
        return Alignment(aligned=False, said=said)
    if tags(policy.record).get(tag, "").lower() == "s":
        return Alignment(
            aligned=False, said=tr("is not aligned: {tag}=s asks for {sender} itself", tag=tag, sender=sender)
        )
    return Alignment(aligned=True, said=tr("is aligned by {tag}=r, and would not be by {tag}=s", tag=tag))


def _record(answer: Answer) -> str:
    """The one record at a name; several are as good as none (4.10)."""
    found = records(answer.values) if answer.state == ANSWER else []
    return found[0] if len(found) == 1 else ""


def _organisation(name: str, names: list[str], there: dict[str, str]) -> str:
    """The organisational domain: at psd=n, one below psd=y, else the shortest name with a record, else the name."""
    last = name
    for above in names:
        psd = tags(there.get(above, "")).get("psd", "").lower()
        if psd == "n":
            return above
        if psd == "y" and above != name:
            return next(found for found in _suffixes(name) if _parent(found) == above)
        if above in there:
            last = above
    return last


def _suffixes(name: str) -> list[str]:
    labels = name.split(".")
    return [".".join(labels[at:]) for at in range(len(labels))]


def _parent(name: str) -> str:
    return name.partition(".")[2]


def _asked(record: str, *, inherited: bool, exists: bool) -> str:
    """What a record asks for: of names below its own by np where they do not exist, by sp, and else by p."""
    have = {name: value.lower() for name, value in tags(record).items()}
    order = (*(() if exists else ("np",)), "sp", "p") if inherited else ("p",)
    return next((have[name] for name in order if have.get(name) in _POLICIES), "none")
