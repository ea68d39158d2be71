"""The vendor's profiles: how the mode of each becomes a provider of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from dmcli.config.vendor import INI_VARIABLE, VendorFile, cli_file, ini_file
from dmcli.credentials import ecs, process, sts, uri
from dmcli.credentials.provider import Provider, static_provider
from dmcli.errors import ConfigError
from dmcli.local.files import check_private
from dmcli.record import Record
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dmcli.credentials.provider import ProviderContext
    from dmcli.secret import Entry, Secret

_KEYS = ("access_key_id", "access_key_secret", "")
_ALL = ("access_key_id", "access_key_secret", "sts_token")


class _Place(Record):
    """A profile, what providers may use, and the provider of another profile of the same file."""

    entry: Entry
    context: ProviderContext
    other: Callable[[str], Provider]


_Mode: TypeAlias = "Callable[[_Place], Provider | None]"


def cli_provider(context: ProviderContext) -> Provider | None:
    """The provider of the command line's profile in use; None where that has no keys. Raises ConfigError."""
    file = cli_file(context.environ)
    if file.chosen in file.entries:
        return _provider(file, file.chosen, _CLI, context)
    # What a variable names may be a profile of the other file.
    if file.entries and not (file.variable and file.chosen in ini_file(context.environ).entries):
        raise _absent(file)
    return None


def ini_provider(context: ProviderContext) -> Provider | None:
    """The provider of the libraries' profile in use; None where that has no keys. Raises ConfigError."""
    file = ini_file(context.environ)
    if file.chosen in file.entries:
        return _provider(file, file.chosen, _INI, context)
    if file.entries and (file.variable or context.environ.get(INI_VARIABLE)):
        raise _absent(file)
    return None


def _absent(file: VendorFile) -> ConfigError:
    said = tr(
        "{path} has no profile '{name}'; it has {names}", path=file.path, name=file.chosen, names=listed(file.entries)
    )
    return ConfigError(tr("{source}: {problem}", source=file.variable, problem=said) if file.variable else said)


def _provider(
    file: VendorFile, name: str, modes: Mapping[str, _Mode], context: ProviderContext, seen: tuple[str, ...] = ()
) -> Provider | None:
    """The provider of a profile; `seen` are those that take their keys from it. Raises ConfigError."""
    entry = file.entries[name]
    warnings = tuple(check_private(file.path, file.access))
    mode = entry.first("mode", "type")
    take = {word.lower(): take for word, take in modes.items()}.get(mode.lower())
    if take is None:
        known = listed(filter(None, modes))
        raise ConfigError(
            tr(
                "{source} has mode '{mode}', of which dm cannot take keys; these will do: {known}",
                source=entry.source,
                mode=mode,
                known=known,
            )
        )

    def other(source: str) -> Provider:
        chain = (*seen, name)
        if source in chain:
            raise ConfigError(
                tr(
                    "{source} takes its keys from itself ({loop}); break the loop",
                    source=entry.source,
                    loop=" > ".join((*chain, source)),
                )
            )
        found = _provider(file, source, modes, context, chain) if source in file.entries else None
        if found is None:
            raise ConfigError(
                tr(
                    "{source} has source_profile '{name}', which has no keys in that file; correct it",
                    source=entry.source,
                    name=source,
                )
            )
        return found

    found = take(_Place(entry, context, other))
    return found and found._replace(warnings=warnings)


def _keys(place: _Place) -> Provider | None:
    return static_provider(place.entry, _KEYS)


def _temporary(place: _Place) -> Provider | None:
    if not place.entry.secret("sts_token"):
        raise ConfigError(tr("{source} has no sts_token; add it, or choose mode AK", source=place.entry.source))
    return static_provider(place.entry, _ALL)


def _role(place: _Place) -> Provider:
    base = static_provider(place.entry, _ALL)
    if base is None:
        raise ConfigError(
            tr("{source} has no access_key_id to take its role on with; add it", source=place.entry.source)
        )
    return sts.assume_role(place.entry, base, place.context)


def _chained(place: _Place) -> Provider:
    source = place.entry.first("source_profile")
    if not source:
        raise ConfigError(
            tr("{source} has no source_profile; name the profile to take its role on with", source=place.entry.source)
        )
    return sts.assume_role(place.entry, place.other(source), place.context)


def _machine(place: _Place) -> Provider:
    return ecs.provider(place.entry.first("ram_role_name", "role_name"), place.entry.source, place.context)


def _machine_role(place: _Place) -> Provider:
    return sts.assume_role(place.entry, _machine(place), place.context)


def _token(place: _Place) -> Provider:
    return sts.assume_role_with_oidc(place.entry, place.context)


def _server(place: _Place) -> Provider:
    return uri.provider(_require(place, "credentials_uri"), place.entry.source, place.context)


def _command(place: _Place) -> Provider:
    return process.provider(_require(place, "process_command"), place.entry.source, place.context)


def _require(place: _Place, name: str) -> Secret:
    secret = place.entry.secret(name)
    if not secret:
        raise ConfigError(tr("{source} has no {name}; add it", source=place.entry.source, name=name))
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
