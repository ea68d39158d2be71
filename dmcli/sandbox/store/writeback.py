"""The log of the database written back into its file, by a thread that no call waits for."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


def write_back(path: str, alone: AbstractContextManager[object], timeout: float) -> threading.Thread | None:
    """Begin to write the log back; the thread that does it, None where the system allows none.

    `alone` keeps off all who write in this process, `timeout` is in seconds to wait for other processes.
    """
    thread = threading.Thread(target=_run, args=(path, alone, timeout), name="dm sandbox file", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread


def _run(path: str, alone: AbstractContextManager[object], timeout: float) -> None:
    # What fails is done another time: by the next thread, or by SQLite when the file is closed.
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=timeout)) as connection:
        connection.execute("PRAGMA synchronous = NORMAL")
        for _ in range(2):  # most of it beside the calls
            connection.execute("PRAGMA wal_checkpoint (PASSIVE)").fetchone()
        with alone:  # the rest, so that the log begins anew
            connection.execute("PRAGMA wal_checkpoint (PASSIVE)").fetchone()
