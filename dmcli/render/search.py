"""JMESPath as `--query` has it: `rows` are the rows of a list, and what does not fit the data is told in a sentence."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from jmespath.exceptions import JMESPathTypeError
from jmespath.visitor import TreeInterpreter

from dmcli.untrusted import safe
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jmespath.visitor import _TreeNode as Node  # of its stubs

ROWS = "rows"  # the name of a list's rows, wherever they stand in the reply
_MISFITS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)  # the library's
# What the library calls the items of lists by, and JMESPath's words for it.
_TYPES = {"str": "string", "dict": "object", "list": "array", "bool": "boolean", "NoneType": "null"}
_LARGEST = sys.float_info.max


class Found(NamedTuple):
    """What an expression found; `doubt` is what may be wrong with it, if it is nothing."""

    value: Any
    doubt: str


def search(tree: Node, data: Any, rows: Sequence[Any] | None) -> Found:
    """What a parsed expression finds in the data; `rows`, where there are any, have that name at its top.

    Raises ValueError: what does not fit the data, and the remedy where there is one.
    """
    interpreter = _Interpreter(data, rows)
    try:
        return Found(interpreter.visit(tree, data), interpreter.doubt)
    except JMESPathTypeError as error:
        wanted = listed(map(str, error.expected_types), " or ")
        numbers = any("number" in one for one in error.expected_types) and error.actual_type in ("str", "string")
        given = _TYPES.get(error.actual_type, error.actual_type)
        said = marked(
            "{function}() takes {types}, not {given}; to_number(NAME) makes a number of text"
            if numbers
            else "{function}() takes {types}, not {given}"
        )
        raise ValueError(tr(said, function=error.function_name, types=wanted, given=given)) from None
    except _MISFITS as error:
        raise ValueError(safe(str(error)).rstrip(".")) from None


class _Interpreter(TreeInterpreter):
    """The library's interpreter, which alone compares text with numbers and goes on with infinities."""

    def __init__(self, data: Any, rows: Sequence[Any] | None) -> None:
        super().__init__()
        self._data, self._rows, self.doubt = data, rows, ""

    def visit_field(self, node: Node, value: Any) -> Any:
        """The value under a key; a reply's own `rows` go before the rows of the list."""
        found = super().visit_field(node, value)
        named = found is None and node["value"] == ROWS and value is self._data
        return self._rows if named else found

    def visit_comparator(self, node: Node, value: Any) -> Any:
        """Whether a comparison holds. Counts are text in many replies, so text often meets a number."""
        found = [self.visit(side, value) for side in node["children"]]
        texts = [side for side, one in zip(node["children"], found, strict=True) if isinstance(one, str)]
        if texts and any(type(one) in (int, float) for one in found):
            name = _spelling(texts[0])
            said = marked(
                "it compares text with a number: {name} is text, to_number({name}) makes a number of it"
                if name
                else "it compares text with a number: one is text, to_number(NAME) makes a number of it"
            )
            self.doubt = tr(said, name=name)
            if node["value"] not in ("eq", "ne"):
                raise ValueError(self.doubt)
        sides: list[Node] = [{"type": "literal", "value": one, "children": []} for one in found]
        return super().visit_comparator({"type": "comparator", "value": node["value"], "children": sides}, value)

    def visit_function_expression(self, node: Node, value: Any) -> Any:
        """What a function gives."""
        name = node["value"]
        try:
            found = super().visit_function_expression(node, value)
        except TypeError:
            if name != "contains":
                raise
            raise ValueError(tr("contains() looks for text in text; to_string(NAME) makes text of a value")) from None
        if isinstance(found, (int, float)) and not abs(found) <= _LARGEST:
            raise ValueError(tr("{function}() gives no finite number", function=name))
        return found


def is_nothing(value: Any) -> bool:
    """Whether there is no value in a result: null, or lists and objects with nothing in them."""
    if isinstance(value, (dict, list)):
        return all(map(is_nothing, value.values() if isinstance(value, dict) else value))
    return value is None


def keys_of(value: Any, rows: Sequence[Any] | None = None, path: str = "") -> Iterator[str]:
    """The expressions that find what is in a value: `TotalCount`, `data.name`, `rows[].TagId` where the rows are."""
    if value is not None and value is rows:
        path = ROWS
    if isinstance(value, list) and value:
        yield from keys_of(value[0], path=f"{path}[]")
    elif isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from keys_of(inner, rows, f"{path}.{_key(key)}" if path else _key(key))
    elif path:
        yield path


def _key(name: str) -> str:
    """A key as an expression has it."""
    return name if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) else json.dumps(name)


def _spelling(node: Node) -> str:
    """A path of keys, or a text, as it can be typed; empty for any other expression."""
    kind, value = node["type"], node.get("value")
    parts = [_spelling(one) for one in node["children"]]
    if kind in ("subexpression", "index_expression"):
        return ("." if kind == "subexpression" else "").join(parts) if all(parts) else ""
    if kind == "field":
        return _key(str(value))
    return {"index": f"[{value}]", "literal": f"'{value}'", "current": "@"}.get(kind, "")
