"""Where access keys come from: whole from one source, checked, and never shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmcli.api.regions import CLOUD_SUFFIX, SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.api.request import Keys
from dmcli.errors import ConfigError
from dmcli.local import config_path
from dmcli.profile import chosen, load_file
from dmcli.profile_file import KEYS, vendor_profile
from dmcli.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.api.request import KeySource
    from dmcli.profile import ConfigFile, Flags, Settings

_VISIBLE = re.compile("[!-~]+")
_REAL = ("LTAI", "STS.")  # how ids of the vendor begin: long-lived and temporary
_PREFIXES = ("ALIBABA_CLOUD", "ALIBABACLOUD", "ALICLOUD")
_MODES = {
    "": ("access_key_id", "access_key_secret", ""),
    "ak": ("access_key_id", "access_key_secret", ""),
    "ststoken": ("access_key_id", "access_key_secret", "sts_token"),
}


SANDBOX_KEYS = Keys(SANDBOX_KEY_ID, Secret(SANDBOX_KEY_SECRET), source="built in", owner=SANDBOX_KEY_ID)


def source(settings: Settings, flags: Flags, environ: Mapping[str, str]) -> KeySource:
    """Where the keys for these settings come from, each time a call needs them. Raises what `find` raises."""
    keys = find(settings, flags, environ)
    return lambda *, renew=False: keys  # noqa: ARG005  there is nothing to renew


def find(settings: Settings, flags: Flags, environ: Mapping[str, str]) -> Keys:
    """The keys for these settings: explicit profile, environment, default profile, the vendor CLI's file.

    Raises ConfigError when there are none, half of them, keys that cannot be right or keys that must not go where the
    settings point; LocalIOError when a file cannot be read.
    """
    if settings.sandbox:
        keys = SANDBOX_KEYS
    else:
        file = load_file(config_path(environ))
        name, _, explicit = chosen(flags, environ, file)
        found = next(filter(None, _sources(file, name if explicit else "", environ)), None)
        if not found:
            raise ConfigError(
                "no access keys found; make a profile with 'dm config init', or set ALIBABA_CLOUD_ACCESS_KEY_ID and "
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET, or try without an account: dm --profile sandbox ...",
                hint=_advice(file, name),
            )
        keys = found
    _guard(keys, settings)
    return keys


def _sources(file: ConfigFile, explicit: str, environ: Mapping[str, str]) -> Iterator[Keys | None]:
    """The keys of each source, the highest first; the vendor's file is only read when it is its turn."""

    def stored(name: str) -> Keys | None:
        return _whole(file.profiles.get(name, {}), KEYS, f"profile '{name}' in {file.path}")

    yield stored(explicit)
    variables = _variables(environ)
    yield _whole(environ, variables, f"environment ({variables[0]})")
    yield stored(file.default)
    yield _vendor(environ)


def _variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The environment variables to take id, secret and token from: of each the first spelling that is set."""
    spellings = [[f"{prefix}_{part.upper()}" for prefix in _PREFIXES] for part in KEYS]
    return tuple(next(filter(environ.get, names), names[0]) for names in spellings)


def _vendor(environ: Mapping[str, str]) -> Keys | None:
    """The keys of the vendor CLI's profile. Raises ConfigError for a mode that is more than keys in a file."""
    source, values, warnings = vendor_profile(environ, secret=True)
    mode = values.get("mode", "")
    if mode.lower() not in _MODES:
        raise ConfigError(
            f"{source} has mode '{mode}', of which dm cannot take keys; only AK and StsToken will do: "
            "use 'dm config init' or the environment instead"
        )
    keys = _whole(values, _MODES[mode.lower()], source)
    return keys and keys._replace(warnings=tuple(warnings))


def _whole(values: Mapping[str, str], names: tuple[str, ...], source: str) -> Keys | None:
    """The keys under these names, id, secret and token; none where neither id nor secret is set. Raises ConfigError."""
    identity, secret, token = (values.get(name, "") for name in names)
    if not identity and not secret:
        return None
    if not identity or not secret:
        there, missing = names[:2] if identity else names[1::-1]
        raise ConfigError(f"{source} has {there} but no {missing}; keys are taken whole from one place: add it there")
    for name, value in zip(names, (identity, secret, token), strict=True):
        if value and not _VISIBLE.fullmatch(value):
            raise ConfigError(f"{name} of {source} has a blank, line break or other character no key has; copy it anew")
    return Keys(identity, Secret(secret), Secret(token), source, owner=identity)


def _guard(keys: Keys, settings: Settings) -> None:
    """Raise ConfigError for keys that must not go where the settings point."""
    scheme, _, rest = settings.endpoint.partition("://")
    host = rest.rpartition(":")[0] if rest.rpartition(":")[2].isdigit() else rest
    if scheme == "http" and keys.access_key_id.startswith(_REAL):
        raise ConfigError(
            f"the keys of {keys.source} look real and {settings.endpoint} is not encrypted; use https, or made-up keys"
        )
    if host.endswith(CLOUD_SUFFIX) and keys.access_key_id == SANDBOX_KEYS.access_key_id:
        raise ConfigError(
            f"the keys of {keys.source} are the sandbox's and {settings.endpoint} is the cloud; choose another profile"
        )


def _advice(file: ConfigFile, name: str) -> str:
    """What else to say when there are no keys."""
    if name:
        return f"profile '{name}' in {file.path} has no access_key_id"
    return f"{file.path} has {', '.join(file.profiles)}; choose one with --profile" if file.profiles else ""
