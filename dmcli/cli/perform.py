"""One command run: checked, shown (dry run), asked about (deletes), called, its result shown."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from dmcli.api.model import Action, Effect, Window
from dmcli.errors import DmError, NotFoundError, UnknownOutcomeError
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dmcli.cli.listing import Refiner
    from dmcli.cli.session import Session
    from dmcli.cli.values import Call
    from dmcli.workflows.idempotency import Answer
    from dmcli.workflows.upload.files import LocalFile


_ANY_TIME = Window(36500, 36500)


def at_any_time(action: Action) -> Action:
    """The action with no limit of the service: over any window, with filters that it takes one at a time."""
    from dmcli.api.windows import several_calls

    return action._replace(window=None, rules=(several_calls(_ANY_TIME),))


def perform(
    current: Session,
    action: Action,
    values: Mapping[str, Any],
    refine: Callable[[Mapping[str, str]], Refiner] | None = None,
    files: Sequence[LocalFile] = (),
) -> None:
    """Do what was typed: check it, show it (dry run), ask (deletes), call, show the result.

    `refine` makes, from the parameters, what adds to the rows of a list. `files` are uploaded before the call, in which
    a word stands for each.
    """
    from dmcli.cli.values import collect

    if current.from_history:
        action = at_any_time(action)
    call = collect(current, action, values)
    if values.get("dry_run"):
        show_dry_run(current, call, files=files)
        return
    for question in () if values.get("yes") else _questions(current, call):
        from dmcli.cli.question import ask

        ask(question)
    wire = resolve_names(current, call)
    try:
        if action.paging:
            from dmcli.cli.listing import show_list

            show_list(current, action, wire, values, refine(wire) if refine else None)
            return
        carry_out(current, call, wire, values.get("idempotency_key"), files)
    except NotFoundError as error:
        if error.code and action.effect is not Effect.SEND:
            from dmcli.workflows.lookup import names_of, see_names

            see_names(action, wire, partial(names_of, current.client))
        raise


def carry_out(
    current: Session,
    call: Call,
    wire: Mapping[str, str],
    key: str | None,
    files: Sequence[LocalFile] = (),
) -> None:
    """Make a call whose names are looked up, at most once under the key if there is one, and show the reply.

    `files` are uploaded once it is known that the call is made, in which a word stands for each.
    """
    action = call.action
    ready: Callable[[Mapping[str, str]], Mapping[str, str]] = dict
    if files:
        from dmcli.cli.uploads import uploads_of

        ready = uploads_of(current, files).put_into

    def send(announce: Callable[[], None] = lambda: None) -> dict[str, Any]:
        return current.client.call(action, ready(wire), announce)

    try:
        reply, before = _send_once(current, action, wire, key, send) if key else (send(), 0)
    except DmError as error:
        from dmcli.workflows.refusal import SPAM, look_why

        if error.code == SPAM:
            error.explained = look_why(current.client, action, wire, current.service_now)
        raise
    if before:
        from dmcli.workflows.idempotency import moment

        current.say(tr("sent under this key before, {when}; nothing was sent again", when=moment(before)))
        call = call._replace(action=action._replace(done=""))
    show_reply(current, call, reply)


def _send_once(
    current: Session,
    action: Action,
    wire: Mapping[str, str],
    key: str,
    send: Callable[[Callable[[], None]], dict[str, Any]],
) -> Answer:
    """The answer to a call that is made at most once under a key. Raises DmError."""
    from dmcli.workflows.idempotency import fingerprint

    try:
        return current.resources.ledger.send(
            current.resources.scope(key),
            fingerprint(action.name, wire),
            send,
            begun=lambda: current.resources.unfinished != "",
        )
    except UnknownOutcomeError as error:
        import shlex

        error.hint = tr(
            "{hint}; then settle it: {command} --sent, or --not-sent",
            hint=error.hint or current.client.look_first(action, wire),
            command=f"{current.resources.command} send resolve {shlex.quote(key)}",  # untranslated: a command
        )
        raise


def resolve_names(current: Session, call: Call) -> dict[str, str]:
    """The parameters with every name (or id, where the wire takes names) looked up. Raises RefusedError."""
    if not call.names or current.from_history:  # which knows names as well as ids, and calls nothing
        return call.wire
    from dmcli.api.kinds.reference import Refs
    from dmcli.workflows.lookup import resolve, resolve_all

    found = {}
    for name, ref in call.names.items():
        text = call.wire[name]
        if isinstance(ref, Refs):
            parts = ref.parts(text)
            ids = resolve_all(current.client, ref, parts)
            found[name] = ",".join(ids[part] for part in parts)
            continue
        found[name] = ref.put(text, resolve(current.client, ref, ref.thing_in(text)))
    return call.wire | found


def show_reply(current: Session, call: Call, reply: dict[str, Any]) -> None:
    """One reply, as received or as the action's fields. What was done is not lost when it cannot be written."""
    from dmcli.render import show_document

    action = call.action
    try:
        with current.paged() as output:
            show_document(reply, action.fields, output)
        sys.stdout.flush()
    except Exception:
        if action.effect is not Effect.READ:
            import json

            current.say(
                tr("this was done: {action} {reply}", action=action.name, reply=json.dumps(reply, ensure_ascii=False))
            )
        raise
    current.mark(action, call.wire)


def show_dry_run(current: Session, call: Call, version: str = "", files: Sequence[LocalFile] = ()) -> None:
    """What would be sent, and uploaded before, as data; no credentials, no call."""
    from dmcli.cli.values import dry_run_params
    from dmcli.render import show_document

    uploads = {}
    if files:
        from dmcli.cli.uploads import as_data

        uploads = {"uploads": as_data(files)}
    document = {
        "action": call.action.name,
        "version": version or current.resources.target.version_of(call.action, call.wire),
        "endpoint": current.settings.endpoint or "sandbox (in this process)",  # untranslated: data
        "parameters": dry_run_params(call),
        **uploads,
    }
    show_document(document, (), current.output("json"))
    current.say(tr("dry run: nothing was sent"))


def _questions(current: Session, call: Call) -> Iterator[str]:
    """What is asked before a call: what it deletes, by name and id, what it costs, and what it breaks."""
    action, what = call.action, _what(call.action)
    if action.effect is Effect.DELETE:
        yield tr("{what}: {things}", what=what, things=description(current, call))
    name, value = action.charges_when
    if action.charges and call.wire.get(name, "") == value:
        yield tr("{what}; this costs {charges}", what=what, charges=tr(action.charges))
    if action.breaks:
        yield tr("{what}; {trouble}", what=what, trouble=tr(action.breaks).format_map(call.wire))


def _what(action: Action) -> str:
    """What an action does, as a question has it."""
    return tr(action.summary).rstrip(".。").replace("；", ";").partition(";")[0]


def description(current: Session, call: Call) -> str:
    """The things a call names, each by name and id, as the listing has them."""
    from dmcli.api.kinds.reference import Ref
    from dmcli.api.kinds.text import Choice
    from dmcli.api.paging import value_of
    from dmcli.untrusted import safe
    from dmcli.workflows.lookup import find_row

    parts = []
    for param in call.action.params:
        text = call.wire.get(param.name)
        if text and isinstance(param.kind, Ref):
            row = find_row(current.client, param.kind, text, by_name=param.name in call.names)
            name, number = value_of(row, param.kind.name), value_of(row, param.kind.id)
            parts.append(tr("{name} (id {id})", name=name, id=number))
        elif text:
            parts.append(param.kind.typed(text) if isinstance(param.kind, Choice) else text)
    return safe(listed(parts))
