"""How much of a quota is used, and from where on that is worth a look: the same on a terminal and on a page."""

from __future__ import annotations

from dmcli.api.model import Tone
from dmcli.api.regions import OFFSET

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


def left_of(limit: int | None, used: int | None) -> int | None:
    """Mails that are left; None where there is no limit (it is negative then), or something is not known.

    >>> left_of(2000, 6), left_of(100, 130), left_of(-1, 6), left_of(None, 6)
    (1994, 0, None, None)
    """
    return None if limit is None or limit < 0 or used is None else max(limit - used, 0)


def runs_out(now: int, used_today: int | None, left: int | None, span: str) -> int | None:
    """When what is left is gone at today's pace; None where that is not before the service's `day` or `month` is over.

    Times are epoch seconds. The pace is the mean since midnight by the service's calendar.

    >>> noon = 1_774_929_600  # of 2026-03-31 in China
    >>> runs_out(noon, 600, 300, "day") - noon, runs_out(noon, 600, 601, "day"), runs_out(noon, 600, 0, "day") - noon
    (21600, None, 0)
    """
    if not used_today or left is None:
        return None
    midnight = now - (now + OFFSET) % 86400
    gone = now + left * max(now - midnight, 1) // used_today
    return gone if gone < (midnight + 86400 if span == "day" else _next_month(now)) else None


def _next_month(now: int) -> int:
    """The first second of the next month by the service's calendar."""
    from datetime import UTC, datetime

    today = datetime.fromtimestamp(now + OFFSET, UTC)
    later = datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=UTC)
    return int(later.timestamp()) - OFFSET


# How many of each thing an account may have, the latest page first (help pages: limits, of 2026-01 and before). That of
# recipient lists is not here: the sources disagree on whether Receivers counts lists or recipients.
MOST = {"Domains": (5,), "MailAddresses": (100, 10), "Tags": (500, 100), "Templates": (100,)}
