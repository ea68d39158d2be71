"""The vendor's profiles: how the mode of each becomes a way of getting keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from dmcli.config.vendor import INI_VARIABLE, VendorFile, cli_file, ini_file
from dmcli.credentials import ecs, process, sts, uri
from dmcli.credentials.provider import Way, stored
from dmcli.errors import ConfigError
from dmcli.local.files import check_private

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dmcli.credentials.provider import Means
    from dmcli.secret import Entry, Secret

_KEYS = ("access_key_id", "access_key_secret", "")
_ALL = ("access_key_id", "access_key_secret", "sts_token")


class _Place(NamedTuple):
    """A profile, what ways may use, and the way of another profile of the same file."""

    entry: Entry
    means: Means
    other: Callable[[str], Way]


_Mode: TypeAlias = "Callable[[_Place], Way | None]"


def cli_way(means: Means) -> Way | None:
    """The way of the profile in use in the command line's file; None where that has no keys. Raises ConfigError."""
    file = cli_file(means.environ)
    if file.chosen in file.entries:
        return _way(file, file.chosen, _CLI, means)
    # What a variable names may be a profile of the other file.
    if file.entries and not (file.variable and file.chosen in ini_file(means.environ).entries):
        raise _absent(file)
    return None


def ini_way(means: Means) -> Way | None:
    """The way of the profile in use in the libraries' file; None where that has no keys. Raises ConfigError."""
    file = ini_file(means.environ)
    if file.chosen in file.entries:
        return _way(file, file.chosen, _INI, means)
    if file.entries and (file.variable or means.environ.get(INI_VARIABLE)):
        raise _absent(file)
    return None


def _absent(file: VendorFile) -> ConfigError:
    chosen = f"{file.variable}: " if file.variable else ""
    return ConfigError(f"{chosen}{file.path} has no profile '{file.chosen}'; it has {', '.join(file.entries)}")


def _way(
    file: VendorFile, name: str, modes: Mapping[str, _Mode], means: Means, seen: tuple[str, ...] = ()
) -> Way | None:
    """The way of a profile; `seen` are those that take their keys from it. Raises ConfigError."""
    entry = file.entries[name]
    warnings = tuple(check_private(file.path, file.access))
    mode = entry.first("mode", "type")
    take = {word.lower(): take for word, take in modes.items()}.get(mode.lower())
    if take is None:
        known = ", ".join(filter(None, modes))
        raise ConfigError(f"{entry.source} has mode '{mode}', of which dm cannot take keys; these will do: {known}")

    def other(source: str) -> Way:
        chain = (*seen, name)
        if source in chain:
            raise ConfigError(
                f"{entry.source} takes its keys from itself ({' > '.join((*chain, source))}); break the loop"
            )
        way = _way(file, source, modes, means, chain) if source in file.entries else None
        if way is None:
            raise ConfigError(
                f"{entry.source} has source_profile '{source}', which has no keys in that file; correct it"
            )
        return way

    way = take(_Place(entry, means, other))
    return way and way._replace(warnings=warnings)


def _keys(place: _Place) -> Way | None:
    return stored(place.entry, _KEYS)


def _temporary(place: _Place) -> Way | None:
    if not place.entry.secret("sts_token"):
        raise ConfigError(f"{place.entry.source} has no sts_token; add it, or choose mode AK")
    return stored(place.entry, _ALL)


def _role(place: _Place) -> Way:
    base = stored(place.entry, _ALL)
    if base is None:
        raise ConfigError(f"{place.entry.source} has no access_key_id to take its role on with; add it")
    return sts.assumed(place.entry, base, place.means)


def _chained(place: _Place) -> Way:
    source = place.entry.first("source_profile")
    if not source:
        raise ConfigError(f"{place.entry.source} has no source_profile; name the profile to take its role on with")
    return sts.assumed(place.entry, place.other(source), place.means)


def _machine(place: _Place) -> Way:
    return ecs.role(place.entry.first("ram_role_name", "role_name"), place.entry.source, place.means)


def _machine_role(place: _Place) -> Way:
    return sts.assumed(place.entry, _machine(place), place.means)


def _token(place: _Place) -> Way:
    return sts.with_oidc(place.entry, place.means)


def _server(place: _Place) -> Way:
    return uri.served(_needed(place, "credentials_uri"), place.entry.source, place.means)


def _command(place: _Place) -> Way:
    return process.printed(_needed(place, "process_command"), place.entry.source, place.means)


def _needed(place: _Place, name: str) -> Secret:
    secret = place.entry.secret(name)
    if not secret:
        raise ConfigError(f"{place.entry.source} has no {name}; add it")
    return secret


# Of a profile without a mode the keys are taken. RamRoleArnWithRoleName is deprecated, and still found in files.
_CLI: dict[str, _Mode] = {
    "": _keys,
    "AK": _keys,
    "StsToken": _temporary,
    "RamRoleArn": _role,
    "ChainableRamRoleArn": _chained,
    "EcsRamRole": _machine,
    "RamRoleArnWithRoleName": _machine_role,
    "OIDC": _token,
    "CredentialsURI": _server,
    "External": _command,
}
_INI: dict[str, _Mode] = {
    "access_key": _keys,
    "ram_role_arn": _role,
    "ecs_ram_role": _machine,
    "oidc_role_arn": _token,
}
