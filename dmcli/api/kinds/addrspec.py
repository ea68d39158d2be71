"""One mail address, or one domain, read strictly: what goes on the wire, or a sentence that says what is wrong.

An address is what the service takes: letters, digits, _ - + and dots around one @ (reference sections 4.1 and 7.6); it
refuses other characters of RFC 5322 with EmailFormatError. International domains go out in ASCII by IDNA 2008.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

from dmcli.words import marked, tr

MOST = 192  # characters (EmailLengthError, help page error-codes)
ADDRESS = r"[A-Za-z0-9_+.-]+@[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
# What may stand in a label, and before the @. Stripped of it on the left, a text begins with the first character that
# may not; a pattern would have to be compiled in every run.
_LABEL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_LOCAL, _IN_DOMAIN = f"{_LABEL}+.", f"{_LABEL}."
_MOST_LOCAL, _MOST_LABEL = 64, 63  # RFC 5321 section 4.5.3.1, RFC 1035 section 2.3.4
_MARKS = marked(
    {
        "<>": "has angle brackets; give the address alone",
        "()": "has a comment in parentheses; leave it out",
        '"': "has a quoted part, which the service does not take; give an address without quotes",
        ",": "has a comma; leave it out",
        ";": "has a semicolon; leave it out",
    }
)
_NUMBERS = marked({2: "two", 3: "three"})
# What a Chinese or Japanese keyboard types, and what was meant, where that is not the same character in ASCII.
_MEANT = {"\u3002": ".", "\uff61": ".", "\u3001": ",", "\uff1b": ","}
# Scripts that are written together; all else in one label is a mixture (UTS 39, highly restrictive).
_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA"},
    {"LATIN", "CJK", "BOPOMOFO"},
    {"LATIN", "CJK", "HANGUL"},
)


def parse(text: str, most: int = MOST, several: str = marked("give one")) -> str:
    """The one address that the text is, of at most `most` characters, as it is sent; parsing that gives the same again.

    `several` is what to do where it is more than one.

    Raises ValueError, a sentence that begins with the text or its length.
    """
    wire = text
    if len(text) <= most:
        try:
            local, at, domain = text.partition("@")
            if not at or local.lstrip(_LOCAL) or domain.lstrip(_IN_DOMAIN):  # nearly all are plain, and lists are long
                check_wide(text)
                _check_marks(text, several)
            _check_local(local)
            wire = f"{local}@{to_ascii(domain)}"
        except ValueError as error:
            raise ValueError(f"{text!r} {error}") from None
    if len(wire) > most:
        raise ValueError(
            tr("has {count} characters; a mail address here has at most {most}", count=len(wire), most=most)
        )
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
            raise ValueError(tr("has {character}; type {plain!r} in its place", character=_named(char), plain=plain))


@lru_cache(maxsize=1024)
def to_ascii(domain: str) -> str:
    """The domain with its international labels as A-labels, after NFC; one in ASCII stays as it is.

    Raises ValueError, a sentence whose beginning would be the domain or its address.
    """
    if not domain:
        raise ValueError(tr("has no domain; give one such as example.com"))
    wire = ".".join(_to_ascii(label) for label in domain.split("."))
    if wire[0] == "_":
        raise ValueError(tr("has a domain that begins with '_'; it must begin with a letter or digit"))
    return wire


def oddity(domain: str) -> str:
    """What is odd about the A-labels of a domain, and what they stand for; empty for most domains."""
    if "xn--" not in domain.lower():
        return ""
    labels = (label for label in domain.lower().split(".") if label.startswith("xn--"))
    return tr("; ").join(filter(None, map(_oddity, labels)))


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
                said.append(tr("{word!r} is sent in ASCII, as {sent}", word=word, sent=sent))
    return tr("; ").join(said)


def _check_marks(text: str, several: str) -> None:
    """Raise ValueError for anything but one text around one @."""
    count = sum("@" in part for part in re.split(r"[,;\s]+", text))
    if count > 1:
        many = tr(_NUMBERS[count]) if count in _NUMBERS else count
        raise ValueError(tr("has {many} addresses; {remedy}", many=many, remedy=tr(several)))
    for marks, said in _MARKS.items():
        if not set(marks).isdisjoint(text):
            raise ValueError(tr(said))
    if re.search(r"\s", text):
        raise ValueError(tr("has white space; give an address such as name@example.com"))
    count = text.count("@")
    if not count:
        raise ValueError(tr("has no @; a mail address such as name@example.com has one"))
    if count > 1:
        raise ValueError(tr("has {count} @; a mail address such as name@example.com has one", count=count))


def _check_local(local: str) -> None:
    """Raise ValueError for what cannot stand before the @."""
    if not local:
        raise ValueError(tr("has nothing before the @; a mail address is such as name@example.com"))
    if len(local) > _MOST_LOCAL:
        raise ValueError(
            tr(
                "has {count} characters before the @; a mail address has at most {most} there",
                count=len(local),
                most=_MOST_LOCAL,
            )
        )
    if odd := local.lstrip(_LOCAL):
        raise ValueError(
            tr(
                "has {character} before the @; the service takes only letters a to z, digits and _-+. there",
                character=_named(odd[0]),
            )
        )


def _to_ascii(label: str) -> str:
    if not label:
        raise ValueError(tr("has an empty label in its domain, a dot too many; leave it out"))
    if label.isascii():
        if len(label) > _MOST_LABEL:
            raise ValueError(
                tr(
                    "has a label of {count} characters in its domain; at most {most} are possible",
                    count=len(label),
                    most=_MOST_LABEL,
                )
            )
        if label.startswith("-") or label.endswith("-"):
            said = (
                tr("has a domain in which {label!r} begins with a hyphen; no part of it may", label=label)
                if label.startswith("-")
                else tr("has a domain in which {label!r} ends with a hyphen; no part of it may", label=label)
            )
            raise ValueError(said)
        if odd := label.lstrip(_LABEL):
            raise ValueError(
                tr(
                    "has {character} in its domain, where only letters, digits, hyphens and dots may be",
                    character=_named(odd[0]),
                )
            )
        return label
    import unicodedata

    import idna

    try:
        return idna.alabel(unicodedata.normalize("NFC", label.lower())).decode()
    except idna.IDNAError as error:
        raise ValueError(
            tr(
                "has the label {label!r} in its domain, which IDNA 2008 does not allow: {error}",
                label=label,
                error=error,
            )
        ) from None


def _oddity(label: str) -> str:
    """What is odd about one A-label in lower case."""
    import unicodedata

    import idna

    try:
        shown = label.removeprefix("xn--").encode().decode("punycode")
    except ValueError:
        return tr("{label} in its domain is no valid international label: it stands for nothing", label=label)
    plain = unicodedata.normalize("NFKC", shown)
    if plain != shown:
        return tr(
            "{label} in its domain stands for {shown!r}, which is no domain but another spelling of {plain!r}",
            label=label,
            shown=shown,
            plain=plain,
        )
    try:
        idna.ulabel(label)
    except idna.IDNAError:
        return tr(
            "{label} in its domain stands for {shown!r} in a way that IDNA 2008 does not allow",
            label=label,
            shown=shown,
        )
    letters = (char for char in shown if unicodedata.category(char) in {"Lu", "Ll", "Lo"})
    scripts = {unicodedata.name(char, "unnamed").partition(" ")[0] for char in letters}
    if len(scripts) < 2 or any(scripts <= together for together in _TOGETHER):  # noqa: PLR2004  two make a mixture
        return ""
    return tr(
        "{label} in its domain stands for {shown!r}, which mixes {scripts}",
        label=label,
        shown=shown,
        scripts=tr(" and ").join(sorted(map(str.title, scripts))),
    )


def _named(char: str) -> str:
    """A character with its Unicode name, since many look like others."""
    import unicodedata

    return f"{char!r} ({unicodedata.name(char, f'U+{ord(char):04X}')})"
