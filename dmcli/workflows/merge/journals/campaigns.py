"""Campaigns, found by name or by what went into them: on this machine, or in a database that several share."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from dmcli.errors import ConfigError, InputError, LockedError, NotFoundError
from dmcli.words import listed, marked, tr
from dmcli.workflows.merge.pace import BY_ONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.workflows.merge.journal import Journal
    from dmcli.workflows.merge.pace import Pace, Way, Wishes

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
BUSY = marked("another dm is working on this campaign right now: wait for it, or stop it")


class Campaigns(ABC):
    """Journals by name, wherever they are kept. What is opened is given back by `close`."""

    place = ""  # in words

    @abstractmethod
    def close(self) -> None:
        """Give all journals back, and every claim."""

    @abstractmethod
    def names(self) -> list[str]:
        """The names of all campaigns."""

    @abstractmethod
    def open(self, name: str) -> Journal | None:
        """The journal of a campaign, to read; None where there is none."""

    @abstractmethod
    def work_on(self, name: str, *, moved: bool = False) -> Journal:
        """The journal of a campaign, to change; rows of processes that have ended are unknown.

        Raises NotFoundError, LockedError, and ConfigError for a copy.
        """

    @abstractmethod
    def claim(self, what: str) -> None:
        """Keep other processes from what this names until this one ends. Raises LockedError when one has it."""

    @abstractmethod
    def new(self, wanted: str) -> tuple[str, Journal]:
        """An empty journal under the first free name of `wanted`, `wanted-2`, ..., claimed for this process."""

    @abstractmethod
    def pace(self, journal: Any, scope: str, wishes: Wishes, way: Way = BY_ONE) -> Pace:
        """The pace of a run over one of the journals; `scope` is the account and how its mails go."""

    def look(self, name: str) -> Journal:
        """The journal of a campaign, to read. Raises NotFoundError with the nearest names."""
        check_name(name)
        if found := self.open(name):
            return found
        from difflib import get_close_matches

        near = get_close_matches(name, self.names(), n=3, cutoff=0.5)
        hint = tr("; did you mean {names}?", names=listed(near, " or ")) if near else ""
        raise NotFoundError(
            tr("there is no campaign {name!r} {place}{nearest}", name=name, place=tr(self.place), nearest=hint)
        )

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
        """Name, time of making and plan of each campaign; a journal that cannot be read is left out."""
        for name in self.names():
            try:
                if journal := self.open(name):
                    about = journal.about()
                    journal.close()
            except (ConfigError, LockedError):
                continue
            if journal and about:
                yield name, about[1], about[2]


def is_name(text: str) -> bool:
    """Whether a campaign may be called so."""
    return bool(re.fullmatch(_NAME, text))


def check_name(name: str) -> None:
    """Raise InputError for what is no name of a campaign."""
    if not is_name(name):
        raise InputError(
            tr("{name!r} is no name of a campaign; give letters, digits, dots, - and _, 64 at most", name=name)
        )


def names_like(wanted: str) -> Iterator[str]:
    """Names to try for a campaign."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[:56] or "campaign"
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def number_of(text: str) -> int:
    """A number for a claim, below 2^62."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 2
