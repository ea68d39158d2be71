"""`dm trace ADDRESS`: a time line of all that the service knows of an address, the likely reason, and the remedy."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.model import Field, State, Tone, good
from dmcli.cli.options import click_param, from_history
from dmcli.cli.tree import command
from dmcli.errors import gravest_kind
from dmcli.words import language, marked, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.errors import DmError
    from dmcli.workflows.trace.gather import Gathered
    from dmcli.workflows.trace.sources import Asked

_DETAILS = catalogue.get("SenderStatisticsDetailByParam")
_ADDRESS = _DETAILS.param("ToAddress")._replace(argument=True, required=True, help=marked("The recipient's address."))
_ASKED = _DETAILS._replace(params=tuple(_ADDRESS if one.name == _ADDRESS.name else one for one in _DETAILS.params))
_SINCE = _DETAILS.param("StartTime")._replace(default="30d")
_ONLY_SUMS = marked(
    "opens and clicks are not among it: the service tells only their sums by day, see dm stats tracking"
)
_TONES = {
    "delivered": Tone.GOOD,
    **dict.fromkeys(("invalid", "spam", "failed", "found-invalid", "complained"), Tone.BAD),
    **dict.fromkeys(("unsubscribed", "suppressed"), Tone.FAIR),
}


def _trace(current: Session, **values: Any) -> None:
    from dmcli.workflows.trace.gather import gather

    asked = _asked(current, values)
    resources = current.resources
    history = resources.reader if current.from_history else None
    found = gather(current.client, asked, resources.clock, resources.pause, history)
    notes = list[str]()
    if any(event.source == "deliveries" for event in found.events):
        notes.append(tr(_ONLY_SUMS))
    if found.absent:
        notes.append(tr("this service does not have: {names}", names=", ".join(found.absent)))
    _show(current, _document(asked, found, notes))
    if found.unread:
        raise _unread(found.unread)


def _asked(current: Session, values: dict[str, Any]) -> Asked:
    """What is looked for. Raises InputError."""
    from dmcli.api.kinds.dates import Minute, moment_of
    from dmcli.api.windows import split
    from dmcli.cli.perform import at_any_time
    from dmcli.cli.values import collect
    from dmcli.workflows.trace.sources import Asked

    typed = {"ToAddress": values["ToAddress"], "StartTime": values["StartTime"] or _SINCE.default, "EndTime": "today"}
    action = at_any_time(_ASKED) if current.from_history else _ASKED
    wire = dict(collect(current, action, typed).wire)
    address = wire.pop("ToAddress")
    windows = split(action.window, wire, current.service_now) if action.window else [wire]
    since = moment_of(min(window["StartTime"] for window in windows), Minute.form)
    return Asked(address, int(since.timestamp()) if since else 0, windows)


def _document(asked: Asked, found: Gathered, notes: list[str]) -> dict[str, Any]:
    """All of it, as data."""
    from dmcli.workflows.trace.verdict import judge, meaning_text

    verdict = judge(found.events, found.unread)
    reason, remedy = verdict.texts(language())
    events = [
        {
            "time": event.time,
            "event": event.what,
            "source": event.source,
            "meaning": meaning_text(event),
            **event.data,
        }
        for event in found.events
    ]
    return {
        "address": asked.address,
        "since": asked.since,
        "verdict": verdict.reason.word,
        "reason": reason,
        "move": verdict.reason.move,
        "remedy": remedy,
        "message": verdict.message,
        "events": events,
        "notes": notes,
        "unread": [
            {"source": name, "code": one.code or one.word, "message": one.message} for name, one in found.unread.items()
        ],
    }


def _show(current: Session, document: dict[str, Any]) -> None:
    """The whole as json and yaml have it; for people and in columns the events, then the verdict."""
    from dmcli.render import show_document

    output = current.output()
    if not output.wants_rows or output.query:
        show_document(document, (), output)
        return
    events, verdict = _fields()
    if document["events"]:
        show_document(document["events"], events, output)
    if output.for_people:
        record = {field.name: document[field.name] for field in verdict if document[field.name]}
        output.stdout.write("\n" if document["events"] else "")
        show_document(record, verdict, output)
    else:
        told = {name: document[name] for name in ("verdict", "reason", "remedy")}
        current.say(tr("{verdict}: {reason} {remedy}", **told))
    sys.stdout.flush()
    current.say(*document["notes"])


def _fields() -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """How events and the verdict are shown."""
    from dmcli.api.replies import MOVES
    from dmcli.workflows.trace.verdict import EVENTS

    at = int(language() == "zh")
    words = {what: _toned(what, word) for what, (word, _) in EVENTS.items()}
    moves = {move: texts[at] for move, texts in MOVES.items()}
    return (
        (
            Field("time", "Time", shape="epoch"),
            Field("event", "Event", words),
            Field("meaning", "Meaning"),
            Field("message", "Message", priority=1),
            Field("subject", "Subject", priority=2),
            Field("from", "From", priority=3),
            *map(Field, ("to", "tag", "classification", "list", "task", "source")),
        ),
        (
            Field("address", "Address"),
            Field("verdict", "Verdict", {"delivered": good("delivered")}),
            Field("message", "Last message"),
            Field("reason", "Likely reason"),
            Field("move", "Whose move", moves),
            Field("remedy", "Remedy"),
        ),
    )


def _toned(what: str, word: str) -> str:
    """The word for an event, with how well things stand after it."""
    return State(word, _TONES[what]) if what in _TONES else word


def _unread(unread: dict[str, DmError]) -> DmError:
    """The failure of a trace that lacks a source."""
    first = next(iter(unread.values()))
    why = tr("; ").join(
        dict.fromkeys(tr("{label}: {why}", label=name, why=error.message) for name, error in unread.items())
    )
    hints = " ".join(dict.fromkeys(error.hint for error in unread.values() if error.hint))
    return gravest_kind(one.exit_code for one in unread.values())(
        tr("not all could be read; {why}", why=why),
        hint=hints,
        code=first.code,
        request_id=first.request_id,
        http_status=first.http_status,
    )


COMMAND = command(
    "trace",
    [
        click_param(_ADDRESS, required=_ADDRESS.required),
        click_param(_SINCE, required=_SINCE.required),
        from_history("Read mails where dm stats sync has kept them; how things stand now comes from the service."),
    ],
    _trace,
    "Say what became of mail to an address, why, and what helps.",
    "ada@example.com --since 7d",
)
