"""`dm validate file`, which uploads a file of this machine, and `result`, which tells when there is none yet.

The rest of the group is the catalogue's.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.cli.build import group
from dmcli.cli.common import file_names
from dmcli.cli.options import Value, options_of
from dmcli.cli.tree import command
from dmcli.errors import NotReadyError
from dmcli.words import composed, listed, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_SEND = catalogue.get("SendValidateFile")
_RESULT = catalogue.get("GetValidateFile")
_ON_THE_WEB = ("http://", "https://")
_LINE = 4096  # bytes in which an address of the first row stands
_MOST = 5 << 30  # bytes that OSS takes in a form; what the check takes is undocumented


def _file(current: Session, **values: Any) -> None:
    from dmcli.cli.perform import perform
    from dmcli.workflows.upload.files import look_at

    typed = values["FileUrl"]
    name = values["FileName"] or os.path.basename(typed.partition("?")[0])
    if typed.lower().startswith(_ON_THE_WEB):
        perform(current, _SEND, values | {"FileName": name})
        return
    file = look_at(typed, name, "text/csv", _MOST)
    if values["HasHeaderRow"] is None and b"@" in _first_line(typed):
        current.say(
            tr(
                "warning: the first row of {name} has an address, and is taken for a header, which is not checked: "
                "--no-header has it checked too",
                name=name,
            )
        )
    perform(current, _SEND, values | {"FileName": name, "FileUrl": file.stand_in}, files=(file,))


def _result(current: Session, **typed: Any) -> None:
    from dmcli.cli.perform import resolve_names, show_reply
    from dmcli.cli.values import collect

    call = collect(current, _RESULT, typed)
    wire = resolve_names(current, call)
    reply = current.client.call(_RESULT, wire)
    if not value_of(reply, "FileUrl"):
        raise _not_ready(current, typed["FileId"], wire)
    show_reply(current, call, reply)


def _not_ready(current: Session, typed: str, wire: dict[str, str]) -> NotReadyError:
    """What to say of a file, named as it was typed, whose check is under way, with what the service tells of that."""
    import shlex

    names = {"file": typed.removeprefix("name:"), "command": current.resources.command, "typed": shlex.quote(typed)}
    told = current.client.call(catalogue.get("GetValidateFileStatus"), wire)
    state = [str(value) for name in ("Status", "Percentage") if (value := value_of(told, name)) not in (None, "")]
    return NotReadyError(
        tr(
            "there is no result of {file} yet, it is still being validated ({state}); see how far it is: "
            "{command} validate status {typed}",
            state=listed(state),
            **names,
        )
        if state
        else tr(
            "there is no result of {file} yet, it is still being validated; see how far it is: "
            "{command} validate status {typed}",
            **names,
        )
    )


def _first_line(path: str) -> bytes:
    """How a file begins that can be read, up to the end of its line."""
    with open(path, "rb") as file:
        return file.readline(_LINE)


def _options() -> list[click.Parameter]:
    file = click.Argument(
        ["FileUrl"],
        type=Value(_SEND.param("FileUrl").kind),
        metavar="FILE",
        shell_complete=file_names,
        help="CSV file of this machine, or its address on the web.",
    )
    file.name = "FileUrl"  # click would make it lower case
    return [file, *(option for option in options_of(_SEND, may=("FileName",)) if option.name != "FileUrl")]


COMMAND = group(
    "validate",
    command("file", _options(), _file, _SEND.summary, _SEND.commands[0].example),
    command(
        "result",
        options_of(_RESULT),
        _result,
        composed(_RESULT.summary, "Exit code 5 while it is still being validated."),
        _RESULT.commands[0].example,
    ),
)
