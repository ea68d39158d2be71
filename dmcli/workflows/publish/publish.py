"""What is common to all providers of DNS: reading, planning, and telling what was published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dmcli.errors import DmError, PartlyRejectedError, RefusedError, UnreachableError, worst
from dmcli.maildns.lookup import UNKNOWN, Answer
from dmcli.maildns.plan import MERGE, REFUSED, plan
from dmcli.maildns.spf import MOST_LOOKUPS
from dmcli.maildns.spf import walk as walk_spf
from dmcli.maildns.waiting import wait_for
from dmcli.words import counted, listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dmcli.maildns.plan import Change, Zone
    from dmcli.maildns.wanted import Record
    from dmcli.maildns.wire import Server

_OF_HOSTS = ("CNAME", "MX")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_SECONDS = 5.0  # for all look-ups of an SPF record


class Done(NamedTuple):
    """A change that was tried: `error` is None where it is published, else why it is not."""

    change: Change
    error: DmError | None = None


class Provider(Protocol):
    """Who serves a zone, and takes changes to it. `title` is its name in a sentence."""

    title: str

    def read(self, domain: str, names: Collection[str]) -> Zone:
        """The zone that `domain` is in, with all that stands at `names`. Raises DmError."""
        ...

    def publish(self, zone: Zone, changes: Sequence[Change]) -> Iterator[Done]:
        """Publish changes, each told when it is over. Raises DmError for what stops all that follow."""
        ...


def read_plan(
    provider: Provider,
    domain: str,
    records: Sequence[Record],
    servers: tuple[Server, ...],
    *,
    new_key: bool = False,
) -> tuple[Zone, list[Change]]:
    """The zone as it is, and what is to change, with a `new_key` another DKIM key too. Raises DmError.

    `servers` are resolvers, asked what stands behind the terms of an SPF record that is added to; what they do not tell
    counts as nothing.
    """
    import asyncio

    for record in records:
        hosts = (record.name, record.value) if record.type in _OF_HOSTS else (record.name,)
        if not (record.value.isprintable() and all(map(_HOST.fullmatch, hosts))):
            raise UnreachableError(
                tr(
                    "DirectMail tells a {type} record of {domain} that none can be: {name} {value}",
                    type=record.type,
                    domain=domain,
                    name=record.name,
                    value=record.value,
                )
            )
    zone = provider.read(domain, {record.name for record in records})
    changes = plan(records, zone, new_key=new_key)

    async def check() -> list[Change]:
        return list(await asyncio.gather(*(_checked(change, servers) for change in changes)))

    return zone, wait_for(check) if any(change.kind == MERGE for change in changes) else changes


async def _checked(change: Change, servers: tuple[Server, ...]) -> Change:
    """The change; an SPF record that would take too many look-ups with what is added is refused."""
    import asyncio

    from dmcli.maildns.wire import Asker

    if change.kind != MERGE:
        return change
    ask = Asker(servers, asyncio.get_running_loop().time() + _SECONDS) if servers else _ask_nobody
    lookups = (await walk_spf(change.record.name, change.new, ask)).lookups
    if lookups <= MOST_LOOKUPS:
        return change
    why = tr(
        "with it the SPF record takes {lookups} DNS look-ups, more than {most}: take something out first",
        lookups=lookups,
        most=MOST_LOOKUPS,
    )
    return change._replace(kind=REFUSED, why=why)


async def _ask_nobody(_: str, __: str) -> Answer:
    return Answer(UNKNOWN)


def publish(provider: Provider, zone: Zone, changes: Sequence[Change]) -> Iterator[Done]:
    """Publish what is to be published, each change told when it is over, one that was not tried too.

    What stops the rest is told with the first that it concerns.
    """
    left = [change for change in changes if change.publishes]
    try:
        for done in provider.publish(zone, tuple(left)):
            left.remove(done.change)
            yield done
    except DmError as error:
        for change in left:
            yield Done(change, error)


def failure(changes: Sequence[Change], done: Sequence[Done]) -> DmError | None:
    """What to end with: None where all that is wanted stands there, else an error that says what does and what not."""
    errors = [one.error for one in done if one.error]
    refused = [change for change in changes if change.kind == REFUSED]
    if not errors and not refused:
        return None
    told = tr("; ").join(
        tr(what, records=listed(map(_name, those)))
        for what, those in (
            (marked("published: {records}"), [one.change for one in done if not one.error]),
            (marked("not published: {records}"), [*(one.change for one in done if one.error), *refused]),
        )
        if those
    )
    if not errors:
        return PartlyRejectedError(
            tr(
                "{records} of {all} refused; {published}",
                records=counted(len(refused), "record"),
                all=len(changes),
                published=told,
            )
        )
    if len(errors) < len(done) and all(isinstance(error, RefusedError) for error in errors):
        return PartlyRejectedError(_with(errors[0], told), code=errors[0].code)
    first = min(errors, key=lambda error: error.exit_code != worst(each.exit_code for each in errors))
    first.message = _with(first, told)
    return first


def _with(error: DmError, told: str) -> str:
    return tr("{why}; {published}", why=error.message.rstrip(".。"), published=told)


def _name(change: Change) -> str:
    return tr(
        "{title} ({type} {name})", title=tr(change.record.title), type=change.record.type, name=change.record.name
    )
