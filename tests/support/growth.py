"""How work grows with the length of a text: patterns found in the code, texts that are hard for them, and the clock."""

from __future__ import annotations

import ast
import functools
import importlib
import itertools
import pkgutil
import re
import time
from collections import deque
from pathlib import Path
from re import _constants as sre
from re import _parser as parser
from typing import TYPE_CHECKING, Any, NamedTuple

import dmcli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SHORT, LONG = 5_000, 50_000  # characters
_FACTOR = 40  # of ten times the length; work that grows as the square would need a hundred times as long
_LEAST = 0.002  # seconds of work below which a clock says little
_SIZES = (30, 300, SHORT)  # what doubles with each character, or grows as the cube, is found at once
_PER_CHARACTER = 5e-6  # seconds; a slow pattern needs a twentieth
_SLOWEST = 3  # texts that are tried at full length too
_METHODS = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
_SAMPLES = "ax0_ -.<>/=\"'\n&;:,@{}()[]%\\~\u00e9\u60a8"


class Pattern(NamedTuple):
    """A pattern in the code: the module, its source, how it is used; `found` is None where it is made at run time."""

    module: str
    source: str
    uses: frozenset[str]
    found: re.Pattern[Any] | None

    def __str__(self) -> str:
        return f"{self.module.removeprefix('dmcli.')}:{self.source[:40]}"


def patterns() -> Iterator[Pattern]:
    """All patterns that the package compiles or uses."""
    for module in pkgutil.walk_packages(dmcli.__path__, "dmcli."):
        if module.name.endswith("__main__"):
            continue
        loaded = importlib.import_module(module.name)
        text = Path(loaded.__file__ or "").read_text(encoding="utf-8")
        if not re.search(r"\bre\.\w+\(", text):
            continue
        nodes = list(ast.walk(ast.parse(text)))
        names = {id(node.value): target.id for node in nodes for target in _names(node)}
        for node in nodes:
            if _is_call(node, {"compile", *_METHODS}):
                name = names.get(id(node), "")
                uses = _uses(nodes, name) if node.func.attr == "compile" else {node.func.attr}
                yield Pattern(module.name, ast.unparse(node.args[0]), frozenset(uses), _evaluated(node, loaded))


def _names(node: ast.AST) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [target for target in targets if isinstance(target, ast.Name)]


def _is_call(node: ast.AST, methods: set[str]) -> bool:
    function = node.func if isinstance(node, ast.Call) else None
    of_re = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "re"
    return of_re and function.attr in methods


def _uses(nodes: list[ast.AST], name: str) -> set[str]:
    """How a compiled pattern of that name is used in its module."""
    attributes = [node for node in nodes if isinstance(node, ast.Attribute) and node.attr in _METHODS]
    return {one.attr for one in attributes if isinstance(one.value, ast.Name) and one.value.id == name}


def _evaluated(node: ast.Call, module: Any) -> re.Pattern[Any] | None:
    """The pattern of a call, its names being those of the module."""
    compiles = node.func.attr == "compile"
    flags = [node.args[1]] if compiles and len(node.args) > 1 else []
    flags += [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
    try:
        text, *flag = (
            eval(compile(ast.Expression(one), "", "eval"), {**vars(module)})  # noqa: S307  it is our own code
            for one in (node.args[0], *flags)
        )
    except (NameError, AttributeError):
        return None
    return text if isinstance(text, re.Pattern) else re.compile(text, *flag)


def run_of(pattern: re.Pattern[Any], use: str) -> Callable[[Any], object]:
    """What a use of a pattern does with a text."""
    if use in ("match", "fullmatch", "search"):
        return getattr(pattern, use)
    return lambda text: deque(pattern.finditer(text), maxlen=0)  # goes through all without a line of Python


def hard_texts(pattern: re.Pattern[Any], size: int) -> list[Any]:
    """Texts of about that size made of long repeats of a pattern's own pieces, behind each of its beginnings."""
    made = [f"{begin}{piece * (size // len(piece))}\0" for begin, piece in _hard_parts(pattern)]
    return [text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text for text in made]


@functools.cache
def _hard_parts(pattern: re.Pattern[Any]) -> list[tuple[str, str]]:
    """What such texts begin with, and what is repeated in them."""
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    repeated = [piece for item in _repeats(parsed) for piece in _pieces(item)]
    every = [piece for item in parsed for piece in _pieces(item)]
    pieces = list(dict.fromkeys([*repeated, *every]))
    beginnings = [""]
    for item in parsed:
        beginnings += [beginnings[-1] + sample for sample in [_sample([item])] if sample]
    pairs = ["".join(pair) for pair in itertools.permutations(pieces[:8], 2)]
    whole = [beginning for beginning in beginnings if beginning][-2:]
    alone = [("", piece) for piece in (*pieces, *pairs, *whole)]
    return alone + [(begin, piece) for begin in beginnings[1:8] for piece in pieces[:12]]


def _repeats(items: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """The parts of a pattern that may match any number of times."""
    for kind, value in items:
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT) and value[1] is sre.MAXREPEAT:
            yield kind, value
        for inner in _inside(kind, value):
            yield from _repeats(inner)


def _pieces(item: tuple[Any, Any]) -> Iterator[str]:
    """Characters and short texts that a part of a pattern matches."""
    kind, value = item
    if kind in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
        yield from _characters(item)
    for inner in _inside(kind, value):
        for one in inner:
            yield from _pieces(one)
        if len(inner) > 1 and (sample := _sample(inner)):
            yield sample


def _inside(kind: Any, value: Any) -> list[Any]:
    """The sequences of a part that has some."""
    if kind is sre.SUBPATTERN:
        return [value[-1]]
    if kind is sre.BRANCH:
        return list(value[1])
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, getattr(sre, "POSSESSIVE_REPEAT", None)):
        return [value[2]]
    if kind in (sre.ASSERT, sre.ASSERT_NOT):
        return [value[1]]
    return [value] if kind is getattr(sre, "ATOMIC_GROUP", None) else []


def _sample(items: Iterable[tuple[Any, Any]]) -> str:
    """A text that a sequence matches, or nearly: of a choice the first, of repeats one, or as many as there must be."""
    made = ""
    for kind, value in items:
        if kind in (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY):
            made += next(_characters((kind, value)), "")
        elif kind not in (sre.ASSERT, sre.ASSERT_NOT):
            inside = _inside(kind, value)
            least = value[0] if inside and len(value) == 3 and isinstance(value[0], int) else 1
            made += _sample(inside[0]) * min(max(least, 1), 40) if inside else ""
    return made


def _characters(item: tuple[Any, Any]) -> Iterator[str]:
    """Some of the characters that a part for one character matches."""
    kind, value = item
    if kind is sre.LITERAL:
        yield chr(value)
        return
    tree = parser.SubPattern(parser.State(), [item])
    single = re._compiler.compile(tree, re.DOTALL)
    own = [chr(one[1]) for one in value if one[0] is sre.LITERAL] if kind is sre.IN else []
    own += [chr(one[1][0]) for one in value if one[0] is sre.RANGE] if kind is sre.IN else []
    yield from itertools.islice((one for one in [*own, *_SAMPLES] if single.fullmatch(one)), 3)


def seconds(run: Callable[[Any], object], text: Any, times: int = 1) -> float:
    """Seconds of work, the least of some runs: other processes do not count."""
    took = []
    for _ in range(times):
        began = time.thread_time()
        run(text)
        took.append(time.thread_time() - began)
    return min(took)


def check(run: Callable[[Any], object], texts: Callable[[int], list[Any]], readings: int = 1) -> None:
    """Fail where the work grows faster than the text, of the same number of texts at each size.

    `readings` is how often the work goes through a text.
    """
    slowest: list[int] = []
    for size in _SIZES:
        took = {}
        for number, text in enumerate(texts(size)):
            took[number] = seconds(run, text)
            limit = _LEAST * 5 + len(text) * _PER_CHARACTER * readings
            if took[number] > limit:
                took[number] = seconds(run, text, 3)
            assert took[number] <= limit, f"{took[number]:.3f} s for {size} characters: {text[:60]!r}"
        slowest = sorted(took, key=took.__getitem__)[-_SLOWEST:]
    short, long = texts(SHORT), texts(LONG)
    for number in slowest:
        limit = max(seconds(run, short[number], 3), _LEAST) * _FACTOR
        if (much := seconds(run, long[number])) > limit:
            much = seconds(run, long[number], 2)
        assert much <= limit, f"{much:.3f} s, a tenth of the length {limit / _FACTOR:.4f} s: {long[number][:60]!r}"
