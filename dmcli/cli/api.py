"""`dm api ACTION KEY=VALUE...`: any action, as typed: no local checks, no look-ups."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.model import Effect
from dmcli.cli.options import dry_run as dry_run_option
from dmcli.cli.options import read_file
from dmcli.cli.tree import command
from dmcli.errors import InputError

if TYPE_CHECKING:
    from dmcli.cli.session import Session


class Pair(click.ParamType[tuple[str, str]]):
    """KEY=VALUE; VALUE may be @FILE."""

    name = "key=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The name and the text."""
        if isinstance(value, tuple):
            return value
        name, equals, text = str(value).partition("=")
        if not (name and equals):
            self.fail(f"{value!r} is not KEY=VALUE such as PageNo=1", param, ctx)
        if text.startswith("@"):
            text = text[1:] if text.startswith("@@") else read_file(text[1:], lambda m: self.fail(m, param, ctx))
        return name, text


def _actions(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [action.name for action in catalogue.every() if action.name.startswith(incomplete)]


def _api(
    current: Session, action: str, pairs: tuple[tuple[str, str], ...], version: str, form: str, dry_run: bool
) -> None:
    from dmcli.client import error_of, read
    from dmcli.render import show_document

    params = dict(pairs)
    known = catalogue.find(action)
    # What is not in the catalogue may well send mail, so nothing is assumed about repeating it.
    effect = known.effect if known else Effect.SEND
    settled = version or (current.target.version_of(known, params) if known else current.target.api_version)
    if dry_run:
        document = {
            "action": action,
            "version": settled or "2015-11-23",
            "endpoint": current.settings.endpoint or "sandbox (in this process)",
            "parameters": {name: "***" if "password" in name.lower() else text for name, text in params.items()},
        }
        show_document(document, (), current.output("json"))
        return
    reply = current.client.send(action, params, settled or "2015-11-23", effect=effect, form=form.upper())
    if form == "xml":
        text = reply.body.decode("utf-8", "replace")
        if reply.status // 100 != 2:  # noqa: PLR2004
            raise error_of(*_parts(text), reply.status, effect)
        from dmcli.render.text import safe

        click.echo(safe(text, lines=True) if sys.stdout.isatty() else text)
        return
    show_document(read(reply, effect), known.fields if known else (), current.output("json"))


def _parts(text: str) -> tuple[str, str, str]:
    """Code, message and request id of an XML error."""
    import re

    found = (re.search(f"<{name}>(.*?)</{name}>", text, re.DOTALL) for name in ("Code", "Message", "RequestId"))
    code, message, request_id = (match[1] if match else "" for match in found)
    if not code:
        raise InputError("the reply is no XML error of the service; try --format json")
    return code, message, request_id


COMMAND = command(
    "api",
    [
        click.Argument(
            ["action"], metavar="ACTION", help="Name of the action, e.g. DescAccountSummary.", shell_complete=_actions
        ),
        click.Argument(
            ["pairs"], nargs=-1, metavar="[KEY=VALUE]...", help="Parameters; @FILE may stand for a value.", type=Pair()
        ),
        click.Option(["--version"], default="", metavar="VERSION", help="API version instead of the region's."),
        click.Option(
            ["--format", "form"],
            type=click.Choice(("json", "xml")),
            default="json",
            show_default=True,
            help="Format to ask the service for; xml is printed as received.",
        ),
        dry_run_option(),
    ],
    _api,
    "Call any action by its name, with parameters by their wire names and no local checks.",
)
