"""The credential provider chain: the order in which keys are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.config.file import KEYS, load_file
from dmcli.config.settings import choose_profile
from dmcli.config.vendor import switched_on, variable
from dmcli.credentials.provider import static_provider
from dmcli.errors import ConfigError
from dmcli.local.paths import config_path
from dmcli.secret import Entry, Secret
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.config.file import ConfigFile
    from dmcli.config.settings import Flags
    from dmcli.credentials.provider import Provider, ProviderContext

_GENERIC = ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
_MACHINE, _SERVER = "ALIBABA_CLOUD_ECS_METADATA", "ALIBABA_CLOUD_CREDENTIALS_URI"
_ANSWERS = {"": False, "no": False, "false": False, "off": False, "yes": True, "true": True, "on": True}


def find(flags: Flags, context: ProviderContext) -> Provider:
    """The provider of the highest source that has keys. Raises ConfigError."""
    file = load_file(config_path(context.environ))
    name, _, explicit = choose_profile(flags, context.environ, file)
    found = next(filter(None, _providers(file, name if explicit else "", context)), None)
    if not found:
        raise ConfigError(
            tr(
                "no access keys found; make a profile with 'dm config init', or set "
                "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or try "
                "without an account: dm --profile sandbox ..."
            ),
            hint=_advice(file, name),
        )
    return found


def _providers(file: ConfigFile, explicit: str, context: ProviderContext) -> Iterator[Provider | None]:
    """The provider of each source, the highest first; a file is only read when it is its turn."""
    yield _own(file.entry(explicit), context)
    yield _variables(context.environ)
    yield _generic_variables(context.environ)
    yield _role(context)
    yield _own(file.entry(file.default), context)
    yield from _vendors(context)
    yield _machine(context)
    yield _server(context)


def _own(entry: Entry, context: ProviderContext) -> Provider | None:
    """The provider of a profile of our file. Raises ConfigError where it has more than one."""
    command, answer = entry.secret("credential_process"), entry.first("keychain").lower()
    if answer not in _ANSWERS:
        raise ConfigError(tr("keychain of {source} must be yes or no; correct it", source=entry.source))
    if command and (_ANSWERS[answer] or any(entry.first(key) or entry.secret(key) for key in KEYS)):
        raise ConfigError(
            tr("{source} has credential_process and keys or a keychain beside it; take one out", source=entry.source)
        )
    if command:
        from dmcli.credentials import process

        return process.provider(command, entry.source, context)
    if _ANSWERS[answer]:
        from dmcli.credentials import keychain

        return keychain.provider(entry)
    return static_provider(entry, KEYS)


def _variables(environ: Mapping[str, str]) -> Provider | None:
    """The keys in the environment, of each part the first spelling that is set."""
    identity, secret, token = (variable(environ, part.upper()) for part in KEYS)
    return static_provider(_entry(environ, identity, secret, token), (identity, secret, token))


def _generic_variables(environ: Mapping[str, str]) -> Provider | None:
    """The keys under names that any program may use; half of them are not for us."""
    identity, secret, _ = _GENERIC
    if not environ.get(identity) or not environ.get(secret):
        return None
    found = static_provider(_entry(environ, *_GENERIC), _GENERIC)
    warning = tr(
        "the keys are from {identity}, a name other programs use too; better set ALIBABA_CLOUD_{identity}",
        identity=identity,
    )
    return found and found._replace(warnings=(warning,))


def _entry(environ: Mapping[str, str], identity: str, *secrets: str) -> Entry:
    values = {identity: environ.get(identity, "")}
    return Entry(_of(identity), values, {name: Secret(environ.get(name, "")) for name in secrets})


def _role(context: ProviderContext) -> Provider | None:
    """The role and the OIDC token that the environment names, as it does in the vendor's containers."""
    parts = ("ROLE_ARN", "OIDC_PROVIDER_ARN", "OIDC_TOKEN_FILE")
    names = {part.lower(): variable(context.environ, part) for part in parts}
    values = {part: context.environ[name] for part, name in names.items() if context.environ.get(name)}
    entry = Entry(_of(names["role_arn"]), values, {})
    if len(values) < len(parts):
        return None
    from dmcli.credentials import sts

    return sts.assume_role_with_oidc(entry, context)


def _vendors(context: ProviderContext) -> Iterator[Provider | None]:
    """The providers of the vendor's files: the command line's, then that of the libraries."""
    from dmcli.credentials.modes import cli_provider, ini_provider

    yield cli_provider(context)
    yield ini_provider(context)


def _machine(context: ProviderContext) -> Provider | None:
    """The role of this ECS instance that the environment names."""
    name = context.environ.get(_MACHINE)
    if not name:
        return None
    from dmcli.credentials import ecs

    if switched_on(context.environ, ecs.DISABLED):
        return None
    return ecs.provider(name, _of(_MACHINE), context)


def _server(context: ProviderContext) -> Provider | None:
    """The server of keys that the environment names."""
    address = context.environ.get(_SERVER)
    if not address:
        return None
    from dmcli.credentials import uri

    return uri.provider(Secret(address), _of(_SERVER), context)


def _of(name: str) -> str:
    return tr("environment ({variables})", variables=name)


def _advice(file: ConfigFile, name: str) -> str:
    """What else to say when there are no keys."""
    if name:
        return tr("profile '{name}' in {path} has no access_key_id", name=name, path=file.path)
    return (
        tr("{path} has {profiles}; choose one with --profile", path=file.path, profiles=listed(file.profiles))
        if file.profiles
        else ""
    )
