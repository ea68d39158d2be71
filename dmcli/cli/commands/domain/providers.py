"""Who serves a domain's DNS, where `dm domain publish` publishes: as typed, else as its name servers tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.errors import InputError
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.maildns.wire import Server
    from dmcli.workflows.publish.publish import Provider
    from dmcli.workflows.publish.tsig import TsigKey

PROVIDERS = ("alidns", "rfc2136", "sandbox")
_ALIDNS_SERVERS = (".hichina.com", ".alidns.com")
_SECONDS = 5.0  # for finding a domain's name servers


def servers_of(current: Session, resolver: str | None) -> tuple[Server, ...]:
    """The resolvers to ask; the sandbox's domains are on no network."""
    from dmcli.maildns.wire import server_at, system_servers

    if resolver:
        return (server_at(resolver),)
    return () if current.settings.sandbox else system_servers()


def provider_of(
    current: Session,
    domain: str,
    servers: tuple[Server, ...],
    *,
    provider: str | None,
    server: str | None,
    key_file: str | None,
    zone: str | None,
) -> Provider:
    """Who serves the domain: as typed, else as its name servers tell. Raises InputError."""
    update = {"--server": server, "--key-file": key_file, "--zone": zone}
    given = [name for name, value in update.items() if value]
    name = provider or ("rfc2136" if given else _found(current, domain, servers))
    if name == "rfc2136":
        return _rfc2136(current, server, key_file, zone)
    if given:
        raise InputError(tr("{option} goes with --provider rfc2136, and not with {name}", option=given[0], name=name))
    return _alidns(current) if name == "alidns" else _sandbox(current)


def _found(current: Session, domain: str, servers: tuple[Server, ...]) -> str:
    """The provider that needs not be named: the sandbox for itself, Alibaba Cloud DNS by its name servers."""
    if current.settings.sandbox and not current.settings.endpoint:
        return "sandbox"
    import asyncio

    from dmcli.maildns.waiting import wait_for
    from dmcli.maildns.wire import Asker, authorities

    async def look() -> tuple[str, dict[str, Any]]:
        return await authorities(domain, Asker(servers, asyncio.get_running_loop().time() + _SECONDS))

    zone, hosts = wait_for(look) if servers else ("", {})
    if hosts and all(host.endswith(_ALIDNS_SERVERS) for host in hosts):
        return "alidns"
    served = (
        tr("{zone} is served by {hosts}", zone=zone, hosts=listed(sorted(hosts)))
        if hosts
        else tr("no name server of {domain} was found", domain=domain)
    )
    raise InputError(
        tr(
            "{served}: give --provider {providers}, or take the records to your provider "
            "with {command} domain records {domain} --as zone",
            served=served,
            providers=listed(PROVIDERS[:2], " or "),
            command=current.resources.command,
            domain=domain,
        )
    )


def _alidns(current: Session) -> Provider:
    """Alibaba Cloud DNS, at its own host or where ALIBABA_CLOUD_ALIDNS_ENDPOINT says."""
    import os

    from dmcli.api.actions.alidns import HOST, RAM, SERVICE, VERSION
    from dmcli.config.values import base_url
    from dmcli.config.vendor import variable
    from dmcli.errors import ConfigError
    from dmcli.workflows.publish.alidns import Alidns

    name = variable(os.environ, "ALIDNS_ENDPOINT")
    place = base_url(os.environ.get(name) or HOST)
    if place is None:
        raise ConfigError(tr("{name} is no endpoint; give a host such as {host}", name=name, host=HOST))
    return Alidns(current.resources.client_of(SERVICE, RAM, VERSION, place[0]))


def _rfc2136(current: Session, server: str | None, key_file: str | None, zone: str | None) -> Provider:
    """A server that takes dynamic updates, with the key of a file, of the environment, or none."""
    import os

    from dmcli.api.kinds.addresses import DOMAIN
    from dmcli.maildns.wire import server_at
    from dmcli.workflows.publish.rfc2136 import Rfc2136
    from dmcli.workflows.publish.tsig import VARIABLE, key_in, read_key_file

    if not server:
        raise InputError(tr("--provider rfc2136 needs the zone's primary server: give --server ADDRESS"))
    place = server_at(server, tr("DNS server"))
    try:
        name = DOMAIN.to_wire(zone.removesuffix("."), current.now).lower() if zone else ""
    except ValueError as error:
        raise InputError(tr("{label}: {why}", label="--zone", why=error)) from None
    key: TsigKey | None
    if key_file:
        key, warnings = read_key_file(key_file)
        current.say(*(tr("warning: {warning}", warning=warning) for warning in warnings))
    else:
        text = os.environ.get(VARIABLE, "")
        key = key_in(text, VARIABLE) if text else None
    if key:
        current.voice.learn(key.secret)
    return Rfc2136(place, key, name)


def _sandbox(current: Session) -> Provider:
    """The DNS of the sandbox in this process. Raises InputError where another one is called."""
    if not current.settings.sandbox or current.settings.endpoint:
        raise InputError(
            tr("the sandbox's DNS goes with the sandbox of this machine: give --profile sandbox, no --endpoint")
        )
    from dmcli.cli.commands.domain.zones import SandboxZones

    return SandboxZones(current.sandbox)
