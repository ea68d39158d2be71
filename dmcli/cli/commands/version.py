"""`dm version`; with -o json or yaml, and likewise `dm --version`, all parts for a bug report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import dmcli
from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_EXTRAS = ("keychain", "tls", "parquet", "postgres", "css-inline", "mjml")  # those for people, not those for work on dm


def parts() -> dict[str, Any]:
    """What runs: versions of dm, Python, platform and the libraries by name, null for one that is missing.

    `extras` has which of dm's extras are there. Nothing in it is secret or names a person.
    """
    import platform
    import re
    from importlib import metadata

    libraries: dict[str, str | None] = {}
    extras: dict[str, bool] = {}
    for wanted in metadata.requires("dmcli") or ():
        name = re.split(r"[^\w.-]", wanted)[0]
        extra = re.search(r"extra == ['\"]([\w-]+)['\"]", wanted)
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = None
        if not extra:
            libraries[name] = found
        elif extra[1] in _EXTRAS:
            extras[extra[1]] = found is not None
    return {
        "dm": dmcli.__version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "dependencies": libraries,
        "extras": extras,
    }


def show_version(current: Session) -> None:
    """The version in a line, or all parts where a format of data was asked for."""
    if current.given.get("output") in ("json", "yaml", "ndjson"):
        from dmcli.render.show import show_document

        show_document(parts(), (), current.output())
    else:
        click.echo(f"dm {dmcli.__version__}")


COMMAND = command("version", [], show_version)
