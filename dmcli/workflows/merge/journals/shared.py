"""The campaigns in a PostgreSQL, which several machines work on at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api.signing import sha256_hex
from dmcli.errors import InputError, LockedError
from dmcli.words import tr
from dmcli.workflows.merge.journals.campaigns import BUSY, Campaigns, check_name, is_name, names_like
from dmcli.workflows.merge.journals.postgres import PostgresJournal
from dmcli.workflows.merge.journals.server import Server
from dmcli.workflows.merge.pace import BY_ONE

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.workflows.merge.journal import Journal
    from dmcli.workflows.merge.pace import Pace, Way, Wishes

_PREFIX = "dm_"
_MOST = 60  # bytes of a name: PostgreSQL would cut that of the schema after 63


class SharedCampaigns(Campaigns):
    """The campaigns in the database of a URL, which was `typed` or is from the environment.

    Raises what `Server` raises.
    """

    def __init__(self, url: str, *, typed: bool, learn: Callable[[str], None]) -> None:
        self._server = Server(url, typed=typed, learn=learn)
        self._open: list[PostgresJournal] = []
        self.place = tr("in the journal at {server}", server=self._server.shown)

    def close(self) -> None:
        """Give back what is reserved, and the connection with all locks."""
        while self._open:
            self._open.pop().close()
        self._server.close()

    def names(self) -> list[str]:
        """The names of all campaigns that this role may see."""
        found = self._server.execute_here(
            "SELECT substr(nspname, ?) FROM pg_namespace WHERE starts_with(nspname, ?) "
            "AND has_schema_privilege(oid, 'USAGE')",
            (len(_PREFIX) + 1, _PREFIX),
        )
        return sorted(name for (name,) in found.fetchall() if is_name(name))

    def open(self, name: str) -> PostgresJournal | None:
        """The journal of a campaign, to read; None where there is none."""
        journal = PostgresJournal(self._server, name)
        self._open.append(journal)
        return journal if journal.exists else None

    def work_on(self, name: str, *, moved: bool = False) -> Journal:
        """The journal of a campaign, to change with others: it is not deleted meanwhile."""
        if moved:
            raise InputError(tr("--moved is for a journal in a file of this machine: leave it out"))
        check_name(name)
        if not self._server.lock(name, shared=True):
            raise LockedError(tr(BUSY))
        journal = self.look(name)
        journal.recover()
        return journal

    def check(self, name: str) -> None:
        """Raise InputError for what a campaign cannot be called here."""
        super().check(name)
        if len(name.encode()) > _MOST:
            raise InputError(
                tr(
                    "{name!r} is too long for a campaign in a database: {most} bytes of UTF-8 at most",
                    name=name,
                    most=_MOST,
                )
            )

    def claim(self, what: str) -> None:
        """Keep others from what this names until the connection ends. Raises LockedError when one has it."""
        if not self._server.lock(what):
            raise LockedError(tr(BUSY))

    def new(self, wanted: str) -> tuple[str, Journal]:
        """A journal that is not there yet, under the first free name of `wanted`, `wanted-2`, ..."""
        for name in names_like(wanted, _MOST):
            if self._server.lock(name):
                if not self.open(name):
                    return name, self._open[-1]
                self._server.unlock(name)
        raise AssertionError  # names do not end

    def pace(self, journal: Any, scope: str, wishes: Wishes, way: Way = BY_ONE) -> Pace:
        """The pace of a worker, of which all of the account keep one rate; others may join from now on."""
        self._server.lock(journal.name, shared=True)
        self._server.unlock(journal.name)
        made: Pace = journal.pace(sha256_hex(scope.encode()), wishes, way)
        return made
