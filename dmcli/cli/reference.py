"""Pages generated from the command tree: `python -m dmcli.cli.reference` writes them; a test finds a stale one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dmcli.cli.app import GROUPS, root
from dmcli.cli.commands.completion import FILES, script
from dmcli.cli.help import common_options_page

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTH = 80


def walk() -> Iterator[tuple[tuple[str, ...], click.Context]]:
    """Every command with its path and a context to ask it for help, groups before their members."""
    top = click.Context(root(), info_name="dm", terminal_width=WIDTH, max_content_width=WIDTH)
    yield from _walk((), top)


def commands_page() -> str:
    """docs/commands.md: every command with its help."""
    parts = [
        "# Commands",
        "",
        "Generated from the command tree; `python -m dmcli.cli.reference` writes it anew.",
        "",
        *(f"- [dm {name}](#dm-{name}): {text}" for name, text in GROUPS.items()),
        "- [Common options](#common-options): what every command takes.",
    ]
    commands = list(walk())
    for path, ctx in commands:
        title = " ".join(("dm", *path))
        parts += ["", f"{'#' * min(2 + len(path[1:]), 4)} {title}", "", "```text", ctx.get_help(), "```"]
    parts += ["", "## Common options", "", "```text", common_options_page(commands[0][1]), "```"]
    return "\n".join(parts) + "\n"


def pages() -> dict[str, str]:
    """Every generated file by its path below the project's folder."""
    scripts = {f"completions/{name}": script(shell) for shell, name in FILES.items()}
    return {"docs/commands.md": commands_page()} | scripts


def _walk(path: tuple[str, ...], ctx: click.Context) -> Iterator[tuple[tuple[str, ...], click.Context]]:
    yield path, ctx
    if isinstance(ctx.command, click.Group):
        for name in ctx.command.list_commands(ctx):
            command = ctx.command.get_command(ctx, name)
            if command:
                inner = click.Context(command, parent=ctx, info_name=name)
                yield from _walk((*path, name), inner)


def main() -> None:
    """Write the pages; with --check, only tell which are stale and exit 1."""
    stale = []
    for name, text in pages().items():
        try:
            with open(name, encoding="utf-8") as file:
                fresh = file.read() == text
        except FileNotFoundError:
            fresh = False
        if not fresh:
            stale.append(name)
            if "--check" not in sys.argv:
                with open(name, "w", encoding="utf-8") as file:
                    file.write(text)
    click.echo(f"stale: {', '.join(stale)}" if stale else "all generated files are fresh")
    sys.exit(1 if stale and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
