"""json and yaml: a document, whole or with the rows of a list streamed into their place."""

from __future__ import annotations

import os
from itertools import chain
from typing import TYPE_CHECKING, Any

from dmcli.record import Record
from dmcli.render.encoding import fit_document, wants_ascii
from dmcli.render.formats.base import Format
from dmcli.untrusted import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dmcli.render.formats.base import Listing, Sink


class _Dialect(Record):
    """How a format writes a whole value, one item of a list, and what parts items. No text ends in a line feed."""

    whole: Callable[[Any], str]
    item: Callable[[Any], str]
    comma: str


class _Document(Format):
    """A format in a dialect, made for whether all but ASCII is escaped."""

    def __init__(self, dialect: Callable[[bool], _Dialect]) -> None:
        self._dialect = dialect

    def show_value(self, value: Any, output: Sink) -> None:
        """Print the value as a document."""
        text = self._dialect(wants_ascii(output.stdout)).whole(value)
        output.stdout.write(fit_document(text, output.stdout) + "\n")
        output.stdout.flush()

    def show_rows(self, listing: Listing, output: Sink) -> int:
        """Print the document with the rows at the list's path, one at a time as they come."""
        rows, document, path = listing.rows, listing.document, listing.path
        first = next(rows, None)
        if first is None or not path:
            self.show_value(put(document, path, []), output)
            return sum(1 for _ in rows) + (first is not None)
        return _show_joined(self._dialect(wants_ascii(output.stdout)), listing, chain((first,), rows), output)


def _show_joined(dialect: _Dialect, listing: Listing, rows: Iterator[Any], output: Sink) -> int:
    stdout, count = output.stdout, 0
    # Nothing in a reply can foresee the mark, so it stands once, on a line of its own, as the list's only item.
    mark = f"rows-{os.urandom(16).hex()}"
    before, _, after = dialect.whole(put(listing.document, listing.path, [mark])).partition(mark)
    _, feed, closing = after.partition("\n")
    line = before.rindex("\n") + 1
    margin = " " * (len(before[line:]) - len(before[line:].lstrip(" ")))
    stdout.write(fit_document(before[:line], stdout))
    for count, row in enumerate(rows, 1):
        text = margin + dialect.item(row).replace("\n", "\n" + margin)
        stdout.write(fit_document(dialect.comma + text if count > 1 else text, stdout))
    stdout.write(fit_document(feed + closing, stdout) + "\n")
    stdout.flush()
    return count


def put(document: Any, path: str, value: Any) -> Any:
    """A copy of the document with the value at the dotted path; an empty path leaves the document as it is."""
    if not path:
        return document
    key, _, rest = path.partition(".")
    base = document if isinstance(document, dict) else {}
    return {**base, key: put(base.get(key), rest, value) if rest else value}


def drop(document: Any, path: str) -> Any:
    """A copy of the document without what stands at the dotted path, nor an object that holds nothing else."""
    key, _, rest = path.partition(".")
    if not isinstance(document, dict) or key not in document:
        return document
    kept = drop(document[key], rest) if rest else None
    if kept is document[key]:
        return document
    if kept:
        return {**document, key: kept}
    return {name: value for name, value in document.items() if name != key}


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
    if quoted(text) != text:
        return '"'
    return "|" if "\n" in text else None


JSON = _Document(_json)
YAML = _Document(_yaml)
