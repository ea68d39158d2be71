"""Sending at most once under a key that the caller chose: a ledger of what was sent, is under way or is unknown.

The service knows no such keys, so they are kept here: an entry is written before the first byte of a mail and
completed when the outcome is known; the process that sends holds a claim on the entry, which ends with the process.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.kinds.dates import local_text, moment_in
from dmcli.api.signing import canonical_query, sha256_hex
from dmcli.errors import DmError, InputError, LocalIOError, LockedError, NotFoundError, UnknownOutcomeError
from dmcli.local.database import open_database, transaction
from dmcli.local.locks import Claims
from dmcli.local.paths import state_folder
from dmcli.words import counted, marked, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KEPT = 30 * 86400  # seconds, by the entries themselves, that the entry of a sent mail is kept; all others stay
# `payload` is a hash of all that is sent; no address and no text is kept. `state` is under way, sent or unknown.
_MIGRATIONS = (
    """
CREATE TABLE entry (
  id INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT NOT NULL, owner TEXT NOT NULL, key TEXT NOT NULL,
  payload TEXT NOT NULL, state TEXT NOT NULL, answer TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL,
  UNIQUE (endpoint, owner, key));
""",
)
_SET_STATE = "UPDATE entry SET state = ?, answer = ?, at = ? WHERE id = ?"
_DAY = 86400
_DELETE = "DELETE FROM entry WHERE id = ?"
UNDER_WAY, SENT, UNKNOWN = marked(("under way", "sent", "unknown"))


class Scope(NamedTuple):
    """What a key belongs to: where mail is sent to, whose keys sign it, and the key itself."""

    endpoint: str
    owner: str
    key: str


class Answer(NamedTuple):
    """What a send was answered; `before` is when it was sent under this key earlier (epoch seconds), 0 if just now."""

    reply: dict[str, Any]
    before: int = 0


class _Entry(NamedTuple):
    id: int
    payload: str
    state: str
    answer: str
    at: int


class _SentMeanwhile(Exception):  # noqa: N818  the name says what another process did
    """Another process sent the mail under this key between our look and our intent."""

    def __init__(self, entry: _Entry) -> None:
        super().__init__()
        self.entry = entry


class Ledger:
    """The entries in the file at `path`. Raises ConfigError, LockedError or LocalIOError when it cannot be opened.

        ledger = Ledger("sends.db")
        answer = ledger.send(scope, fingerprint(action, wire), call, begun=lambda: http.begun)

    `now` is the service's time in epoch seconds, as far as it is known. `tell` says a line to the person.
    """

    def __init__(
        self, path: str, *, now: Callable[[], float] = time.time, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._db = open_database(path, _MIGRATIONS, durable=True)
        self._claims = Claims(f"{path}.lock")
        self._now, self._tell = now, tell

    def close(self) -> None:
        """Give the file back, and every claim on an entry."""
        self._db.close()
        self._claims.close()

    def send(
        self,
        scope: Scope,
        payload: str,
        call: Callable[[Callable[[], None]], dict[str, Any]],
        *,
        begun: Callable[[], bool],
    ) -> Answer:
        """Make the call if nothing was sent under this key; else what it was answered then.

        `payload` is a fingerprint of the mail, see `fingerprint`. `call` is given what it must call just before the
        first byte leaves: the intent is written then and not before, so that whatever ends a run earlier leaves the key
        free. `begun` tells whether a call that was cut short may have been executed. Raises what the call raises, and
        InputError when the key was used for another mail, LockedError while another process is sending under it,
        UnknownOutcomeError when nobody knows what became of it, LocalIOError when the ledger cannot be written: before
        the call, or after it with what it was answered.
        """
        with transaction(self._db):
            entry = self._find_sent(scope, payload)
        if entry:
            return _before(entry)
        intents: list[_Entry] = []

        def announce() -> None:
            if not intents:  # another attempt of the same call
                intents.append(self._intend(scope, payload))

        try:
            reply = call(announce)
        except _SentMeanwhile as sent:
            return _before(sent.entry)
        except BaseException as error:
            maybe_sent = isinstance(error, UnknownOutcomeError) or begun()
            for intent in intents:
                self._release(scope, intent, error, maybe_sent=maybe_sent)
            raise
        try:
            for intent in intents:
                self._record(intent.id, SENT, reply)
        except Exception as error:  # noqa: BLE001  whatever it is, the first thing to say is that the mail is on its way
            raise LocalIOError(
                tr("the mail was accepted: {reply}; but this could not be kept: {why}", reply=reply, why=error)
            ) from None
        return Answer(reply)

    def resolve(self, scope: Scope, *, sent: bool) -> None:
        """Decide an entry of unknown outcome: as sent, or as never sent, so that its key is free again.

        Raises NotFoundError when there is no such entry, LockedError while its process is still sending, InputError
        when it was accepted and is to count as not sent.
        """
        with transaction(self._db):
            entry = self._find(scope)
            if entry is None:
                raise NotFoundError(
                    tr(
                        "nothing was sent under the key {key!r} with these keys to {endpoint}",
                        key=scope.key,
                        endpoint=scope.endpoint,
                    )
                )
            if entry.state == SENT:
                if not sent:
                    raise InputError(
                        tr("the mail under the key {key!r} was accepted: {answer}", key=scope.key, answer=entry.answer)
                    )
                return
            self._claim(entry, scope)
            if sent:
                self._db.execute(_SET_STATE, (SENT, "{}", entry.at, entry.id))
            else:
                self._db.execute(_DELETE, (entry.id,))

    def forget(self, endpoint: str) -> None:
        """Forget all that was sent to an endpoint, which has forgotten it too."""
        with transaction(self._db):
            self._db.execute("DELETE FROM entry WHERE endpoint = ?", (endpoint,))

    def _find_sent(self, scope: Scope, payload: str) -> _Entry | None:
        """The entry of a mail that was sent under this key, None where the key is free. Raises where it is neither."""
        entry = self._find(scope)
        if entry is None:
            return None
        if entry.payload != payload:
            raise InputError(
                tr(
                    "the key {key!r} was used for another mail on {moment}: give another key",
                    key=scope.key,
                    moment=moment(entry.at),
                )
            )
        if entry.state == UNDER_WAY:
            self._claim(entry, scope)  # nobody has it: its process has died
        if entry.state != SENT:
            raise UnknownOutcomeError(
                tr(
                    "what became of the mail under the key {key!r} of {moment} is not known",
                    key=scope.key,
                    moment=moment(entry.at),
                )
            )
        return entry

    def _intend(self, scope: Scope, payload: str) -> _Entry:
        """A new entry under way that is ours. Raises _SentMeanwhile, and what `_find_sent` raises."""
        with transaction(self._db):
            if entry := self._find_sent(scope, payload):
                raise _SentMeanwhile(entry)
            now = int(self._now())
            self._forget_old(now)
            self._db.execute(
                "INSERT INTO entry (endpoint, owner, key, payload, state, at) VALUES (?, ?, ?, ?, ?, ?)",
                (*scope, payload, UNDER_WAY, now),
            )
            entry = self._find(scope)
            assert entry is not None  # noqa: S101  it was just inserted
            self._claim(entry, scope)  # before others can see it
            return entry

    def _forget_old(self, now: int) -> None:
        """Forget what is older than 30 days beside the newest entry before this one, whatever the clock says.

        So one run with a clock that jumped ahead forgets nothing, and entries that such a run left count for nothing.
        """
        newest, ahead = self._db.execute(
            "SELECT max(at) FILTER (WHERE at <= ?), max(at) FILTER (WHERE at > ?) FROM entry", (now, now)
        ).fetchone()
        if ahead and ahead - now > _DAY:
            days = (ahead - now) // _DAY
            self._tell(
                tr(
                    "warning: a mail was recorded {days} ahead of this machine's clock: check it",
                    days=counted(days, "day"),
                )
            )
        elif newest and now - newest > _KEPT:
            days = (now - newest) // _DAY
            self._tell(
                tr("warning: the last mail was recorded {days} days ago by this machine's clock: check it", days=days)
            )
        if newest:
            self._db.execute("DELETE FROM entry WHERE state = ? AND at < ?", (SENT, newest - _KEPT))

    def _claim(self, entry: _Entry, scope: Scope) -> None:
        if not self._claims.take(entry.id):
            raise LockedError(tr("another dm is sending under the key {key!r} right now: wait for it", key=scope.key))

    def _find(self, scope: Scope) -> _Entry | None:
        row = self._db.execute(
            f"SELECT {', '.join(_Entry._fields)} FROM entry WHERE endpoint = ? AND owner = ? AND key = ?", scope
        ).fetchone()
        return _Entry(*row) if row else None

    def _release(self, scope: Scope, entry: _Entry, error: BaseException, *, maybe_sent: bool) -> None:
        """Free the key when nothing was sent, else keep that nobody knows."""
        try:
            if maybe_sent:
                self._record(entry.id, UNKNOWN, {})
            else:
                with transaction(self._db):
                    self._db.execute(_DELETE, (entry.id,))
        except (LocalIOError, LockedError) as trouble:  # the entry stays under way, which is as good as unknown
            if isinstance(error, DmError):
                error.message += tr("; the key {key!r} could not be settled: {why}", key=scope.key, why=trouble)

    def _record(self, number: int, state: str, reply: Mapping[str, Any]) -> None:
        import json

        with transaction(self._db):
            # In ASCII, since SQLite takes no lone surrogates.
            self._db.execute(_SET_STATE, (state, json.dumps(reply), int(self._now()), number))


def _before(entry: _Entry) -> Answer:
    """What a mail that was sent earlier was answered."""
    import json

    return Answer(json.loads(entry.answer), entry.at)


def fingerprint(action: str, wire: Mapping[str, str]) -> str:
    """What tells one mail from another: a hash of the action and all its parameters."""
    return sha256_hex(canonical_query({**wire, "Action": action}).encode())


def open_ledger(environ: Mapping[str, str], *, now: Callable[[], float], tell: Callable[[str], None]) -> Ledger:
    """The ledger in the state folder."""
    return Ledger(os.path.join(state_folder(environ), "sends.db"), now=now, tell=tell)


def moment(at: int) -> str:
    """A time of the ledger, by this machine's clock and zone."""
    made = moment_in("epoch", str(at))
    return local_text(made) if made else str(at)
