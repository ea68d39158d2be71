"""The sandbox's one door: `exchange` takes a Request and gives the Reply, in this process or behind the HTTP server."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.model import Effect
from dmcli.errors import LocalIOError, LockedError, local_error
from dmcli.record import Record
from dmcli.sandbox.actions import handler_of, look_of
from dmcli.sandbox.errors import ServiceError, failed
from dmcli.sandbox.gateway import call_log, params
from dmcli.sandbox.gateway.checks import Checked, check_call
from dmcli.sandbox.gateway.reply import new_request_id, write_refusal, write_success
from dmcli.sandbox.gateway.request import SMTP, Call, is_upload, read_call, request_path
from dmcli.sandbox.service.context import Context
from dmcli.sandbox.store.store import Store, path_of, region_of
from dmcli.words import speaking, tr

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from dmcli.api.model import Action
    from dmcli.api.wire import Reply, Request
    from dmcli.sandbox.control.faults import Fault
    from dmcli.sandbox.service.context import Handler, Look
    from dmcli.sandbox.store.store import Job, Live

    _Work = Callable[[sqlite3.Connection, Live], "_Done"]

# Seconds that a nonce is remembered at least: a stamp may lie 15 minutes ahead and is good for 15 more.
PERIOD = 31 * 60
_LONG = frozenset({"BatchSendMail"})  # takes as long as a list of receivers is
_TAKE_NONCE = (
    "INSERT OR IGNORE INTO nonce (period, nonce) SELECT ?, ? "
    "WHERE NOT EXISTS (SELECT 1 FROM nonce WHERE period = ? AND nonce = ?)"
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class _Arrived(Record):
    """One request on its way through the sandbox; `at` is when it came, by the clock of this machine.

    `handler` does it where that is not its action's own, `looked` is what its action found out before its turn.
    """

    request: Request
    call: Call
    request_id: str
    at: datetime
    began: float
    handler: Handler | None = None
    looked: str = ""


class _Done(Record):
    """What became of it: the answer, the code of a refusal, the notes for the log, the fault that struck."""

    reply: Reply
    code: str = ""
    notes: Mapping[str, Any] = {}
    fault: Fault | None = None


class Sandbox:
    """A DirectMail account with its state in the file at `path`, or in memory for `:memory:`.

    sandbox = Sandbox(":memory:")
    reply = sandbox.exchange(request)  # a signed dmcli.api.wire.Request
    add_fault(sandbox, Fault("drop", after=True))  # what a tester sets takes the sandbox: dmcli.sandbox.control
    find_latest(sandbox)["subject"]  # and so does what reads its mail: dmcli.sandbox.mail

    `now` is the machine's clock, by which requests are signed; the account's own is turned from there. `sleep` is what
    a fault of latency waits with. With `strict` a parameter that the catalogue does not know is refused. `region` is
    where the account is, by default as the file's name has it. Raises ConfigError, LockedError or LocalIOError when the
    file cannot be opened.
    """

    def __init__(
        self,
        path: str,
        *,
        now: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], None] = time.sleep,
        strict: bool = False,
        region: str = "",
    ) -> None:
        self.store = Store(path)
        self.region = region or region_of(path)
        self.doors: dict[str, str] = {}  # where else this process answers for it: "smtp" and "smtps", as host:port
        self._now, self._sleep, self.strict = now, sleep, strict
        self._period = 0

    def exchange(self, request: Request) -> Reply:
        """Answer a request, also the upload of a file; what goes wrong with a call is an answer too.

        Raises SpoiltError where the server is to spoil the answer.
        """
        return self._receive(request, served=True)

    def exchange_in_process(self, request: Request) -> Reply:
        """The same for a caller in this process, who can be told what this machine lacks, and that nothing was done.

        Raises LocalIOError and LockedError too; then the call was undone.
        """
        return self._receive(request, served=False)

    def _receive(self, request: Request, *, served: bool) -> Reply:
        if is_upload(request):
            from dmcli.sandbox.service.uploads import take

            return take(self.store, request, int(self.now().timestamp()))
        return self._exchange(self._arrive(request, read_call(request)), served=served)

    def submit(self, request: Request, call: Call, handler: Handler, refusal: ServiceError | None = None) -> Reply:
        """Answer a call that came in another way than as HTTP, of a caller who was verified there.

        Its parameters are taken as they are. `handler` does it in place of its action's own, unless there is a
        `refusal`; faults, limits and the log are the same. Raises SpoiltError where the answer is to be spoilt.
        """
        checked = Checked(catalogue.find(call.action), call.params, verified=True, refusal=refusal)
        return self._exchange(self._arrive(request, call)._replace(handler=handler), checked, served=True)

    def _arrive(self, request: Request, call: Call) -> _Arrived:
        return _Arrived(request, call, new_request_id(), self._now(), time.perf_counter())

    def exchange_together(self, requests: Sequence[Request]) -> list[Reply | None]:
        """Answer several calls in one transaction; None for each that may have to wait for something: it is not begun.

        What waits is an upload, a batch, what has something to look for, and any call while there are faults or others
        have the state for more than a moment. One that fails is told of where it is done by itself: it was undone.
        """
        known = self.store.glance_soon()
        if known is None or known.faults:
            return [None] * len(requests)
        begun = [self._begin(request, known) for request in requests]
        works = [self._unless_faults(self._work(*one, known)) for one in begun if one]
        jobs = iter(self.store.write_soon(works) if works else ())
        return [_reply_of(next(jobs)) if one else None for one in begun]

    def _unless_faults(self, work: _Work) -> Callable[[sqlite3.Connection, Live], _Done | None]:
        return lambda connection, live: None if live.faults else work(connection, live)

    def _begin(self, request: Request, known: Live) -> tuple[_Arrived, Checked] | None:
        """A call that was checked; None for one that may have to wait, or cannot be read."""
        if is_upload(request):
            return None
        with suppress(Exception):  # it is told where it is answered by itself
            arrived = self._arrive(request, read_call(request))
            checked = self._check(arrived, known)
            if arrived.call.action not in _LONG and not _look_for(checked):
                return arrived, checked
        return None

    def _exchange(self, arrived: _Arrived, given: Checked | None = None, *, served: bool) -> Reply:
        try:
            known = self.store.glance()
            checked = given or self._check(arrived, known)
            if looked := self._look(checked):
                arrived = arrived._replace(looked=looked)
            done = self.store.write(self._work(arrived, checked, None if given else known))
        except Exception as error:  # noqa: BLE001  a server answers, whatever happens
            done = self._fail(arrived, error, served=served)
        fault = done.fault
        if fault:
            self._carry_out(fault, done.reply)
        return done.reply

    def _work(self, arrived: _Arrived, checked: Checked, known: Live | None) -> _Work:
        """What is done in the call's turn. It is checked anew where another process changed what was `known`."""

        def work(connection: sqlite3.Connection, live: Live) -> _Done:
            sure = checked if known is None or live is known else self._check(arrived, live)
            return self._handle(connection, live, arrived, sure)

        return work

    def _fail(self, arrived: _Arrived, error: Exception, *, served: bool) -> _Done:
        """The answer to a call that could not be done. Raises it where a caller in this process can be told more."""
        lack = local_error(error)
        if lack and not served:
            lack.message = tr("{message}; nothing was done", message=lack.message)
            raise lack from None
        done = _refuse(arrived, failed(arrived.call.action, error, lack))
        if not isinstance(error, LockedError):  # or it would be waited for once more
            self._log_alone(arrived, done)
        return done

    def _check(self, arrived: _Arrived, live: Live) -> Checked:
        with speaking("en"):
            return check_call(arrived.request, arrived.call, arrived.at, live, strict=self.strict)

    def _look(self, checked: Checked) -> str:
        """What the action finds out before its turn, if anything; nobody waits for it but the caller."""
        look = _look_for(checked)
        if not look:
            return ""
        with speaking("en"):
            return look(self.store.reading, checked.params, self.store.live().settings)

    def perform(self, action: Action, params: Mapping[str, str]) -> dict[str, Any]:
        """What an action answers past the wire: unsigned, not logged, struck by no fault. Raises ServiceError.

        `params` are taken as they are. The action sees no settings, so a look at what is under review is no check.
        """
        now = int(self.now().timestamp())
        with self.store.reading() if action.effect is Effect.READ else self.store.transaction() as connection:
            return handler_of(action)(Context(connection, params, now, ""))

    def now(self) -> datetime:
        """The account's time."""
        return self._now() + timedelta(seconds=self.store.live().clock)

    @property
    def path(self) -> str:
        """The file that the state is in; "" where it is in memory."""
        return self.store.path

    def reset(self) -> None:
        """Forget everything but the snapshots, and start anew with what a new sandbox has."""
        self.store.reset()

    def close(self) -> None:
        """Give the file back."""
        self.store.close()

    def _carry_out(self, fault: Fault, reply: Reply) -> None:
        """What a fault does to a reply that is made: it comes late, or it is the server's to spoil."""
        from dmcli.sandbox.control.effects import SpoiltError, Stage

        if fault.stage is Stage.DELAY:
            self._sleep(float(fault.value))
        if fault.stage is Stage.CONNECTION:
            raise SpoiltError(fault.effect, reply)

    def _handle(self, connection: sqlite3.Connection, live: Live, arrived: _Arrived, checked: Checked) -> _Done:
        """Do a call and log it, unless a fault strikes before; what a fault then makes of its answer.

        The service answers in its own words, whichever language this process or a thread of it speaks.
        """
        now = arrived.at + timedelta(seconds=live.clock)
        with speaking("en"):
            fault = _strike(connection, arrived) if live.faults else None
            done = self._do(connection, live, arrived, checked, now, fault)
            if fault:
                done = _spoil(done, fault, arrived)._replace(fault=fault)
        self._log(connection, arrived, done, now)
        return done

    def _do(
        self,
        connection: sqlite3.Connection,
        live: Live,
        arrived: _Arrived,
        checked: Checked,
        now: datetime,
        fault: Fault | None,
    ) -> _Done:
        """Do the call, unless a fault strikes before; a refusal is an answer."""
        if fault and fault.prevents:
            return _refuse(arrived, ServiceError(fault.code))
        try:
            return self._answer(connection, live, arrived, checked, now)
        except ServiceError as error:  # what was written before stays: the nonce is used
            return _refuse(arrived, error)._replace(notes=checked.notes if error is checked.refusal else {})

    def _answer(
        self, connection: sqlite3.Connection, live: Live, arrived: _Arrived, checked: Checked, now: datetime
    ) -> _Done:
        """Do a call that was checked. Raises ServiceError."""
        request, call, request_id, at = arrived[:4]
        action, host = checked.action, request.headers.get("host", "")
        if checked.verified:
            if call.nonce:  # of a signature
                self._take_nonce(connection, call.nonce, int(at.timestamp()) // PERIOD)
            if action and live.limits:
                from dmcli.sandbox.control.limits import take_call

                if not take_call(connection, action.name, now.timestamp()):
                    raise ServiceError("Throttling.User")
        if checked.refusal:
            raise checked.refusal
        if action is None:
            from dmcli.sandbox.service.uploads import authorize

            permit = authorize(host)
            return _Done(write_success(call.action, permit, request_id, call, at))
        about = (int(now.timestamp()), request_id, live.settings, host, arrived.looked, request.peer)
        context = Context(connection, checked.params, *about)
        reply = (arrived.handler or handler_of(action))(context)
        return _Done(write_success(action.name, reply, request_id, call, at), notes=checked.notes)

    def _log(self, connection: sqlite3.Connection, arrived: _Arrived, done: _Done, now: datetime) -> None:
        ms = (time.perf_counter() - arrived.began) * 1000
        about = (now.timestamp(), ms, arrived.request_id, arrived.call, arrived.request)
        fault = done.fault
        spoilt, number = (fault.effect, fault.id) if fault else ("", None)
        call_log.add(connection, call_log.Entry(*about, done.reply, done.code, spoilt, number, done.notes))

    def _log_alone(self, arrived: _Arrived, done: _Done) -> None:
        """Log a call that failed, if that is possible at all."""
        with suppress(LocalIOError, LockedError):
            self.store.write(lambda connection, _: self._log(connection, arrived, done, arrived.at))

    def _take_nonce(self, connection: sqlite3.Connection, nonce: str, period: int) -> None:
        """Take a nonce that was not used in this period or the last. Raises ServiceError."""
        if not connection.execute(_TAKE_NONCE, (period, nonce, period - 1, nonce)).rowcount:
            raise ServiceError("SignatureNonceUsed")
        if period != self._period:  # the ones before can go
            connection.execute("DELETE FROM nonce WHERE period < ?", (period - 1,))
            self._period = period


def _look_for(checked: Checked) -> Look | None:
    """What the action of a call must find out before its turn; None for nothing, and for a call that is refused."""
    return look_of(checked.action) if checked.action and not checked.refusal else None


def _reply_of(job: Job) -> Reply | None:
    """The reply to a call that was done together with others; None for one that was not, or was undone."""
    done: _Done | None = None if job.error else job.result
    return done and done.reply


def _strike(connection: sqlite3.Connection, arrived: _Arrived) -> Fault | None:
    """The fault that strikes this call, if any; what a browser asks for outside its pages is no call."""
    from dmcli.sandbox.control.faults import strike

    if not arrived.call.action or request_path(arrived.request) != "/":
        return None
    call = arrived.call
    return strike(connection, call.action, params.recipients_of(call.action, call.params))


def _spoil(done: _Done, fault: Fault, arrived: _Arrived) -> _Done:
    """The answer as a fault makes it."""
    from dmcli.sandbox.control.effects import Stage
    from dmcli.sandbox.control.faults import spoil_reply

    smtp = arrived.call.scheme == SMTP  # which has no status of HTTP, nor headers
    if fault.after and (fault.stage is Stage.REFUSAL or (smtp and fault.stage is Stage.REPLY)):
        done = _refuse(arrived, ServiceError(fault.code))
    return done if smtp else done._replace(reply=spoil_reply(fault, done.reply))


def _refuse(arrived: _Arrived, error: ServiceError) -> _Done:
    """The answer to a call that was refused."""
    host = arrived.request.headers.get("host", "")
    return _Done(write_refusal(error, host, arrived.request_id, arrived.call, arrived.at), error.code)


def open_sandbox(environ: Mapping[str, str], region: str = "") -> Sandbox:
    """The sandbox that the environment means, of a region. Raises ConfigError, LockedError or LocalIOError."""
    return Sandbox(path_of(environ, region), region=region)
