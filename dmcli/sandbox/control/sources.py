"""Which of two sources holds where they disagree on a limit: the stricter one or the looser one, set by a tester."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.errors import InputError
from dmcli.sandbox.service.sources import ADDRESSES, LOOSER, SETTING, STRICTER, TAGS, are_stricter
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.sandbox.store.account import Account

YEARS = (STRICTER, LOOSER)


class Limit(NamedTuple):
    """A limit on which sources disagree: of what, and both in words."""

    about: str
    stricter: str
    looser: str


def get_year(sandbox: Account) -> str:
    """The year whose limits hold."""
    return STRICTER if are_stricter(sandbox.store.live().settings) else LOOSER


def set_year(sandbox: Account, year: str) -> None:
    """Let the limits of a year hold. Raises InputError."""
    if year not in YEARS:
        raise InputError(
            tr(
                "{year!r} is no year of limits; give {stricter} for the stricter or {looser} for the looser",
                year=year,
                stricter=STRICTER,
                looser=LOOSER,
            )
        )
    with sandbox.store.change() as connection:
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (SETTING, year))


def list_disputed() -> list[Limit]:
    """The limits on which sources disagree: those of values from the catalogue, and those of the account."""
    return [
        *(Limit(", ".join(about), *words) for words, about in _of_values().items()),
        Limit("Days of SenderStatisticsByTagNameAndBatchID", "30 back, 7 at once", "90 back, 31 at once"),
        Limit("Sender addresses", str(ADDRESSES.stricter), str(ADDRESSES.looser)),
        Limit("Tags", str(TAGS.stricter), str(TAGS.looser)),
    ]


def _of_values() -> dict[tuple[str, ...], list[str]]:
    """The parameters by what is disputed of them; one whose limit is another elsewhere with its action."""
    found: dict[tuple[str, ...], list[str]] = {}
    for action in catalogue.all_actions():
        for param in action.params:
            words = param.kind.disputed
            if words and param.name not in found.setdefault(words, []):
                elsewhere = any(param.name in about for other, about in found.items() if other != words)
                found[words].append(f"{param.name} of {action.name}" if elsewhere else param.name)
    return found
