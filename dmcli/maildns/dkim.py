"""DKIM keys in DNS (RFC 6376, section 3.6.1): whether a record has the key that is wanted, and how long that is."""

from __future__ import annotations

import binascii
from base64 import b64decode

from dmcli.maildns.tags import tags
from dmcli.words import tr

LEAST_BITS = 1024  # shorter keys are not to be trusted (RFC 8301, section 3.2)
_INTEGER, _SEQUENCE, _BITS, _LONG = 0x02, 0x30, 0x03, 0x80


def problems(found: tuple[str, ...], wanted: str) -> list[str]:
    """What is wrong with the TXT records at the selector, in words; `wanted` is a record or a bare key.

    >>> problems(("v=DKIM1; k=rsa; p=",), "v=DKIM1; k=rsa; p=QUJD")
    ['the key is revoked: p= is empty']
    """
    keys = [text for text in found if "p" in tags(text)]
    if not keys:
        return [tr("no DKIM key is there")]
    if len(keys) > 1:
        return [tr("{count} DKIM keys are there, and there must be one", count=len(keys))]
    have = tags(keys[0])
    said = []
    if have.get("v", "DKIM1") != "DKIM1":
        said.append(tr("v={version} is not DKIM1", version=have["v"]))
    elif "v" in have and next(iter(have)) != "v":
        said.append(tr("v=DKIM1 must be the first tag"))
    if not key(keys[0]):
        return [*said, tr("the key is revoked: p= is empty")]
    if key(keys[0]) != key(wanted):
        return [*said, tr("it is another key")]
    size = bits(keys[0])
    if have.get("k", "rsa") == "rsa" and (size is None or size < LEAST_BITS):
        said.append(
            tr("the key is not an RSA key")
            if size is None
            else tr("the key has {number} bits, fewer than {least}", number=size, least=LEAST_BITS)
        )
    return said


def notes(text: str) -> list[str]:
    """What is worth a word though the record is right."""
    flags = tags(text).get("t", "").split(":")
    size = bits(text)
    return ([tr("{number} bits", number=size)] if size else []) + (
        [tr("t=y: receivers may treat it as a test")] if "y" in flags else []
    )


def key(text: str) -> str:
    """The key of a record without the blanks that may stand in it; a text that is no record is the key itself."""
    return "".join(tags(text).get("p", text).split())


def bits(text: str) -> int | None:
    """The length of the RSA key in a record; None where it holds none.

    The key is a SubjectPublicKeyInfo, or, in old records, the bare RSAPublicKey (RFC 6376, errata 3017).
    """
    try:
        _, body, _ = _element(b64decode(key(text), validate=True))
        kind, first, rest = _element(body)
        if kind == _SEQUENCE:
            kind, held, _ = _element(rest)
            if kind != _BITS:
                return None
            _, body, _ = _element(held[1:])
            kind, first, _ = _element(body)
    except (binascii.Error, ValueError, IndexError):
        return None
    return int.from_bytes(first).bit_length() if kind == _INTEGER else None


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Type, content and what follows, of the first element in DER."""
    kind, size, at = data[0], data[1], 2
    if size >= _LONG:
        at += size - _LONG
        size = int.from_bytes(data[2:at])
    if at + size > len(data):
        raise ValueError
    return kind, data[at : at + size], data[at + size :]
