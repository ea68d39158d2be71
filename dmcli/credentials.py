"""Where access keys come from: whole from one source, checked, and never shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmcli.api.regions import CLOUD_SUFFIX, SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.api.request import Keys
from dmcli.errors import ConfigError
from dmcli.local import check_private, config_path
from dmcli.profile import chosen, load_file
from dmcli.profile_file import KEYS
from dmcli.secret import Entry, Secret
from dmcli.vendor_file import cli_file, variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.api.request import KeySource
    from dmcli.profile import ConfigFile, Flags, Settings

_VISIBLE = re.compile("[!-~]+")
_REAL = ("LTAI", "STS.")  # how ids of the vendor begin: long-lived and temporary
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
    yield _whole(file.entry(explicit), KEYS)
    identity, secret, token = names = tuple(variable(environ, part.upper()) for part in KEYS)
    hidden = {name: Secret(environ.get(name, "")) for name in (secret, token)}
    yield _whole(Entry(f"environment ({identity})", {identity: environ.get(identity, "")}, hidden), names)
    yield _whole(file.entry(file.default), KEYS)
    yield _vendor(environ)


def _vendor(environ: Mapping[str, str]) -> Keys | None:
    """The keys of the vendor CLI's profile. Raises ConfigError for a mode that is more than keys in a file."""
    vendors = cli_file(environ)
    if not vendors.entries:
        return None
    if vendors.chosen not in vendors.entries:
        raise ConfigError(f"{vendors.path} has no profile '{vendors.chosen}'; it has {', '.join(vendors.entries)}")
    entry = vendors.entries[vendors.chosen]
    warnings = check_private(vendors.path, vendors.access)
    mode = entry.first("mode")
    if mode.lower() not in _MODES:
        raise ConfigError(
            f"{entry.source} has mode '{mode}', of which dm cannot take keys; only AK and StsToken will do: "
            "use 'dm config init' or the environment instead"
        )
    keys = _whole(entry, _MODES[mode.lower()])
    return keys and keys._replace(warnings=tuple(warnings))


def _whole(entry: Entry, names: tuple[str, ...]) -> Keys | None:
    """The keys under these names, id, secret and token; none where neither id nor secret is set. Raises ConfigError."""
    identity, secret, token = entry.first(names[0]), entry.secret(names[1]), entry.secret(names[2])
    if not identity and not secret:
        return None
    if not identity or not secret:
        there, missing = names[:2] if identity else names[1::-1]
        raise ConfigError(
            f"{entry.source} has {there} but no {missing}; keys are taken whole from one place: add it there"
        )
    for name, value in zip(names, (identity, secret.reveal(), token.reveal()), strict=True):
        if value and not _VISIBLE.fullmatch(value):
            raise ConfigError(
                f"{name} of {entry.source} has a blank, line break or other character no key has; copy it anew"
            )
    return Keys(identity, secret, token, entry.source, owner=identity)


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
