"""What the history holds, and how it is kept small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.local.database import transaction
from dmcli.words import tr
from dmcli.workflows.history.days import day_start, day_text
from dmcli.workflows.history.sync import gaps

if TYPE_CHECKING:
    from dmcli.workflows.history.store import Kept


def holdings(kept: Kept, today: int) -> dict[str, Any]:
    """What is kept of an account: first and last day, days, open ones, gaps, mails, tracked days, invalid addresses."""
    states = kept.days()
    ((tracked,),) = kept.all("SELECT count(DISTINCT day) FROM track WHERE account = ?", kept.account)
    ((invalid,),) = kept.all("SELECT count(*) FROM invalid WHERE account = ?", kept.account)
    missing = gaps(states, today)
    lost = [day for gap in missing for day in range(gap.first, gap.last + 1)]
    return {
        "first": day_text(min(states)) if states else "",
        "last": day_text(max(states)) if states else "",
        "days": len(states),
        "open": sum(not state.settled for day, state in states.items() if day not in lost),
        "gaps": [str(gap) for gap in missing],
        "mails": sum(state.mails for state in states.values()),
        "tracked": tracked,
        "invalid": invalid,
    }


def window(kept: Kept) -> dict[str, str]:
    """The parameters that ask for every day that is kept; empty where none is."""
    states = kept.days()
    if not states:
        return {}
    return {"StartTime": f"{day_text(min(states))} 00:00", "EndTime": f"{day_text(max(states))} 23:59"}


def count_before(kept: Kept, before: int) -> int:
    """How many mails are kept of the days before one."""
    return sum(state.mails for day, state in kept.days().items() if day < before)


def prune(kept: Kept, before: int) -> None:
    """Delete all that is of days before one, the texts that nothing has any more, and give the space back."""
    db = kept.db
    with transaction(db):
        for table in ("day", "detail", "daily", "failure", "track"):
            db.execute(f"DELETE FROM {table} WHERE account = ? AND day < ?", (kept.account, before))
        db.execute("DELETE FROM invalid WHERE account = ? AND at < ?", (kept.account, day_start(before)))
        db.execute("DELETE FROM text WHERE id NOT IN (SELECT recipient FROM detail UNION SELECT subject FROM detail)")
        db.execute("DELETE FROM sort WHERE id NOT IN (SELECT sort FROM detail)")
    compact(kept)


def compact(kept: Kept) -> None:
    """Give the space back that nothing takes any more. Raises LockedError or LocalIOError."""
    import sqlite3

    from dmcli.errors import LocalIOError, LockedError

    try:
        kept.db.execute("VACUUM")
        kept.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise LockedError(
                tr("it is deleted, but the file stays large while others read it ({why})", why=error)
            ) from None
        raise LocalIOError(tr("it is deleted, but the file stays large: {why}", why=error)) from None
