"""What the commands about profiles share: the file, its values as they may be seen, and the argument with a name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dmcli.cli.common import profile_names
from dmcli.config.file import KNOWN, SANDBOX, no_profile
from dmcli.errors import NotFoundError

if TYPE_CHECKING:
    import click

    from dmcli.cli.session import Session
    from dmcli.config.file import ConfigFile


def file_of_profiles() -> ConfigFile:
    """The file with the profiles, read. Raises ConfigError, LocalIOError."""
    from dmcli.config.file import load_file
    from dmcli.local.paths import config_path

    return load_file(config_path(os.environ))


def masked(identity: str) -> str:
    """An access key id as it may be seen: its last three characters."""
    return f"***{identity[-3:]}" if identity else ""


def visible_values(file: ConfigFile, profile: str) -> dict[str, str]:
    """The values of a profile as they may be seen: of a command its program, of other secrets that they are there."""
    from dmcli.credentials.process import program

    entry = file.entry(profile)
    hidden = {name: str(secret) for name, secret in entry.secrets.items()}
    if command := entry.secret("credential_process"):
        hidden["credential_process"] = f"{program(command)} ***"
    every = {**entry.values, "access_key_id": masked(entry.first("access_key_id"))} | hidden
    return {name: every[name] for name in KNOWN if every.get(name)}


def in_use(current: Session, file: ConfigFile) -> str:
    """The profile in use, "" for none. Raises ConfigError when there is no profile of the name that was chosen."""
    from dmcli.config.settings import choose_profile

    return choose_profile(current.resources.flags, os.environ, file)[0]


def check_name(file: ConfigFile, name: str) -> None:
    """Raise NotFoundError where there is no profile of that name."""
    known = (*file.profiles, SANDBOX)
    if name not in known:
        raise NotFoundError(no_profile(name, known, file.path))


def own_profile_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The profiles of the file that begin so, which are those that can be changed."""
    return [name for name in profile_names(ctx, param, incomplete) if name != SANDBOX]
