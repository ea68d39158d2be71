"""Checking domains, once or until they are verified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.errors import CheckFailedError, UnreachableError
from dmcli.untrusted import read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmcli.client.client import Client

VERIFIED = "0"
USABLE = ("0", "2", "3", "4")  # 2 to 4 lack a CNAME or an ICP filing (reference section 6.3)
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
    it is right, None where the service does not tell.
    """

    domain: str
    status: int | None
    verified: bool
    checks: dict[str, bool | None]

    def passes(self, *, strict: bool) -> bool:
        """Whether mail can be sent; strictly only when everything is verified."""
        return str(self.status) in ((VERIFIED,) if strict else USABLE)


def check(client: Client, domain: str, domain_id: str) -> Checked:
    """One verification. Raises DmError for what is no outcome of a check."""
    params = {"DomainId": domain_id}
    try:
        answer = client.call(catalogue.get("CheckDomain"), params)
        status = read_number(str(value_of(answer, "DomainStatus")))
    except CheckFailedError:
        status = None
    details = client.call(catalogue.get("DescDomain"), params)
    return Checked(domain, status, str(status) == VERIFIED, _checks(details))


def wait(
    look: Callable[[], Checked],
    *,
    strict: bool,
    timeout: float,
    interval: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Iterator[Checked | UnreachableError]:
    """Check again every `interval` seconds until it passes or `timeout` seconds are over; every outcome is yielded.

    A service that is busy or away for the moment (UnreachableError) is an outcome too, raised when the time is over.
    All else that `look` raises waiting cannot mend: it ends the wait at once.
    """
    end = clock() + timeout
    while True:
        outcome = _try_look(look)
        left = end - clock()
        if left <= 0 and isinstance(outcome, UnreachableError):
            raise outcome
        yield outcome
        if left <= 0 or (isinstance(outcome, Checked) and outcome.passes(strict=strict)):
            return
        sleep(min(interval, left))


def _try_look(look: Callable[[], Checked]) -> Checked | UnreachableError:
    try:
        return look()
    except UnreachableError as error:
        return error


def _checks(details: dict[str, Any]) -> dict[str, bool | None]:
    found = {name: str(value_of(details, field)) for field, name in _CHECKS.items()}
    icp = str(value_of(details, "IcpStatus"))  # the other way round: 1 is good
    good = {"0": True, "1": False}
    return {name: good.get(value) for name, value in found.items()} | {"icp": {"1": True, "0": False}.get(icp)}
