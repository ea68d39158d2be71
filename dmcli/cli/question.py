"""What is asked on a terminal, on stderr: values, and whether to go on; elsewhere nothing goes on without --yes."""

from __future__ import annotations

import sys
from typing import Any

import click

from dmcli.errors import InputError
from dmcli.words import tr

# Understood in both languages: hands are quicker than settings.
_ANSWERS = {**dict.fromkeys(("y", "yes", "是"), True), **dict.fromkeys(("n", "no", "否"), False)}


def ask(what: str, look: str = "") -> None:
    """Ask whether to go on with this. Raises InputError where there is no terminal, or when the answer is no.

    `look` is the option that shows what would be done.
    """
    from dmcli.untrusted import safe  # help does without

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
    if not confirmed(tr("{what}. Go ahead? [y/N]:", what=f"{what[:1].upper()}{what[1:]}")):
        raise InputError(tr("nothing was done"))


def confirmed(question: str) -> bool:
    """Whether the answer to a question, shown on stderr, is yes; no is what an empty one means."""
    from dmcli.folding import folded  # help does without

    def read(answer: str) -> bool:
        try:
            return _ANSWERS[answer.strip().lower()]
        except KeyError:
            raise click.UsageError(tr("{answer!r} is neither y nor n", answer=answer)) from None

    return bool(prompted(folded(question, sys.stderr), " ", default="n", show_default=False, value_proc=read))


def prompted(text: str, suffix: str = "", **more: Any) -> Any:
    """What is answered, by the options of `click.prompt`. The line of a question ends where Ctrl-C answers it, too."""
    try:
        return click.prompt(text, prompt_suffix=suffix or tr(": "), err=True, **more)
    except click.Abort:
        if not more.get("hide_input"):  # click ends the line of what is hidden
            click.echo(err=True)
        raise
