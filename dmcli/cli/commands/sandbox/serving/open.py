"""`dm sandbox open`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from dmcli.cli.commands.sandbox.serving.common import port_option, serve, server_of, state_at, strict_option
from dmcli.cli.tree import command
from dmcli.errors import RefusedError

if TYPE_CHECKING:
    from dmcli.cli.session import Session


_INBOX = "/_dm/"


def _open(current: Session, *, port: int, strict: bool, no_browser: bool) -> None:
    running = f"http://127.0.0.1:{port}"
    other = state_at(running) if port else ""
    if other:
        mine = os.path.realpath(current.sandbox.path)
        if other != mine:
            raise RefusedError(f"{running} serves the sandbox {other}, not {mine}; serve it beside that with --port 0")
        current.say(f"[sandbox] {running} is served already, by another run")
        click.echo(f"{running}{_INBOX}")
        if not no_browser:
            _browse(current, f"{running}{_INBOX}")
        return
    import threading

    server = server_of(current.sandbox, port, strict=strict)
    current.say(f"[sandbox] serving on {server.url}, nothing leaves this machine; stop with Ctrl-C")
    inbox = f"{server.url}{_INBOX}"
    click.echo(inbox)
    if not no_browser:  # in a thread, because a browser in the terminal holds on until it is closed
        threading.Thread(target=_browse, args=(current, inbox), daemon=True).start()
    serve(server)


def _browse(current: Session, inbox: str) -> None:
    """Open the inbox in the browser, where there is one."""
    import webbrowser

    if not webbrowser.open(inbox):
        current.say("[sandbox] there is no browser to open; go to that address yourself")


_NO_BROWSER = click.Option(["--no-browser"], is_flag=True, help="Only serve, and print the address of the inbox.")
COMMAND = command("open", [port_option(), strict_option(), _NO_BROWSER], _open)
