"""The journal in PostgreSQL does what the model of a journal does, its connection lost at any moment."""

from __future__ import annotations

import psycopg
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from journal_machine import Machine
from patience import eventually
from postgres import running

from dmcli.workflows.merge.journals.postgres import PostgresJournal
from dmcli.workflows.merge.journals.server import Server


class InPostgres:
    """Journals in one database, each opened by a connection of its own; the campaign goes at the end."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._watch = psycopg.connect(url, autocommit=True)
        self._server: Server | None = None

    def open(self) -> PostgresJournal:
        if self._server:
            self._server.close()
        self._server = Server(self._url, typed=False)
        return PostgresJournal(self._server, "c")

    def check(self, journal: PostgresJournal) -> None:
        assert journal.exists

    def crash(self, journal: PostgresJournal) -> None:
        """Lose the connection with all that is reserved; the server ends it when it sees that."""
        connection = journal._server.db
        pid = connection.info.backend_pid
        connection.close()
        gone = "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = %s)"
        eventually(lambda: self._watch.execute(gone, (pid,)).fetchone() == (True,))

    def end(self) -> None:
        self._server.close()
        self._watch.execute("DROP SCHEMA IF EXISTS dm_c CASCADE")
        self._watch.close()


@pytest.fixture(scope="module")
def database():
    with running() as server:
        yield server


def test_it_does_what_the_model_does(database):
    machine = type("MachineInPostgres", (Machine,), {"kind": lambda: InPostgres(database.url)})
    run_state_machine_as_test(machine, settings=settings(max_examples=40, stateful_step_count=25, deadline=None))
