"""`dm config list`, `show` and `path`: which profiles there are, and what they say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.model import Field
from dmcli.cli.commands.config.profiles import check_name, file_of_profiles, in_use, masked, visible_values
from dmcli.cli.common import profile_names
from dmcli.cli.tree import command
from dmcli.config.file import SANDBOX
from dmcli.errors import ConfigError, InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_MARK = {"True": "*", "False": ""}
_ROWS = (
    Field("name", "Profile"),
    Field("in_use", "In use", _MARK),
    Field("default", "Default", _MARK),
    Field("region", "Region"),
    Field("endpoint", "Endpoint"),
    Field("access_key_id", "Key"),
)


def _path(current: Session) -> None:
    from dmcli.local.paths import config_path
    from dmcli.render import show_text

    show_text(config_path(os.environ), current.output())


def _list(current: Session) -> None:
    from dmcli.render import show_document

    file = file_of_profiles()
    try:
        used = in_use(current, file)
    except ConfigError as error:  # which of them was meant is what the list is looked at for
        used = ""
        current.say(tr("warning: {warning}", warning=error.message))

    def row(name: str, region: str, endpoint: str, key: str) -> dict[str, Any]:
        marks = {"in_use": name == used, "default": name == file.default}
        return {"name": name, **marks, "region": region, "endpoint": endpoint, "access_key_id": masked(key)}

    rows = [
        row(name, *(values.get(key, "") for key in ("region", "endpoint", "access_key_id")))
        for name, values in file.profiles.items()
    ]
    show_document([*rows, row(SANDBOX, "", tr("in this process"), "")], _ROWS, current.output())


def _show(current: Session, name: str | None) -> None:
    file = file_of_profiles()
    wanted = name or in_use(current, file)
    if not wanted:
        raise InputError(tr("there is no default profile in {path}: make one with 'dm config init'", path=file.path))
    check_name(file, wanted)
    show_profile(
        current, wanted, visible_values(file, wanted) or {"endpoint": tr("in this process"), "from": _sandbox_sender()}
    )


def show_profile(current: Session, name: str, values: dict[str, str]) -> None:
    """Print a profile, of which these values may be seen."""
    from dmcli.render import show_document

    show_document({"name": name} | values, tuple(Field(key, key) for key in ("name", *values)), current.output())


def _sandbox_sender() -> str:
    """The sender of the sandbox, which is built in."""
    from dmcli.config.settings import Flags, resolve

    return resolve(Flags(profile=SANDBOX), os.environ).sender


COMMANDS = (
    command("list", [], _list, "List the profiles, and which of them is in use."),
    command(
        "show",
        [
            click.Argument(
                ["name"],
                required=False,
                metavar="[NAME]",
                help="Profile; default: the one in use.",
                shell_complete=profile_names,
            )
        ],
        _show,
        "Show a profile, secrets masked.",
        "work",
    ),
    command("path", [], _path, "Print where the profile file is."),
)
