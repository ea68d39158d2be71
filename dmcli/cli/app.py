"""The root command: which groups there are, and the one place where errors are drawn and exit codes settled."""

from __future__ import annotations

import importlib
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import click

import dmcli
from dmcli.cli.session import Session
from dmcli.cli.tree import DATES, Group, common
from dmcli.errors import DmError

if TYPE_CHECKING:
    from collections.abc import Sequence

# A command loads its module, dmcli/cli/NAME.py, when it is entered; until then its line of help is all that is known.
GROUPS = {
    "send": "Send mail: one, or a template to a list.",
    "domain": "Sending domains and their verification.",
    "address": "Sender addresses.",
    "receiver": "Recipient lists and their members.",
    "tag": "Tags that mail is filed under.",
    "template": "Mail templates for batch sends.",
    "task": "Batch sends under way and done.",
    "stats": "Statistics: totals, details, tracking, invalid addresses.",
    "account": "Quota, level and status of the account.",
    "api": "Call any action by its name.",
    "config": "Profiles: make, list, choose and check them.",
    "sandbox": "The sandbox: its mail, its server, its quota.",
    "completion": "Print the completion script of a shell.",
    "explain": "Explain an error code.",
}
_PIPE_CLOSED, _INTERRUPTED, _DEFECT = 141, 130, 70
_COMPLETE = "_DM_COMPLETE"
_WIDEST = 100  # columns of help


class Root(Group):
    """The root: its groups in the order of the table."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """The groups in the order of the table."""
        return list(GROUPS)


def load(name: str) -> click.Command:
    """The group or command of that name."""
    made: click.Command = importlib.import_module(f"dmcli.cli.{name}").COMMAND
    made.help = made.help or GROUPS[name]
    return made


def root() -> Root:
    """The command tree."""
    made = Root(
        "dm",
        params=[
            *common(),
            click.Option(
                ["--version"],
                is_flag=True,
                is_eager=True,
                expose_value=False,
                callback=_version,
                help="Show the version.",
            ),
        ],
        help="Administer Alibaba Cloud DirectMail. Try it without an account: dm -p sandbox send single --help",
        context_settings={"help_option_names": ["-h", "--help"], "terminal_width": _width()},
    )
    for name, text in GROUPS.items():
        made.later(name, text, partial(load, name))
    return made


def _width() -> int:
    """Columns of the terminal, at most 100. Click would load shutil to find out."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        return min(int(columns), _WIDEST)
    try:
        return min(os.get_terminal_size(1).columns or 80, _WIDEST)
    except OSError:
        return 80


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"dm {dmcli.__version__}")
        ctx.exit()


def main() -> NoReturn:
    """Run `dm` with the process's arguments and end it with the exit code."""
    sys.exit(run(sys.argv[1:]))


def run(args: Sequence[str]) -> int:
    """Run `dm` with these arguments; the exit code."""
    current = Session()
    try:
        _check_streams()
        tree = root()
        if _COMPLETE in os.environ:
            from click.shell_completion import shell_complete

            return shell_complete(tree, {"obj": current}, "dm", _COMPLETE, os.environ[_COMPLETE])
        # Not click's main(): it answers a closed pipe with exit code 1.
        with tree.make_context("dm", list(args), obj=current) as ctx:
            tree.invoke(ctx)
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        return done.exit_code
    except (DmError, click.ClickException, click.Abort, KeyboardInterrupt, OSError) as error:
        return _ended(current, error, args)
    except Exception as error:  # noqa: BLE001  nothing but a defect of ours comes here
        return _defect(error)
    finally:
        current.close()
    return 0


def _check_streams() -> None:
    """Python has None for a stream closed before the start. Raises LocalIOError when results have nowhere to go."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  open until the process ends
    if sys.stdout is None:
        from dmcli.errors import LocalIOError

        raise LocalIOError("standard output is closed: redirect it to /dev/null if the result is not wanted")


def _ended(current: Session, error: BaseException, args: Sequence[str]) -> int:
    """Draw what ended the run on stderr; its exit code."""
    from dmcli.cli.draw import draw
    from dmcli.errors import InputError, LocalIOError

    if isinstance(error, BrokenPipeError):
        _silence(sys.stdout)
        return _PIPE_CLOSED
    if isinstance(error, (click.Abort, KeyboardInterrupt)):
        click.echo("", err=True)
        return _INTERRUPTED
    if isinstance(error, OSError):
        _silence(sys.stdout)
        error = LocalIOError(f"{error.filename or 'output'}: {error.strerror or error}")
    if isinstance(error, click.ClickException):
        ctx = getattr(error, "ctx", None)
        hint = f"Try '{ctx.command_path} --help'." if ctx else ""
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            click.echo(error.format_message(), err=True)
            return InputError.exit_code
        error = InputError(_sentence(error), hint=hint)
    assert isinstance(error, DmError)  # noqa: S101  all others are translated above
    draw(current, error, args)
    return error.exit_code


def _defect(error: Exception) -> int:
    """One line that tells a developer where to look, without any value of the call; the exit code."""
    at = error.__traceback__
    while at and at.tb_next:
        at = at.tb_next
    where = f"{os.path.basename(at.tb_frame.f_code.co_filename)}:{at.tb_lineno}" if at else "?"
    click.echo(f"dm: a defect in dm {dmcli.__version__}: {type(error).__name__} at {where}; please report it", err=True)
    return _DEFECT


def _sentence(error: click.ClickException) -> str:
    """Click's message as one sentence."""
    if isinstance(error, click.NoSuchOption) and error.option_name in DATES and error.ctx:
        meant = DATES[error.option_name]
        known = any(meant in param.opts for param in error.ctx.command.params)
        return f"no such option '{error.option_name}'" + (f"; did you mean {meant}?" if known else "")
    text = error.format_message().replace("Invalid value for ", "").rstrip(".")
    return text[:1].lower() + text[1:]


def _silence(stream: Any) -> None:
    """Point a stream nobody reads at nothing, so that the interpreter's last flush does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
