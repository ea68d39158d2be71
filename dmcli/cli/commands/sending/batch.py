"""`dm send batch`: what will happen is shown, and asked about, before a template goes to everybody of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dmcli.api import catalogue
from dmcli.api.actions.common import count
from dmcli.api.kinds.addresses import EMAIL
from dmcli.api.model import Field
from dmcli.cli.commands.sending.single import allow_unfilled
from dmcli.cli.options import Value, options_of
from dmcli.cli.question import ask
from dmcli.cli.tree import command
from dmcli.errors import InputError
from dmcli.words import counted, listed, marked, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.cli.values import Call
    from dmcli.workflows.batch import Look

_BATCH = catalogue.get("BatchSendMail")
_SINGLE = catalogue.get("SingleSendMail")
_SHOWN = 500  # characters of the sample's body
_FIELDS = (
    Field("sender", "Sender"),
    Field("to", "To"),
    count("people", "People"),
    Field("template", "Template"),
    Field("lacking", "Without a value"),
    count("day_left", "Left today"),
    count("month_left", "Left this month"),
    Field("sample_to", "Sample for"),
    Field("subject", "Subject"),
    Field("body", "Body"),
    Field("takes", "Takes"),
)


def _batch(
    current: Session, *, plan: bool, test_to: str | None, allow_unfilled: bool, yes: bool, **values: Any
) -> None:
    from dmcli.cli.perform import carry_out, perform, resolve_names, show_dry_run
    from dmcli.cli.values import collect

    if plan and test_to:
        text = marked("{one} and {other} are two things to do: give one of them")
        raise InputError(tr(text, one="--plan", other="--test-to"))
    dry_run = values["dry_run"] and not test_to
    if dry_run or (yes and allow_unfilled and not (plan or test_to)):  # there is nothing to look at
        perform(current, _BATCH, values)
        return
    from dmcli.workflows.batch import look

    call = collect(current, _BATCH, values)
    wire = resolve_names(current, call)
    found = look(current.client, wire)
    if not found.people:
        name = wire.get("ReceiversName", "")
        raise InputError(tr("the list {name} has no members, so there is nobody to send to", name=name))
    if test_to:
        sample = _sample(current, found, wire, test_to)
        if values["dry_run"]:
            show_dry_run(current, sample)
        else:
            carry_out(current, sample, sample.wire, values["idempotency_key"])
        return
    _show(current, found, wire, asked=not plan)
    if found.unfilled and not allow_unfilled:
        said = (tr("{variable} for {number:,}", variable=f"{{{one}}}", number=of) for one, of in found.unfilled.items())
        raise InputError(
            tr(
                "variables would stay as they are in the mail: {variables}; nothing was sent "
                "(--allow-unfilled goes on)",
                variables=listed(said),
            )
        )
    if plan:
        return
    if not yes:
        ask(tr("send to {people}", people=counted(found.people, "person", "people")), "--plan")
    carry_out(current, call, wire, values["idempotency_key"])


def _show(current: Session, found: Look, wire: dict[str, str], *, asked: bool) -> None:
    """What will happen: as the result for --plan, on standard error before a question."""
    import sys

    from dmcli.render import show_document
    from dmcli.workflows.usage import quota_usage, usage_of

    client, now = current.client, current.service_now
    usage = usage_of(client.call(catalogue.get("DescAccountSummary"), {}), quota_usage(client, now), now)
    document = {
        "sender": wire["AccountName"],
        "to": wire.get("ReceiversName") or tr("the recipients given"),
        "people": found.people,
        "template": wire.get("TemplateName") or tr("the content given"),
        "lacking": ", ".join(f"{name}: {number:,}" for name, number in found.lacking.items()),
        "day_left": usage["day_left"],
        "month_left": usage["month_left"],
        "sample_to": found.sample,
        "subject": found.filled(found.subject),
        "body": found.filled(found.html or found.text)[:_SHOWN],
        "takes": tr("one call; the service mails at its own pace"),
    }
    output = current.output()
    if asked:
        if current.given.get("quiet"):
            return
        output = output._replace(format="table", query="", stdout=sys.stderr)
    show_document(document, _FIELDS, output)
    left = usage["day_left"]
    if left is not None and found.people > left:
        current.say(
            tr(
                "warning: {mails} left today, and these are {number:,}: the service will refuse them",
                mails=counted(left, "mail"),
                number=found.people,
            )
        )


def _sample(current: Session, found: Look, wire: dict[str, str], to: str) -> Call:
    """The call that sends the sample to one address."""
    from dmcli.cli.values import collect

    same = {param.name for param in _SINGLE.params} & wire.keys() - {
        "ReceiversName",
        "TemplateName",
        "TagName",
        "ClickTrace",
    }
    given = {name: wire[name] for name in same} | {"ToAddress": to, "Subject": found.filled(found.subject)}
    given |= {
        name: text
        for name, text in (
            ("HtmlBody", found.filled(found.html)),
            ("TextBody", found.filled(found.text)),
            ("FromAlias", found.alias),
        )
        if text
    }
    return collect(current, _SINGLE, given)


COMMAND = command(
    "batch",
    [
        *options_of(_BATCH),
        click.Option(["--plan"], is_flag=True, help="Show who gets what, and what is lacking; send nothing."),
        click.Option(["--test-to"], type=Value(EMAIL), metavar="EMAIL", help="Send the sample to this address only."),
        allow_unfilled(),
        click.Option(["-y", "--yes"], is_flag=True, help="Send without asking."),
    ],
    _batch,
    _BATCH.summary,
    _BATCH.commands[0].example,
)
