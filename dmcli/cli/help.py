"""How help looks: commands before options, the common options once, an example, and lines that break between words.

Help is written without loading more than click, which parts words at hyphens and in the middle where a line is narrow.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TextIO

import click

from dmcli.cli.common import Common, common
from dmcli.look import painted, wants_color
from dmcli.untrusted import Painted
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dmcli.api.model import Action, Command

_WIDE = 60  # columns from which what is described stands beside the description
_MOST = 30  # columns of what is described, where it stands beside
_INDENT = 4  # columns by which a description below is set in
COMMON_WORD = "options"  # dm help options


class Formatter(click.HelpFormatter):
    """Click's, but for where a line ends, between words and never in one, and for colours by meaning."""

    def __init__(self, ctx: click.Context) -> None:
        super().__init__(width=ctx.terminal_width, max_width=ctx.max_content_width)
        self._colored = ctx.color is True

    def _in_style(self, text: str, meaning: str) -> str:
        return painted(text, meaning) if self._colored else text

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{' ' * self.current_indent}{self._in_style(tr('{heading}:', heading=heading), 'heading')}\n")

    def write_text(self, text: str) -> None:
        """Write a paragraph at the current indent."""
        indent = " " * self.current_indent
        self.write(f"{self._fill(text, indent, indent)}\n")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line, continued under its arguments where there is room for them, else set in."""
        lead = prefix or tr("Usage: ")
        room = _cells(f"{lead}{prog} ")
        beside = room <= self.width // 2 and all(room + len(word) <= self.width for word in args.split())
        after = " " * (room if beside else _INDENT)
        # What is typed is ASCII; the word before it need not be, and is as many columns.
        filled = lead + self._fill(f"{'x' * _cells(lead)}{prog} {args}", "", after)[_cells(lead) :]
        word, colon, rest = re.split("([:：])", filled, maxsplit=1)
        self.write(f"{self._in_style(word + colon, 'heading')}{rest}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _MOST, col_spacing: int = 2) -> None:
        """Write what is described with its descriptions: beside it, or below where a line is narrow."""
        rows = list(rows)
        start = " " * self.current_indent
        column = min(max(_cells(term) for term, _ in rows), col_max) + col_spacing if self.width >= _WIDE else 0
        below = " " * (self.current_indent + (column or _INDENT))
        for term, text in rows:
            filled = self._fill(text, below, below)
            if text and _cells(term) + col_spacing <= column:
                gap = " " * (column - _cells(term))
                self.write(f"{start}{self._in_style(term, 'name')}{gap}{filled[len(below) :]}\n")
            else:
                terms = self._fill(term, start, start).splitlines()
                named = "\n".join(f"{start}{self._in_style(line.lstrip(), 'name')}" for line in terms)
                self.write(f"{named}\n{filled}\n" if text else f"{named}\n")

    def write_example(self, words: Iterable[str]) -> None:
        """Write a line of a shell, with a backslash where it goes on."""
        start, after = " " * self.current_indent, " " * (self.current_indent + _INDENT)
        line = start
        for word in words:
            if line.strip() and len(line) + len(word) + len(" \\") > self.width:
                self.write(f"{line.rstrip()} \\\n")
                line = after
            line += f"{word} "
        self.write(f"{line.rstrip()}\n")

    def _fill(self, text: str, start: str, after: str) -> str:
        if not text.isascii():
            from dmcli.folding import fold

            return start + f"\n{after}".join(fold(text, self.width - len(after)).split("\n"))
        import textwrap

        return textwrap.fill(
            text,
            self.width,
            initial_indent=start,
            subsequent_indent=after,
            break_long_words=False,
            break_on_hyphens=False,
        )


def _cells(text: str) -> int:
    """The columns that a text takes."""
    if text.isascii():
        return len(text)
    from dmcli.folding import cells

    return cells(text)


class Helped(click.Command):
    """A command with help of this kind. `example` is what is typed after its path, or makes that when help is shown."""

    def __init__(self, name: str, *, example: str | Callable[[], str] = "", **more: Any) -> None:
        super().__init__(name, add_help_option=False, **more)
        self._example = example

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
        formatter = Formatter(ctx)
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The command's own options, and where the common ones are described."""
        write_options(ctx, formatter, (param for param in self.get_params(ctx) if not isinstance(param, Common)))
        formatter.write_paragraph()
        formatter.write_text(tr("Common options, such as -o, --query and -p: dm help {word}", word=COMMON_WORD))

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The arguments, where one is described."""
        arguments = [param for param in self.get_params(ctx) if isinstance(param, click.Argument)]
        if any(argument.help is not None for argument in arguments):
            with formatter.section(tr("Positional arguments")):
                formatter.write_dl([record for one in arguments if (record := _record(one, ctx))])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The example, or the examples."""
        lines = self.examples(ctx)
        with formatter.section(tr("Example") if len(lines) == 1 else tr("Examples")):
            for line in lines:
                if isinstance(formatter, Formatter):
                    formatter.write_example(example_words(line))

    def examples(self, ctx: click.Context) -> tuple[str, ...]:
        """The lines that the help has as examples."""
        return (f"{ctx.command_path} {self.example}".rstrip(),)


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
