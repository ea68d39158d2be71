"""`dm sandbox snapshot`: the whole account kept under a name, to go back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.model import Field
from dmcli.cli.commands.sandbox.rows import show_rows
from dmcli.cli.complete import in_sandbox
from dmcli.cli.tree import Group, command
from dmcli.errors import NotFoundError
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.sandbox.emulator import Sandbox


def _list(current: Session) -> None:
    from dmcli.sandbox.store.snapshots import list_names

    rows = [{"name": name} for name in list_names(current.sandbox)]
    show_rows(
        current,
        "snapshots",
        rows,
        (Field("name", "Snapshot"),),
        tr("no snapshot yet: {sandbox} snapshot take NAME", sandbox=current.resources.sandbox_command),
    )


def _take(current: Session, *, name: str) -> None:
    from dmcli.sandbox.store.snapshots import take

    take(current.sandbox, name)
    current.say(
        tr(
            "the sandbox is kept as {name}; go back to it: {sandbox} snapshot restore {name}",
            name=name,
            sandbox=current.resources.sandbox_command,
        )
    )


def _restore(current: Session, *, name: str) -> None:
    from dmcli.sandbox.store.snapshots import restore

    if not restore(current.sandbox, name):
        raise _no_snapshot(current, name)
    current.say(tr("the sandbox is as it was kept in {name}", name=name))


def _drop(current: Session, *, name: str) -> None:
    from dmcli.sandbox.store.snapshots import drop

    if not drop(current.sandbox, name):
        raise _no_snapshot(current, name)
    current.say(tr("dropped {name}", name=name))


def _no_snapshot(current: Session, name: str) -> NotFoundError:
    return NotFoundError(
        tr(
            "there is no snapshot {name!r}; see: {sandbox} snapshot list",
            name=name,
            sandbox=current.resources.sandbox_command,
        )
    )


def _known(sandbox: Sandbox) -> list[str]:
    from dmcli.sandbox.store.snapshots import list_names

    return list_names(sandbox)


def _name() -> list[click.Parameter]:
    return [
        click.Argument(
            ["name"], metavar="NAME", help="1 to 64 letters, digits, - and _", shell_complete=in_sandbox(_known)
        )
    ]


COMMAND = Group("snapshot")
for _made in (
    command("list", [], _list, "List the snapshots."),
    command("take", _name(), _take, "Keep the whole sandbox as it is; one of that name is replaced.", "before"),
    command("restore", _name(), _restore, "Go back to a snapshot.", "before"),
    command("drop", _name(), _drop, "Forget a snapshot.", "before"),
):
    COMMAND.add_command(_made)
