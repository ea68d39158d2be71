"""The JSON Schema of the file, made from its parts: editors complete and check by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.kinds.text import Choice, Text
from dmcli.workflows.account.loading import MOVED
from dmcli.workflows.account.model import Shape
from dmcli.workflows.account.parts import IN_FILE
from dmcli.workflows.account.writing import FILE, MEMBERS_FILE

if TYPE_CHECKING:
    from dmcli.workflows.account.model import Attribute, Part

_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}


def schema() -> dict[str, Any]:
    """The schema, by draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A DirectMail account as code",  # untranslated: for programs, as all here
        "type": "object",
        "additionalProperties": False,
        "properties": {**{part.key: _part(part) for part in IN_FILE}, MOVED: _moved()},
    }


def _part(part: Part) -> dict[str, Any]:
    """Names alone, or names with what is said of them; where something has to be said, the latter."""
    thing = _thing(part)
    if part.single:
        return {"description": part.help, **thing}
    kind = catalogue.get(part.create).param(part.named).kind
    most = {"maxLength": kind.most} if isinstance(kind, Text) and kind.most else {}
    things = {
        "type": ["object", "null"],
        "additionalProperties": thing,
        "propertyNames": {"minLength": 1, **most},
    }
    names = {**_NAMES, "items": {**_NAMES["items"], **most}}
    if any(one.required for one in part.attributes):
        names = {"type": "array", "maxItems": 0}
    return {"description": part.help, "anyOf": [things, names]}


def _thing(part: Part) -> dict[str, Any]:
    needed = [one.key for one in part.attributes if one.required]
    properties: dict[str, Any] = {}
    either = []
    for one in part.attributes:
        properties[one.key] = {"description": one.help, **_value(part, one)}
        if one.file:
            file = FILE.format(key=one.key)
            properties[file] = {"description": f"A file with it: {one.help}", **_path()}  # untranslated: for programs
            either.append({"not": {"type": "object", "required": [one.key, file]}})
    if part.key == "lists":
        properties[MEMBERS_FILE] = {"description": "A table of its members, as CSV.", **_path()}  # untranslated
    return {
        "type": "object" if needed else ["object", "null"],
        "additionalProperties": False,
        "properties": properties,
        **({"required": needed} if needed else {}),
        **({"allOf": either} if either else {}),
    }


def _value(part: Part, one: Attribute) -> dict[str, Any]:
    if one.shape is Shape.FLAG:
        return {"type": "boolean"}
    if one.shape is Shape.TEXTS:
        return {"type": ["array", "null"], "items": {"type": "string"}}
    if one.param and not one.write:
        kind = catalogue.get(part.create).param(one.param.partition(".")[0]).kind
        if isinstance(kind, Choice):
            return {"enum": list(kind.words)}
        if isinstance(kind, Text) and kind.most:
            return {**_TEXT, "maxLength": kind.most}
    return _TEXT


def _path() -> dict[str, Any]:
    return {"type": "string", "minLength": 1}


def _moved() -> dict[str, Any]:
    """New names by old ones, in the parts that can be renamed."""
    names = {"type": ["object", "null"], "additionalProperties": {"type": "string", "minLength": 1}}
    return {
        "description": "New names by old ones: {tags: {old: new}}.",  # untranslated
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {part.key: names for part in IN_FILE if part.renames},
    }
