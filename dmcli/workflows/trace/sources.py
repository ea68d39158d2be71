"""Where something may be known of an address: a table. Another source is one more entry."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.paging import value_of
from dmcli.untrusted import read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Row = dict[str, Any]
    Params = Mapping[str, str]

_KEYWORD = 50  # characters of a filter on the members of a list (SDK)
_STATUS = {"0": "delivered", "2": "invalid", "3": "spam", "4": "failed"}


class Asked(NamedTuple):
    """What is looked for: an address, from when on (epoch seconds), and that range as calls for deliveries take it."""

    address: str
    since: int
    windows: list[dict[str, str]]

    @property
    def spellings(self) -> tuple[str, ...]:
        """As it was typed, and in lower case: nothing says whether the service tells capitals apart."""
        return tuple(dict.fromkeys((self.address, self.address.lower())))

    def is_in(self, row: Row, field: str) -> bool:
        """Whether a row is about the address; a listing's filter finds longer ones too."""
        return str(value_of(row, field)).lower() == self.address.lower()


class Event(NamedTuple):
    """Something that happened: when (epoch seconds, None where nobody knows), what (a key of EVENTS), and its data."""

    time: int | None
    what: str
    source: str
    data: Mapping[str, str]


class Found(NamedTuple):
    """A row, and the parameters of the call that found it."""

    params: Params
    row: Row


if TYPE_CHECKING:
    Rows = Mapping[str, list[Found]]


class Source(NamedTuple):
    """One source: its name, the action that is called, with what, and what its rows say.

    `calls` and `events` get what was found so far; a source that needs the rows of another names it in `after`. What is
    `past` may be read from the history; the others say how things stand now, which only the service knows.
    """

    name: str
    action: str
    calls: Callable[[Asked, Rows], Iterable[Params]]
    events: Callable[[Asked, Rows], Iterable[Event]]
    after: str = ""
    past: bool = False


def _deliveries(asked: Asked, _: Rows) -> Iterator[Params]:
    for spelling in asked.spellings:
        yield from ({"ToAddress": spelling, **window} for window in asked.windows)


def _delivered(_: Asked, rows: Rows) -> Iterator[Event]:
    """A row found under two spellings is one mail; two rows that are the same under one spelling are two."""
    counts: dict[str, Counter[str]] = {}
    for params, row in rows["deliveries"]:
        counts.setdefault(params["ToAddress"], Counter())[json.dumps(row, sort_keys=True)] += 1
    every: Counter[str] = Counter()
    for one in counts.values():
        every |= one
    for text in every.elements():
        row = json.loads(text)
        data = {
            "from": _text(row, "AccountName"),
            "to": _text(row, "ToAddress"),
            "subject": _text(row, "Subject"),
            "tag": _text(row, "TagName"),
            "message": _text(row, "Message"),
            "classification": _text(row, "ErrorClassification"),
        }
        yield Event(_time(row, "UtcLastUpdateTime"), _STATUS.get(_text(row, "Status"), "failed"), "deliveries", data)


def _invalid(asked: Asked, rows: Rows) -> Iterator[Event]:
    for _, row in rows["invalid"]:
        if asked.is_in(row, "ToAddress"):
            yield Event(_time(row, "UtcLastUpdateTime"), "found-invalid", "invalid", {"to": _text(row, "ToAddress")})


def _domain(asked: Asked) -> str:
    return asked.address.rpartition("@")[2].lower()


def _suppressions(asked: Asked, _: Rows) -> Iterator[Params]:
    for spelling in (*asked.spellings, _domain(asked)):
        yield {"Address": spelling}


def _suppressed(asked: Asked, rows: Rows) -> Iterator[Event]:
    """What the account suppressed; the service adds who is invalid, which the invalid list may have told already."""
    told = any(True for _ in _invalid(asked, rows))
    seen = set()
    for _, row in rows["suppressed"]:
        address, at = _text(row, "Address"), _time(row, "CreateTime")
        what = "found-invalid" if _text(row, "Type") == "system" else "suppressed"
        if address.lower() not in (asked.address.lower(), _domain(asked)) or address.lower() in seen:
            continue
        seen.add(address.lower())
        if what == "suppressed" or not told:
            yield Event(at, what, "suppressed", {"to": address})


def _blocked(source: str, what: str) -> Callable[[Asked, Rows], Iterator[Event]]:
    def events(asked: Asked, rows: Rows) -> Iterator[Event]:
        seen = set()
        for _, row in rows[source]:
            event = Event(_time(row, "BlockTime"), what, source, {"from": _text(row, "SenderEmail")})
            if asked.is_in(row, "BlockEmail") and (key := (event.time, event.data["from"])) not in seen:
                seen.add(key)
                yield event

    return events


def _blocks(kind: str) -> Callable[[Asked, Rows], Iterator[Params]]:
    def calls(asked: Asked, _: Rows) -> Iterator[Params]:
        for spelling in asked.spellings:
            yield {"BlockType": kind, "BlockEmail": spelling}

    return calls


def _memberships(asked: Asked, rows: Rows) -> Iterator[Params]:
    for _, row in rows["lists"]:
        yield {"ReceiverId": _text(row, "ReceiverId"), "KeyWord": asked.address[:_KEYWORD]}


def _lists_with(asked: Asked, rows: Rows) -> dict[str, Row]:
    """The row of the address in each list that has it, by the list's name."""
    names = {_text(row, "ReceiverId"): _text(row, "ReceiversName") for _, row in rows["lists"]}
    return {names[params["ReceiverId"]]: row for params, row in rows["members"] if asked.is_in(row, "Email")}


def _member(asked: Asked, rows: Rows) -> Iterator[Event]:
    for name, row in _lists_with(asked, rows).items():
        yield Event(_time(row, "UtcCreateTime"), "member", "members", {"list": name})


def _tasks(asked: Asked, rows: Rows) -> Iterator[Event]:
    lists = _lists_with(asked, rows)
    for _, row in rows["tasks"]:
        name, at = _text(row, "ReceiversName"), _time(row, "UtcCreateTime")
        if name in lists and (at is None or at >= asked.since):
            data = {"task": _text(row, "TaskId"), "list": name, "tag": _text(row, "TagName")}
            yield Event(at, "task", "tasks", data)


def _none(_: Asked, __: Rows) -> Iterable[Event]:
    return ()


def _once(**params: str) -> Callable[[Asked, Rows], Iterable[Params]]:
    return lambda _, __: [params]


SOURCES: tuple[Source, ...] = (
    Source("deliveries", "SenderStatisticsDetailByParam", _deliveries, _delivered, past=True),
    Source("invalid", "QueryInvalidAddress", lambda asked, _: [{"KeyWord": asked.address}], _invalid),
    Source("suppressed", "ListUserSuppression", _suppressions, _suppressed),
    Source("unsubscribed", "ListBlockSending", _blocks("UNSUB"), _blocked("unsubscribed", "unsubscribed")),
    Source("complained", "ListBlockSending", _blocks("REPORT"), _blocked("complained", "complained")),
    Source("lists", "QueryReceiverByParam", _once(), _none),
    Source("members", "QueryReceiverDetail", _memberships, _member, after="lists"),
    Source("tasks", "QueryTaskByParam", _once(), _tasks),
)


def _text(row: Row, name: str) -> str:
    found = value_of(row, name)
    return "" if found is None else str(found)


def _time(row: Row, name: str) -> int | None:
    return read_number(_text(row, name))
