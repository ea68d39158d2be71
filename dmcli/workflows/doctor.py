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
from dmcli.words import counted, listed, marked, tr

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
            yield Finding(name, SKIPPED, tr("it needs what failed above: {checks}", checks=listed(map(tr, lacking))))
            continue
        try:
            yield from (finding._replace(check=name) for finding in look(patient))
        except DmError as error:
            said = tr("{message} ({code})", message=error.message, code=error.code) if error.code else error.message
            yield Finding(name, FAILED, said, error.exit_code)
            failed.append(name)


def access(client: Client) -> Verdict:
    """One signed read; the verdict of its answer, with the clocks compared. Raises DmError."""
    return client.ask(catalogue.get("DescAccountSummary"), {})


def _versions(_: Patient) -> Iterator[Finding]:
    import platform
    import ssl
    from importlib import metadata

    libraries = [f"{name} {metadata.version(name)}" for name in _LIBRARIES]
    python = tr(
        "Python {version} on {system} {release}",
        version=platform.python_version(),
        system=platform.system(),
        release=platform.release(),
    )
    yield _good(listed((f"dm {dmcli.__version__}", python, ssl.OPENSSL_VERSION, *libraries)))


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
    shown = listed(there) or tr("none yet")
    yield _good(tr("looked at: {paths}; the profile file is {path}", paths=shown, path=shared))


def _profile(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings()
    yield from (Finding("", WARNING, warning) for warning in settings.warnings)
    name = settings.profile or tr("none")
    where = settings.endpoint or tr("the sandbox in this process")
    yield _good(
        tr(
            "profile {name} ({source}), region {region}, endpoint {where}",
            name=name,
            source=tr(settings.sources["profile"]),
            region=settings.region,
            where=where,
        )
    )


def _keys(patient: Patient) -> Iterator[Finding]:
    source = patient.keys()
    yield from (Finding("", WARNING, warning) for warning in source.warnings)
    keys = source()
    key, place = f"***{keys.access_key_id[-3:]}", tr(keys.source)
    if not keys.expires:
        yield _good(tr("{key} from {source}", key=key, source=place))
        return
    left = max(keys.expires - time.time(), 0) / 60
    yield _good(tr("{key} from {source}, for {minutes:.0f} minutes more", key=key, source=place, minutes=left))


def _proxy(patient: Patient) -> Iterator[Finding]:
    settings = patient.settings()
    if not settings.endpoint:
        yield _good(tr("none is needed in this process"))
        return
    from dmcli.client.transport import proxy_for

    proxy = proxy_for(settings.endpoint)
    yield _good(tr("{proxy}, from the environment", proxy=proxy) if proxy else tr("none"))


def _dns(patient: Patient) -> Iterator[Finding]:
    address = _address(patient)
    if address is None:
        yield _good(tr("no name is looked up here: the call stays in this process or goes through the proxy"))
        return
    import socket

    host, port = address
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnreachableError(tr("{host} cannot be resolved: {why}", host=host, why=error.strerror or error)) from None
    addresses = sorted({str(entry[4][0]) for entry in found})
    yield _good(tr("{host} is {addresses}", host=host, addresses=listed(addresses)))


def _tls(patient: Patient) -> Iterator[Finding]:
    address, settings = _address(patient), patient.settings()
    if address is None or settings.endpoint.startswith("http://"):
        yield _good(tr("not spoken here") if address is None else tr("none: the endpoint is plain HTTP"))
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
        raise ConfigError(
            tr(
                "the certificate of {host} is not trusted: {why}",
                host=address[0],
                why=error.verify_message,
            )
        ) from None
    except OSError as error:
        raise UnreachableError(tr("no TLS with {host}: {why}", host=address[0], why=error.strerror or error)) from None
    days = int((ssl.cert_time_to_seconds(end) - time.time()) // 86400)
    state = WARNING if days < _SOON else OK
    yield Finding(
        "",
        state,
        tr("{version}, the certificate is trusted and good for {days}", version=version, days=counted(days, "day")),
    )


def _service(patient: Patient) -> Iterator[Finding]:
    """One signed read: signature, permission and clock."""
    verdict = access(patient.client())
    yield _good(tr("a signed call was answered"))
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


NAMES = marked(("versions", "files", "profile", "keys", "proxy", "DNS", "TLS", "service"))
_LOOKS = (_versions, _files, _profile, _keys, _proxy, _dns, _tls, _service)
_CHECKS: dict[str, Callable[[Patient], Iterator[Finding]]] = dict(zip(NAMES, _LOOKS, strict=True))
# What fails with another check, and would only say the same again.
_NEEDS = {
    "keys": ("profile",),
    "proxy": ("profile",),
    "DNS": ("profile", "proxy"),
    "TLS": ("profile", "proxy", "DNS"),
    "service": ("profile", "keys", "proxy", "DNS", "TLS"),
}
