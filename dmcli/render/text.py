"""Strings we did not write, made harmless for a terminal."""

from __future__ import annotations

import re

_HARMFUL = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: they move the cursor, set titles, answer back
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls: they reorder what is read
    "\u2028\u2029\ufeff"  # separators and the byte order mark
    "\ud800-\udfff"  # lone surrogates: no encoding takes them
    "\U000e0000-\U000e007f"  # tags: text nobody sees
    "]"
)
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def safe(text: str, *, lines: bool = False) -> str:
    r"""The text with everything that could act on a terminal as a visible escape: `\x1b`, `\n`, `\u202e`.

    With `lines`, line feeds stay what they are.
    """
    if text.isprintable():
        return text
    if lines:
        return "\n".join(map(safe, text.split("\n")))
    return _HARMFUL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    """One character as Python would write it in a literal."""
    char = match[0]
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    return rf"\x{code:02x}" if code <= 0xFF else rf"\u{code:04x}" if code <= 0xFFFF else rf"\U{code:08x}"  # noqa: PLR2004
