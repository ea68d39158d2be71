"""Rate limits, off unless asked for: a token bucket an action, emptied by the sandbox's clock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dmcli.errors import InputError
from dmcli.sandbox.gateway.params import known_action
from dmcli.words import tr

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from dmcli.sandbox.store.account import Account

# Calls and seconds that the service documents (help page: three ways of sending): in mainland China, and elsewhere.
DOCUMENTED = {"SingleSendMail": "100/s", "BatchSendMail": "20/min"}
ABROAD = {**DOCUMENTED, "BatchSendMail": "10/min"}
_UNITS = {"s": 1, "min": 60, "h": 3600}
_RATE = re.compile(r"([0-9]{1,6})/(s|min|h)")


class Limit(NamedTuple):
    """How often an action may be called: `rate` calls a second, `burst` at once."""

    action: str
    rate: float
    burst: float

    @property
    def text(self) -> str:
        """The limit as it is typed."""
        unit = next(name for name, seconds in _UNITS.items() if round(self.rate * seconds) == self.burst)
        return f"{self.burst:.0f}/{unit}"


def limit_of(action: str, text: str) -> Limit:
    """The limit that `10/s`, `20/min` or `5/h` means. Raises InputError."""
    match = _RATE.fullmatch(text)
    if not match or not int(match[1]):
        raise InputError(tr("{given!r} is no rate such as 10/s, 20/min or 100/h", given=text))
    calls = int(match[1])
    return Limit(known_action(action), calls / _UNITS[match[2]], float(calls))


def documented(sandbox: Account) -> dict[str, str]:
    """The limits that the service documents for the account's region, as they are typed."""
    return DOCUMENTED if sandbox.region.startswith("cn-") else ABROAD


def set_documented(sandbox: Account) -> None:
    """Set the limits that the service documents for the account's region."""
    set_limits(sandbox, [limit_of(action, rate) for action, rate in documented(sandbox).items()])


def set_limits(sandbox: Account, limits: Iterable[Limit]) -> None:
    """Set limits, their buckets full."""
    now = sandbox.now().timestamp()
    rows = [{**limit._asdict(), "level": limit.burst, "at": now} for limit in limits]
    sql = "INSERT OR REPLACE INTO bucket (action, rate, burst, level, at) VALUES (:action, :rate, :burst, :level, :at)"
    with sandbox.store.change() as connection:
        connection.executemany(sql, rows)


def list_limits(sandbox: Account) -> list[Limit]:
    """All limits, by the names of their actions."""
    with sandbox.store.reading() as connection:
        return [Limit(*row) for row in connection.execute("SELECT action, rate, burst FROM bucket ORDER BY action")]


def lift_limits(sandbox: Account, action: str = "") -> int:
    """Lift a limit, or all; how many that were."""
    clause, values = (" WHERE action = ?", (action,)) if action else ("", ())
    with sandbox.store.change() as connection:
        return connection.execute(f"DELETE FROM bucket{clause}", values).rowcount


def take_call(connection: sqlite3.Connection, action: str, now: float) -> bool:
    """Take a call out of the action's bucket; false when it is empty.

    It is a part of the call's own transaction, hence the connection.
    """
    row = connection.execute("SELECT rate, burst, level, at FROM bucket WHERE action = ?", (action,)).fetchone()
    if row is None:
        return True
    rate, burst, level, at = row
    level = min(burst, level + max(now - at, 0.0) * rate)
    # A whole call may be a hair less than one after many small refills.
    enough = level >= 1 - 1e-9
    connection.execute(
        "UPDATE bucket SET level = ?, at = ? WHERE action = ?", (level - 1 if enough else level, now, action)
    )
    return bool(enough)
