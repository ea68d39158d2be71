"""Texts out of bytes that are not ours: charsets, and the encoded words of headers (RFC 2047)."""

from __future__ import annotations

import codecs
import re

# One word, its text without question marks and spaces, as it has to be; and what stands between two of them.
_WORD = re.compile(r"=\?([^?\s]+)\?([BbQq])\?([^?\s]*)\?=")
_BETWEEN = re.compile(r"(?<=\?=)[ \t\r\n]+(?==\?)")
# What Python can decode and no mail is in; some of it takes time as the square of what there is.
_NO_CHARSETS = frozenset(("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"))
# Mail programs name the older set and use the newer, as browsers do (https://encoding.spec.whatwg.org/#names-and-labels):
# the name 镕 is in none of the mails that say GB2312, if it is read as that.
_NEWER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "euc_kr": "cp949", "shift_jis": "cp932"}


def to_text(data: bytes, charset: str = "") -> str:
    """The text of bytes in a charset; in one that is unknown, what UTF-8 makes of them."""
    try:
        name = codecs.lookup(charset or "utf-8").name
        text = data.decode("utf-8" if name in _NO_CHARSETS else _NEWER.get(name, name), "replace")
    except (LookupError, ValueError):  # also of what is no encoding of texts, such as hex
        text = data.decode("utf-8", "replace")
    return text.encode("utf-8", "replace").decode()


def to_line(value: str, charset: str = "") -> str:
    """The value of a header, as the parser gives it, on one line; bytes that are no UTF-8 are read in the charset."""
    data = value.encode("utf-8", "surrogateescape")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = to_text(data, charset)
    return " ".join(text.split())


def read_words(text: str) -> str:
    """A header's text with its encoded words read, on one line.

    >>> read_words("=?utf-8?q?Gr=C3=BC?= =?utf-8?b?w58=?= aus Ulm")
    'Grüß aus Ulm'
    """
    found = list(_WORD.finditer(text := _BETWEEN.sub("", text)))
    pieces, data, at = [], b"", 0
    for number, word in enumerate(found):
        pieces.append(text[at : word.start()])
        data, at = data + _bytes(word[2], word[3]), word.end()
        follows = found[number + 1] if number + 1 < len(found) else None
        if not (follows and follows.start() == at and follows[1].lower() == word[1].lower()):
            pieces.append(to_text(data, word[1].partition("*")[0]))  # RFC 2231 adds *language
            data = b""
    return to_line("".join([*pieces, text[at:]]))


def _bytes(encoding: str, text: str) -> bytes:
    """What a word stands for, as far as it can be read."""
    from binascii import Error, a2b_base64, a2b_qp

    raw = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return a2b_qp(raw, header=True)
    try:
        return a2b_base64(raw + b"==")
    except Error:
        return raw
