"""The keychain of the operating system, through the optional package keyring: secret and token by access key id.

A keychain that is not there is an error, never a reason to keep secrets elsewhere.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from dmcli.api.request import Keys
from dmcli.config.file import KEYS
from dmcli.credentials.provider import Provider, check_keys
from dmcli.errors import ConfigError
from dmcli.secret import Secret
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.secret import Entry

SERVICE = "dmcli"  # under which the keychain lists what is ours
LIMIT = 3.0  # seconds
_SAFE = 1  # the priority from which keyring recommends a backend; below are files without encryption and the like
_, _SECRET, _TOKEN = KEYS


def provider(entry: Entry) -> Provider:
    """The keys of an entry that has the id only. Raises ConfigError where it has more or less than that."""
    identity = entry.first("access_key_id")
    if not identity:
        raise ConfigError(tr("{source} has keychain: yes but no access_key_id; add it there", source=entry.source))
    if entry.secret(_SECRET) or entry.secret(_TOKEN):
        raise ConfigError(tr("{source} has both keychain: yes and a secret; take one of them out", source=entry.source))
    source = tr("keychain, for {source}", source=entry.source)
    return Provider(source, identity, partial(_fetch, identity, source), identity=identity)


def store(identity: str, secret: Secret, token: Secret) -> None:
    """Put the secret of an access key id, and its token if it has one, into the keychain. Raises ConfigError."""

    def put(backend: Any) -> None:
        backend.set_password(SERVICE, f"{identity} {_SECRET}", secret.reveal())
        if token:
            backend.set_password(SERVICE, f"{identity} {_TOKEN}", token.reveal())
        elif backend.get_password(SERVICE, f"{identity} {_TOKEN}"):
            backend.delete_password(SERVICE, f"{identity} {_TOKEN}")

    _within_limit(put)


def forget(identity: str) -> None:
    """Take the secret and the token of an access key id out of the keychain. Raises ConfigError."""

    def drop(backend: Any) -> None:
        for part in (_SECRET, _TOKEN):
            if backend.get_password(SERVICE, f"{identity} {part}"):
                backend.delete_password(SERVICE, f"{identity} {part}")

    _within_limit(drop)


def check() -> None:
    """Raise ConfigError when there is no keychain to use."""
    _within_limit(lambda _: None)


def _fetch(identity: str, source: str) -> Keys:
    def get(backend: Any) -> tuple[str, str]:
        found = [backend.get_password(SERVICE, f"{identity} {part}") for part in (_SECRET, _TOKEN)]
        return found[0] or "", found[1] or ""

    secret, token = _within_limit(get)
    if not secret:
        raise ConfigError(
            tr(
                "the {source} has no secret of the key id ***{end}; put it there: dm config init --keychain",
                source=source,
                end=identity[-3:],
            )
        )
    return check_keys(Keys(identity, Secret(secret), Secret(token)), KEYS, source)


def _within_limit(work: Callable[[Any], Any]) -> Any:
    """What comes of some work with the keychain. Raises ConfigError when there is none, or it fails or is silent.

    It runs in a thread, since a keychain that waits for somebody to unlock it cannot be interrupted.
    """
    import threading

    try:
        import keyring
    except ImportError:
        raise ConfigError(
            tr("the keychain needs the package keyring; install it: pip install 'dmcli[keychain]'")
        ) from None
    results: list[Any] = []
    failures: list[ConfigError] = []

    def run() -> None:
        try:
            results.append(work(_safe(keyring.get_keyring())))
        except ConfigError as error:
            failures.append(error)
        except Exception as error:  # noqa: BLE001  backends raise what they like, and its text may be anything
            said = tr(
                "the keychain failed ({error}); see that it works: python -m keyring diagnose",
                error=type(error).__name__,
            )
            failures.append(ConfigError(said))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(LIMIT)
    if failures:
        raise failures[0]
    if not results:
        raise ConfigError(
            tr("the keychain did not answer within {seconds:g} s; unlock it and run this again", seconds=LIMIT)
        )
    return results[0]


def _safe(backend: Any) -> Any:
    """The backend, if it is one that keeps secrets safe. Raises ConfigError."""
    if backend.priority < _SAFE:
        kind = f"{type(backend).__module__}.{type(backend).__name__}"
        raise ConfigError(
            tr("there is no safe keychain here, only {kind}; set one up, or keep the keys in another way", kind=kind)
        )
    return backend
