"""`dm completion SHELL`: the script that makes a shell complete `dm`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.cli.session import Session

# The file each shell's script is kept in, under completions/.
FILES = {"bash": "dm.bash", "zsh": "_dm", "fish": "dm.fish", "powershell": "dm.ps1"}


def script(shell: str) -> str:
    """The completion script of a shell."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise ValueError(shell)
    return made(click.Command("dm"), {}, "dm", "_DM_COMPLETE").source().rstrip() + "\n"


def _print(_: Session, shell: str) -> None:
    click.echo(script(shell), nl=False)


COMMAND = command(
    "completion",
    [click.Argument(["shell"], help="The shell.", type=click.Choice(list(FILES)))],
    _print,
    'Print the completion script of a shell. For bash: eval "$(dm completion bash)"',
)
