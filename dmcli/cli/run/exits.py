"""How a run ends when it does not simply finish: what is said of it on stderr, and the exit code. Never a traceback.

All that is needed here is loaded before a command begins: at its end there may be no file and no memory left for it.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import click

import dmcli
from dmcli.cli.run.failure import show_error
from dmcli.cli.run.signals import SIGNALLED, Stopped, end_at_once, hold_signals
from dmcli.cli.tree import DATES
from dmcli.errors import DmError, InputError, local_error
from dmcli.local.files import write_private
from dmcli.local.paths import state_folder
from dmcli.untrusted import brief
from dmcli.words import language, listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.cli.session import Session

# Click's words by language, and those of a sentence that everybody reads. Its names of types are never translated.
_WORDS = {
    "en": {
        "Invalid value for ": "",  # untranslated
        ". Choose from:": "; choose from:",  # untranslated
        "is not a valid integer range": "is no whole number",  # untranslated
        "is not a valid integer": "is no whole number",  # untranslated
        "is not a valid float range": "is no number",  # untranslated
        "is not in the range": "is out of range:",  # untranslated
    },
    "zh": {
        ". 可选值： ": "；可选值：",
        "不是有效的 integer range": "不是整数",  # untranslated
        "不是有效的 integer": "不是整数",
        "不是有效的 float range": "不是数字",  # untranslated
    },
}
_NO_ROOM = b"dm: there is no memory or open file left, not even to say what ended this\n"
_INTERRUPTED, _PIPE_CLOSED, _DEFECT = 130, 141, 70


def report(current: Session, error: BaseException) -> int:
    """Say on stderr what ended the run; its exit code. Where stderr is gone too, the code says it alone.

    From then on a signal ends the process at once.
    """
    hold_signals()
    with suppress(OSError, ValueError):
        try:
            _say_why(current, error)
        except (ImportError, MemoryError, OSError):
            os.write(2, _NO_ROOM)  # where stderr is what failed, this fails too
    end_at_once()
    return _code(error)


def _say_why(current: Session, error: BaseException) -> None:
    code = _code(error)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        from dmcli.cli.help import show_help

        show_help(error.ctx, sys.stderr)
    elif isinstance(error, (click.Abort, KeyboardInterrupt, Stopped)):
        word = tr("stopped by {name}", name=error.name) if isinstance(error, Stopped) else tr("interrupted")
        way_on = tr("; go on with: {command}", command=current.way_on) if current.way_on else ""
        _say(f"dm: {word}{_unknown_outcome(current)}{way_on}")
    elif code == _PIPE_CLOSED:
        return
    elif known := _as_dm_error(error):
        show_error(current, known)
    else:
        told = f"{_where(error)}{_unknown_outcome(current)}{_write_defect(current, error)}"
        _say(tr("dm: a defect in dm {version}: {told}", version=dmcli.__version__, told=told))


def _code(error: BaseException) -> int:
    """The exit code of what ended a run."""
    if isinstance(error, DmError):
        return error.exit_code
    if isinstance(error, click.ClickException):
        return InputError.exit_code
    if isinstance(error, BrokenPipeError):
        return _PIPE_CLOSED
    if known := local_error(error):
        return known.exit_code
    if isinstance(error, Stopped):
        return SIGNALLED + error.number
    return _INTERRUPTED if isinstance(error, (click.Abort, KeyboardInterrupt)) else _DEFECT


def _as_dm_error(error: BaseException) -> DmError | None:
    """What the operating system or click raised, as an error of ours; None for a defect."""
    if isinstance(error, DmError):
        return error
    if isinstance(error, click.ClickException):
        ctx = getattr(error, "ctx", None)
        return InputError(_sentence(error), hint=tr("Try '{command} --help'.", command=ctx.command_path) if ctx else "")
    return local_error(error)


def _sentence(error: click.ClickException) -> str:
    """Click's message as one sentence."""
    if isinstance(error, click.NoSuchOption):
        known = {name for param in error.ctx.command.params for name in param.opts} if error.ctx else set()
        meant = known & {DATES.get(error.option_name)} or error.possibilities or ()
        if not meant:
            return tr("no such option '{name}'", name=error.option_name)
        near = listed(map(str, meant), " or ")
        return tr("no such option '{name}'; did you mean {near}?", name=error.option_name, near=near)
    if isinstance(error, click.BadParameter) and isinstance(error.param, click.Argument):
        name = error.param.human_readable_name.rpartition("] ")[2].strip("[].")  # those are for the usage line
        error.param_hint = f"'{name}'"
    if isinstance(error, click.MissingParameter) and error.param and error.param.secondary_opts:  # a yes and a no
        error.param_hint = f"'{'/'.join((*error.param.opts, *error.param.secondary_opts))}'"
    text = " ".join(error.format_message().split())
    for theirs, ours in _WORDS[language()].items():
        text = text.replace(theirs, ours)
    text = text.rstrip(".。")
    return text[:1].lower() + text[1:]


def _unknown_outcome(current: Session) -> str:
    """What to add when the run ended in the middle of a change."""
    name = current.resources.unfinished
    return (
        tr(" while {name} was under way: whether it was done is not known, look before you run it again", name=name)
        if name
        else ""
    )


def _say(line: str) -> None:
    click.echo(brief(line), err=True)


def _where(error: BaseException) -> str:
    """Where a defect showed: the kind of exception, file and line; no message, which could hold a value."""
    *_, last = _frames(error)
    return f"{type(error).__name__} at {last.split(' in ', 1)[0]}"


def _frames(error: BaseException) -> Iterator[str]:
    """The frames of a traceback, the innermost last: file, line and function, without any value."""
    at = error.__traceback__
    while at:
        code = at.tb_frame.f_code
        yield f"{os.path.basename(code.co_filename)}:{at.tb_lineno} in {code.co_name}"
        at = at.tb_next


def _write_defect(current: Session, error: BaseException) -> str:
    """Write what a developer needs into a private file, values left out; where it is, in words."""
    path = os.path.join(state_folder(os.environ), f"defect-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt")
    lines = [
        f"dm {dmcli.__version__} on Python {sys.version.split()[0]}, {sys.platform}",
        f"command: {current.command_path}",
    ]
    cause: BaseException | None = error
    while cause:
        lines += ["", type(cause).__name__, *(f"  {frame}" for frame in _frames(cause))]
        cause = cause.__cause__ or cause.__context__
    try:
        write_private(path, "\n".join(lines) + "\n")
    except DmError:
        return tr("; please report it")
    return tr("; please report it with {path}, which holds no value of yours", path=path)
