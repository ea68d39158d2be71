"""How much of a quota is used, and from where on that is worth a look: the same on a terminal and on a page."""

from __future__ import annotations

from dmcli.api.model import Tone

FAIR, BAD = 70, 90  # per cent used from which a quota runs low, and from which it is all but used up


def percent_used(used: int, limit: int) -> int:
    """Whole per cent of the limit that are used, more than 100 where it was lowered since; of no mails all are used.

    >>> percent_used(1399, 2000), percent_used(0, 0), percent_used(130, 100)
    (69, 100, 130)
    """
    return 100 * used // limit if limit else 100


def tone_of(percent: int) -> Tone:
    """How well things stand with a quota of which that much is used.

    >>> [tone_of(percent).value for percent in (69, 70, 89, 90, 2900)]
    ['good', 'fair', 'fair', 'bad', 'bad']
    """
    return Tone.BAD if percent >= BAD else Tone.FAIR if percent >= FAIR else Tone.GOOD
