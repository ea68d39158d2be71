"""Checking domains, once or until they are verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.errors import CheckFailedError, DmError, UnreachableError
from dmcli.maildns.wanted import wanted
from dmcli.untrusted import read_number
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dmcli.client.client import Client
    from dmcli.maildns.wanted import Record

VERIFIED = 0
USABLE = (0, 2, 3, 4)  # 2 to 4 lack a CNAME or an ICP filing (reference section 6.3)
NOT_FILED = (2, 3)  # they lack the ICP filing, which no wait brings
_SLOWER = 1.5  # by how much the time between two looks grows
_SLOWEST = 300.0  # seconds up to which it grows
_CHECKS = {
    "SpfAuthStatus": "spf",
    "MxAuthStatus": "mx",
    "CnameAuthStatus": "cname",
    "DkimAuthStatus": "dkim",
    "DmarcAuthStatus": "dmarc",
}


class Checked(NamedTuple):
    """What a check of one domain gave.

    `status` is the service's number, None when it answered that the check failed; `checks` say of each record whether
    it is right, None where the service does not tell; `records` are those that the domain wants.
    """

    domain: str
    status: int | None
    checks: dict[str, bool | None]
    records: tuple[Record, ...]

    @property
    def usable(self) -> bool:
        """Whether mail can be sent."""
        return self.status in USABLE

    @property
    def fully_verified(self) -> bool:
        """Whether nothing is left to do: the status does not tell of DKIM and DMARC."""
        return self.status == VERIFIED and not self.missing

    def passes(self, *, strict: bool) -> bool:
        """Whether mail can be sent; strictly only with the status that says that everything is verified."""
        return self.status == VERIFIED if strict else self.usable

    def is_final(self, *, strict: bool) -> bool:
        """Whether no wait changes it: it passes, or lacks what is not a matter of DNS."""
        return self.passes(strict=strict) or self.status in NOT_FILED

    @property
    def missing(self) -> tuple[Record, ...]:
        """The wanted records that the service does not see as they should be."""
        return tuple(record for record in self.records if record.seen is False)


class Look(NamedTuple):
    """A look at a domain: what it gave, and the seconds until the next one, None where there is none."""

    domain: str
    outcome: Checked | UnreachableError
    pause: float | None


def check(client: Client, domain: str, domain_id: str) -> Checked:
    """One verification. Raises DmError for what is no outcome of a check."""
    params = {"DomainId": domain_id}
    try:
        answer = client.call(catalogue.get("CheckDomain"), params)
        status = read_number(str(value_of(answer, "DomainStatus")))
    except CheckFailedError:
        status = None
    details = client.call(catalogue.get("DescDomain"), params)
    return Checked(domain, status, _checks(details), tuple(wanted(details)))


def watch(
    looks: Mapping[str, Callable[[], Checked]],
    *,
    strict: bool,
    timeout: float,
    interval: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[Look]:
    """Look at all domains in turn until each is final or `timeout` seconds are over; every look is yielded.

    The waits are shared, so that many domains take no longer than the slowest of them. Between two turns are `interval`
    seconds at first, then more and more. A service that is busy or away for the moment (UnreachableError) is an outcome
    too, raised when the time is over. All else that a look raises waiting cannot mend, and it ends the wait at once.
    What is raised begins with the name of the domain.
    """
    end, pause, pending = clock() + timeout, interval, list(looks)
    while pending:
        away: UnreachableError | None = None
        waiting = []
        for name in pending:
            outcome = _try_look(name, looks[name])
            left = end - clock()
            final = isinstance(outcome, Checked) and outcome.is_final(strict=strict)
            if isinstance(outcome, UnreachableError) and left <= 0:
                away = away or outcome
                continue
            yield Look(name, outcome, None if final or left <= 0 else min(pause, left))
            if not final:
                waiting.append(name)
        if away:
            raise away
        left, pending = end - clock(), waiting
        if left <= 0 or not pending:
            return
        sleep(min(pause, left))
        pause = min(pause * _SLOWER, max(interval, _SLOWEST))


def _try_look(name: str, look: Callable[[], Checked]) -> Checked | UnreachableError:
    try:
        return look()
    except DmError as error:
        error.message = tr("{domain}: {why}", domain=name, why=error.message)
        if isinstance(error, UnreachableError):
            return error
        raise


def _checks(details: dict[str, Any]) -> dict[str, bool | None]:
    found = {name: str(value_of(details, field)) for field, name in _CHECKS.items()}
    icp = str(value_of(details, "IcpStatus"))  # the other way round: 1 is good
    good = {"0": True, "1": False}
    return {name: good.get(value) for name, value in found.items()} | {"icp": {"1": True, "0": False}.get(icp)}
