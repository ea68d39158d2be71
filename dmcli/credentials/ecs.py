"""The role of an ECS instance, from the cloud's metadata service; only in its second version, which wants a token."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dmcli.api.wire import Request
from dmcli.config.vendor import switched_on
from dmcli.credentials.fetch import KeyRequest, ask, by_status, read_reply
from dmcli.credentials.provider import Provider, fingerprint, is_visible
from dmcli.errors import ConfigError
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from dmcli.api.request import Keys
    from dmcli.credentials.provider import ProviderContext

URL = "http://100.100.100.200"
_TOKEN, _ROLES = "/latest/api/token", "/latest/meta-data/ram/security-credentials/"
_LIFE = 60  # seconds that a token lasts; it is used at once
_PATIENCE = 1.0  # seconds: the service is next door
_NAME = "[A-Za-z0-9._-]{1,64}"
_ELSEWHERE = marked("This machine may be no ECS instance; elsewhere take another way of getting keys.")
_ATTACH = marked("Attach a RAM role to the instance, and name that one.")
DISABLED = "ALIBABA_CLOUD_ECS_METADATA_DISABLED"


def provider(name: str, source: str, context: ProviderContext) -> Provider:
    """The role of that name, or with an empty one the role that the instance has. Raises ConfigError."""
    if switched_on(context.environ, DISABLED):
        raise ConfigError(
            tr(
                "{source} wants the ECS metadata service, which {variable} forbids; unset it",
                source=source,
                variable=DISABLED,
            )
        )
    if name and not re.fullmatch(_NAME, name):
        raise ConfigError(
            tr("the ECS role of {source} must be up to 64 letters, digits and . _ -; correct its name", source=source)
        )
    import socket

    words = (
        tr("ECS role '{name}' of {source}", name=name, source=source)
        if name
        else tr("the ECS role of {source}", source=source)
    )
    return Provider(
        words,
        f"ECS role {name}".rstrip(),  # untranslated: a mark of whose keys they are
        partial(_keys, name, words, context),
        # A home folder may be shared by instances, whose roles need not be the same.
        fingerprint("ECS", name, socket.gethostname()),
    )


def _keys(name: str, source: str, context: ProviderContext) -> Keys:
    """The keys of a role. Raises UnreachableError where no metadata service answers, ConfigError for a refusal."""

    def get(what: str, method: str, path: str, headers: dict[str, str], hint: str) -> str:
        key_request = KeyRequest(
            what,
            tr("the ECS metadata service ({host})", host=URL.split("://")[1]),
            lambda: Request(method, URL + path, headers, b""),
            by_status,
            _PATIENCE,
            hint=lambda _: tr(hint),
        )
        return str(ask(key_request, context).answer["body"].decode("latin-1")).strip()

    token = get(tr("a token"), "PUT", _TOKEN, {"x-aliyun-ecs-metadata-token-ttl-seconds": str(_LIFE)}, _ELSEWHERE)
    if not is_visible(token):
        raise ConfigError(
            tr(
                "the metadata service gave a token that is none for {source}; see what answers at {url}",
                source=source,
                url=URL,
            )
        )
    shown = {"x-aliyun-ecs-metadata-token": token}
    if not name:
        name = get(tr("the name of a role"), "GET", _ROLES, shown, _ATTACH)
        if not re.fullmatch(_NAME, name):
            raise ConfigError(
                tr("{source} has no name that could be one; attach a RAM role to the instance", source=source)
            )
    return read_reply(
        get(tr("the keys of role '{name}'", name=name), "GET", _ROLES + name, shown, _ATTACH), source, context.now()
    )
