"""A server of keys: a URI that is asked for them. Over plain HTTP only where no network is between."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dmcli.api.wire import Request
from dmcli.config.vendor import switched_on
from dmcli.credentials.fetch import KeyRequest, ask, by_status, read_reply
from dmcli.credentials.provider import Provider, fingerprint
from dmcli.errors import ConfigError
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.api.request import Keys
    from dmcli.credentials.provider import ProviderContext
    from dmcli.secret import Secret

FORBIDDEN = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"  # forbids commands and servers of keys alike
_URI = r"(https?)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9][A-Za-z0-9._-]*)(:[0-9]{1,5})?([/?][!-~]*)?"
_PATIENCE = 10.0  # seconds
_METADATA = ("169.254.0.0/16", "100.100.100.200/32")  # reached from the machine itself, never over a network


def provider(uri: Secret, source: str, context: ProviderContext) -> Provider:
    """The keys that a URI answers with. `source` is where it is written. Raises ConfigError."""
    if switched_on(context.environ, FORBIDDEN):
        raise ConfigError(
            tr(
                "{source} wants keys from a URI, which {variable} forbids; unset it",
                source=source,
                variable=FORBIDDEN,
            )
        )
    match = re.fullmatch(_URI, uri.reveal())
    if not match:
        raise ConfigError(
            tr("the credentials URI of {source} is none; give one such as http://127.0.0.1:8000/keys", source=source)
        )
    scheme, host = match[1], match[2]
    origin = f"{scheme}://{host}{match[3] or ''}"
    if scheme == "http" and not _near(host):
        raise ConfigError(
            tr(
                "the credentials URI of {source} ({origin}) is not encrypted and not on this machine; use https",
                source=source,
                origin=origin,
            )
        )
    words = tr("credentials URI {origin} of {source}", origin=origin, source=source)
    mark = fingerprint("URI", uri.reveal())
    return Provider(words, f"credentials URI {mark}", partial(_keys, uri, words, context), mark)


def _near(host: str) -> bool:
    """Whether a host is this machine, or one of the addresses that the cloud gives a machine for itself."""
    import ipaddress

    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return address.is_loopback or any(address in ipaddress.ip_network(network) for network in _METADATA)


def _keys(uri: Secret, source: str, context: ProviderContext) -> Keys:
    key_request = KeyRequest(
        tr("keys"),
        tr("the {source}", source=source),
        lambda: Request("GET", uri.reveal(), {"accept": "application/json"}, b""),
        by_status,
        _PATIENCE,
    )
    return read_reply(ask(key_request, context).answer["body"], source, context.now())
