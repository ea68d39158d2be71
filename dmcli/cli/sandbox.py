"""`dm sandbox`: its mail, its quota, its server. None of it touches the network beyond 127.0.0.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api.model import Field
from dmcli.api.named_kinds import TEXT
from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.api.shared import DELIVERY_STATUS
from dmcli.cli.build import Left
from dmcli.cli.options import Value, limits, yes
from dmcli.cli.tree import Group, command
from dmcli.errors import InputError, RefusedError

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.sandbox.server import Server

_HEAD = (
    Field("id", "Mail"),
    Field("created", "Time", shape="epoch"),
    Field("recipient", "To"),
    Field("subject", "Subject"),
    Field("status", "Outcome", DELIVERY_STATUS),
    Field("sender", "From"),
    Field("tag"),
    Field("env_id"),
)
_WHOLE = (
    *_HEAD[:2],
    Field("sender", "From"),
    Field("alias", "Sender name"),
    Field("reply_to", "Reply-to"),
    *_HEAD[2:5],
    Field("reason", "Message"),
    Field("tag", "Tag"),
    Field("template", "Template"),
    Field("headers", "Headers"),
    Field("attachments", "Attachments"),
    Field("env_id", "Send id"),
    Field("request_id", "Request id"),
    Field("text", "Text"),
    Field("html", "HTML"),
)
_MOST = 10**9  # mails, more than a sandbox will ever have
_QUOTA = (Field("daily", "Day quota"), Field("monthly", "Month quota"))


def _list(current: Session, *, to: str, subject: str, limit: int, **values: Any) -> None:
    from dmcli.api.paging import Page
    from dmcli.render import show_pages
    from dmcli.sandbox.mailbox import Filter, list_mail

    wanted = None if values["all"] else limit
    most = _MOST if wanted is None else min(wanted + 1, _MOST)
    with current.sandbox.store.transaction() as connection:
        found = list_mail(connection, most, Filter(to=to, subject=subject))
    left = Left()
    page = Page({"mails": found}, found, "mails")
    shown = show_pages(left.limited([page], wanted), _HEAD, (), current.output())
    if left.more:
        current.say(f"showing the newest {shown} mails; there are more: give --all, or a larger --limit")
    elif not shown:
        current.say("no mail yet; send one: dm -p sandbox send single --to you@example.com --subject Hi --text Hi")


def _show(current: Session, mail: int) -> None:
    from dmcli.render import show_document
    from dmcli.sandbox.mailbox import get_mail

    with current.sandbox.store.transaction() as connection:
        found = get_mail(connection, mail)
    if found is None:
        raise RefusedError(f"there is no mail {mail} in the sandbox; see: dm sandbox mail list")
    show_document(found, _WHOLE, current.output())


def _reset(current: Session, *, yes: bool) -> None:
    import sys

    if not yes:
        if not sys.stdin.isatty():
            raise InputError("this deletes everything in the sandbox and there is no terminal to ask: give --yes")
        if not click.confirm("Delete everything in the sandbox and start afresh?", err=True):
            raise InputError("nothing was deleted")
    from dmcli.sandbox.store import reset

    reset(current.sandbox.store)
    current.ledger.forget(current.sandbox_place)
    current.say("the sandbox is as new")


def _quota(current: Session, *, daily: int | None, monthly: int | None) -> None:
    from dmcli.render import show_document
    from dmcli.sandbox.store import quota, set_quota

    set_quota(current.sandbox.store, daily, monthly)
    show_document(quota(current.sandbox.store), _QUOTA, current.output())


def _serve(current: Session, *, port: int) -> None:
    server = _server(current, port)
    # The address is the result, for scripts that start the server with --port 0; the rest is talk.
    click.echo(server.url)
    current.say(
        f"[sandbox] serving on {server.url}, nothing leaves this machine; stop with Ctrl-C",
        f"[sandbox] see what was sent: {server.url}/_dm/",
        f"[sandbox] keys: {SANDBOX_KEY_ID} / {SANDBOX_KEY_SECRET}",
        f"[sandbox] use it: dm -p sandbox --endpoint {server.url} account show",
    )
    _run(server)


def _open(current: Session, *, port: int, no_browser: bool) -> None:
    running = f"http://127.0.0.1:{port}"
    if port and _is_served(running):
        current.say(f"[sandbox] {running} is served already, by another run")
        _show_inbox(current, running, browser=not no_browser)
        return
    import threading

    server = _server(current, port)
    current.say(f"[sandbox] serving on {server.url}, nothing leaves this machine; stop with Ctrl-C")
    # In a thread, because a browser in the terminal holds on until it is closed.
    show = threading.Thread(
        target=_show_inbox, args=(current, server.url), kwargs={"browser": not no_browser}, daemon=True
    )
    show.start()
    _run(server)


def _server(current: Session, port: int) -> Server:
    """The server of everything: the service, its pages, and uploads over TLS. Raises LocalIOError."""
    import os

    from dmcli.sandbox.server import Server
    from dmcli.sandbox.site import site_of
    from dmcli.sandbox.tls import context_for, path_of

    return Server(site_of(current.sandbox), port, tls=lambda: context_for(path_of(os.environ)))


def _run(server: Server) -> None:
    """Serve until a signal ends it."""
    try:
        server.serve()
    finally:
        server.stop()


def _is_served(url: str) -> bool:
    """Whether a sandbox answers there."""
    import json
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(url.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/_dm/api/health")
        said = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return isinstance(said, dict) and said.get("service") == "dm sandbox"


def _show_inbox(current: Session, url: str, *, browser: bool) -> None:
    """Print the address of the inbox, and open it in the browser where that is wanted and there is one."""
    inbox = f"{url}/_dm/"
    click.echo(inbox)
    if browser:
        import webbrowser

        if not webbrowser.open(inbox):
            current.say("[sandbox] there is no browser to open; go to that address yourself")


_PORT = click.Option(
    ["--port"],
    type=click.IntRange(0, 65535),
    metavar="N",
    default=8555,
    show_default=True,
    help="Port on 127.0.0.1; 0 for any free one.",
)
_MAILBOX = Group("mail", help="Mail that was sent in the sandbox.")
_MAILBOX.add_command(
    command(
        "list",
        [
            click.Option(
                ["--to"], type=Value(TEXT), default="", metavar="TEXT", help="Only mail whose recipient has this text."
            ),
            click.Option(
                ["--subject"],
                type=Value(TEXT),
                default="",
                metavar="TEXT",
                help="Only mail whose subject has this text.",
            ),
            *[option for option in limits() if option.name != "page_size"],
        ],
        _list,
        "List mail, newest first.",
    )
)
_MAILBOX.add_command(
    command(
        "show",
        [click.Argument(["mail"], type=click.IntRange(1, _MOST), metavar="MAIL", help="Number from the list.")],
        _show,
        "Show a mail.",
    )
)

COMMAND = Group("sandbox")
COMMAND.add_command(_MAILBOX)
COMMAND.add_command(
    command(
        "quota",
        [
            click.Option(["--daily"], type=click.IntRange(0, _MOST), metavar="N", help="Mails a day."),
            click.Option(["--monthly"], type=click.IntRange(0, _MOST), metavar="N", help="Mails a month."),
        ],
        _quota,
        "Show or set the sandbox's quota.",
    )
)
COMMAND.add_command(command("reset", [yes()], _reset, "Delete everything in the sandbox and start afresh."))
COMMAND.add_command(
    command(
        "open",
        [_PORT, click.Option(["--no-browser"], is_flag=True, help="Only serve, and print the address of the inbox.")],
        _open,
        "Serve the sandbox on 127.0.0.1 and open its inbox in the browser.",
    )
)
COMMAND.add_command(
    command(
        "serve",
        [_PORT],
        _serve,
        "Serve the sandbox over HTTP on 127.0.0.1, for other programs and the vendor's SDKs.",
    )
)
