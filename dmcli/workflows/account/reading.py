"""Reading an account: each list once, over the pages it has, and a call for each thing of which the list says less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.kinds.text import Choice
from dmcli.api.paging import total_of, value_of
from dmcli.errors import DmError, LocalIOError, NotFoundError, RefusedError, UnreachableError
from dmcli.words import listed, tr
from dmcli.workflows.account.model import Account, Shape, Thing
from dmcli.workflows.account.parts import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from dmcli.api.model import Action
    from dmcli.client.client import Client
    from dmcli.workflows.account.model import Attribute, Fields, Part, State, Value

_YES = ("true", "1", "yes")
_TRIES = 3  # of reading a list that changes meanwhile
_CHOSEN = "aliyun-"  # how a selector begins that the service has chosen


class Scope(NamedTuple):
    """What of an account is read: parts, members of the lists that `members` says, and settings (None for all)."""

    parts: Collection[str]
    members: Callable[[str], bool] = lambda _: False
    settings: Collection[str] | None = None


def scope_of(wanted: State) -> Scope:
    """What of an account a state speaks of, that it may become."""
    lists = {name for name, one in wanted.get("lists", {}).items() if one.members is not None}
    settings = {key for one in wanted.get("settings", {}).values() for key in one.fields}
    return Scope([*wanted], lists.__contains__, settings)


def read(client: Client, scope: Scope, tell: Callable[[str], None] = lambda _: None) -> Account:
    """An account as far as it is wanted, with the parts that these refer to as far as the keys may.

    A part that the keys may not read, or the region does not have, is in `unread`. `tell` is told what is read next.
    Raises DmError where nothing more can be read, and RefusedError where two things have one name.
    """
    state: State = {}
    unread: dict[str, DmError] = {}
    lost: list[str] = []
    for part in PARTS:
        if part.key not in scope.parts and not _is_referred_to(part, scope.parts):
            continue
        tell(part.key)
        try:
            things = _settings(client, part, scope.settings) if part.single else _things(client, part, state)
            if part.key == "lists":
                things = {n: _with_members(client, one) if scope.members(n) else one for n, one in things.items()}
                lost = [who.email for one in things.values() for who in one.members or () if who.values is None]
            if error := _nameless(part, things, unread):
                raise error
        except UnreachableError as error:
            error.message = tr("{kinds} could not be read: {why}", kinds=part.key, why=error.message)
            raise
        except LocalIOError:
            raise
        except DmError as error:
            if not error.code:
                raise
            unread[part.key] = error
        else:
            state[part.key] = things
    return Account(state, unread, tuple(lost))


def _is_referred_to(part: Part, parts: Collection[str]) -> bool:
    return any(part.key == one.refers for other in PARTS if other.key in parts for one in other.attributes)


def _nameless(part: Part, things: dict[str, Thing], unread: Mapping[str, DmError]) -> DmError | None:
    """Why the names of what things refer to are not known, where the service tells their ids alone."""
    return next(
        (
            unread[one.refers]
            for one in part.attributes
            if one.by_id and one.refers in unread and any(thing.fields.get(one.key) for thing in things.values())
        ),
        None,
    )


def _settings(client: Client, part: Part, keys: Collection[str] | None) -> dict[str, Thing]:
    asked = [one for one in part.attributes if keys is None or one.key in keys]
    fields = {one.key: _value(one, "", client.call(catalogue.get(one.read), {}), {}) for one in asked}
    return {part.key: Thing(part.key, {key: value for key, value in fields.items() if value != ""})}


def _things(client: Client, part: Part, state: State) -> dict[str, Thing]:
    """The things of a part by name. Raises RefusedError for names that are there twice, UnreachableError for none."""
    things: dict[str, Thing] = {}
    twice: dict[str, list[str]] = {}
    for row in _rows(client, catalogue.get(part.listing)):
        name, key = part.canonical(_text(value_of(row, part.name))), _text(value_of(row, part.id))
        if not name:
            raise UnreachableError(tr("the service gave one without {field}; try again", field=part.name))
        if name in things:
            if key != things[name].id:  # else the rows have moved by one page while they were read
                twice.setdefault(name, [things[name].id]).append(key)
            continue
        if part.describe:
            try:
                row = {**row, **client.call(catalogue.get(part.describe), {part.by: key})}  # noqa: PLW2901
            except NotFoundError:  # deleted since the list was read
                continue
        field, value = part.ours
        ours = not field or str(value_of(row, field) or value) == value
        things[name] = Thing(name, _fields(part, name, row, state), key, ours=ours)
    if twice:
        name, ids = next(iter(twice.items()))
        raise RefusedError(
            tr(
                "{number} {part} are called {name!r}, with the ids {ids}; names tell things apart here, so rename or "
                "delete all but one",
                number=len(ids),
                part=part.key,
                name=name,
                ids=listed(ids, " and "),
            )
        )
    return things


def _rows(client: Client, action: Action) -> list[dict[str, Any]]:
    """The rows of a list that has the same total on each page. Raises UnreachableError for one that goes on changing.

    A row that goes from a page that was read draws one over to it from the next, which is then in neither.
    """
    for _ in range(_TRIES):
        rows: list[dict[str, Any]] = []
        totals = set()
        for page in client.pages(action, {}):
            rows += page.rows
            totals.add(total_of(action.paging, page.reply) if action.paging else None)
        if len(totals) == 1:
            return rows
    raise UnreachableError(tr("the list was changed by somebody each time it was read; try again later"))


def _fields(part: Part, name: str, row: dict[str, Any], state: State) -> Fields:
    """What a row says of a thing, but for what is as by default."""
    found = {one.key: _value(one, part.create, row, state) for one in part.attributes}
    return {key: value for key, value in found.items() if value != part.attribute(key).default_of(name)}


def _value(attribute: Attribute, create: str, row: dict[str, Any], state: State) -> Value:
    """The value of an attribute, as the file has it."""
    found = _at(row, attribute.row.split("."))
    if attribute.shape is Shape.FLAG:
        return str(found).lower() in _YES
    if attribute.shape is Shape.TEXTS:
        return tuple(sorted(map(_text, found if isinstance(found, list) else [])))
    text = _text(found)
    if attribute.key == "dkim-selector":
        selector = text.partition("._domainkey")[0]
        return "" if selector.startswith(_CHOSEN) else selector
    if attribute.by_id:
        names = {one.id: name for name, one in state.get(attribute.refers, {}).items()}
        return names.get(text, text)
    kind = catalogue.get(create).param(attribute.param).kind if create and attribute.param else None
    if isinstance(kind, Choice):
        return next((word for word, wire in kind.words.items() if wire == text), text)
    return text


def _text(value: Any) -> str:
    """A text as a file can hold it: a lone surrogate, which no encoding takes, is a question mark."""
    return "" if value is None else str(value).encode(errors="replace").decode()


def _at(value: Any, path: list[str]) -> Any:
    """What stands at a path of keys; of a list, what stands there in each of its items."""
    for at, key in enumerate(path):
        if isinstance(value, list):
            return [_at(item, path[at:]) for item in value]
        value = value_of(value, key) if isinstance(value, dict) else None
    return value


def _with_members(client: Client, one: Thing) -> Thing:
    """A list with its members; values that are empty are left out."""
    from dmcli.workflows.lists.members import Member, members

    def said(member: Member) -> Member:
        values = member.values
        return member._replace(values=None if values is None else {key: text for key, text in values.items() if text})

    return one._replace(members=tuple(map(said, members(client, one.id))))
