"""Reading a file of an account: strictly, with the place of every mistake, and the names that were meant."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from dmcli.api import catalogue
from dmcli.api.kinds.base import utc_now
from dmcli.errors import InputError
from dmcli.local.nodes import Grammar
from dmcli.words import listed, tr
from dmcli.workflows.account.comparing import last_names
from dmcli.workflows.account.model import Shape, Thing
from dmcli.workflows.account.parts import BY_KEY, IN_FILE, MEMBERS
from dmcli.workflows.account.texts import as_yaml, is_below, members_in, text_of
from dmcli.workflows.account.writing import FILE, MEMBERS_FILE

if TYPE_CHECKING:
    from collections.abc import Collection

    from dmcli.api.kinds.base import Kind
    from dmcli.local.nodes import Entries, Node, Place
    from dmcli.workflows.account.model import Attribute, Fields, Part, State, Value
    from dmcli.workflows.lists.members import Member

MOVED = "moved"
_DEEPEST = 4  # the file, its parts, a thing, a list of texts
_TRUE = ("true", "yes", "on", "1")


class Document(NamedTuple):
    """What a file says: the things of the parts in it, new names by part and old name, and where each thing stands."""

    path: str
    state: State
    moved: dict[str, dict[str, str]]
    places: dict[tuple[str, str], Place]

    def where(self, part: str, name: str) -> str:
        """The file, and the line and column of a thing, as an error begins."""
        return at(self.path, self.places.get((part, name), (0, 0)))


def at(path: str, place: Place) -> str:
    """A place in a file, as an error begins."""
    return tr("{path} line {line} column {column}", path=path, line=place[0] + 1, column=place[1] + 1)


def load(path: str, only: Collection[str] = (), pruned: Collection[str] = ()) -> Document:
    """What a file says, of some parts if so wanted, with the files beside it.

    It must speak of these parts, and of those that are `pruned`. Raises InputError with path, line and column,
    and for a file that cannot be read.
    """
    document = _Loader(path).document(text_of(path), only)
    for kind in (*only, *pruned):
        if kind not in document.state and kind != MEMBERS:
            raise InputError(
                tr(
                    "{file} says nothing of {kind}; write '{kind}: {{}}' where there are to be none",
                    file=path,
                    kind=kind,
                )
            )
    return document


class _Loader(Grammar):
    """Reads a file, whose path its mistakes begin with."""

    def __init__(self, path: str) -> None:
        super().__init__(_DEEPEST, lists=True)
        self.path = path
        self.folder = os.path.dirname(os.path.abspath(path))

    def fail(self, place: Place, problem: str) -> NoReturn:
        raise InputError(tr("{what}: {things}", what=at(self.path, place), things=problem))

    def unknown(self, place: Place, word: str, known: Collection[str]) -> NoReturn:
        """Raise that a word is none of those that there are, and which was meant."""
        from difflib import get_close_matches

        near = get_close_matches(word, known, n=1, cutoff=0.5)
        if near:
            self.fail(place, tr("there is no {word!r} here; did you mean {near!r}?", word=word[:60], near=near[0]))
        if not known:
            self.fail(place, tr("there is no {word!r} here", word=word[:60]))
        self.fail(place, tr("there is no {word!r} here; there are {known}", word=word[:60], known=listed(known)))

    def document(self, text: str, only: Collection[str]) -> Document:
        """The document that a text is."""
        top = self.read(as_yaml(text) if text.startswith("{") else text)
        state: State = {}
        places: dict[tuple[str, str], Place] = {}
        moved: dict[str, dict[str, str]] = {}
        known = [*(part.key for part in IN_FILE), MOVED]
        for key, (at_key, node) in (top.entries or {}).items():
            if key not in known:
                self.unknown(at_key.start, key, known)
            if key == MOVED:
                moved = self._moved(node)
            elif not only or key in only:
                state[key] = self._part(BY_KEY[key], node, places)
        if not (top.entries or {}).keys() - {MOVED}:
            self.fail(top.start, tr("the file must have parts such as {example}", example="tags:"))
        self._check_moved(top, moved, state)
        self._check_shared(state, places)
        return Document(self.path, state, moved, places)

    def _part(self, part: Part, node: Node, places: dict[tuple[str, str], Place]) -> dict[str, Thing]:
        """The things of a part: a list of names, or what is said of each name."""
        if part.single:
            places[part.key, part.key] = node.start
            return {part.key: Thing(part.key, self._fields(part, part.key, node))}
        if node.items is not None:
            named = [(item, item._replace(text="", end=item.start)) for item in node.items]
        elif node.entries is not None or not node.text:
            named = list((node.entries or {}).values())
        else:
            self.fail(
                node.start, tr("'{part}' must be a list of names, or names with what is said of them", part=part.key)
            )
        things: dict[str, Thing] = {}
        for key, value in named:
            name = self._name(part, key)
            if name in things:
                self.fail(key.start, tr("the {noun} {name!r} stands there twice", noun=tr(part.noun), name=key.text))
            places[part.key, name] = key.start
            things[name] = self._thing(part, name, value)
        return things

    def _name(self, part: Part, node: Node) -> str:
        if node.entries is not None or node.items is not None or not node.text:
            self.fail(node.start, tr("the name of this {noun} must be one piece of text", noun=tr(part.noun)))
        kind = catalogue.get(part.create).param(part.named).kind
        return part.canonical(self._checked(node, kind, part.key, node.text))

    def _thing(self, part: Part, name: str, node: Node) -> Thing:
        entries = dict(node.entries or {})
        members = None
        if part.key == "lists" and MEMBERS_FILE in entries:
            members = self._members(entries.pop(MEMBERS_FILE)[1])
        return Thing(name, self._fields(part, name, node._replace(entries=entries)), members=members)

    def _fields(self, part: Part, name: str, node: Node) -> Fields:
        """What is said of a thing, but for what is as by default."""
        if node.text or node.items is not None:
            self.fail(node.start, tr("what is said of {name!r} must be 'key: value' lines", name=name))
        keys = {one.key: one for one in part.attributes}
        files = {FILE.format(key=one.key): one for one in part.attributes if one.file}
        fields: Fields = {}
        for word, (key, value) in (node.entries or {}).items():
            one = keys.get(word) or files.get(word)
            if one is None:
                self.unknown(key.start, word, [*keys, *files, *([MEMBERS_FILE] if part.key == "lists" else [])])
            if one.key in fields:
                self.fail(
                    key.start, tr("give '{key}' or '{file}', not both", key=one.key, file=FILE.format(key=one.key))
                )
            source = value._replace(text=self._beside(value)) if word in files else value
            fields[one.key] = self._value(part, one, word, source)
        for one in part.attributes:
            if one.required and one.key not in fields:
                self.fail(node.start, tr("{name!r} needs '{key}'", name=name, key=one.key))
        if part.single:
            return fields
        return {key: value for key, value in fields.items() if value != keys[key].default_of(name)}

    def _value(self, part: Part, one: Attribute, word: str, node: Node) -> Value:
        """The value of an attribute, as the service would take it."""
        if one.shape is Shape.TEXTS:
            items = node.items if node.items is not None else () if not node.text and node.entries is None else None
            if items is None or any(item.entries is not None or item.items is not None for item in items):
                self.fail(node.start, tr("'{key}' must be a list of texts", key=word))
            return tuple(sorted({item.text for item in items}))
        if node.entries is not None or node.items is not None:
            self.fail(node.start, tr("'{key}' must be one piece of text", key=word))
        action = one.write or one.link[0] or part.create
        param = one.param.partition(".")
        kind = catalogue.get(action).param(param[0]).kind if param[0] and not param[2] and not one.refers else None
        if one.shape is Shape.FLAG:
            if node.text.lower() not in (*_TRUE, "false", "no", "off", "0"):
                self.fail(node.start, tr("'{key}': {text!r} must be true or false", key=word, text=node.text[:60]))
            return node.text.lower() in _TRUE
        if kind is None or not node.text:
            return node.text
        wire = self._checked(node, kind, word, node.text)
        from dmcli.api.kinds.text import Choice

        words = kind.words if isinstance(kind, Choice) else {}
        return next((typed for typed, sent in words.items() if sent == wire), wire)

    def _checked(self, node: Node, kind: Kind, key: str, text: str) -> str:
        """A text as it goes on the wire."""
        try:
            return kind.to_wire(text, utc_now())
        except ValueError as error:
            self.fail(node.start, f"'{key}': {error}")

    def _beside(self, node: Node) -> str:
        """The text of a file beside this one."""
        return text_of(self._path(node))

    def _path(self, node: Node) -> str:
        """The path of a file beside this one, below its folder. Raises InputError."""
        if node.entries is not None or node.items is not None or not node.text:
            self.fail(node.start, tr("here must be the path of a file"))
        path = os.path.realpath(os.path.join(self.folder, node.text))
        if not is_below(self.folder, node.text):
            self.fail(node.start, tr("{path!r} is not below the folder of this file", path=node.text))
        if not os.path.isfile(path):
            self.fail(node.start, tr("there is no file {path!r} beside this one", path=node.text))
        return path

    def _members(self, node: Node) -> tuple[Member, ...]:
        """The members in a table beside this file."""
        path = self._path(node)
        try:
            return members_in(path)
        except (InputError, ValueError) as error:
            self.fail(node.start, str(error).replace(path, node.text))

    def _moved(self, node: Node) -> dict[str, dict[str, str]]:
        """New names by part and old name."""
        can = [part.key for part in IN_FILE if part.renames]
        found: dict[str, dict[str, str]] = {}
        for word, (key, names) in self._pairs(node).items():
            if word not in can:
                self.fail(
                    key.start,
                    tr(
                        "the service renames nothing of {part!r}, only {can}: write the new one beside the old, and "
                        "delete the old one with --prune",
                        part=word[:60],
                        can=listed(can, " and "),
                    ),
                )
            found[word] = {}
            noun, entries = BY_KEY[word].noun, self._pairs(names)
            for old, (at_old, new) in entries.items():
                name = self._name(BY_KEY[word], new)
                if other := next((one for one, called in found[word].items() if called == name), ""):
                    self.fail(
                        at_old.start,
                        tr(
                            "{other!r} is called {name!r} already, and {old!r} cannot be",
                            other=other,
                            name=name,
                            old=old,
                        ),
                    )
                if not old:
                    self.fail(at_old.start, tr("the name of this {noun} must be one piece of text", noun=tr(noun)))
                found[word][old] = name
            try:
                found[word] = last_names(found[word])
            except ValueError as circle:
                self.fail(
                    entries[str(circle)][0].start,
                    tr(
                        "{old!r} comes back to a name that is renamed itself: names change places by a third name, "
                        "in two runs",
                        old=str(circle),
                    ),
                )
        return found

    def _pairs(self, node: Node) -> Entries:
        """The entries of old and new names, none where nothing is said."""
        if node.text or node.items is not None:
            self.fail(node.start, tr("here must be 'OLD: NEW' lines"))
        return node.entries or {}

    def _check_moved(self, top: Node, moved: dict[str, dict[str, str]], state: State) -> None:
        """Raise InputError where an old name is still there, or a new one is not."""
        for part, names in moved.items():
            for old, new in names.items():
                place = top.entry(MOVED)[1].entry(part)[1].entry(old)[0].start
                if part in state and new not in state[part]:
                    self.unknown(place, new, list(state[part]))
                if old in state.get(part, {}):
                    self.fail(place, tr("{old!r} is renamed here, and stands under {part!r} too", old=old, part=part))

    def _check_shared(self, state: State, places: dict[tuple[str, str], Place]) -> None:
        """Raise InputError where an IP is in two pools."""
        owner: dict[str, str] = {}
        for name, one in state.get("ip-pools", {}).items():
            for ip in one.fields.get("ips", ()) or ():  # type: ignore[union-attr]
                if ip in owner:
                    self.fail(
                        places["ip-pools", name],
                        tr(
                            "{ip} is in the pool {one!r} and in {other!r}; give it to one",
                            ip=ip,
                            one=owner[ip],
                            other=name,
                        ),
                    )
                owner[ip] = name
