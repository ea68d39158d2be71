"""`dm address smtp-check`; the rest of the group is the catalogue's."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from dmcli.api.kinds.addresses import ADDRESS_FILTER
from dmcli.api.model import Field, bad, fair, good
from dmcli.cli.build import group
from dmcli.cli.duration import Duration
from dmcli.cli.options import Value
from dmcli.cli.question import prompted
from dmcli.cli.tree import command
from dmcli.errors import DmError, InputError, gravest_kind, worst
from dmcli.words import marked, tr

if TYPE_CHECKING:
    import ssl

    from dmcli.cli.session import Session
    from dmcli.workflows.smtp_check import Login, Place, Step

_PASSWORD = "DM_SMTP_PASSWORD"  # noqa: S105  the variable
_STATES: dict[str, str] = {"ok": good("ok"), "warning": fair("warning"), "failed": bad("failed")}
_STEPS = marked({"connect": "connection", "TLS": "TLS", "login": "login"})
_FIELDS = (
    Field("server"),
    Field("port", "Port"),
    Field("step", "Step", _STEPS),
    Field("state", "State", _STATES),
    Field("found", "Found"),
    Field("reply", "The server said"),
)


def _smtp_check(
    current: Session,
    *,
    address: str,
    user: str | None,
    password_stdin: bool,
    no_login: bool,
    host: str | None,
    port: int | None,
    implicit_tls: bool,
    timeout: float,
) -> None:
    from dmcli.render import show_document
    from dmcli.workflows.smtp_check import LOGIN, TLS, check

    places = _places(current, host, port, implicit=implicit_tls)
    login = None if no_login else _login(current, user or address, from_stdin=password_stdin)
    steps = list(check(places, login, _trust(current), timeout))
    show_document([{"server": places[0].host, **step.document()} for step in steps], _FIELDS, current.output())
    last = LOGIN if login else TLS
    if not any(step.step == last and not step.exit for step in steps):
        raise _failure(steps, user or address)


def _failure(steps: list[Step], user: str) -> DmError:
    """Why there is no port at which it goes: a login that was refused, else the gravest."""
    failed = [step for step in steps if step.exit]
    refused = [step for step in failed if step.step == "login"] or failed
    code = worst(step.exit for step in refused)
    first = next(step for step in refused if step.exit == code)
    return gravest_kind([code])(tr("{user} cannot send over SMTP: {why}", user=user, why=first.found))


def _places(current: Session, host: str | None, port: int | None, *, implicit: bool) -> list[Place]:
    """Where to look: as typed, else the mail server of the region, or of the sandbox that serves. Raises InputError."""
    from dmcli.api.regions import REGIONS
    from dmcli.workflows.smtp_check import Place, places_of

    settings = current.settings
    if settings.sandbox and not port:
        doors = [(os.environ.get(f"DM_SANDBOX_{name}", ""), name == "SMTPS") for name in ("SMTPS", "SMTP")]
        found = [(*where.rpartition(":"), implicit) for where, implicit in doors if where]
        if not found or host:
            serve = f"{current.resources.sandbox_command} serve --smtp 2525"
            raise InputError(
                tr("say where the sandbox takes mail: --port 2525; it does once it is served: {serve}", serve=serve)
            )
        return [Place(name, int(number), implicit) for name, _, number, implicit in found]
    if not host:
        host = "127.0.0.1" if settings.sandbox else REGIONS[settings.region].smtp
    return places_of(host, port, implicit=implicit)


def _login(current: Session, user: str, *, from_stdin: bool) -> Login:
    """Who logs in; the password is from standard input, the environment or a hidden prompt. Raises InputError."""
    from dmcli.cli.input import read_line
    from dmcli.workflows.smtp_check import Login

    if from_stdin:
        password = read_line("password")
    elif not (password := os.environ.get(_PASSWORD, "")):
        if not sys.stdin.isatty():
            raise InputError(
                tr(
                    "there is no terminal to ask for the password: give --password-stdin and pipe it in, or set "
                    "{variable}; --no-login does without",
                    variable=_PASSWORD,
                )
            )
        password = str(prompted(tr("SMTP password of {user}", user=user), hide_input=True))
    current.voice.learn(password)
    return Login(user, password)


def _trust(current: Session) -> ssl.SSLContext:
    """Whom to trust: the usual authorities, or the sandbox's own certificate."""
    import ssl

    from dmcli.client.transport import trust_store
    from dmcli.sandbox.certificate import trusted

    file = trusted(os.environ) if current.settings.sandbox else trust_store(current.settings.ca_bundle)
    return ssl.create_default_context(cafile=file or None)


COMMAND = group(
    "address",
    command(
        "smtp-check",
        [
            click.Argument(
                ["address"], metavar="ADDRESS", type=Value(ADDRESS_FILTER), help="The sender address that logs in."
            ),
            click.Option(["--user"], metavar="NAME", help="Log in by this name instead, such as the domain."),
            click.Option(
                ["--password-stdin"],
                is_flag=True,
                help="Read the SMTP password from standard input; else it is DM_SMTP_PASSWORD, or asked for.",
            ),
            click.Option(["--no-login"], is_flag=True, help="Look at connection and TLS alone, without a password."),
            click.Option(["--host"], metavar="HOST", help="Mail server.  [default: that of the region]"),
            click.Option(
                ["--port"], type=click.IntRange(1, 65535), metavar="N", help="Port.  [default: 465, then 80 and 25]"
            ),
            click.Option(["--implicit-tls"], is_flag=True, help="TLS begins with the first byte, as at port 465."),
            click.Option(
                ["--timeout"],
                type=Duration(),
                default="10s",
                show_default=True,
                metavar="TIME",
                help="Wait at most this long for each answer.",
            ),
        ],
        _smtp_check,
        "Look whether an address can send over SMTP: connection, TLS, login. No mail is sent.",
        "noreply@mail.example.com",
    ),
)
