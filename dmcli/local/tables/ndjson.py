"""ndjson: an object a line. The names of the columns are those of the first; text and numbers are taken as written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from dmcli.errors import InputError
from dmcli.local.tables.model import Record, Table
from dmcli.local.tables.text import Encoding, is_text, lines_of
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterator


def open_ndjson(path: str, wanted: str) -> Table:
    """The table in an ndjson file. Raises InputError."""
    encoding = Encoding(path, wanted)
    columns: tuple[str, ...] = ()
    for number, line, fault in _lines(path, encoding):
        try:
            columns = tuple(_object(line, fault))
        except InputError as error:
            raise InputError(tr("{path}: row {number}: {reason}", path=path, number=number, reason=error)) from None
        break
    found = tr("JSON, an object a line, {encoding}", encoding=encoding.said)
    return Table(path, columns, found, 0, lambda: _records(path, encoding, columns))


def _lines(path: str, encoding: Encoding) -> Iterator[tuple[int, str, str]]:
    """The lines that are not blank, with their number and what is wrong with one, "" if nothing is."""
    faults: list[str] = []
    with lines_of(path, encoding, faults) as lines:
        for number, line in enumerate(lines, 1):
            fault = faults.pop() if faults else ""
            if not line.isspace():
                yield number, line, fault


def _records(path: str, encoding: Encoding, columns: tuple[str, ...]) -> Iterator[Record]:
    """The rows; a name that is missing in one is an empty text, and one that the first row has not is a fault."""
    known = frozenset(columns)
    for number, line, fault in _lines(path, encoding):
        try:
            found = _object(line, fault)
        except InputError as error:
            yield Record(number, (line.strip(),), {-1: str(error)})
            continue
        new = next((name for name in found if name not in known), None)
        faults = (
            {-1: tr("it has the name {name!r}, which the first row has not: give it there too (null)", name=new)}
            if new
            else {}
        )
        yield Record(number, [found.get(name, "") for name in columns], faults)


def _object(line: str, fault: str) -> dict[str, str]:
    """The texts of an object by their names, trimmed. Raises InputError for what is none, or has others in it."""
    import json

    if fault:
        raise InputError(fault)
    try:
        # Numbers stay as they were written: 007 is none, 1.10 keeps its zero, no digit of a long one is lost.
        value = json.loads(line, parse_float=str, parse_int=str, parse_constant=_refuse, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise InputError(
            tr(
                "it is no JSON ({reason}, character {number}): a row is an object on a line",
                reason=error.msg,
                number=error.pos + 1,
            )
        ) from None
    except RecursionError:
        raise InputError(tr("it has too many levels: a row is one object of texts and numbers")) from None
    if not isinstance(value, dict):
        raise InputError(tr("it is no JSON object: a row is an object on a line (of an array: jq -c '.[]')"))
    return {name.strip(): _text(name, one) for name, one in value.items()}


def _text(name: str, value: Any) -> str:
    """A value as text. Raises InputError."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise InputError(tr("column {name}: its value is a list or an object, not a text or a number", name=name))
    if not is_text(value):
        raise InputError(tr("column {name}: it has a character that is no text", name=name))
    return value


def _refuse(name: str) -> NoReturn:
    raise InputError(tr("{name} is no JSON number", name=name))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs. Raises InputError for a name that is there twice."""
    made = dict(pairs)
    if len({name.strip() for name in made}) != len(pairs):
        raise InputError(tr("a name is there twice"))
    return made
