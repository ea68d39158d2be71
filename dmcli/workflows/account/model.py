"""The vocabulary of the account as code: parts, attributes, things, states and changes."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.errors import DmError
    from dmcli.workflows.lists.members import Member

    Value: TypeAlias = str | bool | tuple[str, ...]  # untranslated type: what an attribute has
    Fields: TypeAlias = dict[str, Value]  # untranslated type: attributes by key, those that are as by default left out
    State: TypeAlias = dict[str, dict[str, "Thing"]]  # untranslated type: the things of each part, by name


class Shape(enum.Enum):
    """What a value is in the file."""

    TEXT = "text"
    FLAG = "flag"
    TEXTS = "texts"


class Attribute(NamedTuple):
    """What can be said of a thing: under `key` in the file, at the dotted path `row` in what the service tells.

    `param` is the parameter of its part's actions; where it is dotted, the rest is a key in its JSON. `default` is what
    is meant where nothing is said, {name} standing for the thing's name. A `fixed` one is given when the thing is made
    and never changed; one that `stays` can be changed, but not taken away. `refers` is the part whose names the values
    are; `by_id` says that the service tells their ids. `file` is the pattern of the files that hold long values.
    `link` are the actions, to link and to unlink, by which one thing refers to another. `read` and `write` are actions
    of its own, where the part has none.
    """

    key: str
    help: str
    param: str = ""
    row: str = ""
    shape: Shape = Shape.TEXT
    default: Value = ""
    required: bool = False
    fixed: bool = False
    stays: bool = False
    refers: str = ""
    by_id: bool = False
    file: str = ""
    link: tuple[str, str] = ("", "")
    read: str = ""
    write: str = ""

    def default_of(self, name: str) -> Value:
        """What is meant where a thing of that name says nothing."""
        return self.default.format(name=name) if isinstance(self.default, str) else self.default


class Part(NamedTuple):
    """A kind of thing that an account has, under `key` in the file.

    `listing` is the action that lists them, with the fields `name` and `id`; `describe` has what the list lacks.
    `create` makes one, its name in the parameter `named`; `update` and `delete` change and delete it by the parameters
    `by` and `target`, and `renames` is the parameter of a new name, where there can be one. Names are compared without
    case where it is `folded`. `within` is the part that has what stands after the @ of a name. Of a `single` part there
    is one, which is neither made nor deleted, and of which only what is said is looked at. `most` of them there may be,
    by the newest source first. A `silent` part is read for its ids, and never in the file. `ours` is the field of a row
    and its value, where the service adds things by itself.
    """

    key: str
    noun: str
    help: str
    listing: str = ""
    name: str = ""
    id: str = ""
    describe: str = ""
    create: str = ""
    named: str = ""
    update: str = ""
    by: str = ""
    renames: str = ""
    delete: str = ""
    target: str = ""
    attributes: tuple[Attribute, ...] = ()
    most: tuple[int, ...] = ()
    folded: bool = False
    within: str = ""
    single: bool = False
    silent: bool = False
    ours: tuple[str, str] = ("", "")

    def canonical(self, name: str) -> str:
        """A name as it is compared."""
        return name.lower() if self.folded else name

    def attribute(self, key: str) -> Attribute:
        """The attribute of that key. Raises KeyError."""
        for one in self.attributes:
            if one.key == key:
                return one
        raise KeyError(key)


class Thing(NamedTuple):
    """One thing of a part. `members` are the people of a list, None where nobody looked.

    `ours` is false for what the service added by itself.
    """

    name: str
    fields: Fields
    id: str = ""
    members: tuple[Member, ...] | None = None
    ours: bool = True


class Account(NamedTuple):
    """What an account has, as far as it was read: `unread` says why a part was not.

    `lost` are members of lists whose values cannot be told apart.
    """

    state: State
    unread: Mapping[str, DmError]
    lost: tuple[str, ...] = ()


class Verb(enum.Enum):
    """What is done to a thing."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Change(NamedTuple):
    """A thing that differs: `fields` are all that it is to have, `before` and `after` what differs of it.

    `was` is its name before it was renamed. For members of a list, `joining` and `leaving` say who, and `name` is that
    of the list.
    """

    verb: Verb
    part: str
    name: str
    fields: Fields
    before: Fields
    after: Fields
    was: str = ""
    joining: tuple[Member, ...] = ()
    leaving: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others."""
        return self.part, self.name
