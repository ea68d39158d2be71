"""Turning the account's clock: it goes on from where it was turned to, for every process that uses the sandbox.

Quotas, reviews and statistics go by it; the time that a request was signed at is compared with the machine's own.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dmcli.api.kinds.dates import typed_moment
from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.sandbox.store.account import Account

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"(-?)([0-9]{1,9})([smhd]?)")
_MOST = 100 * 366 * 86400  # seconds


def turn(sandbox: Account, how: Mapping[str, Any]) -> None:
    """Turn the clock: `advance` by a span (`2h`, `30m`, `-1d`, seconds), `set` to a time, or `turned` so far in all.

    Raises InputError for anything else.
    """
    if len(how) != 1 or not set(how) <= {"advance", "set", "turned"}:
        raise InputError(tr("give one of advance (2h, 30m, 45s, 1d), set (2026-01-31T09:30:00Z) and turned (seconds)"))
    turned = sandbox.store.live().clock
    if "advance" in how:
        turned += span(str(how["advance"]))
    elif "set" in how:
        turned += (_moment(str(how["set"])) - sandbox.now()).total_seconds()
    else:
        turned = span(str(how["turned"]))
    if abs(turned) > _MOST:
        raise InputError(tr("the clock cannot be turned by more than a hundred years"))
    with sandbox.store.change() as connection:
        connection.execute("INSERT OR REPLACE INTO setting (name, value) VALUES ('clock', ?)", (math.ceil(turned),))


def get_time(sandbox: Account) -> dict[str, Any]:
    """The account's time: `now` as ISO 8601 in UTC, `epoch` in seconds, `turned` by how many seconds."""
    now = sandbox.now()
    return {
        "now": now.isoformat(timespec="seconds"),
        "epoch": now.timestamp(),
        "turned": sandbox.store.live().clock,
    }


def span(text: str) -> float:
    """The seconds of a span such as 2h, 30m, 45s, 1d or -1d; a bare number is seconds. Raises InputError."""
    match = _SPAN.fullmatch(text)
    if not match:
        raise InputError(tr("{given!r} is no span of time such as 2h, 30m, 45s or 1d", given=text))
    return (-1 if match[1] else 1) * int(match[2]) * _UNITS[match[3] or "s"]


def _moment(text: str) -> datetime:
    """The moment of an ISO 8601 text or of a time from a table, UTC where it names no zone. Raises InputError."""
    try:
        moment = typed_moment(text) or datetime.fromisoformat(text)
    except ValueError:
        raise InputError(tr("{given!r} is no time such as 2026-01-31T09:30:00Z", given=text)) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
