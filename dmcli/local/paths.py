"""Where `dm` keeps its files: configuration, state, cache."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOWS = os.name == "nt"


def home(environ: Mapping[str, str], *, windows: bool = WINDOWS) -> str:
    """The user's home folder."""
    return environ.get("USERPROFILE" if windows else "HOME") or os.path.expanduser("~")


def config_path(environ: Mapping[str, str], *, windows: bool = WINDOWS) -> str:
    """The file with the profiles; `$DM_CONFIG` overrides where it is. It need not exist."""
    folder = _folder(environ, "XDG_CONFIG_HOME", ".config", "APPDATA", windows=windows)
    return environ.get("DM_CONFIG") or os.path.join(folder, "config.yaml")


def state_folder(environ: Mapping[str, str], *, windows: bool = WINDOWS) -> str:
    """The folder of what must survive: journals, the sandbox's data. It need not exist; see `make_folder`."""
    return _folder(environ, "XDG_STATE_HOME", os.path.join(".local", "state"), "LOCALAPPDATA", windows=windows)


def cache_folder(environ: Mapping[str, str], *, windows: bool = WINDOWS) -> str:
    """The folder of what may be deleted at any time. It need not exist; see `make_folder`."""
    folder = _folder(environ, "XDG_CACHE_HOME", ".cache", "LOCALAPPDATA", windows=windows)
    return os.path.join(folder, "cache") if windows else folder


def _folder(environ: Mapping[str, str], xdg: str, below_home: str, variable: str, *, windows: bool) -> str:
    """Our folder by the custom of the platform."""
    given = environ.get(variable if windows else xdg, "")
    # The XDG base directory specification has relative paths ignored.
    if not given or not (windows or os.path.isabs(given)):
        given = os.path.join(home(environ, windows=windows), below_home)
    return os.path.join(given, "dm")
