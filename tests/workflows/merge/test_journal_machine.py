"""The journal in SQLite does what the model of a journal does; and a copy of it is refused."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import rule
from journal_machine import Machine

from dmcli.errors import ConfigError
from dmcli.workflows.merge.journals.sqlite import LOCK, FileJournal


class InSqlite:
    """Journals in SQLite, in a folder of their own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "c.db"
        (self.folder / LOCK).touch()

    def open(self) -> FileJournal:
        return FileJournal(str(self.path))

    def check(self, journal: FileJournal) -> None:
        journal.check_place(moved=False)

    def crash(self, journal: FileJournal) -> None:
        """End a journal's use, its files left as they are at this moment: closing them would tidy them."""
        files = {path: path.read_bytes() for path in (self.path, Path(f"{self.path}-wal")) if path.exists()}
        journal.close()
        for path, data in files.items():
            path.write_bytes(data)  # into the same file where it is still there
        Path(f"{self.path}-shm").unlink(missing_ok=True)

    def copy(self) -> FileJournal:
        """A journal in a copy of the folder."""
        other = self.folder / "copy"
        shutil.rmtree(other, ignore_errors=True)
        other.mkdir()
        for path in self.folder.iterdir():
            if path.is_file():
                shutil.copy2(path, other)
        return FileJournal(str(other / self.path.name))

    def end(self) -> None:
        shutil.rmtree(self.folder)


class MachineInSqlite(Machine):
    """The machine, with copies of the folder."""

    kind = InSqlite

    @rule()
    def copy(self) -> None:
        copied = self.place.copy()
        with pytest.raises(ConfigError, match="is a copy"):
            copied.check_place(moved=False)
        copied.close()


TestInSqlite = MachineInSqlite.TestCase
TestInSqlite.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
