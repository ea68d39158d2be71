"""Pieces of SQL, and the JSON that columns hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.errors import ServiceError
from dmcli.untrusted import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping


def where(conditions: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A WHERE clause of conditions with one ? each, and the values; those without a value (None) are left out."""
    given = {text: value for text, value in conditions.items() if value is not None}
    return (" WHERE " + " AND ".join(given) if given else ""), list(given.values())


def like(column: str, word: str) -> dict[str, str | None]:
    """The condition that a column has this text somewhere, without regard to case; none for an empty text."""
    return {f"{column} LIKE ? ESCAPE '\\'": pattern(word)}


def pattern(word: str) -> str | None:
    r"""The pattern for `LIKE ? ESCAPE '\'` of texts that contain this one; None for an empty text."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%" if word else None


def from_json(text: str, code: str) -> Any:
    """What a JSON text says, None for an empty one. Raises ServiceError for what cannot be kept as text."""
    import json

    if not text:
        return None
    try:
        value = read_json(text)
        json.dumps(value, ensure_ascii=False).encode()  # refuses lone surrogates
    except ValueError:
        raise ServiceError(code) from None
    return value


def to_json(value: object) -> str:
    """A value as JSON text, "" for an empty one."""
    import json

    return json.dumps(value, ensure_ascii=False) if value else ""
