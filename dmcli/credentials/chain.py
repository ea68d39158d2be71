"""The order in which keys are looked for, and which keys may go where."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dmcli.api.regions import CLOUD_SUFFIX, SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.api.request import Keys
from dmcli.config.file import KEYS
from dmcli.config.settings import chosen, load_file
from dmcli.config.vendor import switched_on, variable
from dmcli.credentials import ecs, keychain, process, sts, uri
from dmcli.credentials.modes import cli_way, ini_way
from dmcli.credentials.provider import REAL, Means, Way, stored
from dmcli.credentials.refresh import Renewed
from dmcli.errors import ConfigError
from dmcli.local.paths import config_path
from dmcli.secret import Entry, Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dmcli.api.request import KeySource
    from dmcli.api.wire import Exchange
    from dmcli.client.attempts import Retrier
    from dmcli.config.settings import ConfigFile, Flags, Settings

_GENERIC = ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
_MACHINE, _SERVER = "ALIBABA_CLOUD_ECS_METADATA", "ALIBABA_CLOUD_CREDENTIALS_URI"
_ANSWERS = {"": False, "no": False, "false": False, "off": False, "yes": True, "true": True, "on": True}
_SANDBOX = Way("built in", SANDBOX_KEY_ID, lambda: Keys(SANDBOX_KEY_ID, Secret(SANDBOX_KEY_SECRET)))


def source(
    settings: Settings, flags: Flags, environ: Mapping[str, str], exchange: Callable[[], Exchange], retrier: Retrier
) -> KeySource:
    """Where the keys for these settings come from, each time a call needs them.

    `exchange` makes the way to the network, when a source needs one. Raises ConfigError when there are no keys, half of
    them, or keys that cannot be right; LocalIOError when a file cannot be read. What is given raises these too, for
    keys that must not go where the settings point, and UnreachableError when those who have the keys do not answer.
    """
    means = Means(environ, exchange, retrier)
    return Renewed(_SANDBOX if settings.sandbox else _found(flags, means), means, partial(_guard, settings))


def _found(flags: Flags, means: Means) -> Way:
    """The way of the highest source that has keys. Raises ConfigError."""
    file = load_file(config_path(means.environ))
    name, _, explicit = chosen(flags, means.environ, file)
    found = next(filter(None, _ways(file, name if explicit else "", means)), None)
    if not found:
        raise ConfigError(
            "no access keys found; make a profile with 'dm config init', or set ALIBABA_CLOUD_ACCESS_KEY_ID and "
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET, or try without an account: dm --profile sandbox ...",
            hint=_advice(file, name),
        )
    return found


def _ways(file: ConfigFile, explicit: str, means: Means) -> Iterator[Way | None]:
    """The way of each source, the highest first; a file is only read when it is its turn."""
    yield _own(file.entry(explicit), means)
    yield _variables(means.environ)
    yield _generic_variables(means.environ)
    yield _role(means)
    yield _own(file.entry(file.default), means)
    yield cli_way(means)
    yield ini_way(means)
    yield _machine(means)
    yield _server(means)


def _own(entry: Entry, means: Means) -> Way | None:
    """The way of a profile of our file. Raises ConfigError where it has more than one."""
    command, answer = entry.secret("credential_process"), entry.first("keychain").lower()
    if answer not in _ANSWERS:
        raise ConfigError(f"keychain of {entry.source} must be yes or no; correct it")
    if command and (_ANSWERS[answer] or any(entry.first(key) or entry.secret(key) for key in KEYS)):
        raise ConfigError(f"{entry.source} has credential_process and keys or a keychain beside it; take one out")
    if command:
        return process.printed(command, entry.source, means)
    return keychain.kept(entry) if _ANSWERS[answer] else stored(entry, KEYS)


def _variables(environ: Mapping[str, str]) -> Way | None:
    """The keys in the environment, of each part the first spelling that is set."""
    identity, secret, token = (variable(environ, part.upper()) for part in KEYS)
    return stored(_entry(environ, identity, secret, token), (identity, secret, token))


def _generic_variables(environ: Mapping[str, str]) -> Way | None:
    """The keys under names that any program may use; half of them are not for us."""
    identity, secret, _ = _GENERIC
    if not environ.get(identity) or not environ.get(secret):
        return None
    way = stored(_entry(environ, *_GENERIC), _GENERIC)
    warning = f"the keys are from {identity}, a name other programs use too; better set ALIBABA_CLOUD_{identity}"
    return way and way._replace(warnings=(warning,))


def _entry(environ: Mapping[str, str], identity: str, *secrets: str) -> Entry:
    values = {identity: environ.get(identity, "")}
    return Entry(_of(identity), values, {name: Secret(environ.get(name, "")) for name in secrets})


def _role(means: Means) -> Way | None:
    """The role and the OIDC token that the environment names, as it does in the vendor's containers."""
    parts = ("ROLE_ARN", "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE")
    names = {part.lower(): variable(means.environ, part) for part in parts}
    values = {part: means.environ[name] for part, name in names.items() if means.environ.get(name)}
    entry = Entry(_of(names["role_arn"]), values, {})
    return sts.with_oidc(entry, means) if len(values) == len(parts) else None


def _machine(means: Means) -> Way | None:
    """The role of this ECS instance that the environment names."""
    name = means.environ.get(_MACHINE)
    if not name or switched_on(means.environ, ecs.DISABLED):
        return None
    return ecs.role(name, _of(_MACHINE), means)


def _server(means: Means) -> Way | None:
    """The server of keys that the environment names."""
    address = means.environ.get(_SERVER)
    return uri.served(Secret(address), _of(_SERVER), means) if address else None


def _of(name: str) -> str:
    return f"environment ({name})"


def _guard(settings: Settings, keys: Keys) -> None:
    """Raise ConfigError for keys that must not go where the settings point."""
    from urllib.parse import urlsplit

    where = urlsplit(settings.endpoint)
    if where.scheme == "http" and keys.access_key_id.startswith(REAL):
        raise ConfigError(
            f"the keys of {keys.source} look real and {settings.endpoint} is not encrypted; use https, or made-up keys"
        )
    if str(where.hostname).endswith(CLOUD_SUFFIX) and keys.access_key_id == SANDBOX_KEY_ID:
        raise ConfigError(
            f"the keys of {keys.source} are the sandbox's and {settings.endpoint} is the cloud; choose another profile"
        )


def _advice(file: ConfigFile, name: str) -> str:
    """What else to say when there are no keys."""
    if name:
        return f"profile '{name}' in {file.path} has no access_key_id"
    return f"{file.path} has {', '.join(file.profiles)}; choose one with --profile" if file.profiles else ""
