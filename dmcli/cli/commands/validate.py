"""`dm validate file`: a file of this machine is uploaded for its check; the rest of the group is the catalogue's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.cli.build import group
from dmcli.cli.common import file_names
from dmcli.cli.options import Value, options_of
from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_SEND = catalogue.get("SendValidateFile")
_ON_THE_WEB = ("http://", "https://")
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
    perform(current, _SEND, values | {"FileName": name, "FileUrl": file.stand_in}, files=(file,))


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


COMMAND = group("validate", command("file", _options(), _file, _SEND.summary, _SEND.commands[0].example))
