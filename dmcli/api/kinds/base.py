"""Kinds of value, each read from two sides: what people may type, and what the wire may carry.

`to_wire(text, now)` understands people and raises ValueError with one clear sentence; `accepts(wire)` is the service's
view: it takes every spelling that an SDK sends and refuses only past the looser of the documented limits;
`stricter(wire)` speaks where sources disagree and the stricter one is passed. A value on the wire is its own `to_wire`.

    >>> from datetime import datetime, timezone
    >>> from dmcli.api.kinds.addresses import EMAIL
    >>> EMAIL.to_wire("li@例え.jp", datetime.now(timezone.utc))
    'li@xn--r8jz45g.jp'
    >>> EMAIL.accepts("li@xn--r8jz45g.jp")
    True
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

_TOLD = 20  # of what is wrong with the parts of a value
_Part = TypeVar("_Part")
_Read = TypeVar("_Read")


def utc_now() -> datetime:
    """The time, for kinds that are judged without a clock at hand; the library for it is slow to load."""
    from datetime import datetime

    return datetime.now(UTC)


class SeveralError(ValueError):
    """Several parts of a value are wrong: `reasons` say what is wrong with the first of them, and how many more are."""

    def __init__(self, said: str, reasons: Sequence[str]) -> None:
        more = len(reasons) - _TOLD
        self.reasons = (*reasons[:_TOLD], *((tr("and {count} more", count=more),) if more > 0 else ()))
        super().__init__(said)


def read_each(
    parts: Iterable[_Part], read: Callable[[_Part], _Read], said: str, place: Callable[..., str] | None = None
) -> list[_Read]:
    """Each of the parts as `read` gives it; what is wrong with any of them is told at once.

    Raises ValueError for one that is wrong, SeveralError for several. `said` tells how many are wrong, with the
    placeholders {wrong} and {all}; `place(number=...)` says where one is.
    """
    found: list[_Read] = []
    reasons: list[str] = []
    for number, part in enumerate(parts, 1):
        try:
            found.append(read(part))
        except ValueError as error:
            reasons.append(f"{place(number=number)}: {error}" if place else str(error))
    if len(reasons) > 1:
        raise SeveralError(
            tr(said, wrong=len(reasons), all=len(reasons) + len(found)),
            reasons,
        )
    if reasons:
        raise ValueError(reasons[0])
    return found


class Kind:
    """Any text; the base of all kinds.

    `metavar` stands for a value in help. `files` is how many bytes a file may have where @FILE may stand for a value, 0
    where it may not; `many` says that the option may be repeated, `dated` that a value is read by the service's clock,
    `from_profile` that a profile has one for who gives none. `completes` is (listing action, field) where values
    can be looked up for completion.
    """

    metavar = "TEXT"
    files = 0
    many = False
    dated = False
    from_profile = False
    _disputed: tuple[str, ...] = ()

    def __init__(self, completes: tuple[str, str] | None = None) -> None:
        self.completes = completes

    @property
    def disputed(self) -> tuple[str, ...]:
        """The stricter and the looser limit in words, where sources disagree; empty where they do not."""
        return tuple(map(tr, self._disputed))

    @property
    def limits(self) -> str:
        """What the wire takes, in words, beyond what `metavar` says; a stricter source with it."""
        stricter = tr("some of the service's pages: {stricter}", stricter=self.disputed[0]) if self.disputed else ""
        return tr("; ").join(filter(None, (self._limit, stricter)))

    @property
    def _limit(self) -> str:
        return ""

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002  dates need the clock, others do not
        """The value as the service wants it. Raises ValueError: what is wrong with it, and what would be right."""
        return text

    def accepts(self, wire: str) -> bool:
        """Whether the service takes this value."""
        try:
            self.to_wire(wire, utc_now())
        except ValueError:
            return False
        return True

    def addresses(self, wire: str) -> list[str]:  # noqa: ARG002  most kinds have none
        """The mail addresses in a value, as they stand there; [] for most kinds."""
        return []

    def domains(self, wire: str) -> list[str]:
        """The domains in a value, each once, as they stand there: those of its addresses."""
        return list(dict.fromkeys(address.rpartition("@")[2] for address in self.addresses(wire)))

    def stricter(self, wire: str) -> str:  # noqa: ARG002  of most kinds sources say the same
        """What the stricter of two sources that disagree has against a value; empty for most."""
        return ""

    def warning(self, wire: str) -> str:
        """A warning about a value that the service may take, such as one that only some sources allow."""
        return self.stricter(wire)

    def conversion_note(self, typed: str, wire: str) -> str:  # noqa: ARG002  most kinds send what was typed
        """A warning where what is sent is not what was typed; empty for most."""
        return ""

    def encode(self, name: str, texts: list[str], now: datetime) -> dict[str, str]:
        """The wire parameters that typed texts stand for, by name. Raises ValueError."""
        return {name: self.to_wire(texts[-1], now)}
