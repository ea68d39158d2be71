"""JSON and YAML documents, whole or with the rows of a list streamed into their place."""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.render.output import encodable, wants_ascii

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmcli.render.output import Output

    Row = dict[str, Any]


class _Dialect(NamedTuple):
    """How a format writes a whole value, one item of a list, and what parts items. No text ends in a line feed."""

    whole: Callable[[Any], str]
    item: Callable[[Any], str]
    comma: str


def show_whole(value: Any, output: Output) -> None:
    """Print a value as YAML if that is the format, else as JSON."""
    text = _dialect(output).whole(value)
    output.stdout.write(encodable(text, output.stdout) + "\n")
    output.stdout.flush()


def show_joined(document: Row, path: str, rows: Iterator[Row], output: Output) -> int:
    """Print the document with the rows at the dotted path, one at a time as they come; the number of rows."""
    first = next(rows, None)
    if first is None:
        show_whole(placed(document, path, []), output)
        return 0
    dialect, stdout, count = _dialect(output), output.stdout, 0
    # Nothing in a reply can foresee the mark, so it stands once, on a line of its own, as the list's only item.
    mark = f"rows-{os.urandom(16).hex()}"
    before, _, after = dialect.whole(placed(document, path, [mark])).partition(mark)
    _, feed, closing = after.partition("\n")
    line = before.rindex("\n") + 1
    margin = " " * (len(before[line:]) - len(before[line:].lstrip(" ")))
    stdout.write(encodable(before[:line], stdout))
    for count, row in enumerate(chain((first,), rows), 1):
        text = margin + dialect.item(row).replace("\n", "\n" + margin)
        stdout.write(encodable(dialect.comma + text if count > 1 else text, stdout))
    stdout.write(encodable(feed + closing, stdout) + "\n")
    stdout.flush()
    return count


def placed(document: Any, path: str, value: Any) -> Any:
    """A copy of the document with the value at the dotted path; an empty path leaves the document as it is."""
    if not path:
        return document
    key, _, rest = path.partition(".")
    base = document if isinstance(document, dict) else {}
    return {**base, key: placed(base.get(key), rest, value) if rest else value}


def without(document: Any, path: str) -> Any:
    """A copy of the document without what stands at the dotted path, nor an object that holds nothing else."""
    key, _, rest = path.partition(".")
    if not isinstance(document, dict) or key not in document:
        return document
    kept = without(document[key], rest) if rest else None
    if kept is document[key]:
        return document
    if kept:
        return {**document, key: kept}
    return {name: value for name, value in document.items() if name != key}


def _dialect(output: Output) -> _Dialect:
    """The chosen document format; JSON where the chosen one is none."""
    escape = wants_ascii(output.stdout)
    return _yaml(escape) if output.chosen == "yaml" else _json(escape)


def _json(escape: bool) -> _Dialect:
    import json

    encode = json.JSONEncoder(indent=2, ensure_ascii=escape).encode
    return _Dialect(encode, encode, ",\n")


def _yaml(escape: bool) -> _Dialect:
    import yaml

    class Dumper(yaml.SafeDumper):
        """No anchors: readers of a reply need not know them."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the base class's signature
            return True

    def text_node(dumper: Dumper, text: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_text_style(text))

    Dumper.add_representer(str, text_node)

    def whole(value: Any) -> str:
        text: str = yaml.dump(value, Dumper=Dumper, allow_unicode=not escape, sort_keys=False, width=float("inf"))
        # The end mark is for streams of documents; here it would stand in the middle of one.
        return (text.removesuffix("...\n") if text.endswith("\n...\n") else text).removesuffix("\n")

    return _Dialect(whole, lambda row: whole([row]), "\n")


def _text_style(text: str) -> str | None:
    """How YAML writes a text.

    Several lines, as of a mail's body, read best as a block; the library takes quotes where none can hold them. Breaks
    other than the line feed are escaped, because rows are indented line by line.
    """
    if any(mark in text for mark in "\x85\u2028\u2029"):
        return '"'
    return "|" if "\n" in text else None
