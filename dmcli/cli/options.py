"""Options that mean the same on every command, and how a declared parameter becomes one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NoReturn

import click

from dmcli.api.kinds.reference import Ref
from dmcli.api.kinds.text import Choice, Flag, Text
from dmcli.api.model import Action, Effect, Param
from dmcli.cli.common import keep
from dmcli.cli.session import session
from dmcli.words import Typed, composed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from click.shell_completion import CompletionItem

    from dmcli.api.kinds.base import Kind
    from dmcli.api.model import Field


def dry_run() -> click.Option:
    """--dry-run, for whatever is not a read."""
    return click.Option(["--dry-run"], is_flag=True, help="Show what would be sent; call nothing.")


def yes() -> click.Option:
    """--yes, for what is asked about."""
    return click.Option(["-y", "--yes"], is_flag=True, help="Go ahead without asking.")


def one_line_key(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """The key, of one line."""
    if value is None:
        return None
    try:
        return Text(1, 255).to_wire(value, session().now)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def idempotency_key() -> click.Option:
    """--idempotency-key, for what must not be sent twice."""
    return click.Option(
        ["--idempotency-key"],
        metavar="KEY",
        callback=one_line_key,
        help="Send at most once under this key on this machine: a second run shows the first answer. Kept for 30 days.",
    )


def _refuse_both(ctx: click.Context, _: click.Parameter, value: Any) -> Any:
    """Refuse --all together with --limit."""
    if is_typed(ctx, "all") and is_typed(ctx, "limit"):
        raise click.UsageError(tr("--all and --limit do not go together; give one of them"), ctx)
    return value


def is_typed(ctx: click.Context, name: str) -> bool:
    """Whether an option was given on the command line."""
    return ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def limits() -> list[click.Parameter]:
    """The options of every list."""
    return [
        click.Option(
            ["--limit"],
            type=click.IntRange(1),
            metavar="N",
            default=100,
            show_default=True,
            callback=_refuse_both,
            help="Show at most N rows.",
        ),
        click.Option(["--all"], is_flag=True, callback=_refuse_both, help="Show all rows."),
        click.Option(["--page-size"], type=click.IntRange(1), metavar="N", help="Rows to fetch in a call."),
    ]


def arrangement(fields: Iterable[Field]) -> list[click.Parameter]:
    """How the rows and columns of a list with these fields are arranged."""

    def names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
        """The columns that go on after the last comma."""
        before, comma, last = incomplete.rpartition(",")
        return [f"{before}{comma}{field.name}" for field in fields if field.name.lower().startswith(last.lower())]

    return [
        click.Option(
            ["--columns"],
            metavar="A,B",
            help="Show these columns, by their names in csv or their titles.",
            shell_complete=names,
        ),
        click.Option(
            ["--sort"],
            metavar="COLUMN[:desc]",
            help="Sort by a column. Fetches all rows, then shows the first.",
            shell_complete=names,
        ),
    ]


def from_history(
    about: str = marked("Read what dm stats sync has kept on this machine, and call nothing."),
) -> click.Option:
    """--from-history, for what is kept there; the session knows it."""
    return click.Option(
        ["--from-history"],
        is_flag=True,
        expose_value=False,
        callback=keep,
        help=about,
    )


def is_text(text: str) -> bool:
    """Whether a text can be sent: arguments that are not UTF-8 reach Python as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


class Value(click.ParamType[Any]):
    """A value of a declared kind. Reads @FILE where the kind allows; the kind itself judges later, with the others."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.name = kind.metavar.lower()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text; an @FILE replaced by what it holds."""
        if isinstance(value, str) and not is_text(value):
            self.fail(tr("{value!r} is not text: it has bytes that are not UTF-8", value=value), param, ctx)
        if not (self.kind.files and isinstance(value, str) and (value.startswith("@") or os.path.isfile(value))):
            return value
        from dmcli.cli.input import read_value, refuse_file_name

        def fail(message: str) -> NoReturn:
            self.fail(message, param, ctx)

        if value == "@-" and ctx and ctx.meta.setdefault("dmcli.stdin", param) is not param:
            fail(tr("standard input is read for another option already; give a file"))
        refuse_file_name(value, fail, bare=not isinstance(self.kind, Text))
        return read_value(value, self.kind.files, fail)

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str | None:
        """What a value that is not there could be, in click's words, which an option of fixed words has."""
        words = tuple(self.kind.words) if isinstance(self.kind, Choice) else ()
        return click.Choice(words).get_missing_message(param, ctx) if words else None

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Words of a choice, names from the completion cache, or @FILE."""
        from click.shell_completion import CompletionItem

        if self.kind.files and incomplete.startswith("@"):
            from dmcli.cli.complete import files

            return [CompletionItem(f"@{path}") for path in files(incomplete[1:])]

        if isinstance(self.kind, Choice):
            return [CompletionItem(word) for word in self.kind.words if word.startswith(incomplete)]
        if self.kind.completes:
            from dmcli.cli.complete import values

            with ctx.scope(cleanup=False):
                known = values(*self.kind.completes)
            return [CompletionItem(text) for text in map(self._as_typed, known) if text.startswith(incomplete)]
        return super().shell_complete(ctx, param, incomplete)

    def _as_typed(self, name: str) -> str:
        """A name so that it is taken for one, though it looks like an id."""
        ref = self.kind if isinstance(self.kind, Ref) and self.kind.takes == "id" else None
        return f"name:{name}" if ref and (ref.is_id(name) or name.startswith("name:")) else name


class Declared(click.Option):
    """The option of a declared parameter: where it is not typed it is None, or () if it may be repeated."""

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        """As click does where it was typed or must be; else there is no variable or default of click's to look for."""
        if not self.name or self.name in opts or self.required:
            return super().handle_parse_result(ctx, opts, args)
        value = ctx.params[self.name] = () if self.multiple else None
        return value, args


def click_param(param: Param, *, required: bool) -> click.Parameter:
    """The option or argument of a declared parameter, which a command needs or not; its name is the wire name."""
    if param.argument:
        metavar = param.kind.metavar.replace(" ", "_")
        argument = click.Argument(
            [param.name], type=Value(param.kind), metavar=metavar, help=param.help, required=required
        )
        argument.name = param.name  # click would make it lower case
        return argument
    if param.secret:
        option = click.Option([f"--{param.flag}-stdin", param.name], is_flag=True)
        option.help = composed("Read the {flag} from standard input instead of asking.", param.help, flag=param.flag)
        return option
    if isinstance(param.kind, Flag):
        names = [f"--{param.flag}/--no-{param.flag}", param.name]
        if required and not param.default:  # which a default of None would make optional
            return click.Option(names, required=True, help=param.help)
        return Declared(names, default=None, help=param.help)  # so that not given is told from no
    option = Declared(
        [f"--{param.flag}", param.name],
        type=Value(param.kind),
        multiple=param.kind.many,
        metavar=param.kind.metavar,
        # What has a default is never missing, and a sender may come from the profile.
        required=required and not param.default and not param.kind.from_profile,
    )
    option.help = composed(param.help, "Default: {value}.", value=Typed(param.default)) if param.default else param.help
    return option


def visible_params(action: Action, only: Iterable[str] = ()) -> list[Param]:
    """The parameters of an action that people type, in the declared order."""
    names = set(only)
    return [param for param in action.params if not param.hidden and (not names or param.name in names)]


def options_of(
    action: Action, only: tuple[str, ...] = (), must: tuple[str, ...] = (), may: tuple[str, ...] = ()
) -> list[click.Parameter]:
    """The options and arguments of an action, with those that its effect and paging bring. No command repeats one.

    `must` are wire names that this command cannot do without, `may` those it can fill in itself.
    """
    params = [
        click_param(param, required=param.name in must or (param.required and param.name not in may))
        for param in visible_params(action, only)
    ]
    if action.effect is not Effect.READ:
        params.append(dry_run())
    if action.effect is Effect.DELETE or action.charges or action.breaks:
        params.append(yes())
    if action.effect is Effect.SEND:
        params.append(idempotency_key())
    if action.paging and (action.paging.page or action.paging.cursor):
        params += limits()
    if action.paging:
        params += arrangement(action.fields)
    if action.kept:
        params.append(from_history())
    return params
