"""From what was typed to what is sent: kinds judge each value, rules judge them together, names become ids."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dmcli.api.kinds.reference import Ref
from dmcli.api.kinds.text import Flag
from dmcli.api.model import Effect
from dmcli.cli.tree import DATES
from dmcli.errors import InputError
from dmcli.record import Record
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dmcli.api.model import Action, Param
    from dmcli.api.rules import Rule
    from dmcli.cli.session import Session

_EPOCH = datetime.fromtimestamp(0, UTC)
_SECRETS = marked({"password": "Password"})  # by their options: what a prompt asks for
_MAILS = (Effect.SEND, Effect.CREATE, Effect.WRITE)  # what is done so that mail goes somewhere, sooner or later


class Call(Record):
    """A call that is ready but for its names.

    `wire` has every parameter; `names` are those that a listing must still turn into what the wire takes.
    """

    action: Action
    wire: dict[str, str]
    names: dict[str, Ref]


def collect(session: Session, action: Action, given: Mapping[str, Any]) -> Call:
    """The call that the typed values stand for. Says doubts; raises InputError for what cannot be right."""
    now = _now(session, action)
    wire: dict[str, str] = {}
    names: dict[str, Ref] = {}
    notes: list[str] = []
    for param in action.params:
        texts = texts_of(session, param, given.get(param.name))
        if not texts:
            continue
        if param.secret:
            session.voice.learn(*texts)
        ref = param.kind if isinstance(param.kind, Ref) else None
        try:
            if ref:
                texts = [",".join(texts)] if ref.many else texts
                thing = ref.thing_in(texts[0])
                texts = [ref.put(texts[0], thing.removeprefix("name:"))]
                if needs_lookup(ref, thing):
                    names[param.name] = ref
                    wire[param.name] = texts[0]
                    continue
            encoded = param.kind.encode(param.name, texts, now)
        except ValueError as error:
            why = f"{error}{_suggestion(action, param, texts[-1])}"
            said = tr("{label}: {why}", label=label(param), why=why)
            raise InputError(said, details=getattr(error, "reasons", ())) from None
        beside = [name for name in encoded if name != param.name]
        if not all(any(other.given_in([name]) for other in action.params) for name in beside):
            raise InputError(
                tr(
                    "{label}: {action} takes no display name with the address: give the address only",
                    label=label(param),
                    action=action.name,
                )
            )
        if note := param.kind.conversion_note(", ".join(texts), encoded.get(param.name, "")):
            notes.append(tr("warning: {label}: {warning}", label=label(param), warning=note))
        wire |= {name: value for name, value in encoded.items() if name == param.name or not given.get(name)}
    session.say(*notes)
    check(session, action, wire)
    return Call(action, wire, names)


def _now(session: Session, action: Action) -> datetime:
    """The time that values of the action are read by; only where it has days is the service's own looked for."""
    dated = any(param.kind.dated for param in action.params)
    return session.service_now if dated else session.now


def texts_of(session: Session, param: Param, value: Any) -> list[str]:
    """The texts given for a parameter: as typed, from the profile, or its default."""
    if param.secret and not param.argument:
        return [read_secret(param, from_stdin=bool(value))] if value is not None else []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if value not in (None, ()):
        return list(value) if isinstance(value, (tuple, list)) else [value]
    if param.kind.from_profile:
        if session.settings.sender:
            return [session.settings.sender]
        raise InputError(tr("--from is missing: give a sender address, or set 'from' in the profile"))
    if param.default and isinstance(param.kind, Flag):
        return [param.kind.to_wire(param.default, session.now)]
    return [param.default] if param.default else []


def read_secret(param: Param, *, from_stdin: bool) -> str:
    """A secret from standard input or a hidden prompt, never from the command line."""
    if from_stdin:
        from dmcli.cli.input import read_line

        return read_line(param.flag)
    if not sys.stdin.isatty():
        raise InputError(
            tr("there is no terminal to ask for the {flag}: give --{flag}-stdin and pipe it in", flag=param.flag)
        )
    from dmcli.cli.question import prompted

    question = tr(_SECRETS.get(param.flag, param.flag.capitalize()))
    return str(prompted(question, hide_input=True, confirmation_prompt=True))


def needs_lookup(ref: Ref, text: str) -> bool:
    """Whether a listing must be asked: for a name where the wire takes ids, for an id where it takes names."""
    return (text.startswith("name:") or not ref.is_id(text)) if ref.takes == "id" else ref.is_id(text)


def check(session: Session, action: Action, wire: Mapping[str, str]) -> None:
    """Say the warnings about single values, then apply the action's rules. Raises InputError for the first refusal."""
    now = _now(session, action)
    labels = _Labels({param.name: label(param) for param in action.params})
    for param in action.params:
        if param.name not in wire:
            continue
        warnings = [param.kind.warning(wire[param.name])]
        if action.effect in _MAILS:
            warnings += unreachable(session, param.kind.domains(wire[param.name]))
        session.say(*(tr("warning: {label}: {warning}", label=label(param), warning=one) for one in warnings if one))
    for rule in _rules(action):
        for problem in rule(wire, now):
            text = tr(problem.text).format_map(labels)
            if not problem.warning:
                raise InputError(text)
            session.say(tr("warning: {warning}", warning=text))


def _rules(action: Action) -> tuple[Rule, ...]:
    """The rules by which what was typed is judged; those of ranges load where there is one."""
    if not action.window:
        return action.rules
    from dmcli.api.windows import client_rules

    return client_rules(action)


def unreachable(session: Session, domains: Iterable[str]) -> list[str]:
    """Why no mail reaches some of these domains, as their names tell. The sandbox has all that is for trials."""
    from dmcli.api.kinds.reach import is_for_trials, unreachable

    doubtful = (name for name in domains if not (is_for_trials(name) and session.settings.sandbox))
    return list(filter(None, map(unreachable, doubtful)))


class _Labels(dict[str, str]):
    """Names that a rule mentions and the action does not have stand for themselves."""

    def __missing__(self, key: str) -> str:
        return key


def label(param: Param) -> str:
    """How a person knows a parameter: the option, the argument's placeholder, or the name of a secret."""
    if param.argument:
        return param.kind.metavar
    return param.flag if param.secret else f"--{param.flag}"


def _suggestion(action: Action, param: Param, text: str) -> str:
    """A question, where a date was given to an option that takes an address."""
    from dmcli.api.kinds.addresses import Email

    other = DATES.get(f"--{param.flag}")
    has_dates = any(p.name == "StartTime" for p in action.params)
    if not (other and has_dates and isinstance(param.kind, Email) and is_date(text)):
        return ""
    return tr("; did you mean {near}?", near=other)


def is_date(text: str) -> bool:
    """Whether a text reads as a date or time."""
    from dmcli.api.kinds.dates import Minute

    try:
        Minute().to_wire(text, _EPOCH)
    except ValueError:
        return False
    return True


def dry_run_params(call: Call) -> dict[str, str]:
    """The parameters as a dry run shows them: secrets masked, names still to be looked up marked."""
    shown = {}
    for name, value in call.wire.items():
        param = next((p for p in call.action.params if p.name == name), None)
        if param and param.secret:
            shown[name] = "***"
        elif name in call.names:
            ref = call.names[name]
            what = "id" if ref.takes == "id" else "name"
            shown[name] = ref.put(value, f"<{what} of {ref.thing_in(value)}>")
        else:
            shown[name] = value
    return shown
