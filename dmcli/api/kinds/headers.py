"""What may stand in a header of a mail: one line of text, and no encoded word that would make two of it (RFC 2047)."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

BREAK = "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"  # ends a line, or is no character that a line may have
NAME = "[!-9;-~]+"  # RFC 5322 section 2.2
LISTED = "(?i:Message-ID|List-Unsubscribe(?:-Post)?|X-User-[!-9;-~]+)"  # names that the SDK's text of Headers lists
_LINE = 998  # characters of a header line at most (RFC 5322 section 2.1.1)
# How an encoded word begins: its charset and encoding. It may begin within another, since readers differ.
_BEGINNING = r"=\?(?=([^?]*)\?([BbQq])\?)"


def breaks(text: str) -> bool:
    """Whether a text has what every reader takes for the end of a line."""
    return "\r" in text or "\n" in text


def check_line(text: str) -> None:
    """Raise ValueError for a text that is more than a line, or has what no line may have."""
    if not text.isprintable() and re.search(BREAK, text):
        raise ValueError(tr("has a line break or control character; leave it out"))


def check(text: str) -> None:
    """Raise ValueError for a text that would not stay one line in a header, also where its encoded words are read."""
    check_line(text)
    begun = re.search(_BEGINNING, text) if "=?" in text else None
    if begun and len(text) > _LINE:  # also, reading them all would take long
        raise ValueError(
            tr(
                "has an encoded word and {count} characters; a header line has at most {most}",
                count=len(text),
                most=_LINE,
            )
        )
    if begun and any(re.search(BREAK, said) for said in _readings(text)):
        raise ValueError(
            tr("has an encoded word (=?...?=) that stands for a line break or control character; leave it out")
        )


def _readings(text: str) -> Iterator[str]:
    """What readers may make of the encoded words in a text: of each alone, and of those of one charset joined."""
    joined: defaultdict[tuple[str, int], bytes] = defaultdict(bytes)
    for begun in re.finditer(_BEGINNING, text):
        charset, encoding = begun[1].partition("*")[0].lower(), begun[2].lower()  # RFC 2231 adds *language
        word, end, _ = text[begun.end(2) + 1 :].partition("?=")
        if not end:
            break
        for reader, data in enumerate(_base64(word) if encoding == "b" else _quoted(word)):
            joined[charset, reader] += data
            yield from _texts(data, charset)
    for (charset, _), data in joined.items():
        yield from _texts(data, charset)


def _base64(word: str) -> tuple[bytes, bytes]:
    """The bytes of a B word for each of two readers: one begins anew after padding within it, one goes on over it."""
    pieces = [re.sub("[^A-Za-z0-9+/]", "", piece) for piece in word.split("=")]
    return b"".join(map(_unpadded, pieces)), _unpadded("".join(pieces))


def _unpadded(digits: str) -> bytes:
    from binascii import a2b_base64

    whole = digits[:-1] if len(digits) % 4 == 1 else digits  # one digit alone is no byte
    return a2b_base64(whole + "==")


def _quoted(word: str) -> tuple[bytes, bytes]:
    """The bytes of a Q word, the same for both readers."""
    data = word.replace("_", " ").encode()
    data = re.sub(b"=([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), data)
    return data, data


def _texts(data: bytes, charset: str) -> list[str]:
    """The texts that bytes of a charset may be; of one that Python does not know, what is ASCII in them."""
    import codecs
    import warnings

    try:
        name = codecs.lookup(charset).name
        # Without a mark of the byte order readers differ on it.
        orders = ("", "-be", "-le") if name in ("utf-16", "utf-32") else ("",)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some of Python's own encodings deprecate what they read
            return [data.decode(name + order, "replace") for order in orders]
    except (LookupError, ValueError):
        return [data.decode("ascii", "replace")]
