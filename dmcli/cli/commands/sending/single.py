"""`dm send single`: a stored template takes its variables one by one, and none may stay unfilled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.cli.commands.sending.options import Addresses, AddressesValue, attach_option, css_inline_option
from dmcli.cli.options import options_of
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.cli.commands.sending.attach import Spec
    from dmcli.cli.session import Session
    from dmcli.workflows.upload.files import LocalFile

_SINGLE = catalogue.get("SingleSendMail")
_TO = marked("Recipient; repeat it or separate with commas, up to 100; @FILE has one a line, or a column named email.")
_NOTHING = marked("{why}; nothing was sent")


def allow_unfilled() -> click.Option:
    """--allow-unfilled, for what has a template."""
    return click.Option(["--allow-unfilled"], is_flag=True, help="Send even where variables of the template stay.")


def _single(
    current: Session,
    *,
    variables: Sequence[str],
    allow_unfilled: bool,
    css_inline: bool,
    attach: Sequence[Spec],
    **values: Any,
) -> None:
    from dmcli.cli.perform import carry_out, resolve_names, show_dry_run
    from dmcli.cli.values import collect

    values["ToAddress"] = _recipients(current, values["ToAddress"])
    if css_inline:
        from dmcli.cli.commands.sending.prepared import inlined

        values["HtmlBody"] = inlined(current, values["HtmlBody"])
    if variables:
        values["Template"] = _with_variables(values["Template"], variables)
    call = collect(current, _SINGLE, values)
    files: tuple[LocalFile, ...] = ()
    if attach:
        from dmcli.cli.commands.sending.attach import look_at_files, with_files

        files = look_at_files(current, attach, len(values["Attachments"]))
        call = call._replace(wire=with_files(call.wire, files))
    if values["dry_run"]:
        show_dry_run(current, call, files=files)
        return
    wire = resolve_names(current, call)
    if "Template" in wire and not allow_unfilled:
        _check(current, wire["Template"])
    carry_out(current, call, wire, values["idempotency_key"], files)


class _Listed(str):
    """What was in a file: addresses, one a line."""

    __slots__ = ()


class _ToValue(AddressesValue):
    """Addresses separated by commas, or those of a file; a line break that was typed separates none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text; of a file marked as such."""
        found = super().convert(value, param, ctx)
        return _Listed(found) if isinstance(value, str) and value.startswith("@") and value[1:2] != "@" else found


def _recipients(current: Session, given: tuple[str, ...]) -> tuple[str, ...]:
    """The recipients, those of a file one by one. Raises InputError for what is no address, and for too many."""
    found: list[str] = []
    for text in given:
        if not isinstance(text, _Listed):
            found.append(text)
            continue
        from dmcli.cli.commands.sending.addresses import check_addresses, typed

        try:
            found += check_addresses(current, typed((text,)), _NOTHING)
        except InputError as error:
            raise InputError(tr("{label}: {why}", label="--to", why=error.message), details=error.details) from None
    most = _SINGLE.param("ToAddress").kind.count  # type: ignore[attr-defined]
    if len(found) > most:
        raise InputError(
            tr(
                "--to: {number:,} addresses are given, and one mail takes {most}, who see each other; dm send merge "
                "sends each a mail of their own",
                number=len(found),
                most=most,
            )
        )
    return tuple(found)


def _options() -> list[click.Parameter]:
    options = options_of(_SINGLE)
    for option in options:
        if option.name == "ToAddress" and isinstance(option, click.Option):
            option.type = _ToValue(Addresses())
            option.help = _TO
    return options


def _with_variables(template: str | None, variables: Sequence[str]) -> str:
    """The template as JSON, with these variables too. Raises InputError."""
    import json

    from dmcli.api.actions.delivery import STORED_TEMPLATE
    from dmcli.untrusted import read_json

    if not template:
        raise InputError(tr("--var goes with --template: give the template, by name or id"))
    data = {}
    for text in variables:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InputError(tr("--var {typed}: give NAME=VALUE, such as --var name=Li", typed=text))
        data[name] = value
    try:
        whole = read_json(STORED_TEMPLATE.put(template, STORED_TEMPLATE.thing_in(template)))
    except ValueError as error:
        raise InputError(tr("{label}: {why}", label="--template", why=error)) from None
    known = whole.get("TemplateData") or {}
    return json.dumps(whole | {"TemplateData": {**known, **data}}, ensure_ascii=False)


def _check(current: Session, template: str) -> None:
    """Raise InputError where the template has variables that are not given."""
    from dmcli.untrusted import read_json
    from dmcli.workflows.batch import template as read_template
    from dmcli.workflows.batch import variables_of

    chosen = read_json(template)
    found = read_template(current.client, str(chosen["TemplateId"]))
    missing = [
        name for name in variables_of(found.subject, found.html) if name not in (chosen.get("TemplateData") or {})
    ]
    if missing:
        give = " ".join(f"--var {name}=..." for name in missing)
        raise InputError(
            tr("variables of the template would stay unfilled: give {options}, or --allow-unfilled", options=give)
        )


COMMAND = command(
    "single",
    [
        *_options(),
        click.Option(
            ["--var", "variables"], multiple=True, metavar="NAME=VALUE", help="Variable of the template; repeatable."
        ),
        attach_option(),
        allow_unfilled(),
        css_inline_option(),
    ],
    _single,
    _SINGLE.summary,
    _SINGLE.commands[0].example,
)
