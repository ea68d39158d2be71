"""From a row to its cells: values found without regard to case, as they are or in people's words."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from dmcli.api.kinds.dates import local_text, moment_in
from dmcli.api.model import Field, State, Tone
from dmcli.untrusted import read_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime, tzinfo

    Row = dict[str, Any]


_MINUTE = len("2026-03-15 12:00")
_KEPT = 1024  # texts of times that are remembered
_ZONE = re.compile(r" [+-]\d\d:\d\d")


def values(row: Row, names: Sequence[str]) -> list[Any]:
    """The row's value for each name, None where it has none. The exact spelling wins, then case is disregarded."""
    try:
        return [row[name] for name in names]
    except KeyError:
        folded = {key.lower(): value for key, value in row.items()}
        return [row[name] if name in row else folded.get(name.lower()) for name in names]


def raw_text(value: Any) -> str:
    """A value as received: text as it is, None empty, true and false as in JSON, lists and objects as compact JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        import json

        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def cell_tone(field: Field, value: Any) -> Tone | None:
    """How well things stand by a value, None where it is no state; an unknown state is neither good nor bad."""
    word = _word(field, value)
    if isinstance(word, State):
        return word.tone
    known = any(isinstance(one, State) for one in field.words.values())
    return Tone.FAIR if known and word is None and value not in (None, "") else None


def cell_words(
    field: Field, value: Any, zone: tzinfo | None = None, time_text: Callable[[datetime], str] = local_text
) -> str:
    """A value for people: the words of its code, a time in a zone, None for this machine's; else as received."""
    text = raw_text(value)
    if value is None:
        return field.words.get("None", text)
    if not (field.words or field.shape):
        return text
    moment = moment_in(field.shape, str(int(value)) if isinstance(value, float) else text, zone)
    if moment:
        return time_text(moment)
    word = _word(field, value)
    return text if word is None else word


def cell_writer(field: Field, zone: tzinfo | None, time_text: Callable[[datetime], str]) -> Callable[[Any], str]:
    """What gives the words of a column's cells, as `cell_words` does, but quick where a million of them come.

    Times of a list lie close together: the text of a minute is worked out once, and so is that of a stamp.
    """
    slow = partial(cell_words, field, zone=zone, time_text=time_text)
    if field.shape == "stamp":
        return _hashable(lru_cache(_KEPT)(slow), slow)
    if field.shape != "epoch":
        return slow if field.words or field.shape not in ("", "number") else raw_text

    @lru_cache(_KEPT)
    def minute(number: int) -> str:
        moment = moment_in("epoch", str(60 * number), zone)
        offset = moment.utcoffset() if moment else None
        return time_text(moment) if moment and offset is not None and not offset.total_seconds() % 60 else ""

    def write(value: Any) -> str:
        number = value if type(value) is int else read_number(value) if isinstance(value, str) else None
        if number is None:
            return slow(value)
        found = minute(number // 60)
        if found[_MINUTE : _MINUTE + 3] == ":00":  # it has seconds
            return f"{found[: _MINUTE + 1]}{number % 60:02}{found[_MINUTE + 3 :]}"
        return found or slow(value)

    return write


def _hashable(quick: Callable[[Any], str], slow: Callable[[Any], str]) -> Callable[[Any], str]:
    """The quick function for texts, the slow one for all else."""
    return lambda value: quick(value) if type(value) is str else slow(value)


def _word(field: Field, value: Any) -> str | None:
    return field.words.get(str(value), field.words.get(raw_text(value)))


def zone_apart(texts: Sequence[str]) -> tuple[str, list[str]]:
    """The offset that all of some local times have in common, and the times without it; "" and the texts if none.

    >>> zone_apart(["2026-03-15 12:00 +08:00", "", "2026-03-16 09:30 +08:00"])
    ('+08:00', ['2026-03-15 12:00', '', '2026-03-16 09:30'])
    """
    zones = {text[_MINUTE:] for text in texts if text}
    zone = zones.pop() if len(zones) == 1 else ""
    if not _ZONE.fullmatch(zone):
        return "", list(texts)
    return zone.strip(), [text[:_MINUTE] for text in texts]


def all_fields(fields: tuple[Field, ...], rows: Iterable[Row]) -> tuple[Field, ...]:
    """The declared fields; where none are, one for every key of these rows in the order they appear."""
    return fields or tuple(Field(name, name) for name in {key: None for row in rows for key in row})


def table_fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields a table shows: those with a title; where none has one, all under their wire names."""
    return tuple(field for field in fields if field.title) or tuple(
        field._replace(title=field.name) for field in fields
    )
