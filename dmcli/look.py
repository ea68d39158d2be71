"""How things look to the person at this terminal: with colours or without, on dark or light ground, or read aloud.

The one place that decides. Help is written without rich, so nothing here loads more than Python has loaded already.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

# The palette: the style of each meaning, in rich's words, by the ground it stands on. No other place names a colour.
# The light ones are fixed colours that stand out from white: terminals show the usual green and yellow too pale on it.
THEMES: Mapping[str, Mapping[str, str]] = {
    "dark": {
        "good": "green",
        "fair": "yellow",
        "bad": "bold red",  # untranslated
        "heading": "bold",
        "name": "cyan",
        "chart": "cyan",
        "quiet": "dim",
    },
    "light": {
        "good": "color(22)",
        "fair": "color(94)",
        "bad": "bold color(124)",  # untranslated
        "heading": "bold",
        "name": "color(24)",
        "chart": "color(24)",
        "quiet": "color(240)",
    },
}
THEME, ACCESSIBLE = "DM_THEME", "DM_ACCESSIBLE"
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def style(meaning: str) -> str:
    """The style of a meaning in the theme of this terminal: `good`, `fair`, `bad`, `heading`, `name` and so on.

    An unknown theme is the dark one here; `check_theme` refuses it.
    """
    return THEMES.get(os.environ.get(THEME, ""), THEMES["dark"])[meaning]


def check_theme() -> None:
    """Raises InputError for a theme that there is not."""
    named = os.environ.get(THEME, "")
    if named and named not in THEMES:
        from dmcli.errors import InputError
        from dmcli.words import listed, tr

        known = listed(THEMES, " or ")
        raise InputError(tr("{variable} is {value!r}: give {known}", variable=THEME, value=named, known=known))


def painted(text: str, meaning: str) -> str:
    r"""A harmless text in the style of a meaning, for what is written without rich.

    >>> painted("Options:", "heading")
    '\x1b[1mOptions:\x1b[0m'
    """
    return in_style(text, style(meaning))


def in_style(text: str, look: str) -> str:
    """A harmless text in a style of the palette, "" for none."""
    codes = (_CODES.get(word) or f"38;5;{word.removeprefix('color(')[:-1]}" for word in look.split())
    return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if text and look else text


def wants_color(stream: TextIO, asked: bool | None) -> bool:
    """Whether there are colours on a stream: as was asked for, else on a terminal that has not said no."""
    if asked is not None:
        return asked
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_accessible() -> bool:
    """Whether a screen reader reads the terminal: flat lines in their order, nothing drawn, nothing redrawn."""
    return os.environ.get(ACCESSIBLE, "") not in ("", "0")
