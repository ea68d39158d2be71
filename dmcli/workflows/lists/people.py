"""People out of a table: which column is what, which rows cannot be taken, and the records that the service takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.actions.receiver import ADDRESS, MEMBER_FIELDS
from dmcli.errors import InputError
from dmcli.local.tables import BadRow
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from dmcli.local.tables import Row, Table

_NAMED = {field.name: field for field in (ADDRESS, *MEMBER_FIELDS)}


class Person(NamedTuple):
    """A member to be: the address as it is sent, and values by the name of the field or variable; none is empty."""

    email: str
    values: dict[str, str]


class People(NamedTuple):
    """The people of a table, the rows that cannot be taken, and how many rows only say again what another said."""

    people: list[Person]
    bad: list[BadRow]
    repeated: int


def folded(name: str) -> str:
    """A name as names are compared: `E-Mail`, `e_mail` and `email` are one.

    >>> folded("Nick Name")
    'nickname'
    """
    return "".join(filter(str.isalnum, name)).casefold()


_WORDS = {folded(word): field.name for field in _NAMED.values() for word in (field.name, *field.words)}


def fields_of(table: Table, mapped: Mapping[str, str] | None) -> dict[str, str]:
    """What each column is: a field of the service, or a variable of its own; what is left out is missing.

    `mapped` says it by column, empty for one to leave out; it is None where there is no --map to say it with. A column
    whose name begins with _ is left out. Raises InputError.
    """
    columns = [name for name in table.columns if name]
    named, mapped = mapped is None, mapped or {}
    for column in mapped:
        if column not in columns:
            text = marked("{path} has no column {column!r}; its columns are {columns}")
            raise InputError(tr(text, path=table.path, column=column, columns=listed(columns)))
    found: dict[str, str] = {}
    for column in columns:
        given = mapped.get(column, "" if column.startswith("_") else column)
        field = _WORDS.get(folded(given), given)
        if not field:
            continue
        if other := next((one for one, taken in found.items() if taken == field), ""):
            raise InputError(_ambiguous(table, other, column, field, named=named))
        found[column] = field
    if ADDRESS.name not in found.values():
        raise InputError(_without_address(table, columns, named=named))
    return found


def _ambiguous(table: Table, one: str, other: str, field: str, *, named: bool) -> str:
    """That two columns are the same field; they go by their names alone where there is no --map."""
    remedy = tr("leave one out with --map {column}=", column=other)
    if named:
        remedy = tr("begin the name of one with _ to leave it out")
    return tr(
        "{path}: the columns {other!r} and {column!r} are both {field}: {remedy}",
        path=table.path,
        other=one,
        column=other,
        field=field,
        remedy=remedy,
    )


def _without_address(table: Table, columns: Sequence[str], *, named: bool) -> str:
    """That no column has the addresses; where one's name is an address itself the names are what is missing."""
    remedy = tr("say which it is with --map COLUMN=email")
    if named or any("@" in column for column in columns):
        remedy = tr("its first row must have the names of the columns, such as email")
    text = marked("{path} has no column of addresses among {columns}: {remedy}")
    return tr(text, path=table.path, columns=listed(columns), remedy=remedy)


def read_people(table: Table, fields: Mapping[str, str], read: Callable[[str], str]) -> People:
    """The people of a table; `read` makes of a text the address to send, and raises ValueError.

    An address that is there twice with the same values counts once; with others the later row is bad. Raises
    InputError where the table cannot be read on.
    """
    found: dict[str, Person] = {}
    bad: list[BadRow] = []
    first: dict[str, int] = {}
    repeated = 0
    for row in table.rows(fields, bad.append):
        try:
            person = _person(row, fields, read)
            key = person.email.lower()
            if key not in found:
                found[key], first[key] = person, row.number
            elif found[key].values == person.values:
                repeated += 1
            else:
                raise InputError(  # noqa: TRY301
                    tr("{email} is in row {row} already, with other values", email=person.email, row=first[key])
                )
        except (ValueError, InputError) as error:
            bad.append(BadRow(row.number, str(error), list(row.values.values())))
    return People(list(found.values()), sorted(bad), repeated)


def _person(row: Row, fields: Mapping[str, str], read: Callable[[str], str]) -> Person:
    """The person of a row. Raises ValueError."""
    email, values = "", {}
    for column, name in fields.items():
        text = row.values[column]
        if name == ADDRESS.name:
            if not text.strip():
                raise ValueError(tr("column {column}: the address is missing", column=column))
            try:
                email = read(text.strip())
            except ValueError as error:
                raise ValueError(tr("column {column}: {why}", column=column, why=error)) from None
        elif text:
            most = _NAMED[name].most if name in _NAMED else len(text)
            if len(text) > most:
                raise ValueError(
                    tr(
                        "column {column}: {count} characters, and {name} takes {most}",
                        column=column,
                        count=len(text),
                        name=name,
                        most=most,
                    )
                )
            values[name] = text
    return Person(email, values)


def records_of(people: Sequence[Person]) -> tuple[str, list[dict[str, Any]]]:
    """The parameter of SaveReceiverDetail, and its records: variables of one's own need the longer form."""
    keys = {field.name: field.key for field in MEMBER_FIELDS}
    if any(name not in keys for person in people for name in person.values):
        return "CustomDetail", [{"Email": one.email, "CustomData": one.values} for one in people]
    return "Detail", [
        {ADDRESS.key: one.email} | {keys[name]: text for name, text in one.values.items()} for one in people
    ]


def said(fields: Mapping[str, str]) -> str:
    """The columns in words, as `mail is Email, city is the variable city`."""
    return listed(
        tr("{column} is {name}" if name in _NAMED else "{column} is the variable {name}", column=column, name=name)
        for column, name in fields.items()
    )


def emails(people: Iterable[Person]) -> set[str]:
    """The addresses as they are compared."""
    return {person.email.lower() for person in people}
