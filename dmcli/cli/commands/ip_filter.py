"""`dm ip-filter protect`: on is asked about where it would shut out this machine; the rest is the catalogue's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.cli.build import group
from dmcli.cli.options import options_of
from dmcli.cli.options import yes as yes_option
from dmcli.cli.tree import command
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Collection

    from dmcli.cli.session import Session

_PROTECT = catalogue.get("UpdateIpProtection")
_LISTED = catalogue.get("GetIpfilterList")
_ON, _OFF = "1", "0"  # on the wire
_DONE = marked({_ON: "only the listed IP addresses may send mail", _OFF: "any IP address may send mail"})
_IN_PROCESS = "127.0.0.1"  # where calls of the sandbox in this process come from


def _protect(current: Session, *, yes: bool, dry_run: bool, **typed: Any) -> None:
    from dmcli.cli.perform import show_dry_run, show_reply
    from dmcli.cli.question import ask
    from dmcli.cli.values import collect

    call = collect(current, _PROTECT, typed)
    if dry_run:
        show_dry_run(current, call)
        return
    if call.wire["IpProtection"] == _ON:
        allowed = [str(value_of(row, "IpAddress") or "") for row in current.client.rows(_LISTED, {})]
        trouble = lockout(current, allowed)
        if not trouble and not _own_address(current):
            current.say(tr("only {addresses} may send from now on", addresses=listed(allowed)))
        if trouble and not yes:
            ask(tr("let only the listed addresses send; {trouble}", trouble=trouble))
    done = _PROTECT._replace(done=_DONE[call.wire["IpProtection"]])
    show_reply(current, call._replace(action=done), current.client.call(_PROTECT, call.wire))


def lockout(current: Session, allowed: Collection[str]) -> str:
    """Who could not send where only these addresses may: nobody, or this machine; "" where that is not so."""
    if not allowed:
        return tr("no address is listed, so nobody could send: add one first with dm ip-filter add")
    own = _own_address(current)
    if own and not any(_has(text, own) for text in allowed):
        return tr("this machine sends from {address}, which is not listed, and could not send", address=own)
    return ""


def _has(text: str, address: str) -> bool:
    """Whether an entry has an address; how the service writes entries is undocumented, and what cannot be read may."""
    from dmcli.api.kinds.network import contains

    try:
        return contains(text, address)
    except ValueError:
        return True


def _own_address(current: Session) -> str:
    """The address that calls of this machine come from; "" where that is not known, as behind NAT or a proxy."""
    import socket
    from ipaddress import ip_address
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    if current.settings.sandbox and not current.settings.endpoint:
        return _IN_PROCESS
    place = urlsplit(current.resources.target.url)
    try:
        family, kind, _, _, peer = socket.getaddrinfo(place.hostname, place.port or 443, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probe:
            probe.connect(peer)  # chooses a way there, and sends nothing
            own = ip_address(probe.getsockname()[0])
    except (OSError, ValueError):
        return ""
    return str(own) if own.is_loopback or (own.is_global and not getproxies()) else ""


COMMAND = group(
    "ip_filter",
    command("protect", [*options_of(_PROTECT), yes_option()], _protect, _PROTECT.summary, "on"),
)
