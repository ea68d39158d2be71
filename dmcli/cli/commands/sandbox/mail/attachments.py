"""`dm sandbox mail attachments`: the files of a mail, listed, and saved as they are."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.actions.common import count
from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.mail.choose import find_mail, one_mail
from dmcli.cli.commands.sandbox.rows import show_rows
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.cli.session import Session
    from dmcli.sandbox.mail.attachments import Attachment

_FIELDS = (
    count("number", "Number"),
    Field("name", "Name"),
    Field("type", "Type", priority=1),
    count("bytes", "Bytes"),
    Field("sha256", "SHA-256", priority=3),
    Field("url", "URL", priority=2),
    Field("file", "Saved as"),
)
_UNSAFE = re.compile(r"[^\w .,()+@=-]")  # in the name of a file, whichever system reads it
_LONGEST = 100  # characters of such a name


def _attachments(current: Session, *, mail: int, wait: float, save: str | None, **values: Any) -> None:
    from dmcli.sandbox.mail.attachments import described, read_attachments

    found = find_mail(current, mail, wait, values)
    attached = read_attachments(current.sandbox, found)
    saved = _save(save, attached) if save is not None else {}
    rows = described(attached)
    if save is not None:
        rows = [row | {"file": saved.get(row["number"])} for row in rows]
    fields = _FIELDS if save is not None else _FIELDS[:-1]
    show_rows(current, "attachments", rows, fields, tr("mail {number} has no attachments", number=found["id"]))
    for number, one in enumerate(attached, 1):
        if save is not None and number not in saved:
            current.say(
                tr("not saved, since it was not uploaded to the sandbox: {name} ({url})", name=one.name, url=one.url)
            )


def _save(folder: str, attached: Iterable[Attachment]) -> dict[int, str]:
    """Write what is here into a folder, made where it is missing, over nothing; the paths by number.

    Raises InputError for what is there already, OSError for what cannot be written.
    """
    from dmcli.local.files import whole

    wanted = {
        number: (os.path.join(folder, _safe(number, one.name)), one.data)
        for number, one in enumerate(attached, 1)
        if one.data is not None
    }
    for path, _ in wanted.values():
        if os.path.lexists(path):
            raise InputError(tr("{path} is there already: give another folder, or take it away", path=path))
    if wanted:
        os.makedirs(folder, exist_ok=True)
    for path, data in wanted.values():
        with whole(path) as growing, open(growing, "wb") as file:
            file.write(data)
    return {number: path for number, (path, _) in wanted.items()}


def _safe(number: int, name: str) -> str:
    """A name for the file: begun with its number, so that each has its own and none is hidden."""
    return f"{number}-{_UNSAFE.sub('_', os.path.basename(name))[-_LONGEST:]}"


COMMANDS = (
    command(
        "attachments",
        [
            *one_mail(),
            click.Option(
                ["--save"],
                metavar="FOLDER",
                help="Write the files into this folder, byte for byte; it is made where it is missing.",
            ),
        ],
        _attachments,
        "List the attachments of a mail, and save those that were uploaded.",
        "latest --to ada@example.com --save .",
    ),
)
