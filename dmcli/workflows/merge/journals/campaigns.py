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

MOST, MOST_BYTES = 64, 192  # characters and UTF-8 bytes of a name; a file system takes 255, of which endings are some
_COUNTER = 8  # characters of a name that are left for -2, -3 and on
_FILLERS = "\u115f\u1160\u3164\uffa0"  # letters that nobody sees
BUSY = marked("another dm is working on this campaign right now: wait for it, or stop it")


class Campaigns(ABC):
    """Journals by name, wherever they are kept. What is opened is given back by `close`."""

    place = ""  # in words

    @abstractmethod
    def close(self) -> None:
        """Give all journals back, and every claim."""

    def check(self, name: str) -> None:
        """Raise InputError for what a campaign cannot be called here."""
        check_name(name)

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
    """Whether a campaign may be called so: letters and digits of any script, dots, - and _, in normal form C.

    >>> is_name("客户-2"), is_name("été"), is_name("e\u0301te\u0301"), is_name("a/b"), is_name("客" * 65)
    (True, True, False, False, False)
    """
    fits = 0 < len(text) <= MOST and len(text.encode("utf-8", "replace")) <= MOST_BYTES
    return fits and _may_begin(text[0]) and all(map(_may_stand, text)) and normal_form(text) == text


def normal_form(name: str) -> str:
    """A name as it is compared: an accent may be typed, or be in the name of a file, as a character of its own."""
    from unicodedata import normalize

    return normalize("NFC", name)


def _may_begin(letter: str) -> bool:
    """Whether it is a letter or a decimal digit of any script, which a shell and a terminal take as it is."""
    from unicodedata import category

    kind = category(letter)
    return (kind[0] == "L" or kind == "Nd") and letter not in _FILLERS


def _may_stand(letter: str) -> bool:
    """Whether it may stand within a name: the vowels of many scripts are marks on their letters."""
    from unicodedata import category

    return letter in "._-" or _may_begin(letter) or category(letter) in ("Mn", "Mc")


def check_name(name: str) -> None:
    """Raise InputError for what is no name of a campaign."""
    if not is_name(name):
        raise InputError(
            tr("{name!r} is no name of a campaign; give letters, digits, dots, - and _, 64 at most", name=name)
        )


def names_like(wanted: str, most: int = MOST_BYTES) -> Iterator[str]:
    """Names to try for a campaign, of so many UTF-8 bytes at most.

    >>> from itertools import islice
    >>> list(islice(names_like("2026 客户 (new)"), 2)), next(names_like("客户回访单", 12)), next(names_like("?!"))
    (['2026-客户-new', '2026-客户-new-2'], '客', 'campaign')
    """
    kept = "".join(letter if _may_stand(letter) else "/" for letter in normal_form(wanted))
    words = re.sub("/+", "-", kept)[: MOST - _COUNTER].encode()[: most - _COUNTER].decode(errors="ignore")
    stem = words.lstrip("".join(letter for letter in words if not _may_begin(letter))).rstrip("-._") or "campaign"
    whole = is_name(wanted) and wanted[-1] not in "-._" and len(wanted.encode()) <= most
    yield wanted if whole else stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def number_of(text: str) -> int:
    """A number for a claim, below 2^62."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> 2
