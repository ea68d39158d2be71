"""Templates with `{{ column }}`: compiled once, filled in for each row, and unable to take much time or memory.

Jinja2's sandbox keeps a template from getting out, not from running long. So a template here is a straight line: what
it may be made of is listed below, and there are no loops, calls, attributes or repetitions. What it comes to is then
no longer than its text and the values that stand in it, which is known before it is filled in.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dmcli.errors import InputError
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import jinja2
    from jinja2 import nodes

_MARK = "\0"  # stands in no mail
MOST = 8 << 20  # characters that one part of a mail may come to; the service takes as many bytes (SDK)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# By name, since jinja2 loads when a template is compiled. All of these make no more of a value than a few times of it.
_NODES = _words(
    "Template Output TemplateData Name Const Filter Test If CondExpr Compare Operand And Or Not Concat Add Keyword Pair"
)
_FILTERS = _words(
    "capitalize count d default e escape first float forceescape int last length lower safe string striptags "
    "title trim truncate upper urlencode wordcount"  # untranslated: names
)
_TESTS = _words("defined undefined eq equalto ne lt le gt ge in none number string lower upper")  # untranslated: names
_NAMES = marked(
    {
        "For": "a loop",
        "Call": "a call",
        "Getattr": "an attribute",
        "Getitem": "an index",
        "Include": "an include",
        "Macro": "a macro",
        "Assign": "a set",
    }
)
_SINGLE = r"(?<!\{)\{ ?(\w+) ?\}(?!\})"  # as stored templates of the service have their variables


def identifier(column: str) -> str:
    """How a template names a column: `First name` is `{{ First_name }}`."""
    name = re.sub(r"\W+", "_", column.strip())
    return f"_{name}" if name[:1].isdigit() else name


def no_template(what: str, error: jinja2.TemplateError) -> InputError:
    """What Jinja2 says of a text that is no template, with how a column is written, which it does not know."""
    return InputError(
        tr(
            "{what}, line {line}: {why}",
            what=what,
            line=getattr(error, "lineno", 1),
            why=str(error).rstrip("."),
        ),
        hint=tr(
            "A column is written {{ First_name }}, with _ for each space or sign in its name; each {{ is closed, "
            "and each {% if %} has its {% endif %}."
        ),
    )


class Template:
    """One compiled text; `what` names it in messages. Raises InputError for what is no template, or not allowed in one.

    >>> greeting = Template("--subject", "Hello {{ name|default('friend') }}", html=False)
    >>> greeting.render({"name": ""}), greeting.render({"name": "Ada & Li"})
    ('Hello friend', 'Hello Ada & Li')
    >>> sorted(greeting.columns), sorted(greeting.required)
    (['name'], [])

    With `html` values are escaped. `columns` are the names that it uses, `required` those that need a value: all but
    those that a `default` or an `if` looks after. An empty value counts as none.
    """

    def __init__(self, what: str, source: str, *, html: bool) -> None:
        from jinja2 import TemplateError, meta, nodes

        self.what = what
        environment = _environment(html=html)
        try:
            tree = environment.parse(source)
            _check(what, tree)
            self._compiled = environment.from_string(tree)
        except TemplateError as error:
            raise no_template(what, error) from None
        except (RecursionError, SyntaxError, ValueError):  # too much for Python's own parser
            raise InputError(tr("{what} is nested too deeply, or has a number that is too long", what=what)) from None
        self.columns = frozenset(meta.find_undeclared_variables(tree))
        self.required = self.columns - _optional(tree)
        self._uses = Counter(name.name for name in tree.find_all(nodes.Name))
        self._pieces, self._escape = _pieces(tree), environment.filters["escape"] if html else str
        self._size = len(source)
        self._source, self._environment = source, environment
        self._literal = "".join(one.data for one in tree.find_all(nodes.TemplateData))

    def render(self, values: Mapping[str, str]) -> str:
        """The text for these values by identifier. Raises ValueError, a sentence, for what would be too large."""
        from jinja2 import TemplateError

        size = self._size + sum(times * len(values.get(name, "")) for name, times in self._uses.items())
        if size > MOST:
            raise ValueError(
                tr(
                    "{what} would come to {size} characters; at most {most} are possible",
                    what=self.what,
                    size=size,
                    most=MOST,
                )
            )
        try:
            if not self._pieces or not values.keys() >= self.columns:
                return self._compiled.render(values)
            cells = {name: self._escape(values[name]) for name in self.columns}
            return "".join([piece if name is None else cells[name] for name, piece in self._pieces])
        except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
            raise ValueError(tr("{what} cannot be filled in: {why}", what=self.what, why=error)) from None

    @cached_property
    def _marked(self) -> jinja2.Template:
        """The same with a mark before and after each place that differs by row."""
        from jinja2 import nodes

        tree = self._environment.parse(self._source)
        mark = nodes.Output([nodes.TemplateData(_MARK)])
        body: list[nodes.Node] = []
        for node in tree.body:
            for one in node.nodes if isinstance(node, nodes.Output) else [node]:
                put = nodes.Output([one]) if isinstance(one, nodes.Expr) else one
                body += [put] if isinstance(one, nodes.TemplateData) else [mark, put, mark]
        tree.body = body
        return self._environment.from_string(tree)

    @cached_property
    def constants(self) -> list[str]:
        """The texts before, between and after the places that differ by row."""
        return self._marked.render(dict.fromkeys(self.columns, "1")).split(_MARK)[::2]

    def differing(self, values: Mapping[str, str]) -> list[str]:
        """What stands for these values where rows differ. Raises ValueError as `render` does."""
        if _MARK in self.render(values):
            raise ValueError(tr("{what} would have a NUL", what=self.what))
        return self._marked.render(values).split(_MARK)[1::2]

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raise InputError for a name that is none of the columns' identifiers, or one in single braces."""
        known = list(columns)
        for name in sorted(self.columns - set(known)):
            raise InputError(
                tr(
                    "{what} uses {{{{ {name} }}}}, which is no column of the file{nearest}",
                    what=self.what,
                    name=name,
                    nearest=_near(name, known),
                )
            )
        for name in re.findall(_SINGLE, self._literal):
            if name in known:
                raise InputError(
                    tr(
                        "{what} has {{{name}}}, which stays as it is: a merge fills in {{{{ {name} }}}}",
                        what=self.what,
                        name=name,
                    )
                )


def _near(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    folded = {one.casefold(): one for one in known}
    near = [folded[one] for one in get_close_matches(name.casefold(), list(folded), n=2, cutoff=0.5)]
    if near:
        return tr("; did you mean {names}?", names=listed(near, " or "))
    return tr("; it has {columns}", columns=listed(known[:20]))


def _environment(*, html: bool) -> jinja2.Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=html, keep_trailing_newline=True)
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS}
    made.tests = {name: made.tests[name] for name in _TESTS}
    made.filters["default"] = made.filters["d"] = _default
    return made


def _default(value: Any, instead: Any = "", _: bool = True) -> Any:
    """The value, or what stands instead of it where a row has none: a table knows empty cells, not missing ones."""
    return value or instead


def _check(what: str, tree: nodes.Template) -> None:
    """Raise InputError for what a template must not have."""
    from jinja2 import nodes

    for node in tree.find_all(nodes.Node):
        kind = type(node).__name__
        where = tr("{what}, line {line}", what=what, line=node.lineno)
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise InputError(
                tr(
                    "{where}: there is no filter {name!r} here; there are {filters}",
                    where=where,
                    name=node.name,
                    filters=listed(sorted(_FILTERS)),
                )
            )
        if isinstance(node, nodes.Test) and node.name not in _TESTS:
            raise InputError(
                tr(
                    "{where}: there is no test {name!r} here; there are {tests}",
                    where=where,
                    name=node.name,
                    tests=listed(sorted(_TESTS)),
                )
            )
        if kind not in _NODES:
            raise InputError(
                tr(
                    "{where}: {construct} is not possible here; there are {{{{ column }}}}, filters and if",
                    where=where,
                    construct=tr(_NAMES.get(kind, kind)),
                )
            )


def _pieces(tree: nodes.Template) -> list[tuple[str | None, str]]:
    """A text of nothing but names and what stands between them, in that order; [] for any other.

    Most are of that sort, and joining pieces takes a tenth of the time that Jinja2 does.
    """
    from jinja2 import nodes

    found: list[tuple[str | None, str]] = []
    for one in (part for node in tree.body for part in (node.nodes if isinstance(node, nodes.Output) else [node])):
        if isinstance(one, nodes.Name):
            found.append((one.name, ""))
        elif isinstance(one, nodes.TemplateData):
            found.append((None, one.data))
        else:
            return []
    return found


def _optional(tree: nodes.Template) -> set[str]:
    """The names that an `if` or a `default` looks after."""
    from jinja2 import nodes

    guards: list[nodes.Node] = [
        *(one.test for one in tree.find_all(nodes.If)),
        *(one.test for one in tree.find_all(nodes.CondExpr)),
    ]
    guards += [one.node for one in tree.find_all(nodes.Filter) if one.name in ("default", "d") and one.node]
    return {
        name.name
        for guard in guards
        for name in ([guard] if isinstance(guard, nodes.Name) else guard.find_all(nodes.Name))
    }
