"""What is wrong with an account, as far as its lists and its summary tell: what keeps mail from going out, or will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.actions.account import USER_STATUS
from dmcli.api.paging import value_of
from dmcli.api.quota import BAD, left_of, percent_used
from dmcli.errors import ConfigError, RefusedError
from dmcli.words import tr
from dmcli.workflows.usage import SPANS, limit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dmcli.client.client import Client

_NORMAL, _UNVERIFIED, _FROZEN = "0", "1", "1"  # UserStatus, DomainStatus, AccountStatus


def problems_of(client: Client, summary: dict[str, Any], used: Mapping[str, int | None], sender: str) -> Iterator[str]:
    """Each problem in a sentence with what to do.

    `summary` is the reply of DescAccountSummary, `used` the mails requested by `day` and `month` (None: not known),
    `sender` the address that mail is from unless another is given ("": none). Raises DmError; of a list that these keys
    may not see it is said that it was not looked at.
    """
    status = str(value_of(summary, "UserStatus"))
    if status != _NORMAL:
        words = tr(USER_STATUS.get(status, status))
        yield tr("the account is {status}: see the console of the service", status=words)
    yield from _quotas(summary, used)
    yield from _looked_at("QueryDomainByParam", _domains, client)
    yield from _looked_at("QueryMailAddressByParam", lambda rows: _senders(rows, sender), client)


def _quotas(summary: dict[str, Any], used: Mapping[str, int | None]) -> Iterator[str]:
    """Quotas that are used up, or all but."""
    for span, (name, when) in SPANS.items():
        limit, mails = limit_of(summary, name), used[span]
        left = left_of(limit, mails)
        if limit is None or mails is None or left is None or percent_used(mails, limit) < BAD:
            continue
        yield tr(
            "{left:,} of {limit:,} mails are left {when}",
            left=left,
            limit=limit,
            when=tr(when),
        )


def _looked_at(
    listing: str, look: Callable[[Iterator[dict[str, Any]]], Iterator[str]], client: Client
) -> Iterator[str]:
    try:
        yield from look(client.rows(catalogue.get(listing), {}))
    except (ConfigError, RefusedError) as error:
        yield tr("{action} was refused, so its list was not looked at: {why}", action=listing, why=error.message)


def _domains(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if str(value_of(row, "DomainStatus")) == _UNVERIFIED:
            domain = value_of(row, "DomainName")
            yield tr("domain {domain} is not verified: dm domain doctor {domain}", domain=domain)


def _senders(rows: Iterator[dict[str, Any]], sender: str) -> Iterator[str]:
    address = sender.rpartition("<")[2].rstrip(">").strip().lower()
    there = not address
    for row in rows:
        name = str(value_of(row, "AccountName"))
        there = there or name.lower() == address
        if str(value_of(row, "AccountStatus")) == _FROZEN:
            yield tr("sender address {address} is frozen: see the console of the service", address=name)
    if not there:
        yield tr("the account has no sender address {address}: dm address create {address}", address=address)
