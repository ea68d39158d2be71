"""What a run says to the person while it works: on stderr, with no secret in it."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from dmcli.folding import folded
from dmcli.secret import Secret, hidden
from dmcli.untrusted import brief

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.api.wire import Exchange


class Voice:
    """Talk to the person. `given` are the common options as typed; `quiet` and `debug` count.

    >>> voice = Voice({})
    >>> voice.learn("swordfish")
    >>> voice.hide("the password is swordfish")
    'the password is ***'

    `secrets` are those the run came to know, hidden in all that is said.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self.secrets: set[Secret] = set()

    def learn(self, *secrets: Secret | str) -> None:
        """Hide these texts from now on."""
        self.secrets |= {one if isinstance(one, Secret) else Secret(one) for one in secrets}

    def hide(self, text: str) -> str:
        """The text without any secret that this run came to know, for what others put into a message."""
        return hidden(text, self.secrets)

    def say(self, *lines: str) -> None:
        """Write lines to stderr; nothing under --quiet. No result depends on their being read.

        Line breaks within a line are shown as escapes.
        """
        if self._given.get("quiet"):
            return
        for line in lines:
            _write(folded(brief(self.hide(line)), sys.stderr))

    def annotate(self, title: str, text: str, *, failed: bool) -> None:
        """Put a message before people where GitHub or GitLab run this, a warning not under --quiet."""
        import os

        from dmcli.render.ci import annotation

        title, text = (brief(self.hide(part)) for part in (title, text))
        line = annotation(os.environ, title, text, failed=failed)
        if line and (failed or not self._given.get("quiet")):
            _write(line)

    def redraws(self) -> bool:
        """Whether lines on stderr can be redrawn in place, and are wanted: on a terminal, no other lines between."""
        import os

        from dmcli.look import is_accessible

        return self._shows_progress() and os.environ.get("TERM", "dumb") != "dumb" and not is_accessible()

    def speaks(self) -> bool:
        """Whether progress is told in lines, since a screen reader reads the terminal."""
        from dmcli.look import is_accessible

        return self._shows_progress() and is_accessible()

    def _shows_progress(self) -> bool:
        wanted = not self._given.get("quiet") and not self._given.get("debug")
        return bool(wanted and sys.stderr.isatty())

    def trace(self, exchange: Exchange) -> Exchange:
        """The exchange; with --debug there is a line on stderr for each call: names and sizes, no values."""
        if not self._given.get("debug"):
            return exchange
        from dmcli.cli.run.debug import trace

        return trace(exchange, _write)


def _write(line: str) -> None:
    with suppress(OSError):
        click.echo(line, err=True)
