"""Taking the addresses that the service has found invalid off recipient lists."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.api.paging import value_of
from dmcli.errors import DmError
from dmcli.local.database import transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dmcli.client.client import Client

_SAMPLE = 3  # addresses that are shown of a list


class Share(NamedTuple):
    """What of a list is invalid: its name and id, how many of its members, and a few of them."""

    name: str
    id: str
    invalid: int
    sample: list[str]


class Removed(NamedTuple):
    """A member that is off a list now; `gone` says that somebody else had taken it off before."""

    list_id: str
    email: str
    gone: bool


class Plan:
    """The members of lists that are known to be invalid.

    They are in a temporary file, which SQLite makes for a database without a name and deletes at its end, so that
    memory does not grow with their number. Raises LocalIOError where the disk is full.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE invalid (address TEXT PRIMARY KEY) WITHOUT ROWID")
        self._db.execute("CREATE TABLE member (id INTEGER PRIMARY KEY, list TEXT NOT NULL, email TEXT NOT NULL)")
        self._names: dict[str, str] = {}

    def learn(self, addresses: Iterable[str]) -> None:
        """Take in addresses that are invalid; capitals do not count."""
        rows = [(address.lower(),) for address in addresses]
        with transaction(self._db):
            self._db.executemany("INSERT OR IGNORE INTO invalid VALUES (?)", rows)

    def look(self, name: str, list_id: str, members: Iterable[str]) -> None:
        """Note which of these members of a list are invalid."""
        self._names[list_id] = name
        rows = [(list_id, email, email.lower()) for email in members]
        sql = "INSERT INTO member (list, email) SELECT ?, ? WHERE EXISTS (SELECT 1 FROM invalid WHERE address = ?)"
        with transaction(self._db):
            self._db.executemany(sql, rows)

    @property
    def shares(self) -> list[Share]:
        """What of each list is invalid, in the order of the lists."""
        count, some = "SELECT count(*) FROM member WHERE list = ?", "SELECT email FROM member WHERE list = ? LIMIT ?"
        return [
            Share(
                name,
                list_id,
                self._db.execute(count, (list_id,)).fetchone()[0],
                [email for (email,) in self._db.execute(some, (list_id, _SAMPLE))],
            )
            for list_id, name in self._names.items()
        ]

    def members(self) -> Iterator[tuple[str, str]]:
        """The id of the list and the address of each, list by list."""
        return self._db.execute("SELECT list, email FROM member ORDER BY id")

    def close(self) -> None:
        """Delete the file."""
        self._db.close()


def find(client: Client, lists: Mapping[str, str], plan: Plan) -> None:
    """Fill a plan: all addresses that the service has found invalid, and those of them in lists (names by id).

    Raises DmError.
    """
    for page in client.pages(catalogue.get("QueryInvalidAddress"), {}):
        plan.learn(str(value_of(row, "ToAddress")) for row in page.rows)
    for list_id, name in lists.items():
        for page in client.pages(catalogue.get("QueryReceiverDetail"), {"ReceiverId": list_id}):
            plan.look(name, list_id, (str(value_of(row, "Email")) for row in page.rows))


def remove(client: Client, members: Iterable[tuple[str, str]]) -> Iterator[Removed]:
    """Take members off, a call each, since there is none for several. What is gone already counts as done.

    Raises DmError for the first that cannot be taken off; those yielded before are off.
    """
    action = catalogue.get("DeleteReceiverDetail")
    for list_id, email in members:
        try:
            client.call(action, {"ReceiverId": list_id, "Email": email})
        except DmError as error:
            if error.code not in action.already_done:
                raise
            yield Removed(list_id, email, gone=True)
        else:
            yield Removed(list_id, email, gone=False)
