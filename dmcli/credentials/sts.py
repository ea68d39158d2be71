"""Roles of STS: AssumeRole with other keys, AssumeRoleWithOIDC with the token of a file (API version 2015-04-01)."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import TYPE_CHECKING

from dmcli.api.regions import DEFAULT_REGION
from dmcli.api.request import Signed, Target, sign
from dmcli.api.signing import canonical_query
from dmcli.api.wire import Request
from dmcli.client.verdict import judge
from dmcli.config.file import has_control
from dmcli.config.values import base_url
from dmcli.config.vendor import switched_on, variable
from dmcli.credentials.fetch import KeyRequest, ask
from dmcli.credentials.provider import CLOUD_NAMES, REAL, Provider, fingerprint, read_keys
from dmcli.credentials.refresh import RefreshingKeys
from dmcli.errors import ConfigError
from dmcli.local.files import read_text
from dmcli.record import Record
from dmcli.secret import Secret
from dmcli.untrusted import read_number
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.api.request import Keys
    from dmcli.credentials.provider import ProviderContext
    from dmcli.secret import Entry

_VERSION = "2015-04-01"
_SESSION = "dm"  # what the vendor's audit log shows as the name of the session
_SECONDS, _LEAST = 3600, 900  # how long keys last: the usual, and the least that STS allows
_REGION = "[a-z0-9-]+"
_TRUST = marked(
    "A role is assumed by the RAM users and roles that its trust policy names, never with an account's own keys."
)


class _Role(Record):
    """A role to take on: its name in words, what STS is told of it, where STS is."""

    words: str
    params: dict[str, str]
    external: Secret
    url: str
    region: str

    @property
    def identity(self) -> str:
        """All that decides which keys come of it."""
        params = (f"{name}={self.params[name]}" for name in sorted(self.params))
        return fingerprint(self.url, self.region, self.external.reveal(), *params)


def assume_role(entry: Entry, base: Provider, context: ProviderContext) -> Provider:
    """The role of an entry, taken on with the keys of `base`. Raises ConfigError for what the entry lacks."""
    role = _role(entry, context.environ)
    keys = RefreshingKeys(base, context)

    def request() -> Request:
        now = keys()
        _guard(now, role.url)
        call = Signed("AssumeRole", _VERSION, Target(role.url, role.region), now, context.retrier.now(), _nonce())
        return sign(call, role.params | ({"ExternalId": role.external.reveal()} if role.external else {}))

    key_request = KeyRequest(
        tr("AssumeRole for {role}", role=role.words),
        "STS",
        request,
        partial(judge, service="STS"),
        renew=lambda: keys() != keys(renew=True),
        hint=lambda code: tr(_TRUST) if code == "NoPermission" else "",
    )
    source = tr("{role}, assumed with {source}", role=role.words, source=base.source)
    return Provider(
        source,
        f"{role.params['RoleArn']} by {base.owner}",
        lambda: _keys(key_request, source, context),
        fingerprint("AssumeRole", role.identity, base.owner, base.cache),
    )


def assume_role_with_oidc(entry: Entry, context: ProviderContext) -> Provider:
    """The role of an entry, taken on with the token in its file, which is read each time. Raises ConfigError."""
    provider, path = entry.first("oidc_provider_arn"), entry.first("oidc_token_file", "oidc_token_file_path")
    if not provider or not path:
        raise ConfigError(
            tr(
                "{source} has no {name}; add it",
                source=entry.source,
                name="oidc_token_file" if provider else "oidc_provider_arn",
            )
        )
    if has_control(path + provider):
        raise ConfigError(
            tr("the OIDC provider or token file of {source} has a control character; correct it", source=entry.source)
        )
    role = _role(entry, context.environ)

    def request() -> Request:
        token = read_text(path)[0].strip()
        if not token:
            raise ConfigError(tr("{path} has no OIDC token; it is named by {source}", path=path, source=entry.source))
        moment = context.retrier.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        params = role.params | {
            "OIDCProviderArn": provider,
            "OIDCToken": token,
            "Action": "AssumeRoleWithOIDC",
            "Version": _VERSION,
            "Format": "JSON",
            "Timestamp": moment,
            "SignatureNonce": _nonce(),
        }
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        return Request("POST", f"{role.url}/", headers, canonical_query(params).encode())

    key_request = KeyRequest(
        tr("AssumeRoleWithOIDC for {role}", role=role.words), "STS", request, partial(judge, service="STS")
    )
    source = tr("{role}, assumed with the OIDC token of {source}", role=role.words, source=entry.source)
    return Provider(
        source,
        f"{role.params['RoleArn']} by {provider}",
        lambda: _keys(key_request, source, context),
        fingerprint("AssumeRoleWithOIDC", role.identity, provider, path),
    )


def _keys(key_request: KeyRequest, source: str, context: ProviderContext) -> Keys:
    verdict = ask(key_request, context)
    return read_keys(verdict.answer.get("Credentials"), CLOUD_NAMES, source, context.now(), token=True)


def _role(entry: Entry, environ: Mapping[str, str]) -> _Role:
    """The role that an entry describes, with what the environment adds. Raises ConfigError."""
    arn = entry.first("ram_role_arn", "role_arn")
    if not arn:
        raise ConfigError(tr("{source} has no ram_role_arn; add the ARN of the role to take on", source=entry.source))
    session = entry.first("ram_session_name", "role_session_name")
    seconds = entry.first("expired_seconds") or str(_SECONDS)
    if (read_number(seconds) or 0) < _LEAST:
        raise ConfigError(
            tr("expired_seconds of {source} must be a number of {least} or more", source=entry.source, least=_LEAST)
        )
    params = {
        "RoleArn": arn,
        "RoleSessionName": session or environ.get(variable(environ, "ROLE_SESSION_NAME")) or _SESSION,
        "DurationSeconds": seconds,
        "Policy": entry.first("policy"),
    }
    external = entry.secret("external_id") or Secret(environ.get(variable(environ, "EXTERNAL_ID"), ""))
    for name, value in (params | {"ExternalId": external.reveal()}).items():
        if has_control(value):
            raise ConfigError(
                tr(
                    "the {name} of {source} has a line break or control character; give it without",
                    name=name,
                    source=entry.source,
                )
            )
    params = {name: value for name, value in params.items() if value}
    return _Role(tr("role '{name}'", name=arn.rpartition("/")[2]), params, external, *_place(entry, environ))


def _place(entry: Entry, environ: Mapping[str, str]) -> tuple[str, str]:
    """Where STS is, and in which region: the vendor's host of a region, unless an endpoint is given.

    Raises ConfigError for what is no endpoint, or would carry keys over the network in the clear.
    """
    region = entry.first("sts_region") or environ.get(variable(environ, "STS_REGION"))
    given = entry.first("sts_endpoint") or environ.get(variable(environ, "STS_ENDPOINT"))
    if region and not re.fullmatch(_REGION, region):
        raise ConfigError(
            tr(
                "the STS region of {source} is no region such as {region}; correct it",
                source=entry.source,
                region=DEFAULT_REGION,
            )
        )
    said = entry.first("enable_vpc")
    vpc = said == "true" if said else switched_on(environ, "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED")
    host = f"{'sts-vpc' if vpc else 'sts'}.{region}.aliyuncs.com" if region else "sts.aliyuncs.com"
    found = base_url(given or host)
    if found is None:
        raise ConfigError(
            tr("the STS endpoint of {source} is none; give a host such as {host}", source=entry.source, host=host)
        )
    url, _, local = found
    if url.startswith("http:") and not local:
        raise ConfigError(tr("the STS endpoint of {source} is not encrypted; use https", source=entry.source))
    return url, region or DEFAULT_REGION


def _guard(keys: Keys, url: str) -> None:
    """Raise ConfigError for keys of an account that would go unencrypted."""
    if url.startswith("http:") and keys.access_key_id.startswith(REAL):
        raise ConfigError(
            tr(
                "the keys of {source} look real and {url} is not encrypted; use https for STS",
                source=keys.source,
                url=url,
            )
        )


def _nonce() -> str:
    return os.urandom(16).hex()
