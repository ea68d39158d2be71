"""Keys of TSIG (RFC 8945), as the files of BIND and Knot DNS have them, and in one line as their tools take them."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import NamedTuple

from dmcli.errors import ConfigError
from dmcli.local.files import Access, check_private, read_text
from dmcli.secret import Secret
from dmcli.words import listed, tr

VARIABLE = "DM_TSIG_KEY"
ALGORITHMS = ("hmac-sha256", "hmac-sha512", "hmac-sha384", "hmac-sha224", "hmac-sha1", "hmac-md5")
_BIND = re.compile(r'\bkey\s+"?([^\s"{;]+)"?\s*\{([^}]*)\}')
_PART = re.compile(r'(algorithm|secret)\s+"?([^\s";]+)"?\s*;', re.IGNORECASE)
_LINE = re.compile(r"(?:([a-z0-9-]+):)?([^\s:]+):([A-Za-z0-9+/=]+)")


class TsigKey(NamedTuple):
    """A key that updates are signed with; its secret is in base64."""

    name: str
    algorithm: str
    secret: Secret


def read_key_file(path: str) -> tuple[TsigKey, list[str]]:
    """The key of a file, and warnings of who may read it. Raises ConfigError or LocalIOError."""
    text, access = read_text(path)
    if not text and access == Access():
        raise ConfigError(
            tr("there is no file {path}: give --key-file a file that tsig-keygen or keymgr -t wrote", path=path)
        )
    if not text.strip():
        raise ConfigError(tr("{path} is empty: give a file that tsig-keygen or keymgr -t wrote", path=path))
    warnings = check_private(path, access)
    return key_in(text, path), warnings


def key_in(text: str, source: str) -> TsigKey:
    r"""The one key in a text: a `key` of BIND, of Knot DNS, or `[ALGORITHM:]NAME:SECRET`. Raises ConfigError.

    >>> key_in('key "dm." { algorithm hmac-sha256; secret "c2VjcmV0"; };', "here")
    TsigKey(name='dm.', algorithm='hmac-sha256', secret=***)
    >>> key_in("key:\n  - id: dm\n    algorithm: hmac-sha512\n    secret: c2VjcmV0\n", "here").algorithm
    'hmac-sha512'
    >>> key_in("dm:c2VjcmV0", "here")
    TsigKey(name='dm', algorithm='hmac-sha256', secret=***)
    """
    found = [*_of_bind(text), *_of_knot(text), *_of_line(text)]
    if len(found) != 1:
        if not found:
            raise ConfigError(
                tr("{source} holds no TSIG key: give a key as tsig-keygen or keymgr -t writes it", source=source)
            )
        raise ConfigError(
            tr(
                "{source} holds {count} TSIG keys, and must hold one: give a key as tsig-keygen or keymgr -t writes it",
                source=source,
                count=len(found),
            )
        )
    key = found[0]._replace(algorithm=found[0].algorithm.lower().removesuffix(".").removesuffix(".sig-alg.reg.int"))
    if key.algorithm not in ALGORITHMS:
        raise ConfigError(
            tr(
                "the TSIG key of {source} has no algorithm of {algorithms}; make a new one",
                source=source,
                algorithms=listed(ALGORITHMS),
            )
        )
    if not _is_name(key.name):
        raise ConfigError(
            tr(
                "{name!r} is no name of a TSIG key in {source}: give it as the server has it",
                name=key.name,
                source=source,
            )
        )
    try:
        good = bool(b64decode(key.secret.reveal(), validate=True))
    except binascii.Error:
        good = False
    if not good:
        raise ConfigError(tr("the secret of the TSIG key of {source} is not base64; copy it again", source=source))
    return key


def _is_name(text: str) -> bool:
    """Whether a domain name as DNS has it, which a key's name is, can be read of it."""
    import dns.exception
    import dns.name

    try:
        return len(dns.name.from_text(text)) > 1
    except (dns.exception.DNSException, ValueError):
        return False


def _of_bind(text: str) -> list[TsigKey]:
    found = []
    plain = re.sub(r"(?m)(//|#).*$", "", text)
    for block in _BIND.finditer(plain):
        parts = {name.lower(): value for name, value in _PART.findall(block[2])}
        found.append(TsigKey(block[1], parts.get("algorithm", ""), Secret(parts.get("secret", ""))))
    return found


def _of_knot(text: str) -> list[TsigKey]:
    import yaml

    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError:
        return []
    entries = data.get("key") if isinstance(data, dict) else None
    return [
        TsigKey(str(entry.get("id", "")), str(entry.get("algorithm", "")), Secret(str(entry.get("secret", ""))))
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict)
    ]


def _of_line(text: str) -> list[TsigKey]:
    line = _LINE.fullmatch(text.strip())
    return [TsigKey(line[2], line[1] or ALGORITHMS[0], Secret(line[3]))] if line else []
