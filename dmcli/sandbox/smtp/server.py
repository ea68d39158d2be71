"""SMTP on 127.0.0.1: an event loop in a thread, for clients that begin in the clear or with TLS."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar

from dmcli.errors import ConfigError, LocalIOError, local_error
from dmcli.sandbox.server.listener import why_unbound
from dmcli.untrusted import brief
from dmcli.words import tr

if TYPE_CHECKING:
    import ssl
    from collections.abc import Coroutine
    from types import TracebackType

    from dmcli.sandbox.emulator import Sandbox

T = TypeVar("T")
INSTALL = "python -m pip install 'dmcli[smtp]'"  # untranslated: a line of a shell


class SmtpServer:
    """Takes mail for a sandbox. It is bound when made, and as a context it serves in a thread.

    with SmtpServer(sandbox, 0) as smtp:
        smtplib.SMTP("127.0.0.1", smtp.port)

    `port` 0 is any free one. With `tls` clients may turn to TLS (STARTTLS); `implicit` has them begin with it. Raises
    ConfigError when aiosmtpd is not there, LocalIOError when the port cannot be had.
    """

    def __init__(
        self, sandbox: Sandbox, port: int = 0, *, tls: ssl.SSLContext | None = None, implicit: bool = False
    ) -> None:
        if not available():
            raise ConfigError(tr("SMTP needs the package aiosmtpd: {install}", install=INSTALL))
        try:
            self._socket = socket.create_server(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise LocalIOError(
                tr("cannot take mail on 127.0.0.1:{port}: {why}", port=port, why=why_unbound(error))
            ) from None
        self.port = int(self._socket.getsockname()[1])
        self._door = "smtps" if implicit else "smtp"
        self._sandbox, self._tls, self._implicit = sandbox, tls, implicit
        self._opened: set[Any] = set()

    def __enter__(self) -> Self:
        from dmcli.sandbox.smtp.session import Client, Handler

        logging.getLogger("mail.log").addHandler(logging.NullHandler())  # aiosmtpd's, which warns at each login
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_tell)
        self._thread = threading.Thread(target=self._loop.run_forever, name="dm sandbox smtp", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:
            self._loop.close()
            self._socket.close()
            raise local_error(error) or error from None
        handler = Handler(self._sandbox, f"127.0.0.1:{self.port}")
        starttls, implicit = (None, self._tls) if self._implicit else (self._tls, None)
        self._server = self._do(
            self._loop.create_server(
                lambda: Client(handler, self._loop, starttls, self._opened), sock=self._socket, ssl=implicit
            )
        )
        self._sandbox.doors[self._door] = f"127.0.0.1:{self.port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sandbox.doors.pop(self._door, None)
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        """What the thread of the loop makes of it: the caller's own thread may have a loop that runs."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _end(self) -> None:
        """Hang up on everybody, give the port back, and let every task of this loop come to its end."""
        self._server.close()
        for client in list(self._opened):
            client.hang_up()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # connections that were hung up on are closed in the turn after


def available() -> bool:
    """Whether SMTP can be spoken."""
    from importlib.util import find_spec

    return find_spec("aiosmtpd") is not None


def _tell(_loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
    """A client that hung up, or does not trust the certificate, is no news; else a line on stderr."""
    error = about.get("exception")
    if not isinstance(error, OSError | asyncio.CancelledError):
        what = f"{type(error).__name__}: {error}" if error else about.get("message", "")
        sys.stderr.write(brief(tr("sandbox: a connection of SMTP failed: {what}", what=what)) + "\n")
