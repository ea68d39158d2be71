"""The campaigns of this machine: their journals in the state folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dmcli.errors import InputError, LockedError
from dmcli.local.files import make_folder, make_private
from dmcli.local.locks import Claims
from dmcli.local.paths import state_folder
from dmcli.words import marked, tr
from dmcli.workflows.merge.bucket import Bucket, open_bucket
from dmcli.workflows.merge.journals.campaigns import (
    BUSY,
    Campaigns,
    check_name,
    is_name,
    names_like,
    normal_form,
    number_of,
)
from dmcli.workflows.merge.journals.sqlite import LOCK, FileJournal, remove
from dmcli.workflows.merge.pace import BY_ONE, Pace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.workflows.merge.journal import Journal
    from dmcli.workflows.merge.pace import Way, Wishes

_ENDING = ".db"


def folder_of(environ: Mapping[str, str]) -> str:
    """Where the journals of this machine are. It need not exist."""
    return os.path.join(state_folder(environ), "campaigns")


def names_in(folder: str) -> list[str]:
    """The names of the campaigns whose journals are in a folder. Raises OSError where it cannot be read."""
    found = (normal_form(name.removesuffix(_ENDING)) for name in os.listdir(folder) if name.endswith(_ENDING))
    return sorted(name for name in found if is_name(name))


class LocalCampaigns(Campaigns):
    """The journals in a folder. One process at a time works on a campaign; its claim ends with the process.

    Raises LocalIOError when the folder cannot be had.
    """

    place = marked("on this machine")

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.folder = folder_of(environ)
        make_folder(self.folder)
        self._claims = Claims(os.path.join(self.folder, LOCK))
        self._open: list[FileJournal | Bucket] = []

    def close(self) -> None:
        """Give all journals back, and every claim."""
        while self._open:
            self._open.pop().close()
        self._claims.close()

    def path_of(self, name: str) -> str:
        """Where the journal of a campaign is. Raises InputError for a name that no file can have in this locale."""
        try:
            os.fsencode(name)
        except UnicodeEncodeError:
            text = marked("{name!r} cannot be the name of a file in this locale: set LC_ALL to one with UTF-8")
            raise InputError(tr(text, name=name)) from None
        return os.path.join(self.folder, name + _ENDING)

    def names(self) -> list[str]:
        """The names of all campaigns."""
        return names_in(self.folder)

    def open(self, name: str) -> FileJournal | None:
        """The journal of a campaign, to read; None where there is none."""
        path = self.path_of(name)
        if not os.path.exists(path):
            return None
        journal = FileJournal(path)
        self._open.append(journal)
        return journal if journal.about() else None

    def work_on(self, name: str, *, moved: bool = False) -> FileJournal:
        """The journal of a campaign, to change: no other process has it, and rows of a dead one are unknown.

        Raises NotFoundError, LockedError, and ConfigError for a copy.
        """
        check_name(name)
        self.claim(name)
        self.look(name)  # raises for none
        journal = self.open(name)
        assert journal is not None  # noqa: S101  it was found
        journal.check_place(moved=moved)
        journal.recover()
        return journal

    def claim(self, what: str) -> None:
        """Keep other processes from what this names until this one ends. Raises LockedError when one has it."""
        if not self._claims.take(number_of(what)):
            raise LockedError(tr(BUSY))

    def new(self, wanted: str) -> tuple[str, FileJournal]:
        """An empty journal under the first free name of `wanted`, `wanted-2`, ..., claimed for this process."""
        for name in names_like(wanted):
            path = self.path_of(name)
            if not self._claims.take(number_of(name)):
                continue
            if os.path.exists(path):
                journal = FileJournal(path)
                made = journal.about()
                journal.close()
                if made:
                    continue
                remove(path)  # what is left of a plan that was not kept
            make_private(path)
            journal = FileJournal(path)
            self._open.append(journal)
            return name, journal
        raise AssertionError  # names do not end

    def pace(self, journal: Journal, scope: str, wishes: Wishes, way: Way = BY_ONE) -> Pace:
        """The pace of a run, which all processes of this machine share."""
        bucket = open_bucket(self._environ, scope, way.rate)
        self._open.append(bucket)
        about = journal.about()
        return Pace(bucket, wishes, journal.begun_since, way, made=about[1] if about else 0)
