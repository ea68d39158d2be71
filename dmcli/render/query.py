"""--query: JMESPath expressions, refused in one sentence that names the place."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from dmcli.errors import InputError
from dmcli.untrusted import safe
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jmespath.visitor import _TreeNode as Node  # of its stubs

_DEEPEST = 100  # levels of an expression
_MOST_KEYS = 60  # named where a query finds nothing
_TOO_DEEP = marked("--query is nested too deeply; ask for less at a time.")
_HINT = marked("The language is described at https://jmespath.org.")


def check_query(query: str) -> None:
    """Refuse an expression that could never work, before any call is made. An empty one is no query.

    Raises InputError: bad syntax, an unknown function, an expression reference where no function takes one, a number
    that JSON has no room for.
    """
    if query:
        _parse(query)


class Query:
    """A query, put to one document or to each of many.

    `whole` is a query about the rows of a list, which asks for the whole document in every format. Raises InputError
    for a bad expression, and when it is put to data that it does not fit.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.whole, self._found, self._doubt = False, False, ""
        self._searched: tuple[Any, Sequence[Any] | None] | None = None
        self._tree = _parse(text) if text else None
        if self._tree:
            from dmcli.render.search import ROWS

            self.whole = any((node["type"], node.get("value")) == ("field", ROWS) for node, _ in _walk(self._tree))

    def find(self, data: Any, rows: Sequence[Any] | None = None) -> Any:
        """What the expression finds in the data, whose `rows` have that name; an empty one finds the data itself."""
        if not self._tree:
            return data
        from dmcli.render.search import is_nothing, search

        try:
            found = search(self._tree, data, rows)
        except ValueError as error:
            raise InputError(
                tr("--query {query!r} does not fit the data: {why}.", query=safe(self.text), why=error)
            ) from None
        self._found = self._found or not is_nothing(found.value) or (rows == found.value == [])
        self._searched, self._doubt = self._searched or (data, rows), self._doubt or found.doubt
        return found.value

    @property
    def failure(self) -> str:
        """What to say when all that was found is nothing, with the expressions that find something; else empty."""
        if self._found or self._searched is None:
            return ""
        from dmcli.render.search import keys_of

        there = ", ".join(islice(keys_of(*self._searched), _MOST_KEYS))
        if self._doubt:
            return tr("--query found nothing; {doubt}; there is: {keys}", doubt=self._doubt, keys=there)
        return tr("--query found nothing; there is: {keys}", keys=there)


def _parse(query: str) -> Node:
    """The tree of an expression that could work. Raises InputError."""
    import warnings

    import jmespath
    from jmespath.exceptions import ParseError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a spelling that is out of use
            tree: Node = jmespath.compile(query).parsed
    except ParseError as error:
        column, token = error.lex_position + 1, error.token_value
        said = marked(
            "--query {query!r} is not a JMESPath expression: it goes wrong at {token!r}, column {column}."
            if token
            else "--query {query!r} is not a JMESPath expression: it goes wrong at its end, column {column}."
        )
        raise InputError(tr(said, query=safe(query), token=safe(str(token)), column=column), hint=tr(_HINT)) from None
    except RecursionError:
        raise InputError(tr(_TOO_DEEP)) from None
    except ValueError:  # a number of thousands of digits
        raise InputError(tr("--query {query!r} has a number that is too large.", query=safe(query))) from None
    for node, parent in _walk(tree):
        _check_node(query, node, parent)
    return tree


def _check_node(query: str, node: Node, parent: Node | None) -> None:
    """Refuse a part of an expression that could never work. Raises InputError."""
    from jmespath.functions import Functions

    functions = Functions.FUNCTION_TABLE
    if node["type"] == "function_expression" and node["value"] not in functions:
        known = ", ".join(sorted(functions))
        raise InputError(
            tr("--query calls {function}(), which JMESPath does not have.", function=safe(node["value"])),
            hint=tr("It has {functions}.", functions=known),
        )
    if node["type"] == "expref":
        function = functions.get(parent["value"]) if parent and parent["type"] == "function_expression" else None
        if not function or not any("expref" in argument["types"] for argument in function["signature"]):
            raise InputError(
                tr("--query {query!r} uses & outside of a function that takes an expression.", query=safe(query)),
                hint=tr(_HINT),
            )
    if node["type"] == "literal":
        import json

        try:
            json.dumps(node["value"], allow_nan=False)
        except ValueError:
            raise InputError(
                tr("--query {query!r} has a number that JSON has no room for.", query=safe(query))
            ) from None


def _walk(tree: Node) -> Iterator[tuple[Node, Node | None]]:
    """Every node of a parsed expression with the node it is in. Raises InputError for too many levels."""
    level: list[tuple[Node, Node | None]] = [(tree, None)]
    for _ in range(_DEEPEST):
        yield from level
        level = [(child, node) for node, _ in level for child in node["children"] if isinstance(child, dict)]
    if level:
        raise InputError(tr(_TOO_DEEP))
