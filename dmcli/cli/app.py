"""The root command: which groups there are, and how a run of it begins and ends."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TextIO

import click

from dmcli.api import catalogue
from dmcli.cli.run.language import form_of
from dmcli.cli.session import Session
from dmcli.cli.tree import Package, command_in
from dmcli.errors import LocalIOError
from dmcli.words import marked, speak, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUPS = marked(
    {
        **{catalogue.group_of(area): text for area, text in catalogue.AREAS.items()},
        "campaign": "Mails to many, sent by dm send merge: resume, report, settle.",
        "api": "Call any action by its name.",
        "status": "Show which account and region are in use, and why.",
        "config": "Profiles: make, list, choose and check them.",
        "trace": "Say what became of mail to an address, and why.",
        "doctor": "Look for what keeps dm from working.",
        "sandbox": "A DirectMail on this machine: its mail, servers, faults, clock.",
        "completion": "Print the completion script of a shell.",
        "explain": "Explain an error code, or the reply of a mail server.",
        "help": "Show the help of a command.",
        "version": "Show the version.",
    }
)
_ELSEWHERE = {
    **dict.fromkeys(("login", "configure", "auth", "init"), marked("; keys stand in profiles, see: dm config init")),
    **dict.fromkeys(("ls", "list"), marked("; each group has its own, such as: dm domain list")),
    "whoami": marked("; whose account is in use is shown by: dm status"),
    "quota": marked("; the account is shown by: dm account show"),
    **dict.fromkeys(("mail", "inbox", "serve"), marked("; that is the sandbox's, see: dm sandbox --help")),
}
_COMPLETE = "_DM_COMPLETE"
_SIGNALLED = 128  # and the number of the signal that ended a run is its exit code
_WIDEST = 100  # columns of help


def root() -> Package:
    """The command tree."""
    version = click.Option(["--version"], is_flag=True, help="Show the version.")
    return Package(
        "dm",
        GROUPS,
        _group,
        params=[version],
        callback=_begin,
        invoke_without_command=True,  # for --version
        no_args_is_help=True,
        elsewhere=_ELSEWHERE,
        help="Administer Alibaba Cloud DirectMail. Try it without an account: dm -p sandbox send single --help",
        context_settings={"terminal_width": _width()},
    )


def _group(name: str) -> click.Command:
    """A group by its name: its area first; where no module has commands of its own, the area's are all there is."""
    area = catalogue.area_of(name)
    if area in catalogue.AREAS:
        catalogue.area(area)
    module = f"dmcli.cli.commands.{area}"
    try:
        return command_in(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
    from dmcli.cli.build import group

    return group(area)


def _width() -> int:
    """Columns of the terminal, at most 100. Click would load shutil to find out."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns[:9]) > 0:
        return min(int(columns[:9]), _WIDEST)
    try:
        return min(os.get_terminal_size(1).columns or 80, _WIDEST)
    except OSError:
        return 80


def _begin(version: bool) -> None:
    ctx = click.get_current_context()
    if version:
        from dmcli.cli.commands.version import show_version

        show_version(ctx.find_object(Session) or Session())
        ctx.exit()
    if ctx.invoked_subcommand is None:
        raise click.UsageError(tr("Missing command."), ctx)


def main() -> NoReturn:
    """Run `dm` with the process's arguments and end it with the exit code."""
    current = Session()
    current.owns_process = True
    try:
        code = run(sys.argv[1:], current)
    except BaseException as error:  # noqa: BLE001  a signal in the moment in which the run ended by itself
        code = _tell_end(current, error)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        flush(stream)
    if code > _SIGNALLED:  # a server's threads may be busy: they are not waited for
        os._exit(code)
    sys.exit(code)


def run(args: Sequence[str], current: Session | None = None) -> int:
    """Run `dm` with these arguments; the exit code."""
    current = current or Session()
    try:
        current.form = form_of(args, os.environ)
        speak(current.form.language)
        if _COMPLETE in os.environ:
            from click.shell_completion import shell_complete

            with suppress(Exception):  # a prompt is no place for it
                return shell_complete(root(), {"obj": current}, "dm", _COMPLETE, os.environ[_COMPLETE])
            return 1
        return _run(args, current)
    finally:
        current.close()
        speak("en")


def _run(args: Sequence[str], current: Session) -> int:
    from dmcli.cli.run.streams import guard_streams

    with guard_streams():
        try:
            _check_streams()
            # Not click's main(): it answers a closed pipe with exit code 1.
            tree = root()
            with tree.make_context("dm", list(args), obj=current) as ctx:
                tree.invoke(ctx)
            sys.stdout.flush()
        except click.exceptions.Exit as done:
            return done.exit_code
        except BaseException as error:  # noqa: BLE001  whatever ends a run is told in a sentence
            return _tell_end(current, error)
    return 0


def _tell_end(current: Session, error: BaseException) -> int:
    from dmcli.cli.run.exits import report

    return report(current, error)


def flush(stream: TextIO) -> None:
    """Write what is left; drop it where the reader is gone, or the interpreter would complain at its end."""
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _check_streams() -> None:
    """Python has None for a stream closed before the start. Raises LocalIOError when results have nowhere to go."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  open until the process ends
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  same
    if sys.stdout is None:
        raise LocalIOError(tr("standard output is closed: redirect it to /dev/null if the result is not wanted"))
