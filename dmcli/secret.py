"""A text that is only to be used, never to be seen; and values among which such texts are kept apart."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

from dmcli.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_MASK = "***"
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")  # of RFC 3986
_LEAST = 6  # characters


class Secret:
    """Keeps a text out of prints, logs and tracebacks: whatever shows it shows `***`. False when it is empty.

    >>> key = Secret("hunter2")
    >>> print(f"the key is {key}", [key])
    the key is *** [***]
    >>> key.reveal()
    'hunter2'
    """

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, to sign or to write with."""
        return self._text

    def __repr__(self) -> str:
        return _MASK if self._text else "''"

    def __str__(self) -> str:
        return _MASK if self._text else ""

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, (str(self),)  # a pickle is a file too


def hidden(text: str, secrets: Iterable[Secret]) -> str:
    """The text with each secret in it masked, however it is written: plain, percent-encoded up to twice, or in base64.

    A secret of fewer than six characters is none: masking it would mask half of every sentence.
    """
    for secret in secrets:
        plain = secret.reveal()
        if len(plain) >= _LEAST:
            for form in _forms(plain):
                text = text.replace(form, _MASK)
    return text


def _forms(plain: str) -> Iterator[str]:
    """How a text may stand in another, the longest first."""
    data = plain.encode("utf-8", "surrogatepass")  # what was typed may be no text
    once = _quote(data)
    yield from (_quote(once.encode()), once, once.replace("%2F", "/"), plain)  # many leave the slash as it is
    for before, skip in ((0, 0), (1, 2), (2, 3)):  # what stands in front decides how the bytes are grouped
        coded = b2a_base64(b"\0" * before + data, newline=False).decode()
        yield coded[skip : (before + len(data)) * 8 // 6]  # digits around these hold bits of the neighbours too


def _quote(data: bytes) -> str:
    """The bytes percent-encoded. urllib would have to be loaded, when there may be no file left to load it from."""
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)


class Entry(Record):
    """What one place says, by name: values that may be seen, and secrets. `source` is that place in words."""

    source: str
    values: Mapping[str, str]
    secrets: Mapping[str, Secret]

    def first(self, *names: str) -> str:
        """The value under the first of these names that has one; empty where none has."""
        return next((self.values[name] for name in names if self.values.get(name)), "")

    def secret(self, name: str) -> Secret:
        """The secret of that name; an empty one where there is none."""
        return self.secrets.get(name, Secret())
