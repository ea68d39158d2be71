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


def _open(current: Session, *, port: int, strict: bool, no_browser: bool) -> None:
    running = f"http://127.0.0.1:{port}"
    other = state_at(running) if port else ""
    if other:
        mine = os.path.realpath(current.sandbox.path)
        if other != mine:
            raise RefusedError(f"{running} serves the sandbox {other}, not {mine}; serve it beside that with --port 0")
        current.say(f"[sandbox] {running} is served already, by another run")
        _show(current, running, browser=not no_browser)
        return
    import threading

    server = server_of(current.sandbox, port, strict=strict)
    current.say(f"[sandbox] serving on {server.url}, nothing leaves this machine; stop with Ctrl-C")
    # In a thread, because a browser in the terminal holds on until it is closed.
    show = threading.Thread(target=_show, args=(current, server.url), kwargs={"browser": not no_browser}, daemon=True)
    show.start()
    serve(server)


def _show(current: Session, url: str, *, browser: bool) -> None:
    """Print the address of the inbox, and open it in the browser where that is wanted and there is one."""
    inbox = f"{url}/_dm/"
    click.echo(inbox)
    if browser:
        import webbrowser

        if not webbrowser.open(inbox):
            current.say("[sandbox] there is no browser to open; go to that address yourself")


_NO_BROWSER = click.Option(["--no-browser"], is_flag=True, help="Only serve, and print the address of the inbox.")
COMMAND = command("open", [port_option(), strict_option(), _NO_BROWSER], _open)
