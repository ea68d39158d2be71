"""The vendor's own files: its command line's ~/.aliyun/config.json, its libraries' in ~/.alibabacloud. Only read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dmcli.errors import ConfigError
from dmcli.local.files import Access, read_text
from dmcli.local.paths import home
from dmcli.record import Record
from dmcli.secret import Entry, Secret
from dmcli.untrusted import read_json
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIXES = ("ALIBABA_CLOUD", "ALIBABACLOUD", "ALICLOUD")
INI_VARIABLE = "ALIBABA_CLOUD_CREDENTIALS_FILE"
# One file, two names: the first for the libraries of Python and Java, the second for those of Node and Go.
_INI_NAMES = ("credentials.ini", "credentials")
# What may be seen of a profile. All else there is, known or not, is kept as a secret.
_SHOWN = frozenset(
    """
    mode type access_key_id region_id ram_role_name role_name ram_role_arn role_arn ram_session_name role_session_name
    source_profile expired_seconds policy sts_region sts_endpoint enable_vpc oidc_provider_arn oidc_token_file
    oidc_token_file_path
    """.split()  # noqa: SIM905  a list would take a screen  # untranslated: names
)


class VendorFile(Record):
    """One of the files: the profile `chosen`, the variable that chose it (empty where the file did), all profiles."""

    path: str
    chosen: str
    variable: str
    entries: dict[str, Entry]
    access: Access = Access()


def variable(environ: Mapping[str, str], part: str) -> str:
    """The environment variable that tells `part`: the first of its spellings that is set, else the usual one."""
    spellings = [f"{prefix}_{part}" for prefix in PREFIXES]
    return next(filter(environ.get, spellings), spellings[0])


def switched_on(environ: Mapping[str, str], name: str) -> bool:
    """Whether a variable of the vendor's says yes."""
    return environ.get(name, "").lower() in {"true", "1"}


def cli_file(environ: Mapping[str, str]) -> VendorFile:
    """The command line's file; without profiles where there is none or the environment wants it ignored.

    Raises ConfigError when it is broken, LocalIOError when it cannot be read.
    """
    path = os.path.join(home(environ), ".aliyun", "config.json")
    if _is_ignored(environ) or switched_on(environ, "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"):
        return VendorFile(path, "", "", {})
    text, access = read_text(path)
    if not text.strip():
        return VendorFile(path, "", "", {})
    try:
        data = read_json(text)
        profiles = {str(entry["name"]): entry.items() for entry in data.get("profiles") or []}
        current = str(data.get("current") or "default")
    except (ValueError, AttributeError, LookupError, TypeError):
        # The parser's own message could quote what is in the file.
        raise ConfigError(
            tr("{path} is not a file the vendor's CLI writes; repair it with: aliyun configure", path=path)
        ) from None
    entries = {
        name: _entry(name, path, {key: _text(value) for key, value in items}) for name, items in profiles.items()
    }
    chooser = variable(environ, "PROFILE")
    named = environ.get(chooser, "")
    return VendorFile(path, named or current, chooser if named else "", entries, access)


def ini_file(environ: Mapping[str, str]) -> VendorFile:
    """The file of the vendor's libraries; without profiles where there is none or the environment wants it ignored.

    Raises ConfigError when it is broken, or when the environment names one that is not there; LocalIOError.
    """
    given = environ.get(INI_VARIABLE, "")
    path = given or _ini_path(environ)
    if _is_ignored(environ):
        return VendorFile(path, "", "", {})
    text, access = read_text(path)
    if not text.strip():
        if given:
            raise ConfigError(
                tr(
                    "{variable} names {path}, and nothing is there; correct or unset it",
                    variable=INI_VARIABLE,
                    path=path,
                )
            )
        return VendorFile(path, "", "", {})
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:  # its message could quote what is in the file
        raise ConfigError(
            tr("{path} is not an INI file; write [default] and below it 'key = value' lines", path=path)
        ) from None
    # A # begins a comment wherever it stands, as in the vendor's libraries.
    entries = {
        name: _entry(name, path, {key: value.split("#")[0].strip() for key, value in parser.items(name)})
        for name in parser.sections()
    }
    chooser = variable(environ, "PROFILE")
    named = environ.get(chooser, "")
    return VendorFile(path, named or "default", chooser if named else "", entries, access)


def _ini_path(environ: Mapping[str, str]) -> str:
    """Where the libraries' file is, or would be."""
    paths = [os.path.join(home(environ), ".alibabacloud", name) for name in _INI_NAMES]
    return next(filter(os.path.lexists, paths), paths[0])


def _is_ignored(environ: Mapping[str, str]) -> bool:
    return switched_on(environ, "ALIBABA_CLOUD_IGNORE_PROFILE")


def _entry(name: str, path: str, texts: dict[str, str]) -> Entry:
    """A profile, its values sorted into what may be seen and what may not."""
    return Entry(
        tr("profile '{name}' in {path}", name=name, path=path),
        {key: text for key, text in texts.items() if text and key in _SHOWN},
        {key: Secret(text) for key, text in texts.items() if text and key not in _SHOWN},
    )


def _text(value: Any) -> str:
    """A JSON value as text: numbers and truth values too, nothing for what is neither."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int)) else ""
