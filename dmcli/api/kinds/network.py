"""Kinds of addresses in the network: one, or several that stand together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.api.kinds.base import Kind
from dmcli.words import tr

if TYPE_CHECKING:
    from datetime import datetime
    from ipaddress import IPv4Address, IPv6Address

    Address = IPv4Address | IPv6Address

_LONGEST = 91  # characters: two addresses of IPv6 and a hyphen


def bounds(text: str) -> tuple[Address, Address]:
    """The first and the last address of what is written as one, as a network or as a span. Raises ValueError.

    >>> bounds("203.0.113.8/30")
    (IPv4Address('203.0.113.8'), IPv4Address('203.0.113.11'))
    """
    from ipaddress import ip_address, ip_network

    if len(text) > _LONGEST:
        raise ValueError(tr("has {count} characters; the longest has {most}", count=len(text), most=_LONGEST))
    if "/" in text:
        network = ip_network(text)
        return network[0], network[-1]
    first, _, last = text.partition("-")
    low, high = ip_address(first), ip_address(last or first)
    if low.version != high.version or int(low) > int(high):
        raise ValueError(tr("{first} does not lie before {last}", first=first, last=last))
    return low, high


def contains(text: str, address: str) -> bool:
    """Whether an address is among those that a text of this kind means."""
    from ipaddress import ip_address

    (low, high), wanted = bounds(text), ip_address(address)
    return low.version == wanted.version and int(low) <= int(wanted) <= int(high)


class IpRange(Kind):
    """An IP address, a network such as 203.0.113.0/24, or a span such as 203.0.113.5-203.0.113.9.

    The service speaks of an address, a range and a segment, and leaves open how the last two are written (SDK).
    """

    metavar = "IP"

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        from ipaddress import ip_network

        try:
            bounds(text)
        except ValueError:
            said = tr(
                "{text!r} is not an IP address, a network such as 203.0.113.0/24 or a span such as "
                "203.0.113.5-203.0.113.9",
                text=text[:_LONGEST],
            )
            try:
                wider = ip_network(text[:_LONGEST], strict=False)
            except ValueError:
                raise ValueError(said) from None
            said = tr("{text!r} is an address within its network; give {network}", text=text, network=wider)
            raise ValueError(said) from None
        return text
