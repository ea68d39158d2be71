"""The doors of the sandbox beside HTTP: DNS, and SMTP in the clear or with TLS from the first byte."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from dmcli.api.regions import SANDBOX_SMTP_PASSWORD
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.cli.session import Session
    from dmcli.sandbox.emulator import Sandbox

_SENDER = "noreply@sandbox.test"  # that a new sandbox has
_HELPS = marked(
    {
        "dns": "Answer DNS for the sandbox's domains too, which then verify by it; on 127.0.0.1, 0 for any free port.",
        "smtp": "Take mail over SMTP too, with STARTTLS; on 127.0.0.1, 0 for any free port.",
        "smtps": "Take mail over SMTP with TLS from the first byte; on 127.0.0.1, 0 for any free port.",
    }
)


def door_options() -> list[click.Parameter]:
    """--dns, --smtp and --smtps, beside the server."""
    port = click.IntRange(0, 65535)
    return [click.Option([f"--{name}"], type=port, metavar="PORT", help=text) for name, text in _HELPS.items()]


@contextmanager
def doors_open(
    current: Session, sandbox: Sandbox, *, dns: int | None, smtp: int | None, smtps: int | None
) -> Iterator[dict[str, str]]:
    """The doors for which a port is given, while the block runs, having said where; by name where they are.

    Raises LocalIOError, and ConfigError for what needs a package.
    """
    with ExitStack() as stack:
        found = {"dns": stack.enter_context(_dns(current, sandbox, dns))} if dns is not None else {}
        if smtp is not None:
            stack.enter_context(_smtp(current, sandbox, smtp, implicit=False))
        if smtps is not None:
            stack.enter_context(_smtp(current, sandbox, smtps, implicit=True))
        if sandbox.doors:
            current.say(_login(current, sandbox))
        yield found | sandbox.doors


@contextmanager
def _dns(current: Session, sandbox: Sandbox, port: int) -> Iterator[str]:
    from dmcli.sandbox.server.authority import AuthorityServer

    with AuthorityServer(sandbox, port) as authority:
        where = f"127.0.0.1:{authority.port}"
        current.say(
            tr(
                "[sandbox] answering DNS on {where}, UDP and TCP; see: dm domain doctor DOMAIN --resolver {where}",
                where=where,
            )
        )
        yield where


@contextmanager
def _smtp(current: Session, sandbox: Sandbox, port: int, *, implicit: bool) -> Iterator[None]:
    from dmcli.sandbox.certificate import INSTALL, available, context_for, path_of
    from dmcli.sandbox.smtp.server import SmtpServer

    tls = context_for(path_of(os.environ)) if implicit or available() else None
    with SmtpServer(sandbox, port, tls=tls, implicit=implicit) as server:
        where = f"127.0.0.1:{server.port}"
        if implicit:
            current.say(tr("[sandbox] taking mail on {where}, with TLS from the first byte", where=where))
        elif tls:
            current.say(tr("[sandbox] taking mail on {where}, with STARTTLS", where=where))
        else:
            text = tr(
                "[sandbox] taking mail on {where}; STARTTLS needs a package: {install}", where=where, install=INSTALL
            )
            current.say(text)
        yield


def _login(current: Session, sandbox: Sandbox) -> str:
    """Who may log in, as long as a new sandbox's own password is good."""
    from dmcli.sandbox.service.logins import may_log_in

    if may_log_in(sandbox, _SENDER, SANDBOX_SMTP_PASSWORD):
        return tr("[sandbox] log in: {user} / {password}", user=_SENDER, password=SANDBOX_SMTP_PASSWORD)
    return tr(
        "[sandbox] log in with a sender address and its SMTP password; set one: {dm} address set-password ADDRESS",
        dm=current.resources.command,
    )
