"""`dm sandbox open`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.cli.commands.sandbox.serving.common import (
    port_option,
    served_already,
    server_of,
    serving_line,
    strict_option,
    until_ctrl_c,
)
from dmcli.cli.commands.sandbox.serving.doors import door_options, doors_open
from dmcli.cli.tree import command
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session


_INBOX = "/_dm/"


def _open(current: Session, *, port: int, strict: bool, no_browser: bool, **doors: int | None) -> None:
    if running := served_already(current, port, doors):
        click.echo(f"{running}{_INBOX}")
        if not no_browser:
            _browse(current, f"{running}{_INBOX}")
        return
    import threading

    server = server_of(current.sandbox, port, strict=strict)
    with until_ctrl_c(server), doors_open(current, current.sandbox, **doors):
        current.say(serving_line(server, current.sandbox))
        inbox = f"{server.url}{_INBOX}"
        click.echo(inbox)
        if not no_browser:  # in a thread, because a browser in the terminal holds on until it is closed
            threading.Thread(target=_browse, args=(current, inbox), daemon=True).start()
        server.serve()


def _browse(current: Session, inbox: str) -> None:
    """Open the inbox in the browser, where there is one."""
    import webbrowser

    if not webbrowser.open(inbox):
        current.say(tr("[sandbox] there is no browser to open; go to that address yourself"))


_NO_BROWSER = click.Option(["--no-browser"], is_flag=True, help="Only serve, and print the address of the inbox.")
COMMAND = command("open", [port_option(), *door_options(), strict_option(), _NO_BROWSER], _open, example="--no-browser")
