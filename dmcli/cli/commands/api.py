"""`dm api ACTION KEY=VALUE...`: any action, as typed: no local checks, no look-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import click

from dmcli.api import catalogue
from dmcli.api.kinds.text import Body, Text
from dmcli.api.model import Action, Effect
from dmcli.api.wire import COMMON
from dmcli.cli.complete import action_names
from dmcli.cli.input import read_value, refuse_file_name
from dmcli.cli.options import dry_run as dry_run_option
from dmcli.cli.options import is_text
from dmcli.cli.tree import command
from dmcli.cli.values import Call
from dmcli.errors import InputError
from dmcli.words import tr

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
            self.fail(tr("{value!r} is not KEY=VALUE such as PageNo=1", value=value), param, ctx)
        if not is_text(value):
            self.fail(tr("{value!r} is not text: it has bytes that are not UTF-8", value=value), param, ctx)

        def fail(message: str) -> NoReturn:
            self.fail(tr("{label}: {why}", label=name, why=message), param, ctx)

        action = catalogue.find(ctx.params.get("action", "")) if ctx else None
        kind = next((param.kind for param in action.params if param.name == name), None) if action else None
        if kind and kind.files:
            refuse_file_name(text, fail, bare=not isinstance(kind, Text))
        return name, read_value(text, Body.most, fail)


def _api(
    current: Session, action: str, pairs: tuple[tuple[str, str], ...], version: str, form: str, dry_run: bool
) -> None:
    from dmcli.api.paging import page_of
    from dmcli.render import show_document, show_pages, show_text

    params = dict(pairs)
    for name, _ in pairs:
        if name in COMMON:
            raise InputError(tr("{name}: is set by dm itself", name=name))
        if sum(name == other for other, _ in pairs) > 1:
            raise InputError(tr("{name}: is given twice", name=name))
    # What is not in the catalogue may well send mail, so nothing is assumed about repeating it.
    known = (catalogue.find(action) or Action(action, "", "", Effect.SEND))._replace(name=action)
    version = version or current.resources.target.version_of(known, params)
    if dry_run:
        from dmcli.cli.perform import show_dry_run

        show_dry_run(current, Call(known, params, {}), version)
        return
    verdict = current.client.ask(known, params, version, form)
    answer = verdict.answer
    if form == "XML" and verdict.reply:
        show_text(verdict.reply.body.decode("utf-8", "replace"), current.output())
    else:
        output = current.output("json")
        page = page_of(known, answer)
        if page.path and (output.wants_rows or output.query):
            show_pages([page], known.fields, (), output)
        else:
            show_document(answer, known.fields, output)
    current.mark(known, params)


COMMAND = command(
    "api",
    [
        click.Argument(
            ["action"],
            metavar="ACTION",
            help="Name of the action, e.g. DescAccountSummary.",
            shell_complete=action_names,
        ),
        click.Argument(
            ["pairs"], nargs=-1, metavar="[KEY=VALUE]...", help="Parameters; @FILE may stand for a value.", type=Pair()
        ),
        click.Option(["--version"], default="", metavar="VERSION", help="API version instead of the region's."),
        click.Option(
            ["--format", "form"],
            type=click.Choice(("JSON", "XML"), case_sensitive=False),
            default="JSON",
            show_default=True,
            help="Format to ask the service for; xml is printed as received.",
        ),
        dry_run_option(),
    ],
    _api,
    "Call any action by its name, with parameters by their wire names and no local checks.",
    "QueryTagByParam PageNo=1 PageSize=10",
)
