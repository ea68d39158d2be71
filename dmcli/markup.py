"""HTML as a browser reads it where the standard library does not: the attributes of a tag, numbers in text."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5

SPACE = r"\t\n\f\r "  # between attributes; a space of Unicode, such as that of Chinese, is part of a name or a value
NAME = rf"[^{SPACE}/>][^{SPACE}/>=]*"
VALUE = rf"""(?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^{SPACE}>]*)"""
_ATTRIBUTE = re.compile(rf"({NAME})(?:[{SPACE}]*=[{SPACE}]*({VALUE}))?")
_NUMBER = re.compile(r"(?<=&#)[0-9]{8,}")
# In an attribute a name that lacks its semicolon is none where = or a letter goes on behind it, so that ?a=1&region=2
# stays a link (https://html.spec.whatwg.org/multipage/parsing.html#named-character-reference-state).
_REFERENCE = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*(?:;|(?![a-zA-Z0-9=])))")


def readable(html: str) -> str:
    """The same, with a number that is longer than Python would read cut; it is no character still."""
    return _NUMBER.sub(lambda digits: digits[0].lstrip("0")[:8] or "0", html)


def text(data: str) -> str:
    """Text with its references resolved."""
    return unescape(readable(data)) if "&" in data else data


def attributes(inside: str) -> dict[str, str]:
    """The attributes in a tag, from behind its name; of two with one name the first counts.

    >>> attributes(' HREF="https://a.example/?x=1&region=2&amp;lang=3" hidden')
    {'href': 'https://a.example/?x=1&region=2&lang=3', 'hidden': ''}
    """
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(inside):
        found.setdefault(name.lower(), _REFERENCE.sub(_resolved, value[1:-1] if value[:1] in ("'", '"') else value))
    return found


def _resolved(reference: re.Match[str]) -> str:
    return text(reference[0]) if reference[0][1] == "#" else html5.get(reference[0][1:], reference[0])
