"""A board on a terminal: what is redrawn is harmless, and fits what the terminal can show."""

from __future__ import annotations

import io
import re

from dmcli.api.model import Tone
from dmcli.cli.run.streams import GuardedStream
from dmcli.render import Output
from dmcli.render.board import Board


class Terminal(io.TextIOWrapper):
    """A terminal that can show ASCII."""

    def isatty(self):
        return True


def test_what_others_wrote_neither_steers_the_terminal_nor_breaks_a_line(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    shown = io.BytesIO()
    terminal = Terminal(shown, "ascii", newline="\n")
    with Board(Output("table", "", GuardedStream(terminal)), ["a\x1b[2J"], end=5400.0, clock=lambda: 0.0) as board:
        board.tell("a\x1b[2J", "\x9b\u202e\nb", Tone.BAD, ["\x1b]0;title\x07 \u90ae"])
        board.rest(30.0)
    terminal.flush()
    text = re.sub(r"\x1b\[\??[0-9;]*[mKAhl]", "", shown.getvalue().decode())
    assert set(text) <= {*map(chr, range(32, 127)), "\r", "\n"}
    assert r"a\x1b[2J: \x9b\u202e\nb" in text
    assert r"\x1b]0;title\x07 \u90ae" in text
    assert "next look in 30 s, until 1 h 30 min from now" in text


class Gone(io.StringIO):
    """A terminal that was closed."""

    def isatty(self):
        return True

    def write(self, _):
        raise OSError(5, "Input/output error")

    def flush(self):
        raise OSError(5, "Input/output error")


def test_a_terminal_that_has_gone_ends_no_wait(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    with Board(Output("table", "", Gone()), ["a.test"], end=60.0, clock=lambda: 0.0) as board:
        board.tell("a.test", "verified", Tone.GOOD)
        board.rest(30.0)
