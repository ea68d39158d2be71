"""`dm account export`: the account as a file, the same to the byte as long as the account is the same."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import click

from dmcli.cli.commands.account.common import KINDS, only_option, read_account, say_read, unread_error
from dmcli.cli.tree import command
from dmcli.errors import InputError, LocalIOError, PartlyRejectedError
from dmcli.words import counted, listed, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.workflows.account.model import Account

_TOLD = 10  # files that are named


def _export(current: Session, *, file: str | None, members: bool, only: tuple[str, ...], schema: bool) -> None:
    if schema:
        from dmcli.render import show_document
        from dmcli.workflows.account.schema import schema as made

        show_document(made(), (), current.output("json")._replace(format="json"))
        return
    if members and not file:
        raise InputError(tr("--members writes a file for each list: give the FILE that they stand beside"))
    from dmcli.workflows.account.reading import Scope

    kinds = only or KINDS
    account = read_account(current, current.client, Scope(kinds, lambda _: members))
    account = account._replace(
        state={kind: things for kind, things in account.state.items() if kind in kinds},
        unread={kind: error for kind, error in account.unread.items() if kind in kinds},
    )
    if file:
        _write(current, file, account)
    else:
        _show(current, account)
    if error := unread_error(account, kinds):
        raise error
    if account.lost:
        raise PartlyRejectedError(
            tr(
                "the values of {members} have commas, and the service does not tell where one ends; only their "
                "addresses were exported",
                members=counted(len(account.lost), "member"),
            ),
            details=account.lost[:20],
        )


def _write(current: Session, file: str, account: Account) -> None:
    """Write the file, the files beside it first. Raises LocalIOError."""
    from dmcli.local.files import write_private, write_where_told
    from dmcli.workflows.account.texts import is_below
    from dmcli.workflows.account.writing import document_of, text_of, unused

    if os.path.isdir(file):  # before anything is written beside it
        raise LocalIOError(tr("cannot write {path}: {reason}", path=file, reason=os.strerror(errno.EISDIR)))
    beside: dict[str, str] = {}
    document = document_of(account, beside.__setitem__)
    folder = os.path.dirname(os.path.abspath(file))
    if os.path.isdir(folder):
        for path in beside:
            if not is_below(folder, path):
                raise LocalIOError(tr("{path!r} is not below the folder of this file", path=path))
        for path, text in beside.items():
            write_private(os.path.join(folder, path), text)
    write_where_told(file, text_of(account, document))
    say_read(current, account, KINDS)
    files = counted(len(beside), "file")
    current.say(
        tr("wrote {file}, and {files} beside it", file=file, files=files) if beside else tr("wrote {file}", file=file)
    )
    if left := unused(folder, account.state, beside):
        # Whose they are nobody can tell: another file may name them, or a person have put them there.
        current.say(
            tr(
                "{file} does not name {files} beside it, which you can delete if nothing else does: {paths}",
                file=file,
                files=counted(len(left), "file"),
                paths=listed(left[:_TOLD]) + (", ..." if len(left) > _TOLD else ""),
            )
        )


def _show(current: Session, account: Account) -> None:
    """Print the file, or its data."""
    from dmcli.render import show_document, show_text
    from dmcli.workflows.account.writing import document_of, text_of

    document, output = document_of(account), current.output()
    if output.query or output.format in ("json", "ndjson"):
        show_document(document, (), output)
    else:
        show_text(text_of(account, document).removesuffix("\n"), output)


COMMAND = command(
    "export",
    [
        click.Argument(
            ["file"],
            required=False,
            type=click.Path(),
            metavar="[FILE]",
            help="File to write; templates and members come into folders beside it. Default: standard output.",
        ),
        click.Option(["--members"], is_flag=True, help="The members of lists too."),
        only_option(),
        click.Option(["--schema"], is_flag=True, help="Print the JSON Schema of the file instead."),
    ],
    _export,
    "Write the account as a file: domains, senders, tags, lists, templates and the rest. No secret is in it.",
    "account.yaml",
)
