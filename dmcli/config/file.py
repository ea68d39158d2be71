"""The file with the profiles, read strictly and with line numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from dmcli.errors import ConfigError
from dmcli.local.files import check_private, read_text
from dmcli.local.nodes import Grammar
from dmcli.record import Record
from dmcli.secret import Entry, Secret
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Collection

    from dmcli.local.nodes import Entries, Node, Place

SANDBOX = "sandbox"
KEYS = ("access_key_id", "access_key_secret", "security_token")
# A command may have a secret among its words, and who can change it can run anything.
SECRETS = ("access_key_secret", "security_token", "credential_process")
VALUES = ("region", "endpoint", "from", "output", "lang", "signature", "api_version", "ca_bundle")
KNOWN = (*KEYS, "credential_process", "keychain", *VALUES)
# Patterns are texts that compile at their first use: most runs need none of them.
_CONTROL = "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
_NAME = r"[\w.@][\w.@-]{0,63}"
_DEEPEST = 3  # the file, its profiles, a profile
# What is said of a key at the top of the file, and of one in a profile.
_UNKNOWN = marked(("unknown key {key}", "unknown key {key} in profile '{profile}'"))
_ONE_PIECE = marked(("'{key}' must be one piece of text", "'{key}' in profile '{profile}' must be one piece of text"))


class ConfigFile(Record):
    """What a file of profiles holds; `default` may name a profile that is not there. Its repr names profiles only.

    `profiles` has the values that may be seen, `secrets` the others; both have every profile.
    """

    path: str
    default: str
    profiles: dict[str, dict[str, str]]
    secrets: dict[str, dict[str, Secret]]
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"ConfigFile(path={self.path!r}, default={self.default!r}, profiles={list(self.profiles)})"

    def entry(self, name: str) -> Entry:
        """All that a profile says; nothing where there is none of that name."""
        return Entry(
            tr("profile '{name}' in {path}", name=name, path=self.path),
            self.profiles.get(name, {}),
            self.secrets.get(name, {}),
        )


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
        return _shown(key)


def load_file(path: str) -> ConfigFile:
    """The profiles of a file; a file that is not there has none.

    Raises ConfigError with the line for anything but the documented keys, and for a file with secrets that is open to
    everyone; LocalIOError when it cannot be read.
    """
    text, access = read_text(path)
    file = parsed(path, text)
    warnings = check_private(path, access) if any(file.secrets.values()) else []
    return file._replace(warnings=tuple(warnings))


def parsed(path: str, text: str) -> ConfigFile:
    """The profiles of a text as a file of that path has them. Raises ConfigError as `load_file`."""
    default, profiles, _ = read(text, path)
    shown = {name: {key: one[key] for key in one if key not in SECRETS} for name, one in profiles.items()}
    hidden = {name: {key: Secret(one[key]) for key in one if key in SECRETS} for name, one in profiles.items()}
    return ConfigFile(path, default, shown, hidden)


def nearest(word: str, choices: Collection[str]) -> str:
    """The end of an error message that suggests what may have been meant; empty when nothing is near."""
    import difflib

    near = difflib.get_close_matches(word, choices, 1)
    return tr("; did you mean '{near}'?", near=near[0]) if near else ""


def no_profile(name: str, known: Collection[str], path: str) -> str:
    """What to say of a profile that a file has not; `known` are those that there are."""
    near = nearest(name, known)
    more = "" if near or set(known) - {SANDBOX} else tr("; make one with 'dm config init'")
    return tr(
        "there is no profile '{name}' in {path}; profiles: {known}{more}",
        name=name,
        path=path,
        known=listed(known),
        more=near or more,
    )


def has_control(text: str) -> bool:
    """Whether a text has a line break, a control character or what no encoding takes."""
    return not text.isprintable() and bool(re.search(_CONTROL, text))


def value_problem(name: str, text: str) -> str:
    """Why a text may not be the value of that name, or empty; it is not shown, as it may be a secret."""
    if has_control(text):
        return tr("the value for {name} has a line break or control character; give it without", name=name)
    return ""


def name_problem(name: str) -> str:
    """Why a profile may not be called so, or empty."""
    if name == SANDBOX:
        return tr("the profile '{name}' is built in; choose another name", name=SANDBOX)
    if not re.fullmatch(_NAME, name):
        return tr("the profile name {name} will not do; use up to 64 letters, digits and . _ @ -", name=_shown(name))
    return ""


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
                unknown = _in_profile(_UNKNOWN, profile, _shown(name))
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


def _shown(name: str) -> str:
    """A name to quote in a message; what is no name could be a secret in the wrong place."""
    return f"'{name}'" if re.fullmatch(r"[\w.@<-]{1,40}", name) else tr("(not shown)")
