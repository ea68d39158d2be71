"""What help says: commands before options, the common options once, and an example. How it looks is `layout`'s."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any, TextIO

import click

from dmcli.cli.common import common, common_option
from dmcli.look import wants_color
from dmcli.untrusted import Painted
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from click.shell_completion import CompletionItem

    from dmcli.api.model import Action, Command

COMMON_WORD = "options"  # dm help options


class Helped(click.Command):
    """A command with help of this kind. `example` is what is typed after its path, or makes that when help is shown."""

    def __init__(self, name: str, *, example: str | Callable[[], str] = "", **more: Any) -> None:
        super().__init__(name, add_help_option=False, **more)
        self._example = example
        self._shared: list[click.Option] | None = None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, of options by their long names; every mistake knows its command."""
        reader = copy(self)
        spelled, reader._shared = spelled_out(args, self.params, anywhere=ctx.allow_interspersed_args)  # noqa: SLF001  a copy
        try:
            return super(Helped, reader).parse_args(ctx, spelled)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:  # noqa: ARG002  click's signature
        """Its own options and arguments, and the common ones; while a line is read, those of them that stand in it."""
        return [*self.params, *(common() if self._shared is None else self._shared)]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """As click completes options, and what stands in one word with the letter of one, as in -oj or -qoj."""
        from click.shell_completion import CompletionItem

        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        for at in range(len("-o"), len(incomplete)):
            option = next((one for one in options if f"-{incomplete[at - 1]}" in one.opts), None)
            if option and not option.is_flag:
                found = option.shell_complete(ctx, incomplete[at:])
                return [CompletionItem(incomplete[:at] + item.value, item.type, item.help) for item in found]
            if not option:
                break
        return click.Command.shell_complete(self, ctx, incomplete)

    @property
    def example(self) -> str:
        """What is typed after the command's path, as an example."""
        return self._example if isinstance(self._example, str) else self._example()

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  click's
        """What the command does."""
        if self.help:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(tr(self.help))

    def get_help(self, ctx: click.Context) -> str:
        """The help as one text."""
        from dmcli.cli.layout import Formatter

        formatter = Formatter(ctx)
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, and where the common ones are described."""
        write_options(ctx, formatter, self.params)
        formatter.write_paragraph()
        formatter.write_text(tr("Common options, such as -o, --query and -p: dm help {word}", word=COMMON_WORD))

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The arguments, where one is described."""
        arguments = [param for param in self.params if isinstance(param, click.Argument)]
        if any(argument.help is not None for argument in arguments):
            with formatter.section(tr("Positional arguments")):
                formatter.write_dl([record for one in arguments if (record := _record(one, ctx))])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The example, or the examples."""
        from dmcli.cli.layout import Formatter

        lines = self.examples(ctx)
        with formatter.section(tr("Example") if len(lines) == 1 else tr("Examples")):
            for line in lines:
                if isinstance(formatter, Formatter):
                    formatter.write_example(example_words(line))

    def examples(self, ctx: click.Context) -> tuple[str, ...]:
        """The lines that the help has as examples."""
        return (f"{ctx.command_path} {self.example}".rstrip(),)


def spelled_out(
    args: list[str], params: Iterable[click.Parameter], *, anywhere: bool
) -> tuple[list[str], list[click.Option] | None]:
    """The arguments, with the long name of an option for its letter, up to the first that only click can read.

    With them the common options that stand there; None where only click can tell, which must know all of them then.

    Click looks for a letter among the long names first: not to find it is an error with the nearest of them, whose
    words are translated, and then caught. That loads difflib and locale. Options stand `anywhere`, or before all
    arguments.
    """
    own = {name: option for option in params if isinstance(option, click.Option) for name in option.opts}
    spelled, found, at = list(args), [], 0
    while at < len(spelled):
        word = spelled[at]
        if option := own.get(word) or common_option(word):
            values = 0 if option.is_flag else option.nargs
            if len(word) == len("-o") and at + values < len(spelled):  # what lacks its value is told as it was typed
                spelled[at] = max(option.opts, key=len)
            if word not in own and option not in found:
                found.append(option)
            at += 1 + values
        elif word.startswith("-"):
            return spelled, None
        elif anywhere:
            at += 1
        else:
            break
    return spelled, found


def show_help(
    ctx: click.Context, stream: TextIO, text: Callable[[click.Context], str] = click.Context.get_help
) -> None:
    """Write the help of a command, or what `text` makes of its context, in colours where the stream has them."""
    ctx.color = wants_color(stream, ctx.color)
    stream.write(Painted(f"{text(ctx)}\n"))
    stream.flush()


def write_options(ctx: click.Context, formatter: click.HelpFormatter, params: Iterable[click.Parameter]) -> None:
    """A section of those of the parameters that are options, unless there are none."""
    records = [_record(param, ctx) for param in params if not isinstance(param, click.Argument)]
    shown = [record for record in records if record]
    if shown:
        with formatter.section(tr("Options")):
            formatter.write_dl(shown)


def _record(param: click.Parameter, ctx: click.Context) -> tuple[str, str] | None:
    """An option and its help, in the language of the run."""
    record, text = param.get_help_record(ctx), getattr(param, "help", "") or ""
    return record and (record[0], tr(text) + record[1].removeprefix(text)) if text else record


def common_options_page(ctx: click.Context) -> str:
    """What `dm help options` shows: the options that every command takes; `ctx` has the width."""
    from dmcli.cli.layout import Formatter

    formatter = Formatter(ctx)
    formatter.write_text(tr("Options that every command takes. They may stand before the command too."))
    write_options(ctx, formatter, common())
    return formatter.getvalue().rstrip("\n")


def example_of(action: Action, declared: Command) -> str:
    """What is typed after a command in its example: as declared, else the sample of its action."""
    if declared.example:
        return declared.example
    import shlex

    arguments: list[str] = []
    options: list[str] = []
    for param in action.params:
        text = action.sample.get(param.name, "")
        if not text or param.hidden or (declared.only and param.name not in declared.only):
            continue
        if param.argument:
            arguments.append(shlex.quote(text))
        elif not param.secret:
            options.append(f"--{param.flag} {shlex.quote(text)}")
    return " ".join((*arguments, *options))


def example_words(line: str) -> list[str]:
    """The words of a line of a shell as they are typed, an option with its value as one, so that they stay together."""
    return re.findall(r"(?:--?[a-z][a-z-]* (?!-))?(?:'[^']*'|\S)+", line)
