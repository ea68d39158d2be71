"""The question before much is done: asked on a terminal; elsewhere nothing goes on without --yes."""

from __future__ import annotations

import sys

import click

from dmcli.errors import InputError
from dmcli.words import tr

# Understood in both languages: hands are quicker than settings.
_ANSWERS = {**dict.fromkeys(("y", "yes", "是"), True), **dict.fromkeys(("n", "no", "否"), False)}


def ask(what: str, look: str = "") -> None:
    """Ask whether to go on with this. Raises InputError where there is no terminal, or when the answer is no.

    `look` is the option that shows what would be done.
    """
    from dmcli.cli.run.folding import folded  # help needs neither
    from dmcli.untrusted import safe

    what = safe(what)
    if not sys.stdin.isatty():
        if look:
            raise InputError(
                tr(
                    "{what}: there is no terminal to ask: give --yes to go ahead, or {look} to see what would be done",
                    what=what,
                    look=look,
                )
            )
        raise InputError(tr("{what}: there is no terminal to ask: give --yes to go ahead", what=what))
    question = folded(tr("{what}. Go ahead? [y/N]:", what=f"{what[:1].upper()}{what[1:]}"), sys.stderr)
    if not confirmed(question):
        raise InputError(tr("nothing was done"))


def confirmed(question: str) -> bool:
    """Whether the answer to a question, shown on stderr, is yes; no is what an empty one means."""

    def read(answer: str) -> bool:
        try:
            return _ANSWERS[answer.strip().lower()]
        except KeyError:
            raise click.UsageError(tr("invalid input")) from None

    return bool(click.prompt(question, "n", prompt_suffix=" ", show_default=False, value_proc=read, err=True))
