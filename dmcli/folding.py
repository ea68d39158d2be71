"""Lines for people, folded between words: a terminal by itself breaks them anywhere.

Chinese may be broken after any character, but no line begins with a mark that ends something, nor ends with one that
opens something.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

# A command or a word, with the blanks before it: what is to be typed can be copied from one line.
_CHINESE = "\u2e80-\u9fff\uff00-\uffef"
_WIDE, _BEGIN = f"{_CHINESE}\u201c\u201d", "\u201c\u300a\u300c\u300e\u3010\uff08"
_END = "\u201d\u2026\u3001\u3002\u300b\u300d\u300f\u3011\uff01\uff05\uff09\uff0c\uff1a\uff1b\uff1f"
_WORDS = f"[{_BEGIN}]*[^ {_WIDE}]+[{_END}]*|[{_BEGIN}]*[{_WIDE}][{_END}]*"
# Texts that compile at their first use, which takes long: most runs fold nothing.
_PIECE = f" *(?:[{_BEGIN}]*`[^`]*`[^ {_WIDE}]*[{_END}]*|dm (?! )[^,;{_WIDE}]*[,;{_END}]*|{_WORDS})| +"
_WORD = f" *(?:{_WORDS})| +"
# What these are for ASCII, which compiles a hundred times as fast.
_ASCII_PIECE, _ASCII_WORD = " *(?:`[^`]*`[^ ]*|dm (?! )[^,;]*[,;]*|[^ ]+)| +", " *[^ ]+| +"
_HAS_CHINESE = f"[{_CHINESE}]"


def fold(text: str, room: int) -> str:
    """The text in lines of so many columns; one that is longer stays where it is.

    What follows is set in as far as the first line. A command stays on one line where it has room.

    >>> print(fold("warning: gone; run dm stats sync every day, or do not", 40))
    warning: gone; run
    dm stats sync every day, or do not
    >>> print(fold("    give `dm domain check a.test` a try, or wait", 30))
        give
        `dm domain check a.test` a
        try, or wait
    >>> print(fold("其中没有打开和点击，见 dm stats tracking", 22))
    其中没有打开和点击，见
    dm stats tracking
    >>> print(fold("其中没有打开和点击，见", 18))
    其中没有打开和点
    击，见
    >>> print(fold("询问可以回答“是”（yes）或“否”", 20))
    询问可以回答“是”
    （yes）或“否”
    """
    if room <= 0 or cells(text) <= room:
        return text
    indent = " " * (len(text) - len(text.lstrip(" ")))
    lines, line = [], ""
    for piece in _pieces(text, room - len(indent)):
        word = indent + piece.lstrip(" ")
        if line.strip() and cells(line + piece) > room >= cells(word):
            lines.append(line)
            line = word
        else:
            line += piece
    return "\n".join([*lines, line])


def fold_chinese(text: str, room: int) -> str:
    """Each line of a text folded where it has Chinese in it; the rest is for what draws it, which folds between words.

    >>> print(fold_chinese("没有打开，也没有点击", 8))
    没有打
    开，也没
    有点击
    """
    if text.isascii() or not has_chinese(text):
        return text
    return "\n".join(fold(line, room) for line in text.split("\n"))


def has_chinese(text: str) -> bool:
    """Whether there is Chinese in a text, which has no blanks between its words."""
    return not text.isascii() and bool(re.search(_HAS_CHINESE, text))


def cells(text: str) -> int:
    """Columns that a text takes; Chinese characters take two."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _pieces(text: str, room: int) -> Iterator[str]:
    """What is not to be broken; a command that has no room on a line of its own is words."""
    for piece in re.findall(_ASCII_PIECE, text) if text.isascii() else re.findall(_PIECE, text):
        if cells(piece.lstrip(" ")) <= room:
            yield piece
        else:
            yield from re.findall(_ASCII_WORD, piece) if piece.isascii() else re.findall(_WORD, piece)


def folded(text: str, stream: TextIO) -> str:
    """The text with line breaks where the terminal behind a stream is too narrow for it; as it is elsewhere."""
    try:
        room = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):  # no terminal
        return text
    return fold(text, room)
