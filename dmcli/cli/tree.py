"""What every group and command is: with the common options and help, and suggestions for what was mistyped.

The root command is made of this alone, so nothing here loads the catalogue.
"""

from __future__ import annotations

import importlib
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from dmcli.cli.help import Helped
from dmcli.cli.session import session
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from click.shell_completion import CompletionItem

# What people type for a window of time, and what it is called here, since --from and --to are addresses.
DATES = {"--from": "--since", "--to": "--until"}
# Verbs of other tools, and what they are called here.
_SAME = {
    **dict.fromkeys(("ls", "all", "query"), "list"),
    **dict.fromkeys(("rm", "del", "destroy"), "delete"),
    **dict.fromkeys(("get", "describe", "info", "cat", "view"), "show"),
    **dict.fromkeys(("new", "make"), "create"),
    **dict.fromkeys(("edit", "modify", "set", "rename"), "update"),
    **dict.fromkeys(("verify", "test"), "check"),
    **dict.fromkeys(("start", "up", "server"), "serve"),
}


class Group(Helped, click.Group):
    """A group with the common options, whose unknown commands are answered with the nearest known one.

    >>> group = Group("tag")
    >>> group.later("list", "List tags.", lambda: command("list", [], print))
    >>> group.help_of("list")
    'List tags.'

    Commands made later are known by name and help until they are entered. `elsewhere` says of words that are no
    commands where what they mean is found.
    """

    def __init__(
        self,
        name: str,
        params: Iterable[click.Parameter] = (),
        elsewhere: Mapping[str, str] = MappingProxyType({}),
        **more: Any,
    ) -> None:
        super().__init__(name, params=list(params), **more)
        self._elsewhere = elsewhere
        self._later: dict[str, tuple[str, Callable[[], click.Command]]] = {}

    def later(self, name: str, text: str, make: Callable[[], click.Command]) -> None:
        """Add a command that is made when it is entered; `text` is its line of help."""
        self._later[name] = (text, make)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command; it takes the place of one that would be made later."""
        self._later.pop(name or cmd.name or "", None)
        super().add_command(cmd, name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, those made later among them."""
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, made now if it must be; one without help of its own has its line."""
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        text, make = self._later[cmd_name]
        made = make()
        made.help = made.help or text
        return made

    def help_of(self, name: str) -> str:
        """A command's line of help, without making it."""
        return tr(self.text_of(name))

    def text_of(self, name: str) -> str:
        """A command's line of help as it stands in code."""
        return self._later[name][0] if name in self._later else (self.commands[name].help or "")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, which are why the help of a group is read, before the options."""
        self.format_commands(ctx, formatter)
        Helped.format_options(self, ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their lines of help."""
        with formatter.section(tr("Commands")):
            formatter.write_dl([(name, self.help_of(name)) for name in self.list_commands(ctx)])

    def examples(self, ctx: click.Context) -> tuple[str, ...]:
        """First steps with its commands."""
        from dmcli.cli.examples import EXAMPLES

        program, _, path = ctx.command_path.partition(" ")
        return tuple(f"{program} {line}" for line in EXAMPLES[path])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names of commands, or options as click completes them."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return Helped.shell_complete(self, ctx, incomplete)
        names = (name for name in self.list_commands(ctx) if name.startswith(incomplete))
        return [CompletionItem(name, help=self.help_of(name)) for name in names]

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """As click does, with a suggestion; where a line is completed, nothing follows a command that is not there."""
        try:
            name, found, rest = super().resolve_command(ctx, args)
            return (name, found, rest) if found else (args[0], click.Command(args[0], add_help_option=False), [])
        except click.UsageError:
            near = tr(self._elsewhere.get(args[0], "")) or suggestion(args[0], self.list_commands(ctx))
            raise click.UsageError(
                tr("{command} has no command {word!r}{near}", command=ctx.command_path, word=args[0], near=near),
                ctx,
            ) from None


class Package(Group):
    """A group whose members load when they are entered.

    >>> members = {"mail": "Mail that was sent.", "serving.run": "Run a command."}
    >>> sandbox = Package("sandbox", members, lambda member: command_in(f"dmcli.cli.commands.sandbox.{member}"))
    >>> sandbox.help_of("run")
    'Run a command.'

    `members` are shown in this order, each with its line of help; `load` makes the command of one. A member whose
    module is in a folder is written with it, `folder.member`.
    """

    def __init__(
        self, name: str, members: Mapping[str, str], load: Callable[[str], click.Command], **more: Any
    ) -> None:
        super().__init__(name, **more)
        for member, text in members.items():
            self.later(member.rpartition(".")[2], text, partial(load, member))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The members in the order of the table."""
        return list(self._later)


def command_in(module: str) -> click.Command:
    """The command or group of a module, which has it as COMMAND."""
    found: click.Command = importlib.import_module(module).COMMAND
    return found


def path_of(ctx: click.Context) -> str:
    """The names of a command from the program's on; click would look for arguments of groups among all options."""
    before = f"{path_of(ctx.parent)} " if ctx.parent else ""
    return f"{before}{ctx.info_name}"


def suggestion(word: str, known: Iterable[str]) -> str:
    """A question naming the nearest known words, or nothing."""
    from difflib import get_close_matches

    known = list(known)
    near = [_SAME[word]] if _SAME.get(word) in known else get_close_matches(word, known, n=2, cutoff=0.6)
    return tr("; did you mean {near}?", near=listed(near, " or ")) if near else ""


def command(
    name: str,
    params: Iterable[click.Parameter],
    run: Callable[..., None],
    help: str = "",  # noqa: A002  click's own word
    example: str | Callable[[], str] = "",
) -> click.Command:
    """A leaf command with the common options. `run` gets the session and the values.

    A command that is a module may have its line of `help` from its group. `example` is what is typed after its path in
    the example of its help, as in a shell, or what makes it.
    """

    def callback(**values: Any) -> None:
        current = session()
        current.begin(path_of(click.get_current_context()))
        run(current, **values)

    return Helped(name, params=list(params), callback=callback, help=help, example=example)
