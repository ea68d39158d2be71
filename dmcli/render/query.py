"""--query: JMESPath expressions, refused in one sentence that names the place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.errors import InputError
from dmcli.untrusted import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_HINT = "The language is described at https://jmespath.org."


def check_query(query: str) -> None:
    """Refuse an expression that could never work, before any call is made. An empty one is no query.

    Raises InputError: bad syntax, an unknown function, an expression reference outside of a function's arguments.
    """
    if not query:
        return
    import jmespath
    from jmespath.exceptions import ParseError
    from jmespath.functions import Functions

    try:
        tree = jmespath.compile(query).parsed
        nodes = list(_nodes(tree, ""))
    except ParseError as error:
        column, token = error.lex_position + 1, error.token_value
        place = f"at {safe(str(token))!r}, column {column}" if token else f"at its end, column {column}"
        raise InputError(
            f"--query {safe(query)!r} is not a JMESPath expression: it goes wrong {place}.", hint=_HINT
        ) from None
    except RecursionError:
        raise InputError("--query is nested too deeply; ask for less at a time.") from None
    for parent, kind, name in nodes:
        if kind == "function_expression" and name not in Functions.FUNCTION_TABLE:
            known = ", ".join(sorted(Functions.FUNCTION_TABLE))
            raise InputError(f"--query calls {safe(name)}(), which JMESPath does not have.", hint=f"It has {known}.")
        if kind == "expref" and parent != "function_expression":
            raise InputError(f"--query {safe(query)!r} uses & outside of a function's arguments.", hint=_HINT)


def searcher(query: str) -> Callable[[Any], Any]:
    """A function from data to what the expression finds in it; an empty expression finds the data itself.

    Raises InputError, at once for a bad expression and when called for data that does not fit a function.
    """
    check_query(query)
    if not query:
        return lambda data: data
    import jmespath
    from jmespath.exceptions import JMESPathError, JMESPathTypeError

    compiled = jmespath.compile(query)

    def search(data: Any) -> Any:
        try:
            return compiled.search(data)
        except JMESPathTypeError as error:
            wanted = " or ".join(map(str, error.expected_types))
            raise InputError(
                f"--query {safe(query)!r} does not fit the data: {error.function_name}() takes {wanted}, "
                f"not {error.actual_type}."
            ) from None
        except JMESPathError as error:
            raise InputError(f"--query {safe(query)!r} does not fit the data: {safe(str(error))}.") from None

    return search


def _nodes(tree: Any, parent: str) -> Iterator[tuple[str, str, Any]]:
    """Every node of a parsed expression as parent's type, own type, own value."""
    if isinstance(tree, dict):
        yield parent, tree["type"], tree.get("value")
        for child in tree["children"]:
            yield from _nodes(child, tree["type"])
