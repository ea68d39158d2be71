"""What stands in the way of changes, and what to know before they are made: pure functions."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.actions.receiver import MAX_MEMBERS
from dmcli.words import counted, listed, tr
from dmcli.workflows.account.comparing import crowded, order, otherwise
from dmcli.workflows.account.describing import noun_of, shown
from dmcli.workflows.account.model import Verb
from dmcli.workflows.account.parts import BY_KEY, MAX_DELETED_SENDERS, MEMBERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dmcli.workflows.account.loading import Document
    from dmcli.workflows.account.model import Change, State

MOST_SHARE, MOST_DELETED = 30, 10  # per cent of a part, and things of it, that are deleted without --force


class Plan(NamedTuple):
    """What is to be done, in order; the deletions that nobody asked for; what forbids it, and what to know of it."""

    changes: list[Change]
    staying: list[Change]
    problems: list[str]
    notes: list[str]


def plan(
    document: Document, there: State, changes: list[Change], prune: Collection[str], command: str, *, force: bool
) -> Plan:
    """The plan for changes: deletions are made in the parts `prune` alone. `command` is how `dm` is run here."""
    doing = [one for one in changes if one.verb is not Verb.DELETE or one.part in prune]
    staying = [one for one in changes if one.verb is Verb.DELETE and one.part not in prune]
    problems = [
        *_dangling(document, there, doing),
        *_unchangeable(document, doing),
        *_taken_ips(document, there, doing),
        *_too_many(there, doing),
        *([] if force else _too_many_deleted(there, doing)),
    ]
    doing = order(doing, crowded(there, doing))
    return Plan(
        doing, staying, problems, [*_notes(doing, command), *_of_limits(there, doing), *_of_members(document, there)]
    )


def _dangling(document: Document, there: State, doing: list[Change]) -> Iterator[str]:
    """What refers to a thing that is neither there nor in the file, or that is to be deleted."""
    gone = {one.key for one in doing if one.verb is Verb.DELETE}
    for part, things in document.state.items():
        for name, one in things.items():
            refers = [
                (attribute.refers, value)
                for attribute in BY_KEY[part].attributes
                if attribute.refers and (given := one.fields.get(attribute.key))
                for value in (given if isinstance(given, tuple) else (given,))
            ]
            outside = one.fields.get("domain-type") == "external"
            if BY_KEY[part].within in document.state and not outside:
                refers.append((BY_KEY[part].within, name.partition("@")[2]))
            for other, wanted in refers:
                known = {*document.state.get(other, {}), *there.get(other, {})} - {n for p, n in gone if p == other}
                if wanted not in known:
                    yield _no_such(document.where(part, name), other, str(wanted), sorted(known))


def _no_such(where: str, part: str, name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.5)
    said = tr("{where}: there is no {noun} {name!r}", where=where, noun=noun_of(part), name=name)
    return said + (tr("; did you mean {names}?", names=listed(near, " or ")) if near else "")


def _unchangeable(document: Document, doing: list[Change]) -> Iterator[str]:
    """What the service cannot change, and what to do about it."""
    for one in doing:
        for key in one.after if one.verb is Verb.UPDATE else ():
            attribute = BY_KEY[one.part].attribute(key)
            where = document.where(one.part, one.name)
            told = {"where": where, "noun": noun_of(one.part), "name": one.name, "key": key}
            if attribute.fixed:
                yield tr(
                    "{where}: the service cannot change {key} of the {noun} {name} ({old} -> {new}): write it as it "
                    "is, or delete it yourself and apply this again",
                    old=shown(one.before[key]),
                    new=shown(one.after[key]),
                    **told,
                )
            elif attribute.stays and not one.after[key]:
                yield tr(
                    "{where}: the service cannot take {key} from the {noun} {name} ({old}): write it, or another",
                    old=shown(one.before[key]),
                    **told,
                )


def _taken_ips(document: Document, there: State, doing: list[Change]) -> Iterator[str]:
    """IPs that are to come into a pool from one that stays, and of which the file does not speak."""
    pools = document.state.get("ip-pools")
    gone = {one.name for one in doing if one.part == "ip-pools" and one.verb is Verb.DELETE}
    for name, one in there.get("ip-pools", {}).items():
        for wanted, other in (pools or {}).items():
            taken = set(one.fields.get("ips", ()) or ()) & set(other.fields.get("ips", ()) or ())  # type: ignore[arg-type]
            if taken and name not in {*(pools or {}), *gone}:
                yield tr(
                    "{where}: {ips} is in the pool {name!r}, which the file does not have: write it without the IP",
                    where=document.where("ip-pools", wanted),
                    ips=listed(sorted(taken)),
                    name=name,
                )


def _too_many(there: State, doing: list[Change]) -> Iterator[str]:
    """More things, members or deletions of senders than the service allows."""
    for key, (before, after) in _numbers(there, doing).items():
        most = BY_KEY[key].most
        if most and after > most[0] and after > before:
            yield tr(
                "there would be {things}, and an account may have {most:,}",
                things=f"{after:,} {key}",
                most=most[0],
            )
    deleted = sum(one.key[0] == "senders" for one in doing if one.verb is Verb.DELETE)
    if deleted > MAX_DELETED_SENDERS:
        yield tr(
            "{number} sender addresses would be deleted, and the service deletes {most} a month: keep some in the file",
            number=deleted,
            most=MAX_DELETED_SENDERS,
        )
    for one in doing:
        there_now = there.get("lists", {}).get(one.name)
        left = len(there_now.members or ()) if there_now else 0
        if one.part == MEMBERS and left + len(one.joining) > MAX_MEMBERS:
            yield tr(
                "the list {list} would have {members:,} members, and takes {most:,}",
                list=one.name,
                members=left + len(one.joining),
                most=MAX_MEMBERS,
            )


def _numbers(there: State, doing: list[Change]) -> dict[str, tuple[int, int]]:
    """How many things of each part there are, and how many there will be."""
    made = Counter(one.part for one in doing if one.verb is Verb.CREATE)
    gone = Counter(one.part for one in doing if one.verb is Verb.DELETE)
    return {key: (len(things), len(things) + made[key] - gone[key]) for key, things in there.items()}


def _too_many_deleted(there: State, doing: list[Change]) -> Iterator[str]:
    """Parts, and lists of members, of which more would go than may without --force."""
    of = {key: sum(one.ours for one in things.values()) for key, things in there.items()}
    gone = Counter((one.part, "") for one in doing if one.verb is Verb.DELETE and one.part != MEMBERS)
    for one in doing:
        if one.leaving:
            gone[MEMBERS, one.name] = len(one.leaving)
    for (part, name), number in gone.items():
        listed_things = there.get("lists", {}).get(name)
        total = len(listed_things.members or ()) if listed_things else of.get(part, 0)
        if number > MOST_DELETED or 100 * number > MOST_SHARE * total:
            yield tr(
                "{number:,} of {all:,} {things} would be deleted, more than {most} or {share}%: look at them with "
                "diff, and give --force if that is meant",
                number=number,
                all=total,
                things=f"{noun_of(part)} {name}" if name else part,
                most=MOST_DELETED,
                share=MOST_SHARE,
            )


def _notes(doing: list[Change], command: str) -> Iterator[str]:
    """What is to be done by people, and what cannot be taken back."""
    new = [one.name for one in doing if one.verb is Verb.CREATE and one.part == "domains"]
    for name in new:
        yield tr(
            "{domain} sends nothing until its DNS records are there: {command} domain records {domain}",
            domain=name,
            command=command,
        )
    replies = [one for one in doing if one.part == "senders" and one.after.get("reply-to")]
    if replies:
        yield tr(
            "{replies} to be confirmed from a mail, each with {command} address verify-reply: {senders}",
            replies=counted(len(replies), "reply-to address", "reply-to addresses"),
            command=command,
            senders=listed(one.name for one in replies),
        )
    reviewed = sum(one.part == "templates" and one.verb is not Verb.DELETE for one in doing)
    if reviewed:
        yield tr(
            "{templates} to be reviewed by the service; --wait waits for it", templates=counted(reviewed, "template")
        )
    if any(one.after.get("ip-protection") is True for one in doing):
        yield tr("from then on only the addresses of the ip-filter may send mail")
    gone = sum(max(len(one.leaving), 1) for one in doing if one.verb is Verb.DELETE)
    if gone:
        yield tr("{deletions} cannot be undone", deletions=counted(gone, "deletion"))


def _of_limits(there: State, doing: list[Change]) -> Iterator[str]:
    """Where there would be more than an older source allows."""
    for key, (before, after) in _numbers(there, doing).items():
        if any(before < after and after > most for most in BY_KEY[key].most[1:]):
            yield tr(
                "there would be {things}; an older page of the service allows {most:,}",
                things=f"{after:,} {key}",
                most=BY_KEY[key].most[1],
            )


def _of_members(document: Document, there: State) -> Iterator[str]:
    for name, emails in otherwise(there, document.state).items():
        yield tr(
            "the service has other values for {members} of the list {list}, such as {email}, and cannot change them: "
            "take them off the list, and apply this again",
            members=counted(len(emails), "member"),
            list=name,
            email=emails[0],
        )
