"""`dm sandbox serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
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


def _serve(current: Session, *, port: int, strict: bool, **doors: int | None) -> None:
    if running := served_already(current, port, doors):
        click.echo(running)
        return
    server = server_of(current.sandbox, port, strict=strict)
    with until_ctrl_c(server), doors_open(current, current.sandbox, **doors):
        # The address is the result, for scripts that start the server with --port 0; the rest is talk.
        click.echo(server.url)
        current.say(
            serving_line(server, current.sandbox),
            tr("[sandbox] see what was sent: {url}/_dm/", url=server.url),
            tr("[sandbox] keys: {key_id} / {secret}", key_id=SANDBOX_KEY_ID, secret=SANDBOX_KEY_SECRET),
            tr("[sandbox] use it: dm -p sandbox --endpoint {url} account show", url=server.url),
        )
        server.serve()


COMMAND = command("serve", [port_option(), *door_options(), strict_option()], _serve, example="--port 8025")
