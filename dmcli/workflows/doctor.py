"""Looking for what keeps `dm` from working: files, keys, the way to the service, the clock, permission.

Each check stands alone; what one finds wrong does not keep the others from looking.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

import dmcli
from dmcli.api import catalogue
from dmcli.client.verdict import clock_text
from dmcli.errors import ConfigError, DmError, UnreachableError
from dmcli.local.files import access_of, check_private
from dmcli.local.paths import cache_folder, config_path, home, state_folder
from dmcli.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dmcli.api.request import KeySource
    from dmcli.client.client import Client
    from dmcli.client.verdict import Verdict
    from dmcli.config.settings import Settings

OK, WARNING, FAILED, SKIPPED = "ok", "warning", "failed", "skipped"
_SKEW = 60  # seconds from which a clock is worth a word
_SOON = 14  # days before a certificate's end
_CONNECT = 5.0  # seconds
_LIBRARIES = ("click", "requests", "urllib3", "rich", "PyYAML", "jmespath")


class Finding(NamedTuple):
    """What a check found: its name, ok, warning, failed or skipped, a sentence, and the exit code for it."""

    check: str
    state: str
    found: str
    exit: int = 0


class Patient(NamedTuple):
    """What is looked at. Settings, keys and client are made when they are asked for, and may raise DmError."""

    environ: Mapping[str, str]
    settings: Callable[[], Settings]
    keys: Callable[[], KeySource]
    client: Callable[[], Client]


def examine(patient: Patient) -> Iterator[Finding]:
    """Every check in turn. Nothing is raised: what fails is a finding, and what needs it is skipped."""
    failed: list[str] = []
    for name, look in _CHECKS.items():
        if lacking := [need for need in _NEEDS.get(name, ()) if need in failed]:
            yield Finding(name, SKIPPED, f"it needs what failed above: {', '.join(lacking)}")
            continue
        try:
            yield from (finding._replace(check=name) for finding in look(patient))
        except DmError as error:
            hint = f" ({error.code})" if error.code else ""
            yield Finding(name, FAILED, error.message + hint, error.exit_code)
            failed.append(name)


def access(client: Client) -> Verdict:
    """One signed read; the verdict of its answer, with the clocks compared. Raises DmError."""
    return client.ask(catalogue.get("DescAccountSummary"), {})


def _versions(_: Patient) -> Iterator[Finding]:
    import platform
    import ssl
    from importlib import metadata

    libraries = ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    python = f"Python {platform.python_version()} on {platform.system()} {platform.release()}"
    yield _good(f"dm {dmcli.__version__}, {python}, {ssl.OPENSSL_VERSION}, {libraries}")


def _files(patient: Patient) -> Iterator[Finding]:
    """The modes of what may hold secrets or mail."""
    environ = patient.environ
    vendor, shared = os.path.join(home(environ), ".aliyun", "config.json"), config_path(environ)
    state, cache = state_folder(environ), cache_folder(environ)
    paths = [shared, vendor, *(os.path.join(state, name) for name in ("sandbox.db", "sends.db"))]
    there = [path for path in paths if os.path.exists(path)]
    kept = [os.path.join(cache, name) for name in sorted(os.listdir(cache))] if os.path.isdir(cache) else []
    for path in [*there, *kept]:
        try:
            warnings = check_private(path, access_of(os.stat(path)))
        except ConfigError as error:
            yield Finding("", FAILED, error.message, error.exit_code)
        else:
            yield from (Finding("", WARNING, warning) for warning in warnings)
    shown = ", ".join(there) or "none yet"
    yield _good(f"looked at: {shown}; the profile file is {shared}")


def _profile(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings()
    yield from (Finding("", WARNING, warning) for warning in settings.warnings)
    name = settings.profile or "none"
    where = settings.endpoint or "the sandbox in this process"
    yield _good(f"profile {name} ({settings.sources['profile']}), region {settings.region}, endpoint {where}")


def _keys(patient: Patient) -> Iterator[Finding]:
    source = patient.keys()
    yield from (Finding("", WARNING, warning) for warning in source.warnings)
    keys = source()
    left = f", for {max(keys.expires - time.time(), 0) / 60:.0f} minutes more" if keys.expires else ""
    yield _good(f"***{keys.access_key_id[-3:]} from {keys.source}{left}")


def _proxy(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings()
    if not settings.endpoint:
        yield _good("none is needed in this process")
        return
    from dmcli.client.transport import proxy_for

    proxy = proxy_for(settings.endpoint)
    yield _good(f"{proxy}, from the environment" if proxy else "none")


def _dns(patient: Patient) -> Iterator[Finding]:
    address = _address(patient)
    if address is None:
        yield _good("no name is looked up here: the call stays in this process or goes through the proxy")
        return
    import socket

    host, port = address
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnreachableError(f"{host} cannot be resolved: {error.strerror or error}") from None
    yield _good(f"{host} is {', '.join(sorted({str(entry[4][0]) for entry in found}))}")


def _tls(patient: Patient) -> Iterator[Finding]:
    address, settings = _address(patient), patient.settings()
    if address is None or settings.endpoint.startswith("http://"):
        yield _good("not spoken here" if address is None else "none: the endpoint is plain HTTP")
        return
    import socket
    import ssl

    from dmcli.client.transport import trust_store

    context = ssl.create_default_context(cafile=trust_store(settings.ca_bundle))
    try:
        with (
            socket.create_connection(address, _CONNECT) as plain,
            context.wrap_socket(plain, server_hostname=address[0]) as secure,
        ):
            version, end = secure.version(), str((secure.getpeercert() or {}).get("notAfter"))
    except ssl.SSLCertVerificationError as error:
        raise ConfigError(f"the certificate of {address[0]} is not trusted: {error.verify_message}") from None
    except OSError as error:
        raise UnreachableError(f"no TLS with {address[0]}: {error.strerror or error}") from None
    days = int((ssl.cert_time_to_seconds(end) - time.time()) // 86400)
    state = WARNING if days < _SOON else OK
    yield Finding("", state, f"{version}, the certificate is trusted and good for {counted(days, 'day')}")


def _service(patient: Patient) -> Iterator[Finding]:
    """One signed read: signature, permission and clock."""
    verdict = access(patient.client())
    yield _good("a signed call was answered")
    skew = verdict.skew
    if skew is not None:
        seconds = abs(round(skew.total_seconds()))
        yield Finding("", WARNING if seconds > _SKEW else OK, clock_text(skew))


def _address(patient: Patient) -> tuple[str, int] | None:
    """Host and port that this machine connects to by itself; None in the process, or where a proxy does it."""
    from urllib.parse import urlsplit

    endpoint = patient.settings().endpoint
    if not endpoint:
        return None
    from dmcli.client.transport import proxy_for

    parts = urlsplit(endpoint)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return None if proxy_for(endpoint) else (parts.hostname or "", port)


def _good(text: str) -> Finding:
    return Finding("", OK, text)


_CHECKS: dict[str, Callable[[Patient], Iterator[Finding]]] = {
    "versions": _versions,
    "files": _files,
    "profile": _profile,
    "keys": _keys,
    "proxy": _proxy,
    "DNS": _dns,
    "TLS": _tls,
    "service": _service,
}
# What fails with another check, and would only say the same again.
_NEEDS = {
    "keys": ("profile",),
    "proxy": ("profile",),
    "DNS": ("profile", "proxy"),
    "TLS": ("profile", "proxy", "DNS"),
    "service": ("profile", "keys", "proxy", "DNS", "TLS"),
}
