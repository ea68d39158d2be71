"""What stands in a file of profiles, read strictly and with line numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from dmcli.config.file import KNOWN, SECRETS, ConfigFile, name_problem, nearest, shown
from dmcli.errors import ConfigError
from dmcli.local.nodes import Grammar
from dmcli.record import Record
from dmcli.secret import Secret
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Collection

    from dmcli.local.nodes import Entries, Node, Place

_DEEPEST = 3  # the file, its profiles, a profile
# What is said of a key at the top of the file, and of one in a profile.
_UNKNOWN = marked(("unknown key {key}", "unknown key {key} in profile '{profile}'"))
_ONE_PIECE = marked(("'{key}' must be one piece of text", "'{key}' in profile '{profile}' must be one piece of text"))


class Content(Record):
    """A file as data, secrets as they stand there, and as nodes to edit it by. Its repr names profiles only."""

    default: str
    profiles: dict[str, dict[str, str]]
    tree: Entries

    def __repr__(self) -> str:
        return f"Content(profiles={list(self.profiles)})"


class _Profiles(Grammar):
    """A file of profiles; a key that is no name could be a secret in the wrong place, and is not shown."""

    def __init__(self, path: str) -> None:
        super().__init__(_DEEPEST)
        self.path = path

    def fail(self, place: Place, problem: str) -> NoReturn:
        _fail(self.path, place, problem)

    def name(self, key: str) -> str:
        return shown(key)


def parsed(path: str, text: str) -> ConfigFile:
    """The profiles of a text as a file of that path has them. Raises ConfigError as `load_file`."""
    default, profiles, _ = read(text, path)
    seen = {name: {key: one[key] for key in one if key not in SECRETS} for name, one in profiles.items()}
    hidden = {name: {key: Secret(one[key]) for key in one if key in SECRETS} for name, one in profiles.items()}
    return ConfigFile(path, default, seen, hidden)


def read(text: str, path: str = "config.yaml") -> Content:
    """A file's content. Raises ConfigError with `path` and the line."""
    tree = _Profiles(path).read(text)

    def entries(where: str, node: Node) -> Entries:
        if node.entries is None and node.text:
            _fail(path, node.start, tr("{where} must hold 'key: value' lines", where=where))
        return node.entries or {}

    def plain(known: Collection[str], profile: str, of: Entries) -> dict[str, str]:
        for name, (key, value) in of.items():
            if name not in known:
                unknown = _in_profile(_UNKNOWN, profile, shown(name))
                _fail(path, key.start, unknown + nearest(name, known))
            if value.entries is not None and name != "profiles":
                _fail(path, value.start, _in_profile(_ONE_PIECE, profile, name))
        return {name: value.text for name, (_, value) in of.items() if value.text}

    default = plain(("default", "profiles"), "", top := entries(tr("the file"), tree)).get("default", "")
    profiles = {}
    for name, (key, value) in (entries("'profiles'", top["profiles"][1]) if "profiles" in top else {}).items():
        if problem := name_problem(name):
            _fail(path, key.start, problem)
        profiles[name] = plain(KNOWN, name, entries(tr("profile '{name}'", name=name), value))
    return Content(default, profiles, top)


def _in_profile(texts: tuple[str, str], profile: str, key: str) -> str:
    """What is said of a key; `profile` is empty at the top of the file."""
    return tr(texts[1], key=key, profile=profile) if profile else tr(texts[0], key=key)


def _fail(path: str, place: Place, problem: str) -> NoReturn:
    """Raise what is wrong with a line."""
    raise ConfigError(tr("{path} line {number}: {problem}", path=path, number=place[0] + 1, problem=problem))
