"""One client of the sandbox's SMTP: what is answered to each of its commands, in the words of the service.

aiosmtpd speaks the protocol, but for two things. It refuses a message with a line of more than 1,001 octets, which HTML
in one line has, and goes through a large one without letting others have their turn: the data is read here. And it
knows the names of mechanisms in capitals alone.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, TLSSetupException

from dmcli.api.kinds.addresses import EMAIL
from dmcli.errors import local_error
from dmcli.sandbox.control.effects import EFFECTS, SpoiltError
from dmcli.sandbox.gateway.smtp import (
    BROKEN,
    LOGGED_IN,
    NO_LOGIN,
    NO_RECIPIENT,
    SEND_DATA,
    TOO_LARGE,
    TOO_MANY,
    WRONG_LOGIN,
    line,
    no_address,
    other_sender,
)
from dmcli.sandbox.service.logins import may_log_in, may_send_as
from dmcli.sandbox.smtp.decoding import to_text
from dmcli.sandbox.smtp.refused import log_refused_login
from dmcli.sandbox.smtp.submission import MAX_DATA, MAX_RECIPIENTS, Submitted, submit
from dmcli.untrusted import brief
from dmcli.words import tr

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from aiosmtpd.smtp import Envelope, Session

    from dmcli.sandbox.emulator import Sandbox

T = TypeVar("T")
NAME = "smtp.sandbox.test"
_SILENCE = 300  # seconds that a client may say nothing (RFC 5321 section 4.5.3.2)
_AT_ONCE = 64 * 1024  # octets that are read at a time
_DOT, _END = b".\r\n", b"\r\n.\r\n"
_HELP = "HELP"  # which aiosmtpd offers and the service does not


class Handler:
    """What the commands do; one for all clients. `host` is the address that they came to."""

    def __init__(self, sandbox: Sandbox, host: str) -> None:
        self._sandbox, self._host = sandbox, host

    def log_in(self, user: str, password: str) -> AuthResult:
        """Whether a password opens the door to a user."""
        if may_log_in(self._sandbox, user, password):
            return AuthResult(success=True, auth_data=user, message=line(*LOGGED_IN))
        log_refused_login(self._sandbox, user, self._host)
        return AuthResult(success=False, handled=False, message=line(*WRONG_LOGIN))

    async def handle_EHLO(  # noqa: N802  aiosmtpd finds it by this name, and those below
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """What the service offers."""
        session.host_name = hostname
        offered = [said[4:] for said in responses]
        offered = [said for said in offered if said != _HELP] + ["PIPELINING"]
        return [f"250-{said}" for said in offered[:-1]] + [f"250 {offered[-1]}"]

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Who logged in sends from its own address alone."""
        if not session.authenticated:
            return line(*NO_LOGIN)
        if not may_send_as(str(session.auth_data), address):
            return other_sender(str(session.auth_data), address)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 Mail Ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """A recipient, up to as many as there may be."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return line(*TOO_MANY)
        if not EMAIL.accepts(address):
            return no_address(address)
        envelope.rcpt_tos.append(address)
        return "250 Rcpt Ok"

    async def handle_DATA(self, server: Client, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Send the mail, in a thread: it may wait for its turn, or for a fault."""
        peer = str(session.peer[0]) if session.peer else ""
        content = envelope.original_content or b""
        about = (str(session.auth_data), str(envelope.mail_from), tuple(envelope.rcpt_tos), content, self._host, peer)
        try:
            reply = await _in_thread(lambda: submit(self._sandbox, Submitted(*about)))
        except SpoiltError as spoilt:
            return await server.spoil(spoilt)
        return reply.body.decode()

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours is told on stderr, and the client may try again; one that does not trust us is no news."""
        if not isinstance(error, OSError | TLSSetupException):
            what = local_error(error) or f"{type(error).__name__}: {error}"
            sys.stderr.write(brief(tr("sandbox: a mail over SMTP failed: {what}", what=what)) + "\n")
        return line(*BROKEN)


class Client(SMTP):
    """One connection."""

    line_length_limit = _AT_ONCE
    AuthLoginUsernameChallenge, AuthLoginPasswordChallenge = "username:", "Password:"

    def __init__(
        self, handler: Handler, loop: asyncio.AbstractEventLoop, tls: ssl.SSLContext | None, opened: set[Client]
    ) -> None:
        def log_in(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: LoginPassword) -> AuthResult:
            return handler.log_in(*(to_text(word) for word in data))

        super().__init__(
            handler,
            data_size_limit=None,  # the service does not tell it
            hostname=NAME,
            ident="dm sandbox",  # untranslated: on the wire
            tls_context=tls,
            timeout=_SILENCE,
            auth_require_tls=False,  # port 80 of the service takes a login in the clear
            authenticator=log_in,
            loop=loop,
        )
        self._handler, self._opened = handler, opened

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it among the open ones."""
        self._opened.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Count it no more."""
        self._opened.discard(self)
        super().connection_lost(error)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        """The name of a mechanism in any case (RFC 4422 section 3.1)."""
        name, space, rest = (arg or "").partition(" ")
        await super().smtp_AUTH(name.upper() + space + rest)

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """The message, with lines of any length."""
        assert self.session is not None and self.envelope is not None  # noqa: S101, PT018  there from the first moment
        if await self.check_helo_needed():
            return
        if arg or not self.envelope.rcpt_tos:
            await self.push("501 Syntax: DATA" if arg else line(*NO_RECIPIENT))
            return
        await self.push(line(*SEND_DATA))
        self.envelope.original_content = data = await self._read_data()
        said = line(*TOO_LARGE)
        if data is not None:
            self._reset_timeout()
            said = await self._handler.handle_DATA(self, self.session, self.envelope)
        self.envelope = self._create_envelope()
        await self.push(said)

    async def _read_data(self) -> bytes | None:
        """What comes up to a dot alone on its line, the dots that were put before others gone; None for too much."""
        data, size = bytearray(), 0
        while not (data.endswith(_END) or data == _DOT):
            try:
                piece = await self._reader.readuntil(_DOT)
            except asyncio.LimitOverrunError as more:
                piece = await self._reader.read(more.consumed)
            size += len(piece)
            data += piece
            if size > MAX_DATA:
                del data[: -len(_END)]  # to see where it ends
        if size > MAX_DATA:
            return None
        text = bytes(data[: -len(_DOT)])
        return text.removeprefix(b".").replace(b"\r\n.", b"\r\n")

    async def spoil(self, spoilt: SpoiltError) -> str:
        """Send what a fault makes of a reply, and hang up, or hold the connection open."""
        effect, whole = EFFECTS[spoilt.effect], spoilt.reply.body + b"\r\n"
        self._writer.write(effect.spoil(whole, len(whole)))
        if effect.holds:
            await asyncio.Event().wait()  # until the client has had enough, or the server stops
        with suppress(OSError):
            await self._writer.drain()
        raise asyncio.CancelledError  # as when a client hangs up: the connection is closed without a word

    def hang_up(self) -> None:
        """Close the connection at once."""
        for transport in (self._original_transport, self.transport):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()


async def _in_thread(work: Callable[[], T]) -> T:
    """What a work gives that is done in a thread of its own, which the end of this process does not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if not done.done():
            done.set_exception(error) if error else done.set_result(result)

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as caught:  # noqa: BLE001  it is raised where the work is waited for
            error = caught
        with suppress(RuntimeError):  # the server has stopped
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="dm sandbox smtp mail", daemon=True).start()
    result: T = await done
    return result
