"""`dm completion SHELL`: the script that makes a shell complete `dm`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.cli.session import Session

# The file each shell's script is kept in, under completions/.
FILES = {"bash": "dm.bash", "zsh": "_dm", "fish": "dm.fish", "powershell": "dm.ps1"}


# Click's script for bash takes the words as bash parts them, at @, : and = too: it knows no @FILE, and half an address.
# Here the line goes on as it stands, with an empty word behind it, and bash gets back what it takes for the
# last word: what stands behind the last : or =, from the last @ on.
_BASH = """\
_dm_completion() {
    local IFS=$'\\n' line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[^:=]/} type value
    local word=${line##*[[:space:]]}
    local last=$word
    [[ $breaks ]] && last=${last##*[$breaks]}
    [[ $last == *@* && $COMP_WORDBREAKS == *@* ]] && last=@${last##*@}

    while IFS=, read -r type value; do
        if [[ $type == dir ]]; then
            compopt -o dirnames
        elif [[ $type == file ]]; then
            compopt -o default
        elif [[ $type == plain ]]; then
            COMPREPLY+=("${value#"${word%"$last"}"}")
            [[ $value == @*/ ]] && compopt -o nospace
        fi
    done < <(COMP_WORDS="$line''" COMP_CWORD=-1 _DM_COMPLETE=bash_complete "$1")
}

complete -o nosort -F _dm_completion dm
"""  # untranslated: a script
_COMPINIT = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }"  # untranslated: zsh


def script(shell: str) -> str:
    """The completion script of a shell."""
    if shell == "bash":
        return _BASH
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise ValueError(shell)
    source = made(click.Command("dm"), {}, "dm", "_DM_COMPLETE").source().rstrip() + "\n"
    return source.replace("    compdef ", f"    {_COMPINIT}\n    compdef ")


def _print(_: Session, shell: str) -> None:
    click.echo(script(shell), nl=False)


COMMAND = command(
    "completion",
    [click.Argument(["shell"], help="The shell.", type=click.Choice(list(FILES)))],
    _print,
    'Print the completion script of a shell. For bash: eval "$(dm completion bash)"',
    "zsh",
)
