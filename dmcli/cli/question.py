"""The question before much is done: asked on a terminal; elsewhere nothing goes on without --yes."""

from __future__ import annotations

import sys

import click

from dmcli.cli.run.folding import folded
from dmcli.errors import InputError


def ask(what: str, look: str = "") -> None:
    """Ask whether to go on with this. Raises InputError where there is no terminal, or when the answer is no.

    `look` is the option that shows what would be done.
    """
    from dmcli.untrusted import safe

    what = safe(what)
    if not sys.stdin.isatty():
        also = f", or {look} to see what would be done" if look else ""
        raise InputError(f"{what}: there is no terminal to ask: give --yes to go ahead{also}")
    question = folded(f"{what[:1].upper()}{what[1:]}. Go ahead? [y/N]:", sys.stderr)
    if not click.confirm(question, prompt_suffix=" ", show_default=False, err=True):
        raise InputError("nothing was done")
