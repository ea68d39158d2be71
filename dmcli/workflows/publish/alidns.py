"""Alibaba Cloud DNS as a provider: zones of the account whose keys sign, read and changed by its API."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dmcli.api.actions.alidns import ACTIONS, ADD, DEFAULT_LINE, DESCRIBE, NO_ZONE, PAUSED, RAM, UPDATE
from dmcli.api.paging import value_of
from dmcli.client.retry import Outcome
from dmcli.client.verdict import Verdict
from dmcli.errors import ConfigError, DmError, NotFoundError, RefusedError, UnknownOutcomeError, UnreachableError
from dmcli.maildns.plan import Standing, Zone
from dmcli.maildns.wanted import TTL
from dmcli.maildns.wire import above
from dmcli.untrusted import read_number
from dmcli.words import listed, marked, tr
from dmcli.workflows.publish.publish import Done

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from dmcli.client.client import Client
    from dmcli.maildns.plan import Change

_FORBIDDEN = frozenset({"Forbidden", "Forbidden.RAM", "NoPermission"})
_HOSTS = frozenset({"CNAME", "MX", "NS"})  # types whose values are names


class Alidns:
    """The zones of an account. `client` calls Alibaba Cloud DNS.

    It has no condition on a change: what somebody else changes between the look and the call is not noticed.
    """

    title = marked("Alibaba Cloud DNS")

    def __init__(self, client: Client) -> None:
        self._client = client

    def read(self, domain: str, names: Collection[str]) -> Zone:  # noqa: ARG002  all of the zone is read
        """The zone of the longest name that the account has one for.

        The name's own is asked for first, then its parents': a subdomain may be a zone beside its parent's. Raises
        NotFoundError where the account has none.
        """
        for name in above(domain):
            try:
                return Zone(name, tuple(self._records(name)))
            except DmError as error:
                if error.code not in NO_ZONE:
                    raise
        raise NotFoundError(
            tr(
                "the account of these keys has no zone for {domain} in Alibaba Cloud DNS: choose the "
                "profile that has it, or publish with another --provider",
                domain=domain,
            )
        )

    def publish(self, zone: Zone, changes: Sequence[Change]) -> Iterator[Done]:
        """Publish one change after another; one that is refused does not stop the rest."""
        for change in changes:
            try:
                self._publish(zone, change)
            except RefusedError as error:
                yield Done(change, error)
            except UnknownOutcomeError as error:  # another run reads the zone first, so that nothing is added twice
                raise UnreachableError(
                    tr("{why}; it is safe to run this again", why=error.message), code=error.code
                ) from None
            else:
                yield Done(change)

    def _publish(self, zone: Zone, change: Change) -> None:
        record = change.record
        params = {
            "RR": "@" if record.name == zone.name else record.name.removesuffix(f".{zone.name}"),
            "Type": record.type,
            "Value": change.new,
            "TTL": str(change.ttl),
            "Line": DEFAULT_LINE,
        }
        if record.priority is not None:
            params["Priority"] = str(record.priority)
        with _Permissions():
            if change.updates:
                self._client.call(UPDATE, {"RecordId": str(change.old[0].key), **params})
            else:
                look = partial(self._find, zone.name, change)
                self._client.call(ADD, {"DomainName": zone.name, **params}, look=look)

    def _find(self, zone: str, change: Change) -> Verdict | None:
        """What an addition whose answer was lost made; None where it made nothing, or nothing is known."""
        wanted = (change.record.name, change.record.type, change.new)
        try:
            there = [one for one in self._records(zone) if one[:3] == wanted and not one.line]
        except DmError:
            return None
        return Verdict(Outcome.DONE, {"RecordId": there[0].key}) if there else None

    def _records(self, zone: str) -> list[Standing]:
        with _Permissions():
            return [_standing(row, zone) for row in self._client.rows(DESCRIBE, {"DomainName": zone})]


class _Permissions:
    """Says of a call that the keys may not make what permissions publishing needs."""

    def __enter__(self) -> None:
        """Nothing is to be done before."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, DmError) and error.code in _FORBIDDEN:
            needed = listed(f"{RAM}:{action.name}" for action in ACTIONS)
            said = tr("Alibaba Cloud DNS does not let these keys publish: grant them {permissions}", permissions=needed)
            about: dict[str, Any] = {"code": error.code, "request_id": error.request_id}
            raise ConfigError(said, http_status=error.http_status, explained=_NOTHING, **about) from None


_NOTHING = {"en": ("", ""), "zh": ("", "")}  # what the code means for DirectMail


def _standing(row: Mapping[str, Any], zone: str) -> Standing:
    """A row of DescribeDomainRecords. Raises UnreachableError for what is none."""

    def text(field: str) -> str:
        return str(value_of(dict(row), field) or "")

    host, kind, value, line = text("RR").lower(), text("Type").upper(), text("Value"), text("Line")
    if not (host and kind and text("RecordId")):
        raise UnreachableError(tr("Alibaba Cloud DNS lists a record of {zone} without RR, Type or RecordId", zone=zone))
    if kind in _HOSTS:
        value = value.lower().removesuffix(".") or "."
    elif kind == "TXT":
        value = _joined(value)
    return Standing(
        zone if host == "@" else f"{host}.{zone}",
        kind,
        value,
        read_number(text("Priority")),
        read_number(text("TTL")) or TTL,
        "" if line == DEFAULT_LINE else line,
        text("Status").upper() == PAUSED,
        text("RecordId"),
    )


def _joined(value: str) -> str:
    """A TXT in one piece where it was entered in strings between quotes, as a zone file has it."""
    import dns.exception
    import dns.rdata

    from dmcli.maildns.wire import text_of

    if not value.startswith('"'):
        return value
    try:
        return text_of(dns.rdata.from_text("IN", "TXT", value))
    except (dns.exception.DNSException, ValueError):
        return value
