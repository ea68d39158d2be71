"""The sandbox's one door: `exchange` takes a Request and gives the Reply, in this process or behind the HTTP server."""

from __future__ import annotations

import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from dmcli.api.wire import Ambiguous
from dmcli.errors import LocalIOError, LockedError
from dmcli.sandbox import handlers, params, protocol
from dmcli.sandbox.context import Context, ServiceError
from dmcli.sandbox.store import Store, path_of
from dmcli.untrusted import brief

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from dmcli.api.model import Action
    from dmcli.api.wire import Reply, Request

# Seconds that a nonce is remembered at least: a stamp may lie 15 minutes ahead and is good for 15 more.
_PERIOD = 31 * 60
_TAKE_NONCE = (
    "INSERT OR IGNORE INTO nonce (period, nonce) SELECT ?, ? "
    "WHERE NOT EXISTS (SELECT 1 FROM nonce WHERE period = ? AND nonce = ?)"
)


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Sandbox:
    """A DirectMail account with its state in the file at `path`, or in memory for `:memory:`.

    `now` is its clock. Raises ConfigError, LockedError or LocalIOError when the file cannot be opened.
    """

    def __init__(self, path: str, *, now: Callable[[], datetime] = _utc_now) -> None:
        self.store = Store(path)
        self._now = now
        self._period = 0

    def exchange(self, request: Request) -> Reply:
        """Answer a request. What goes wrong is an answer too, until the call is done: raises Ambiguous from then on."""
        now, request_id = self._now(), protocol.new_id()
        call = protocol.read(request)
        try:
            action, reply = self._answer(request, call, now, request_id)
        except Exception as error:  # noqa: BLE001  a server answers, whatever happens
            refused = error if isinstance(error, ServiceError) else _failed(call.action, error)
            return protocol.refusal(refused, request.headers.get("host", ""), request_id, call.xml, now)
        try:
            return protocol.success(action.name, reply, request_id, call.xml, now)
        except Exception as error:  # noqa: BLE001  whatever it was, the caller must not take it for a no
            _failed(call.action, error)
            raise Ambiguous(f"the sandbox did it, then failed: {type(error).__name__}") from None

    def close(self) -> None:
        """Give the file back."""
        self.store.close()

    def _answer(
        self, request: Request, call: protocol.Call, now: datetime, request_id: str
    ) -> tuple[Action, dict[str, Any]]:
        """Check the call, then do it. Raises ServiceError."""
        if request.method not in ("GET", "POST"):
            raise ServiceError("UnsupportedHTTPMethod")
        if protocol.path(request) != "/":
            raise ServiceError("InvalidAction.NotFound")
        action = params.action_of(call.action, call.version)
        protocol.verify(request, call, now)
        handler = handlers.find(action)
        moment = int(now.timestamp())
        refused = None
        with self.store.transaction() as connection:
            self._take_nonce(connection, call.nonce, moment // _PERIOD)
            try:
                given = params.checked(action, call.version, call.params, now)
                return action, handler(Context(connection, given, moment, request_id))
            except ServiceError as error:
                refused = error  # leaves by way of the commit: the nonce stays used
        raise refused

    def _take_nonce(self, connection: sqlite3.Connection, nonce: str, period: int) -> None:
        """Take a nonce that was not used in this period or the last. Raises ServiceError."""
        if not connection.execute(_TAKE_NONCE, (period, nonce, period - 1, nonce)).rowcount:
            raise ServiceError("SignatureNonceUsed")
        if period != self._period:  # the ones before can go
            connection.execute("DELETE FROM nonce WHERE period < ?", (period - 1,))
            self._period = period


def _failed(action: str, error: Exception) -> ServiceError:
    """The answer to a fault of our own. One line on stderr says where it is, without any value of the call."""
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__} at {last.filename}:{last.lineno}"
    code = "InternalError"
    if isinstance(error, (LocalIOError, LockedError)):  # locked by others for too long, disk full: not for ever
        what, code = f"{what}: {error}", "ServiceUnavailable"
    sys.stderr.write(brief(f"sandbox: {action} failed: {what}") + "\n")
    return ServiceError(code)


def open_sandbox(environ: Mapping[str, str]) -> Sandbox:
    """The sandbox that the environment means. Raises ConfigError, LockedError or LocalIOError."""
    return Sandbox(path_of(environ))
