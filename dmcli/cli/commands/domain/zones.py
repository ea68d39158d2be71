"""The zones of the sandbox's DNS authority as a provider of `dm domain publish`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.errors import DmError, RefusedError
from dmcli.maildns.plan import Standing, Zone
from dmcli.sandbox.control.dns import list_records, set_records
from dmcli.sandbox.dns.authority import ZoneRecord
from dmcli.sandbox.dns.zones import main_domain
from dmcli.words import marked
from dmcli.workflows.publish.publish import Done

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from dmcli.maildns.plan import Change
    from dmcli.sandbox.emulator import Sandbox


class SandboxZones:
    """The zones of a sandbox in this process."""

    title = marked("the sandbox's DNS")

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def read(self, domain: str, names: Collection[str]) -> Zone:
        """The zone, by the domain that somebody registered, and what is set at the names."""
        found = (record for name in sorted(names) for record in list_records(self._sandbox, name))
        return Zone(
            main_domain(domain),
            tuple(
                Standing(one.name, one.type, one.value, one.priority, one.ttl, key=one)
                for one in found
                if one.value  # what is broken where nothing is set has none
            ),
        )

    def publish(self, zone: Zone, changes: Sequence[Change]) -> Iterator[Done]:
        """Publish one change after another; what the sandbox refuses does not stop the rest."""
        for change in changes:
            record = change.record
            new = ZoneRecord(record.name, record.type, change.new, record.priority, change.ttl)
            same = [one for one in zone.records if (one.name, one.type) == (record.name, record.type)]
            try:
                if change.updates:
                    kept = [one.key for one in same if one != change.old[0] and isinstance(one.key, ZoneRecord)]
                    set_records(self._sandbox, [*kept, new])
                else:
                    set_records(self._sandbox, [new], add=True)
            except DmError as error:
                yield Done(change, RefusedError(error.message, code=error.code))
            else:
                yield Done(change)
