"""Limits on which sources disagree: a tester has the stricter of them all, or the looser.

The stricter ones are mostly those of the 2019 reference, the looser ones those of today's pages and SDK, so they are
asked for by year. What a single value may be is the catalogue's to say (`Kind.stricter`); here is what an account may
have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTING = "limits"
STRICTER, LOOSER = "2019", "2026"


def are_stricter(settings: Mapping[str, Any]) -> bool:
    """Whether the stricter limits hold; unless they were asked for, the looser ones do."""
    return str(settings.get(SETTING, LOOSER)) == STRICTER


class Disputed(Record):
    """How many things of a kind there may be: the stricter number and the looser one."""

    stricter: int
    looser: int

    def under(self, settings: Mapping[str, Any]) -> int:
        """The number that holds."""
        return self.stricter if are_stricter(settings) else self.looser


ADDRESSES = Disputed(10, 100)  # help pages: an older one and today's
TAGS = Disputed(100, 500)
