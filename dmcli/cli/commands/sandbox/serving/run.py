"""`dm sandbox run`: a command for which the sandbox is the service."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

import click

from dmcli.cli.commands.sandbox.serving.common import port_option, server_of, strict_option
from dmcli.cli.commands.sandbox.serving.doors import door_options, doors_open
from dmcli.cli.tree import command
from dmcli.untrusted import brief
from dmcli.words import environment, tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from dmcli.cli.session import Session
    from dmcli.sandbox.emulator import Sandbox


_NOT_RUN, _NOT_FOUND = 126, 127


def _run(
    current: Session, *, words: tuple[str, ...], port: int, strict: bool, fresh: bool, **ports: int | None
) -> None:
    from dmcli.sandbox.certificate import trusted
    from dmcli.sandbox.environment import applied, variables

    with ExitStack() as stack:
        # What is in memory only, the command's own dm could not look into.
        sandbox = (
            _fresh(stack, current.resources.sandbox_region) if fresh or not current.sandbox.path else current.sandbox
        )
        server = stack.enter_context(server_of(sandbox, port, strict=strict))
        doors = stack.enter_context(doors_open(current, sandbox, **ports))
        made = variables(server.url, trusted(os.environ), sandbox.region, doors)
        environ = applied(environment(), made) | {"DM_SANDBOX_DB": os.path.abspath(sandbox.path)}
        code = _wait(words, environ)
    click.get_current_context().exit(code)


def _fresh(stack: ExitStack, region: str) -> Sandbox:
    """A sandbox in a file that is there until the stack is done."""
    import tempfile

    from dmcli.sandbox.emulator import open_sandbox

    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dm-sandbox-"))
    place = {"DM_SANDBOX_DB": os.path.join(folder, "sandbox.db")}
    return stack.enter_context(closing(open_sandbox(place, region)))


def _wait(words: tuple[str, ...], environ: dict[str, str]) -> int:
    """Run a command to its end; its exit code, or as shells have it 128 and the number of the signal that ended it.

    Where it cannot be run that is said, and the code is 127 for a command that is not there, else 126.
    """
    import subprocess

    sys.stdout.flush()
    try:
        process = subprocess.Popen(words, env=environ)  # noqa: S603  what the person asked for
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        click.echo(brief(tr("dm: cannot run {command!r}: {why}", command=words[0], why=why)), err=True)
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_RUN
    with process, _signals_for(process):
        code = process.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_for(process: Popen[bytes]) -> Iterator[None]:
    """A signal that asks the run to end ends the command; a terminal sends Ctrl-C to both, so it is ignored here."""
    before = {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, lambda sent, _: process.send_signal(sent))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


COMMAND = command(
    "run",
    [
        port_option(0),
        *door_options(),
        strict_option(),
        click.Option(["--fresh"], is_flag=True, help="In a new sandbox, which is forgotten at the end."),
        click.Argument(
            ["words"],
            nargs=-1,
            required=True,
            type=click.UNPROCESSED,
            metavar="COMMAND...",
            help="What is run; -- before it keeps its options apart.",
        ),
    ],
    _run,
    example="--fresh -- pytest",
)
COMMAND.allow_interspersed_args = False
