"""Text we did not write: made harmless to show, and read as JSON or as a number within limits."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 64  # levels of a JSON text; DirectMail's replies have six
MOST_MARKS = 100_000  # texts, brackets, commas and colons of a JSON text from a caller: 10,000 objects of two fields
_NEITHER = bytes(set(range(256)) - set(b'[]{}"'))  # bytes that neither begin nor end a level or a text
_MARK = b"\xef\xbb\xbf"  # by which some programs begin UTF-8; the codec for it is slow to load
_WINDOW = 65_536  # characters
_PIECE = 8192  # characters whose marks are looked for at a time
_LONGEST = 2000  # characters of a message
_DIGITS = 18  # of a number: SQLite's integers have room for them
_HARMFUL = (  # a text that compiles at its first use: most runs meet none of these
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: they move the cursor, set titles, answer back
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls: they reorder what is read
    "\u2028\u2029\ufeff"  # separators and the byte order mark
    "\ud800-\udfff"  # lone surrogates: no encoding takes them
    "\U000e0000-\U000e007f"  # tags: text nobody sees
    "]"
)


class Painted(str):
    """Text whose control sequences are our own: colours around what `safe` has made harmless."""

    __slots__ = ()


def safe(text: str, *, lines: bool = False) -> str:
    r"""The text with everything that could act on a terminal as a visible escape: `\x1b`, `\n`, `\u202e`.

    With `lines`, line feeds stay what they are.
    """
    if text.isprintable():
        return text
    if lines:
        return "\n".join(map(safe, text.split("\n")))
    return re.sub(_HARMFUL, lambda match: ascii(match[0])[1:-1], text)  # as Python writes it in a literal


def quoted(text: str) -> str:
    r"""A text in JSON or YAML whose strings have what could act on a terminal as escapes, as either format reads them.

    Both escape the controls below the space by themselves.

    >>> quoted('["hello\u202e"]') == r'["hello\u202e"]'
    True
    """
    import json

    return re.sub(_HARMFUL, lambda match: match[0] if match[0] < " " else json.dumps(match[0])[1:-1], text)


def brief(text: str) -> str:
    """A message as `safe` shows it, cut where it is longer than any message has reason to be."""
    text = safe(text[: _LONGEST + 1])
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def read_number(text: str, most: int = 10**_DIGITS - 1) -> int | None:
    """The whole number from 0 to `most` that at most 18 ASCII digits say; None for any other text.

    An integer of SQLite has 18 digits whatever they are. `str.isdigit` alone takes other scripts and superscripts.

    >>> read_number("007"), read_number("-1"), read_number("²"), read_number("123", 99)
    (7, None, None, None)
    """
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS:  # int() is slow for what is very long
        return None
    return number if (number := int(text)) <= most else None


def windows(length: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Where a text of this length is cut into pieces that overlap, so that what is no longer is whole in one of them.

    A search in C lets no other thread go on before its end; a piece takes it milliseconds.

    >>> list(windows(100_000, 10))
    [(0, 65546), (65536, 131082)]
    """
    return ((start, start + _WINDOW + overlap) for start in range(0, max(length, 1), _WINDOW))


def read_json(text: str | bytes, marks: int = 0) -> Any:
    """What a JSON text says. With `marks` one of more texts, brackets, commas and colons is not parsed at all.

    Raises ValueError for what is not JSON by RFC 8259 or could be read in two ways: NaN and infinities, a key that
    stands twice in one object, more than 64 levels, numbers of thousands of digits or too large to be finite, bytes
    that are not UTF-8.
    """
    import json

    if isinstance(text, bytes):
        text = text.removeprefix(_MARK).decode()  # json would guess at other encodings
    if marks:
        _check_size(text, marks)
    if _depth(text) > DEEPEST:  # told before the parser goes down: it has a call a level
        raise ValueError(tr("it has more than {most} levels", most=DEEPEST))
    return json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_unique)


def _check_size(text: str, most: int) -> None:
    """Raise ValueError for a JSON text with more marks than may be: each makes an object many times its size.

    It stops at the first mark that is too many.
    """
    from json import JSONDecoder

    text_at = JSONDecoder().raw_decode
    seen = at = 0
    pattern = re.compile(r'["\[\]{},:]')
    while mark := pattern.search(text, at):
        at = text_at(text, mark.start())[1] if mark[0] == '"' else mark.end()
        seen += 1
        if seen > most:
            raise ValueError(tr("it has more than {most:,} texts, brackets, commas and colons", most=most))


def _no_constant(name: str) -> None:
    """Python's JSON has NaN and infinities; nobody else's has."""
    raise ValueError(tr("{name} is no JSON number", name=name))


def _finite(text: str) -> float:
    """A number with a fraction or an exponent, which Python would take for infinity where it is too large."""
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(tr("{number} is too large a number", number=text[:20]))
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs. Readers disagree which of two equal keys counts, so there must be none."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError(tr("a key stands twice in one object"))
    return made


def _depth(text: str) -> int:
    """Levels of lists and objects of a JSON text, up to its first mistake.

    What follows a backslash goes first, then all but brackets and quotation marks, then two of these with nothing
    between: then few texts are left to cut out, those that have brackets in them. It is done piece by piece, so that no
    copy of the whole is made.
    """
    bare = b"".join([_marks_of(piece.encode(errors="replace")) for piece in _pieces(text)]).replace(b'""', b"")
    steps = (1 if mark in b"[{" else -1 for mark in b"".join(bare.split(b'"')[::2]))
    return max(accumulate(steps), default=0)


def _marks_of(piece: bytes) -> bytes:
    """The brackets and quotation marks of a JSON text that are not behind a backslash."""
    return piece.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NEITHER)


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces, none of which ends with a backslash: what follows one stays with it."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        while text[end - 1 : end] == "\\":
            end += 1
        yield text[start:end]
        start = end
