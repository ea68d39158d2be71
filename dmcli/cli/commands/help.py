"""`dm help`: of commands, and of topics."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dmcli.cli.help import COMMON_WORD, common_options_page, show_help
from dmcli.cli.topics import TOPICS, topic_page
from dmcli.cli.tree import Group, command
from dmcli.words import composed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.cli.session import Session

_NONE = marked("'{command}' is a command and has none of its own, so no {word!r}")


def _help(_: Session, *, words: tuple[str, ...]) -> None:
    from dmcli.cli.app import GROUPS

    root = click.get_current_context().find_root()
    if words == (COMMON_WORD,):
        show_help(root, sys.stdout, common_options_page)
        return
    topic = words[0] if len(words) == 1 and words[0] in TOPICS else ""
    if not topic or topic in GROUPS:
        show_help(_enter(root, words), sys.stdout)
    if topic:
        page = topic_page(topic, sys.stdout)
        click.echo(f"\n{page}" if topic in GROUPS else page)


def _enter(ctx: click.Context, words: Iterable[str]) -> click.Context:
    """The context of the command that is reached by these words. Raises UsageError where there is none."""
    for word in words:
        if not isinstance(ctx.command, Group):
            raise click.UsageError(
                tr(_NONE, command=ctx.command_path, word=word),
                ctx,
            )
        _, found, _ = ctx.command.resolve_command(ctx, [word])
        ctx = click.Context(found, info_name=word, parent=ctx)
    return ctx


def _complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The commands that may follow the words so far."""
    try:
        group = _enter(ctx.find_root(), ctx.params.get("words") or ()).command
    except click.UsageError:
        return []
    names = group.list_commands(ctx) if isinstance(group, Group) else []
    if not ctx.params.get("words"):
        names = [*names, COMMON_WORD, *(topic for topic in TOPICS if topic not in names)]
    return [name for name in names if name.startswith(incomplete)]


_WORDS = click.Argument(["words"], nargs=-1, metavar="[COMMAND]...", shell_complete=_complete)
_WORDS.help = composed("The command, word by word; '{word}' for those that every command takes.", word=COMMON_WORD)
COMMAND = command(
    "help",
    [
        _WORDS,
    ],
    _help,
    help=composed("Show the help of a command, or of a topic: {topics}.", topics=", ".join(TOPICS)),
    example="domain check",
)
