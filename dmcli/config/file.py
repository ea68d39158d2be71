"""The file with the profiles; `content` reads what stands there, and loads where there is a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmcli.local.files import check_private, read_text
from dmcli.record import Record
from dmcli.secret import Entry
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Collection

    from dmcli.secret import Secret

SANDBOX = "sandbox"
KEYS = ("access_key_id", "access_key_secret", "security_token")
# A command may have a secret among its words, and who can change it can run anything.
SECRETS = ("access_key_secret", "security_token", "credential_process")
VALUES = ("region", "endpoint", "from", "output", "lang", "signature", "api_version", "ca_bundle")
KNOWN = (*KEYS, "credential_process", "keychain", *VALUES)
# Patterns are texts that compile at their first use: most runs need none of them.
_CONTROL = "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
_NAME = r"[\w.@][\w.@-]{0,63}"


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


def load_file(path: str) -> ConfigFile:
    """The profiles of a file; a file that is not there has none.

    Raises ConfigError with the line for anything but the documented keys, and for a file with secrets that is open to
    everyone; LocalIOError when it cannot be read.
    """
    text, access = read_text(path)
    if not text:
        return ConfigFile(path, "", {}, {})
    from dmcli.config.content import parsed

    file = parsed(path, text)
    warnings = check_private(path, access) if any(file.secrets.values()) else []
    return file._replace(warnings=tuple(warnings))


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
        return tr("the profile name {name} will not do; use up to 64 letters, digits and . _ @ -", name=shown(name))
    return ""


def shown(name: str) -> str:
    """A name to quote in a message; what is no name could be a secret in the wrong place."""
    return f"'{name}'" if re.fullmatch(r"[\w.@<-]{1,40}", name) else tr("(not shown)")
