"""How the commands of the sandbox show what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dmcli.api.model import Field
    from dmcli.cli.session import Session


def show_rows(
    current: Session, key: str, rows: list[dict[str, Any]], fields: tuple[Field, ...], nothing: str = ""
) -> None:
    """A list under its key; `nothing` is what is said where it is empty."""
    from dmcli.api.paging import Page
    from dmcli.render import show_pages

    if not show_pages([Page({key: rows}, rows, key)], fields, (), current.output()) and nothing:
        current.say(nothing)


def show_one(current: Session, found: dict[str, Any], fields: tuple[Field, ...]) -> None:
    """One thing; a table has no lines for what is empty. A field may be a dotted path into the thing."""
    from dmcli.render import show_document

    output = current.output()
    if output.wants_columns:
        found = {field.name: _value_at(found, field.name) for field in fields}
    if output.for_people:
        fields = tuple(field for field in fields if found.get(field.name) not in (None, "", {}, []))
    show_document(found, fields, output)


def _value_at(found: dict[str, Any], path: str) -> Any:
    """What stands at a dotted path, None where nothing does."""
    value: Any = found
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def show_part(current: Session, key: str, text: str) -> None:
    """A text as it is; as data where a format or a query is asked for."""
    from dmcli.render import show_document, show_text

    output = current.output()
    if output.wants_data:
        show_document({key: text}, (), output)
    else:
        show_text(text, output)


def show_words(current: Session, key: str, words: list[str], nothing: str = "") -> None:
    """Words, one a line so that a shell can take them; as data where a format or a query is asked for."""
    from dmcli.render import show_document, show_text

    output = current.output()
    if output.wants_data:
        show_document({key: words}, (), output)
    elif words:
        show_text("\n".join(words), output)
    if not words and nothing:
        current.say(nothing)
