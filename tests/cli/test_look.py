"""How things look on a terminal: colours by meaning, the theme, and what a screen reader gets."""

from __future__ import annotations

import re

import pytest
from shell import on_a_terminal

from dmcli.look import THEMES

GREEN, DARK_GREEN = "\x1b[32m", "\x1b[38;5;22m"


@pytest.mark.parametrize(
    ("line", "environ", "expected"),
    [
        ("", {}, GREEN),
        ("", {"DM_THEME": "light"}, DARK_GREEN),
        ("", {"NO_COLOR": "1"}, ""),
        ("", {"TERM": "dumb"}, ""),
        ("--color auto", {"NO_COLOR": "1"}, ""),
        ("--color always", {"NO_COLOR": "1"}, GREEN),
        ("--color never", {}, ""),
    ],
)
def test_the_colours_of_a_table_are_those_that_were_asked_for(box, line, environ, expected):
    shown = on_a_terminal(f"-p sandbox {line} domain list", **environ)[1]
    assert ("\x1b[" in shown) == bool(expected)
    assert f"{expected}verified" in shown


@pytest.mark.parametrize("line", ["tag list -h", "tag -h", "tag", "-h", "help options", "help tag list"])
def test_headings_and_names_of_help_have_colours_on_a_terminal(box, line):
    plain = on_a_terminal(line, NO_COLOR="1")[1]
    shown = on_a_terminal(line)[1]
    assert "\x1b[1mOptions:\x1b[0m" in shown or "\x1b[1mCommands:\x1b[0m" in shown
    assert re.search("\x1b\\[36m[^\x1b]+\x1b\\[0m", shown)
    assert re.sub("\x1b\\[[0-9;]*m", "", shown) == plain
    assert "\x1b[38;5;24m" in on_a_terminal(line, DM_THEME="light")[1]


def test_colours_that_were_asked_for_are_in_a_pipe_too(box, bare):
    assert "\x1b[1mCommands:\x1b[0m" in bare("tag --color always -h").out
    assert "\x1b" not in bare("tag -h").out
    assert f"{GREEN}verified" in box("domain list -o table --color always").out
    assert "\x1b" not in box("domain list -o csv --color always").out


def test_an_unknown_theme_is_refused(box, monkeypatch):
    monkeypatch.setenv("DM_THEME", "blue")
    assert "DM_THEME is 'blue': give dark or light" in box("domain list", code=2).err


def test_themes_have_the_same_meanings():
    assert len({frozenset(styles) for styles in THEMES.values()}) == 1
