"""What to change in a zone so that it has the records that are wanted, and what to leave: a pure function of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.maildns import dkim, dmarc, spf
from dmcli.maildns.judge import elsewhere
from dmcli.maildns.wanted import TTL
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dmcli.maildns.wanted import Record

ADD, MERGE, REPLACE, THERE, REFUSED = "add", "merge", "replace", "there", "refused"


class Standing(NamedTuple):
    """A record that a zone has.

    `name` is in small letters without a dot at its end, `value` as a wanted record has it, the root as a dot. `line`
    is the group of visitors that alone gets it, "" for everybody; one that is `paused` is kept but not served. `key` is
    what its provider knows it by.
    """

    name: str
    type: str
    value: str
    priority: int | None = None
    ttl: int = TTL
    line: str = ""
    paused: bool = False
    key: object = None


class Zone(NamedTuple):
    """A zone as it was read: its name, and of its records those that matter to the names asked for, or all."""

    name: str
    records: tuple[Standing, ...]


class Change(NamedTuple):
    """What becomes of a wanted record.

    `kind` is ADD, THERE, REFUSED, or where `new` takes the place of the value of `old`: MERGE if it holds that, else
    REPLACE. `new` is the value that is published, or was wanted, `ttl` its TTL in seconds: records of one name and
    type have the same (RFC 2181, 5.2). `why` says in words what there is to say.
    """

    record: Record
    kind: str
    new: str
    old: tuple[Standing, ...] = ()
    why: str = ""
    ttl: int = TTL

    @property
    def publishes(self) -> bool:
        """Whether something is to be published."""
        return self.kind == ADD or self.updates

    @property
    def updates(self) -> bool:
        """Whether it takes the place of a record."""
        return self.kind in (MERGE, REPLACE)

    @property
    def replaceable(self) -> bool:
        """Whether it is refused for the one DKIM key at its selector, such as the one before a rotation."""
        alone = self.kind == REFUSED and len(self.old) == 1
        return alone and self.record.check == "dkim" and self.old[0].type == self.record.type


def plan(wanted: Iterable[Record], zone: Zone, *, new_key: bool = False) -> list[Change]:
    """A change for each wanted record, in their order. What stands there is never removed, and only SPF is added to.

    With a `new_key` the wanted DKIM key takes the place of another one at its selector.

    >>> from dmcli.maildns.wanted import Record
    >>> there = Standing("example.com", "TXT", "v=spf1 mx -all")
    >>> record = Record("spf", "example.com", "TXT", "v=spf1 include:spf.test -all", "example.com")
    >>> [change] = plan([record], Zone("example.com", (there,)))
    >>> change.kind, change.new
    ('merge', 'v=spf1 mx include:spf.test -all')
    """
    return [_change(record, zone, new_key) for record in wanted]


def _change(record: Record, zone: Zone, new_key: bool) -> Change:
    at = [there for there in zone.records if there.name == record.name]
    here = [there for there in at if not there.line]
    same = [there for there in here if there.type == record.type]
    change = _in_the_way(record, zone, here) or _BY_CHECK[record.check](record, same)
    if new_key and change.replaceable:
        change = change._replace(kind=REPLACE, why="")
    lines = sorted({there.line for there in at if there.line and there.type in (record.type, "CNAME")})
    notes = [change.why] if change.why else []
    if any(there.paused for there in change.old):
        notes.append(tr("it is paused: enable it, so that it is served"))
    if lines and change.kind != REFUSED:
        notes.append(tr("visitors of line {lines} get other records, which stay as they are", lines=listed(lines)))
    return change._replace(why=tr("; ").join(notes), ttl=next((there.ttl for there in same), record.ttl))


def _in_the_way(record: Record, zone: Zone, here: list[Standing]) -> Change | None:
    """The refusal where DNS itself, or mail that is received, leaves no room; None where nothing is in the way."""
    aliases = [there for there in here if there.type == "CNAME"]
    if record.type == "CNAME":
        if record.name == zone.name:
            return _refused(record, here, tr("the zone's own name cannot be a CNAME"))
        others = sorted({there.type for there in here} - {"CNAME"})
        if others and not aliases:
            return _refused(
                record, here, tr("{types} stands there, beside which a CNAME cannot be", types=listed(others))
            )
    elif aliases:
        return _refused(record, aliases, tr("a CNAME stands there, beside which nothing else can be"))
    if caught := _caught_by(record.name, zone):
        return _refused(
            record,
            (),
            tr("mail for it is received by the MX of {name}, which a first record here would end", name=caught),
        )
    return None


def _caught_by(name: str, zone: Zone) -> str:
    """The wildcard whose MX holds for a name, and would be hidden by a record there (RFC 4592); "" for none."""
    served = [there for there in zone.records if not there.paused]
    for there in served:
        base = there.name.removeprefix("*.")
        if there.type != "MX" or base == there.name or not name.endswith(f".{base}") or name == there.name:
            continue
        top = name.removesuffix(f".{base}").rpartition(".")[2] + f".{base}"
        if not any(other.name == top or other.name.endswith(f".{top}") for other in served):
            return there.name
    return ""


def _refused(record: Record, old: Iterable[Standing], why: str) -> Change:
    return Change(record, REFUSED, record.value, tuple(old), why)


def _there(record: Record, old: Standing, why: str = "") -> Change:
    return Change(record, THERE, old.value, (old,), why)


def _ownership(record: Record, same: list[Standing]) -> Change:
    equal = next((there for there in same if there.value == record.value), None)
    return _there(record, equal) if equal else Change(record, ADD, record.value)


def _spf(record: Record, same: list[Standing]) -> Change:
    found = [there for there in same if spf.records((there.value,))]
    if not found:
        return Change(record, ADD, record.value)
    if len(found) > 1:
        return _refused(
            record,
            found,
            tr("{count} SPF records are there, and there must be one: make them one first", count=len(found)),
        )
    (old,) = found
    try:
        new = spf.with_includes(old.value, record.value)
    except ValueError as error:
        return _refused(record, found, tr("the SPF record is not in order: {error}", error=error))
    return _there(record, old) if new == old.value else Change(record, MERGE, new, (old,))


def _dkim(record: Record, same: list[Standing]) -> Change:
    if not same:
        return Change(record, ADD, record.value)
    own = dkim.problems((record.value,), record.value)  # those are not the zone's
    said = [text for text in dkim.problems(tuple(there.value for there in same), record.value) if text not in own]
    if said:
        return _refused(record, same, tr("what is at the selector stays: {problems}", problems=listed(said)))
    return _there(record, next(there for there in same if dkim.key(there.value) == dkim.key(record.value)))


def _dmarc(record: Record, same: list[Standing]) -> Change:
    found = [there for there in same if dmarc.records((there.value,))]
    if len(found) > 1:
        return _refused(record, found, tr("{count} DMARC records are there, and there must be one", count=len(found)))
    if not found:
        return Change(record, ADD, record.value)
    return _there(record, found[0], "" if found[0].value == record.value else tr("the policy that is there is kept"))


def _mx(record: Record, same: list[Standing]) -> Change:
    if not same:
        return Change(record, ADD, record.value)
    equal = next((there for there in same if there.value == record.value), None)
    if equal:
        return _there(record, equal)
    return _refused(record, same, elsewhere([there.value for there in same]))


def _cname(record: Record, same: list[Standing]) -> Change:
    if not same:
        return Change(record, ADD, record.value)
    equal = next((there for there in same if there.value == record.value), None)
    return (
        _there(record, equal)
        if equal
        else _refused(record, same, tr("it leads to {host}, and stays so", host=same[0].value))
    )


_BY_CHECK: dict[str, Callable[[Record, list[Standing]], Change]] = {
    "ownership": _ownership,
    "spf": _spf,
    "dkim": _dkim,
    "dmarc": _dmarc,
    "mx": _mx,
    "cname": _cname,
}
