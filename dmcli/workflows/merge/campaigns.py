"""The campaigns of this machine: their journals in the state folder, found by name or by what went into them."""

from __future__ import annotations

import hashlib
import os
import re
from typing import TYPE_CHECKING, Any

from dmcli.errors import ConfigError, InputError, LockedError, NotFoundError
from dmcli.local.files import make_folder, make_private
from dmcli.local.locks import Claims
from dmcli.local.paths import state_folder
from dmcli.workflows.merge.journal import LOCK, Journal, remove

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_ENDING = ".db"


class Campaigns:
    """The journals in a folder. One process at a time works on a campaign; its claim ends with the process.

    Raises LocalIOError when the folder cannot be had.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.folder = os.path.join(state_folder(environ), "campaigns")
        make_folder(self.folder)
        self._claims = Claims(os.path.join(self.folder, LOCK))
        self._open: list[Journal] = []

    def close(self) -> None:
        """Give all journals back, and every claim."""
        while self._open:
            self._open.pop().close()
        self._claims.close()

    def path_of(self, name: str) -> str:
        """Where the journal of a campaign is. Raises InputError for what is no name of one."""
        if not re.fullmatch(_NAME, name):
            raise InputError(f"{name!r} is no name of a campaign; give letters, digits, dots, - and _, 64 at most")
        return os.path.join(self.folder, name + _ENDING)

    def names(self) -> list[str]:
        """The names of all campaigns."""
        found = (name.removesuffix(_ENDING) for name in os.listdir(self.folder) if name.endswith(_ENDING))
        return sorted(name for name in found if re.fullmatch(_NAME, name))

    def look(self, name: str) -> Journal:
        """The journal of a campaign, to read. Raises NotFoundError with the nearest names."""
        path = self.path_of(name)
        if os.path.exists(path):
            journal = Journal(path)
            self._open.append(journal)
            if journal.about():
                return journal
        from difflib import get_close_matches

        near = get_close_matches(name, self.names(), n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise NotFoundError(f"there is no campaign {name!r} on this machine{hint}")

    def work_on(self, name: str, *, moved: bool = False) -> Journal:
        """The journal of a campaign, to change: no other process has it, and rows of a dead one are unknown.

        Raises NotFoundError, LockedError, and ConfigError for a copy.
        """
        self.path_of(name)
        self.claim(name)
        journal = self.look(name)
        journal.check_place(moved=moved)
        journal.recover()
        return journal

    def claim(self, what: str) -> None:
        """Keep other processes from what this names until this one ends. Raises LockedError when one has it."""
        if not self._claims.take(number_of(what)):
            raise LockedError("another dm is working on this campaign right now: wait for it, or stop it")

    def new(self, wanted: str) -> tuple[str, Journal]:
        """An empty journal under the first free name of `wanted`, `wanted-2`, ..., claimed for this process."""
        for name in _names(wanted):
            path = self.path_of(name)
            if not self._claims.take(number_of(name)):
                continue
            if os.path.exists(path):
                journal = Journal(path)
                made = journal.about()
                journal.close()
                if made:
                    continue
                remove(path)  # what is left of a plan that was not kept
            make_private(path)
            journal = Journal(path)
            self._open.append(journal)
            return name, journal
        raise AssertionError  # names do not end

    def find(self, fingerprint: str) -> str:
        """The newest campaign that the same went into; "" where there is none."""
        return max(
            ((made, name) for name, made, plan in self.all_plans() if plan["fingerprint"] == fingerprint),
            default=(0, ""),
        )[1]

    def find_file(self, path: str) -> str:
        """The newest campaign of a file; "" where there is none."""
        found = ((made, name) for name, made, plan in self.all_plans() if plan["path"] == path)
        return max(found, default=(0, ""))[1]

    def all_plans(self) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """Name, time of making and plan of each campaign; a file that is no journal is left out."""
        for name in self.names():
            try:
                journal = Journal(self.path_of(name))
            except (ConfigError, LockedError):
                continue
            about = journal.about()
            journal.close()
            if about:
                yield name, about[1], about[2]

    def pause_path(self, name: str) -> str:
        """The file whose being there tells a run to stop in good order."""
        return self.path_of(name) + ".pause"


def _names(wanted: str) -> Iterator[str]:
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[:56] or "campaign"
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def number_of(text: str) -> int:
    """A number for a claim, below 2^62."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 2
