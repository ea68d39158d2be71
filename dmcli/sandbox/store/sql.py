"""Pieces of SQL, and the JSON that columns hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.errors import ServiceError
from dmcli.untrusted import MOST_MARKS, read_json, windows

if TYPE_CHECKING:
    from collections.abc import Mapping


def where(conditions: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A WHERE clause of conditions with one ? each, and the values; those without a value (None) are left out."""
    given = {text: value for text, value in conditions.items() if value is not None}
    return (" WHERE " + " AND ".join(given) if given else ""), list(given.values())


def like(column: str, word: str) -> dict[str, str | None]:
    """The condition that a column has this text somewhere, without regard to case; none for an empty text."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {f"{column} LIKE ? ESCAPE '\\'": f"%{escaped}%" if word else None}


def holds(word: str, *texts: str) -> bool:
    """Whether a word in lower case stands in one of some texts, however it is written there.

    It is a function in SQL too, for texts that are long: LIKE takes time as the text's length times the word's.
    """
    return any(word in text[start:end].lower() for text in texts for start, end in windows(len(text), len(word)))


def from_json(text: str, code: str) -> Any:
    """What a JSON text says, None for an empty one. Raises ServiceError for what cannot be kept as text."""
    if not text:
        return None
    import json

    try:
        value = read_json(text, MOST_MARKS)
        json.dumps(value, ensure_ascii=False).encode()  # refuses lone surrogates
    except ValueError:
        raise ServiceError(code) from None
    return value


def to_json(value: object) -> str:
    """A value as JSON text, "" for an empty one."""
    if not value:
        return ""
    import json

    return json.dumps(value, ensure_ascii=False)
