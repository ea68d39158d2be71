"""From a row to its cells: values found without regard to case, as they are or in people's words."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from dmcli.api.kinds.dates import local_text, moment_in
from dmcli.api.model import Field, State, Tone
from dmcli.untrusted import read_number
from dmcli.words import language, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime, tzinfo

    Row = dict[str, Any]


_MINUTE = len("2026-03-15 12:00")
_KEPT = 128  # texts of times that are remembered
_SERVICE = " +08:00"  # the offset of the service's calendar


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


def told(value: Any) -> str:
    """A value in a cell: what stands in a plain list with commas, all else as received."""
    if isinstance(value, list) and not any(isinstance(one, (dict, list)) for one in value):
        return ", ".join(map(raw_text, value))
    return raw_text(value)


def _seen(field: Field, value: Any) -> Any:
    """What people see of a value: of objects the part."""
    if isinstance(value, list):
        return [_seen(field, one) for one in value]
    return values(value, [field.part])[0] if isinstance(value, dict) else value


def cell_tone(field: Field, value: Any) -> Tone | None:
    """How well things stand by a value, None where it is no state; an unknown state is neither good nor bad."""
    value = _seen(field, value) if field.part else value
    word = _word(field, value)
    if isinstance(word, State):
        return word.tone
    known = any(isinstance(one, State) for one in field.words.values())
    return Tone.FAIR if known and word is None and value not in (None, "") else None


def cell_words(
    field: Field, value: Any, zone: tzinfo | None = None, time_text: Callable[[datetime], str] = local_text
) -> str:
    """A value for people: the words of its code, a time in a zone, None for this machine's; else as received."""
    value = _seen(field, value) if field.part else value
    text = told(value)
    if value is None:
        return field.words.get("None", text)
    if not (field.words or field.shape):
        return text
    if field.shape == "epoch" and text == "0":  # never
        return ""
    moment = moment_in(field.shape, str(int(value)) if isinstance(value, float) else text, zone)
    if moment:
        return time_text(moment)
    word = _word(field, value)
    return text if word is None else word


def column_writer(
    field: Field, zone: tzinfo | None, time_text: Callable[[datetime], str]
) -> Callable[[Sequence[Any]], list[str]]:
    """What gives the words of some cells of a column, as `cell_words` does, but quick where a million of them come.

    Times of a list lie close together: the text of a minute is worked out once, and so is that of a stamp.
    """
    slow = partial(cell_words, field, zone=zone, time_text=time_text)
    if field.shape in ("stamp", "utc"):
        known = lru_cache(_KEPT)(slow)
        return lambda found: [known(value) if type(value) is str else slow(value) for value in found]
    if field.shape == "epoch":
        return partial(_epoch_texts, lru_cache(_KEPT)(partial(_minute_text, zone, time_text)), slow)
    if field.words or field.part or field.shape not in ("", "number"):
        return lambda found: list(map(slow, found))
    return lambda found: [value if type(value) is str else told(value) for value in found]


def raw_texts(found: Sequence[Any]) -> list[str]:
    """Values as received."""
    return [value if type(value) is str else raw_text(value) for value in found]


def _minute_text(zone: tzinfo | None, time_text: Callable[[datetime], str], number: int) -> str:
    """The text of the start of a minute since 1970; empty where the zone is not whole minutes off, long ago."""
    moment = moment_in("epoch", str(60 * number), zone)
    offset = moment.utcoffset() if moment else None
    return time_text(moment) if moment and offset is not None and not offset.total_seconds() % 60 else ""


def _epoch_texts(minute: Callable[[int], str], slow: Callable[[Any], str], found: Sequence[Any]) -> list[str]:
    """The texts of epoch seconds."""
    texts = []
    for value in found:
        number = value if type(value) is int else read_number(value) if type(value) is str else None
        text = "" if number is None else minute(number // 60)
        if not number or not text:
            text = slow(value)
        elif text[_MINUTE : _MINUTE + 3] == ":00":  # it has seconds
            text = f"{text[: _MINUTE + 1]}{number % 60:02}{text[_MINUTE + 3 :]}"
        texts.append(text)
    return texts


def columns_of(rows: Sequence[Row], names: Sequence[str]) -> list[Sequence[Any]]:
    """The values of each name in all of the rows, None where a row has none."""
    try:
        return [[row[name] for row in rows] for name in names]
    except KeyError:
        return list(zip(*(values(row, names) for row in rows), strict=True))


def _word(field: Field, value: Any) -> str | None:
    return field.words.get(str(value), field.words.get(raw_text(value)))


def zone_apart(texts: Sequence[str]) -> tuple[str, list[str]]:
    """The service's offset, where all of some times have it, and the times without it; else "" and the texts.

    A time that is typed without an offset is one of the service's calendar: only with that can a time do without.

    >>> zone_apart(["2026-03-15 12:00 +08:00", "", "2026-03-16 09:30 +08:00"])
    ('+08:00', ['2026-03-15 12:00', '', '2026-03-16 09:30'])
    >>> zone_apart(["2026-03-15 12:00 +01:00"])
    ('', ['2026-03-15 12:00 +01:00'])
    """
    if {text[_MINUTE:] for text in texts if text} != {_SERVICE}:
        return "", list(texts)
    return _SERVICE.strip(), [text[:_MINUTE] for text in texts]


def all_fields(fields: tuple[Field, ...], rows: Iterable[Row]) -> tuple[Field, ...]:
    """The declared fields; where none are, one for every key of these rows in the order they appear."""
    return fields or tuple(Field(name, name) for name in {key: None for row in rows for key in row})


def translated(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields with titles and words in the language of the run."""
    if language() == "en":
        return fields
    return tuple(
        field._replace(
            title=_said(field.title),
            alone=_said(field.alone),
            words={code: _said(word) for code, word in field.words.items()},
        )
        for field in fields
    )


def _said(word: str) -> str:
    """A word in the language of the run; a state keeps how well things stand."""
    said = tr(word) if word else word
    return State(said, word.tone) if isinstance(word, State) else said


def table_fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields a table shows: those with a title; where none has one, all under their wire names."""
    return tuple(field for field in fields if field.title) or tuple(
        field._replace(title=field.name) for field in fields
    )
