"""YAML read strictly: texts as they were typed, each with its line and column.

It is read from events rather than loaded: a date or 0123 stays what it is, every mistake has a place, and nothing in a
file can make objects, expand aliases or nest deeply.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from dmcli.record import Record
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    Entries: TypeAlias = "dict[str, tuple[Node, Node]]"  # untranslated type: by the text of the key: key and value

Place = tuple[int, int]  # line and column, both from 0

_NO_YAML = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]"  # made a pattern by the first file that is read


class Node(Record):
    """A piece of text, a mapping of keys to nodes, or a list, and where in the file it stands."""

    text: str
    entries: Entries | None
    start: Place
    end: Place
    items: tuple[Node, ...] | None = None

    def entry(self, name: str) -> tuple[Node, Node]:
        """Key and value of an entry that is there."""
        return (self.entries or {})[name]


class Grammar:
    """What a file may hold: mappings down to so many levels and, where it has `lists`, lists.

    `fail` raises what is wrong with a place.
    """

    def __init__(self, deepest: int, *, lists: bool = False) -> None:
        self.deepest, self.lists = deepest, lists

    def fail(self, place: Place, problem: str) -> NoReturn:
        """Raise what is wrong with a place."""
        raise NotImplementedError

    def name(self, key: str) -> str:
        """A key to quote in a message."""
        return f"'{key}'"

    def read(self, text: str) -> Node:
        """The node that a text is; an empty mapping where it is empty."""
        nothing = Node("", {}, (0, 0), (0, 0))
        if not text.strip():
            return nothing
        import yaml

        if strange := re.search(_NO_YAML, text):
            line = text.rfind("\n", 0, strange.start()) + 1
            place = (text.count("\n", 0, strange.start()), strange.start() - line)
            self.fail(place, tr("a control character has no place in it"))
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            events = yaml.parse(text, Loader=loader)
            nodes = [
                self._node(event, events, 1)
                for event in events
                if not type(event).__name__.startswith(("Stream", "Document"))
            ]
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = (mark.line, mark.column) if mark else (0, 0)
            if mark and "cannot start any token" in (error.problem or ""):  # untranslated: the parser's words
                sign = text[mark.index : mark.index + 1]
                if sign == "\t":
                    self.fail(place, tr("not valid YAML: a tab cannot indent; write blanks"))
                self.fail(place, tr("not valid YAML: {sign!r} cannot begin a text; put it in quotes", sign=sign))
            self.fail(place, tr("not valid YAML: {problem}", problem=error.problem or error.context))
        if len(nodes) > 1:
            self.fail(nodes[1].start, tr("a second YAML document has no place in it"))
        return nodes[0] if nodes else nothing

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        """The node that starts with `event`; takes the events that belong to it."""
        kind = type(event).__name__
        start = (event.start_mark.line, event.start_mark.column)
        if kind == "AliasEvent" and self.lists:
            self.fail(start, tr("YAML aliases have no place in it; write the value itself"))
        if kind not in {"ScalarEvent", "MappingStartEvent"} and not (self.lists and kind == "SequenceStartEvent"):
            self.fail(start, tr("lists and aliases have no place in it; write 'key: value' lines"))
        if event.tag is not None or event.anchor is not None:
            self.fail(start, tr("YAML tags and anchors have no place in it; write the value alone"))
        if kind == "ScalarEvent":
            text = "" if not event.style and event.value in {"~", "null", "Null", "NULL"} else event.value
            return Node(text, None, start, (event.end_mark.line, event.end_mark.column))
        if depth > self.deepest:
            self.fail(start, tr("values must be one piece of text"))
        if kind == "SequenceStartEvent":
            items = []
            while type(event := next(events)).__name__ != "SequenceEndEvent":
                items.append(self._node(event, events, depth + 1))
            return Node("", None, start, (event.end_mark.line, event.end_mark.column), tuple(items))
        entries: Entries = {}
        while type(event := next(events)).__name__ != "MappingEndEvent":
            key = self._node(event, events, self.deepest + 1)
            if key.text in entries:
                self.fail(key.start, tr("the key {key} stands there twice", key=self.name(key.text)))
            entries[key.text] = (key, self._node(next(events), events, depth + 1))
        return Node("", entries, start, (event.end_mark.line, event.end_mark.column))
