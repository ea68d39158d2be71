"""One call of any action, as typed: no local checks, no look-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import click

from dmcli.api import catalogue
from dmcli.api.actions.common import NO_ACTION
from dmcli.api.actions.others import OTHERS
from dmcli.api.kinds.text import Body, Text
from dmcli.api.model import Action, Effect
from dmcli.api.wire import COMMON
from dmcli.cli.input import read_value, refuse_file_name
from dmcli.cli.options import is_text
from dmcli.cli.values import Call
from dmcli.errors import DmError, InputError
from dmcli.words import listed, tr

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


def run(  # what the command has
    current: Session,
    *,
    action: str | None,
    pairs: tuple[tuple[str, str], ...],
    listing: bool,
    area: str | None,
    describe: bool,
    version: str,
    form: str,
    dry_run: bool,
) -> None:
    """Call the action, or tell of actions where that is asked for, or all that can be done. Raises DmError."""
    from dmcli.cli.commands.api.about import show_list, show_params

    if listing or area:
        if action:
            raise InputError(tr("--list and --area go without an action"))
        show_list(current, area or "")
        return
    if not action:
        raise click.UsageError(tr("give the name of an action; all of them: dm api --list"))
    known = catalogue.find(action) or OTHERS.get(action)
    if describe:
        if not known:
            near = _nearest(action) or tr("; all of them: dm api --list")
            raise InputError(tr("{name!r} is no action that is known{near}", name=action, near=near))
        show_params(current, known)
        return
    missing = [param.name for param in known.params if param.required] if known and not (pairs or dry_run) else []
    if known and missing:
        show_params(current, known)
        raise InputError(tr("{action} needs {names}; nothing was sent", action=known.name, names=listed(missing)))
    _call(current, action, pairs, version, form, dry_run)


def _nearest(action: str) -> str:
    """The end of a sentence that suggests which action may have been meant; empty when none is near."""
    from dmcli.config.file import nearest

    return nearest(action, [known.name for known in (*catalogue.all_actions(), *OTHERS.values())])


def _call(
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
    known = (catalogue.find(action) or OTHERS.get(action) or Action(action, "", "", Effect.SEND))._replace(name=action)
    version = version or current.resources.target.version_of(known, params)
    if dry_run:
        from dmcli.cli.perform import show_dry_run

        show_dry_run(current, Call(known, params, {}), version)
        return
    try:
        verdict = current.client.ask(known, params, version, form)
    except DmError as error:
        if error.code in NO_ACTION and not known.area and (near := _nearest(action)):
            error.message = error.message.rstrip(".") + near
        raise
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
