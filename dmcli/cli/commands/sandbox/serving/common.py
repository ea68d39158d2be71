"""What the commands that serve the sandbox over HTTP share."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from dmcli.api.regions import DEFAULT_REGION
from dmcli.errors import LocalIOError, LockedError, RefusedError
from dmcli.sandbox.environment import PORT
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.cli.session import Session
    from dmcli.sandbox.emulator import Sandbox
    from dmcli.sandbox.server.server import Server

NAME = "dm sandbox"  # untranslated: as /_dm/api/health has it
_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_TURN = 0.0005  # seconds


def port_option(default: int = PORT) -> click.Option:
    """--port, of the server."""
    return click.Option(
        ["--port"],
        type=click.IntRange(0, 65535),
        metavar="N",
        default=default,
        show_default=True,
        help="Port on 127.0.0.1; 0 for any free one.",
    )


def strict_option() -> click.Option:
    """--strict, of the server."""
    return click.Option(["--strict"], is_flag=True, help="Refuse parameters that an action does not have.")


def server_of(sandbox: Sandbox, port: int, *, strict: bool = False) -> Server:
    """The server of everything: the service, its pages, and uploads over TLS. Raises LocalIOError."""
    from dmcli.sandbox.certificate import context_for, path_of
    from dmcli.sandbox.server.server import Server
    from dmcli.sandbox.server.site import site_of

    _share()
    sandbox.strict = strict
    return Server(site_of(sandbox), port, tls=lambda: context_for(path_of(os.environ)))


def _share() -> None:
    """Have threads share time and memory well.

    A call waits for its turn at each of its some ten system calls, by default 5 ms beside a thread at work. Memory is
    taken from one place: glibc keeps up to 16, each with room for its largest call.
    """
    import ctypes

    sys.setswitchinterval(_TURN)
    with suppress(OSError, AttributeError, TypeError):  # other C libraries have no mallopt
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def served_already(current: Session, port: int, doors: Mapping[str, int | None]) -> str:
    """Where another run serves this sandbox on that port, having said so; "" where none does.

    Raises RefusedError where it serves another sandbox, or doors are wanted, which only a run of its own can open.
    """
    running = f"http://127.0.0.1:{port}"
    other = state_at(running) if port else ""
    if not other:
        return ""
    mine = os.path.realpath(current.sandbox.path)
    if other != mine:
        raise RefusedError(
            tr(
                "{running} serves the sandbox {other}, not {mine}; serve it beside that with --port 0",
                running=running,
                other=other,
                mine=mine,
            )
        )
    if wanted := sorted(f"--{name}" for name, place in doors.items() if place is not None):
        raise RefusedError(
            tr(
                "{running} is served already, by another run; end that, or serve {doors} beside it with --port 0",
                running=running,
                doors=listed(wanted, " and "),
            )
        )
    current.say(tr("[sandbox] {running} is served already, by another run", running=running))
    return running


def serving_line(server: Server, sandbox: Sandbox) -> str:
    """What is said once a server is there; the account's region where it is not the default one."""
    if sandbox.region == DEFAULT_REGION:
        return tr("[sandbox] serving on {url}, nothing leaves this machine; stop with Ctrl-C", url=server.url)
    return tr(
        "[sandbox] serving on {url} as {region}, nothing leaves this machine; stop with Ctrl-C",
        url=server.url,
        region=sandbox.region,
    )


@contextmanager
def until_ctrl_c(server: Server) -> Iterator[None]:
    """What is said of a server, and its serving: Ctrl-C is how people end that.

    The certificate is there before anything is said, for programs that read the file before they connect.
    """
    from dmcli.sandbox.certificate import trusted

    try:
        with suppress(LocalIOError, LockedError):  # who speaks TLS is told; http works without
            trusted(os.environ)
        yield
    except KeyboardInterrupt:
        pass
    finally:
        server.stop()


def state_at(url: str) -> str:
    """The file with the state of the sandbox that answers there; "" where none does."""
    return health_at(url).get("state", "")


def health_at(url: str) -> dict[str, str]:
    """What a sandbox that answers there says of itself; nothing where none does."""
    import json
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(url.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/_dm/api/health")
        said = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    ours = isinstance(said, dict) and said.get("service") == NAME
    return {name: str(value) for name, value in said.items()} if ours else {}
