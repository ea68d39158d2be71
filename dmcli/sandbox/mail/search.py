"""Words looked for in mail: an index of its texts in pieces of three characters, made while there are no calls.

SQLite's FTS5 keeps the pieces (trigrams), which need no language: Chinese, parts of words and of addresses are found.
The index gives candidates, and the mail itself says whether the word is there. What is not indexed yet is searched
without it, and so is everything where SQLite has no such index: that takes longer, but nothing is missed. A send pays
nothing for it.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import suppress
from functools import cache
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from dmcli.errors import DmError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.sandbox.store.store import Store

_PIECE = 3  # characters
_END = "\n\n"  # after the texts of a mail, so that a word at their very end begins a piece too
_MOST_PIECES = 40  # of a word that are asked for
_MOST_TERMS = 300  # pieces that begin with a shorter word; one with more is in so many mails that they are soon found
_STEP = 200_000  # characters that are indexed in one transaction, for which calls wait
_MOST_MAILS = 100  # in one transaction
_FEW = 2000  # mails that are searched as quickly without an index
_QUIET = 0.5  # seconds since the last call that wrote, after which the index is made
_TABLES = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS search USING fts5 (
      words, content='', tokenize='trigram case_sensitive 1', detail=none, columnsize=0)""",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_terms USING fts5vocab (search, row)",
)
_BEGIN_WITH = "SELECT term FROM search_terms WHERE term >= ? AND term < ? LIMIT ?"
_LAST = "\U0010ffff" * _PIECE  # a word and this come after all pieces that begin with the word
_NEXT = "SELECT message, id, recipient, coalesce(subject, '') FROM mail WHERE id > ? ORDER BY id LIMIT ?"
_OF_ALL = "SELECT subject, text, html FROM message WHERE id = ?"


@cache
def available() -> bool:
    """Whether this SQLite can have the index: FTS5 with trigrams, from 3.34 on."""
    if sqlite3.sqlite_version_info < (3, 34):
        return False
    with suppress(sqlite3.Error):
        scratch = sqlite3.connect(":memory:")
        try:
            scratch.execute(_TABLES[0])
        finally:
            scratch.close()
        return True
    return False


def indexed_until(connection: sqlite3.Connection) -> int:
    """The number of the newest mail that is in the index; 0 for none."""
    if not available():
        return 0
    return int(connection.execute("SELECT coalesce(max(mail), 0) FROM indexed").fetchone()[0])


def query_of(connection: sqlite3.Connection, words: Iterable[str]) -> str:
    """What to ask the index for mails that may have all the words; "" where any mail may."""
    asked = []
    for word in map(_normal, words):
        if len(word) >= _PIECE:
            starts = range(min(len(word) - _PIECE + 1, _MOST_PIECES))
            asked.append(" AND ".join(_quoted(word[start : start + _PIECE]) for start in starts))
        elif word:
            terms = connection.execute(_BEGIN_WITH, (word, word + _LAST, _MOST_TERMS)).fetchall()
            if len(terms) < _MOST_TERMS:
                # Where no piece begins with the word, the one that would end a text is not there either.
                pieces = [term for (term,) in terms] or [(word + _END)[:_PIECE]]
                asked.append(f"({' OR '.join(map(_quoted, pieces))})")
    return " AND ".join(asked)


def index_some(store: Store) -> int:
    """Index the next mails, in one transaction; how many they were. Those of one message are indexed together."""
    with store.transaction() as connection:
        for table in _TABLES:
            connection.execute(table)
        rows = connection.execute(_NEXT, (indexed_until(connection), _MOST_MAILS)).fetchall()
        size = done = 0
        for message, group in groupby(rows, itemgetter(0)):
            _, numbers, *texts = zip(*group, strict=True)
            content = connection.execute(_OF_ALL, (message,)).fetchone() or ()
            words = _normal("\n".join(filter(None, (*chain(*texts), *content))) + _END)
            connection.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (numbers[-1], words))
            if len(numbers) > 1:
                connection.execute("INSERT INTO together (last, first) VALUES (?, ?)", (numbers[-1], numbers[0]))
            done, size = done + len(numbers), size + len(words)
            if size > _STEP:
                break
        if done:
            connection.execute("DELETE FROM indexed")
            connection.execute("INSERT INTO indexed (mail) VALUES (?)", (rows[done - 1][1],))
    return done


def forget(connection: sqlite3.Connection) -> None:
    """Empty the index, once there is no mail any more."""
    if indexed_until(connection):
        connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
        connection.execute("DELETE FROM together")


class Indexer:
    """Indexes the mail of a store, in a thread that starts when there is much to do and waits while there are calls."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def wake(self) -> None:
        """See whether there is something to do, and have it done; the caller does not wait for it."""
        with self._starting:
            if available() and not (self._thread and self._thread.is_alive()) and self._is_behind():
                self._thread = threading.Thread(target=self._run, name="dm sandbox index", daemon=True)
                with suppress(RuntimeError):  # the system allows no thread: another time
                    self._thread.start()

    def _is_behind(self) -> bool:
        with self._store.reading() as connection:
            (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM mail").fetchone()
            return int(last) - indexed_until(connection) > _FEW

    def _run(self) -> None:
        # Another program holds the file, the disk is full, the store was closed: what is left is done another time.
        with suppress(DmError, sqlite3.Error):
            while True:
                if time.monotonic() - self._store.called < _QUIET:
                    time.sleep(_QUIET / 5)
                elif not index_some(self._store):
                    break


def _normal(text: str) -> str:
    """A text as it is indexed: all that a search takes for the same is the same."""
    return text.lower().replace("ς", "σ").replace("\0", " ")


def _quoted(piece: str) -> str:
    return '"' + piece.replace('"', '""') + '"'
