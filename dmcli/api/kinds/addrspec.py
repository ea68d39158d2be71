"""One mail address, or one domain, read strictly: what goes on the wire, or a sentence that says what is wrong.

An address is what the service takes: letters, digits, _ - + and dots around one @ (reference sections 4.1 and 7.6); it
refuses other characters of RFC 5322 with EmailFormatError. International domains go out in ASCII by IDNA 2008.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

MOST = 192  # characters (EmailLengthError, help page error-codes)
ADDRESS = r"[A-Za-z0-9_+.-]+@[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
_PLAIN = "[A-Za-z0-9_+.-]+@[A-Za-z0-9_.-]+"  # what has no mark that could be meant otherwise
_MOST_LOCAL, _MOST_LABEL = 64, 63  # RFC 5321 section 4.5.3.1, RFC 1035 section 2.3.4
_MARKS = (
    ("<>", "angle brackets; give the address alone"),
    ("()", "a comment in parentheses; leave it out"),
    ('"', "a quoted part, which the service does not take; give an address without quotes"),
    (",", "a comma; leave it out"),
    (";", "a semicolon; leave it out"),
)
_NUMBERS = {2: "two", 3: "three"}
# What a Chinese or Japanese keyboard types, and what was meant, where that is not the same character in ASCII.
_MEANT = {"\u3002": ".", "\uff61": ".", "\u3001": ",", "\uff1b": ","}
# Scripts that are written together; all else in one label is a mixture (UTS 39, highly restrictive).
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)


def parse(text: str, most: int = MOST, several: str = "give one") -> str:
    """The one address that the text is, of at most `most` characters, as it is sent; parsing that gives the same again.

    `several` is what to do where it is more than one.

    Raises ValueError, a sentence that begins with the text or its length.
    """
    wire = text
    if len(text) <= most:
        try:
            if not re.fullmatch(_PLAIN, text):  # nearly all are, and lists are long
                check_wide(text)
                _check_marks(text, several)
            local, domain = text.split("@")
            _check_local(local)
            wire = f"{local}@{to_ascii(domain)}"
        except ValueError as error:
            raise ValueError(f"{text!r} {error}") from None
    if len(wire) > most:
        raise ValueError(f"has {len(wire)} characters; a mail address here has at most {most}")
    return wire


def check_wide(text: str) -> None:
    """Raise ValueError for a text with full-width characters, which look like those that were meant."""
    if text.isascii():
        return
    import unicodedata

    for char in text:
        plain = _MEANT.get(char) or unicodedata.normalize("NFKC", char)
        wide = char in _MEANT or unicodedata.east_asian_width(char) == "F"
        if wide and plain.isascii() and not plain.isspace():
            raise ValueError(f"has {_named(char)}; type {plain!r} in its place")


@lru_cache(maxsize=1024)
def to_ascii(domain: str) -> str:
    """The domain with its international labels as A-labels, after NFC; one in ASCII stays as it is.

    Raises ValueError, a sentence whose beginning would be the domain or its address.
    """
    if not domain:
        raise ValueError("has no domain; give one such as example.com")
    wire = ".".join(_to_ascii(label) for label in domain.split("."))
    if wire[0] == "_":
        raise ValueError("has a domain that begins with '_'; it must begin with a letter or digit")
    return wire


def oddity(domain: str) -> str:
    """What is odd about the A-labels of a domain, and what they stand for; empty for most domains."""
    if "xn--" not in domain.lower():
        return ""
    labels = (label for label in domain.lower().split(".") if label.startswith("xn--"))
    return "; ".join(filter(None, map(_oddity, labels)))


def conversion_note(typed: str, wire: str) -> str:
    """Which of the addresses or domains, parted by commas, are not sent as they were typed; empty for most."""
    if typed.isascii():
        return ""
    said = []
    for word in re.split(r"[,\s<>]+", typed):
        local, at, domain = word.rpartition("@")
        with suppress(ValueError):  # a name beside its address
            sent = local + at + to_ascii(domain)
            if sent != word and sent in wire.split(","):
                said.append(f"{word!r} is sent in ASCII, as {sent}")
    return "; ".join(said)


def _check_marks(text: str, several: str) -> None:
    """Raise ValueError for anything but one text around one @."""
    count = sum("@" in part for part in re.split(r"[,;\s]+", text))
    if count > 1:
        many = _NUMBERS.get(count, count)
        raise ValueError(f"has {many} addresses; {several}")
    for marks, reason in _MARKS:
        if not set(marks).isdisjoint(text):
            raise ValueError(f"has {reason}")
    if re.search(r"\s", text):
        raise ValueError("has white space; give an address such as name@example.com")
    count = text.count("@")
    if count != 1:
        raise ValueError(f"has {count or 'no'} @; a mail address such as name@example.com has one")


def _check_local(local: str) -> None:
    """Raise ValueError for what cannot stand before the @."""
    if not local:
        raise ValueError("has nothing before the @; a mail address is such as name@example.com")
    if len(local) > _MOST_LOCAL:
        raise ValueError(f"has {len(local)} characters before the @; a mail address has at most {_MOST_LOCAL} there")
    if odd := re.search("[^A-Za-z0-9_+.-]", local):
        raise ValueError(
            f"has {_named(odd[0])} before the @; the service takes only letters a to z, digits and _-+. there"
        )


def _to_ascii(label: str) -> str:
    if not label:
        raise ValueError("has an empty label in its domain, a dot too many; leave it out")
    if label.isascii():
        if len(label) > _MOST_LABEL:
            raise ValueError(
                f"has a label of {len(label)} characters in its domain; at most {_MOST_LABEL} are possible"
            )
        if label.startswith("-") or label.endswith("-"):
            where = "begins" if label.startswith("-") else "ends"
            raise ValueError(f"has a domain in which {label!r} {where} with a hyphen; no part of it may")
        if odd := re.search("[^A-Za-z0-9_-]", label):
            raise ValueError(f"has {_named(odd[0])} in its domain, where only letters, digits, hyphens and dots may be")
        return label
    import unicodedata

    import idna

    try:
        return idna.alabel(unicodedata.normalize("NFC", label.lower())).decode()
    except idna.IDNAError as error:
        raise ValueError(f"has the label {label!r} in its domain, which IDNA 2008 does not allow: {error}") from None


def _oddity(label: str) -> str:
    """What is odd about one A-label in lower case."""
    import unicodedata

    import idna

    try:
        shown = label.removeprefix("xn--").encode().decode("punycode")
    except ValueError:
        return f"{label} in its domain is no valid international label: it stands for nothing"
    plain = unicodedata.normalize("NFKC", shown)
    if plain != shown:
        return f"{label} in its domain stands for {shown!r}, which is no domain but another spelling of {plain!r}"
    try:
        idna.ulabel(label)
    except idna.IDNAError:
        return f"{label} in its domain stands for {shown!r} in a way that IDNA 2008 does not allow"
    letters = (char for char in shown if unicodedata.category(char) in {"Lu", "Ll", "Lo"})
    scripts = {unicodedata.name(char, "unnamed").partition(" ")[0] for char in letters}
    if len(scripts) < 2 or any(scripts <= together for together in _TOGETHER):  # noqa: PLR2004  two make a mixture
        return ""
    return f"{label} in its domain stands for {shown!r}, which mixes {' and '.join(sorted(map(str.title, scripts)))}"


def _named(char: str) -> str:
    """A character with its Unicode name, since many look like others."""
    import unicodedata

    return f"{char!r} ({unicodedata.name(char, f'U+{ord(char):04X}')})"
