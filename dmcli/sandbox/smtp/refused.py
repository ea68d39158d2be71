"""A login that was refused stands in the log of calls: that is where one looks when no mail comes."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from dmcli.api.wire import Reply, Request
from dmcli.errors import DmError
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.gateway.reply import new_request_id
from dmcli.sandbox.gateway.request import SMTP, Call
from dmcli.sandbox.gateway.smtp import WRONG_LOGIN, line
from dmcli.sandbox.service.logins import is_user
from dmcli.words import marked

if TYPE_CHECKING:
    from dmcli.sandbox.store.account import Account

_ACTION = "AUTH"  # a command of SMTP, no action
_SOON = 0.1  # seconds that nobody minds
_NOBODY, _PASSWORD = marked(
    (
        "it logs in as nobody whom the account knows, neither a sender address nor a domain",
        "it gives another password than the SMTP password of that user",
    )
)


def log_refused_login(sandbox: Account, user: str, host: str) -> None:
    """Log it, and what was wrong with it, which the reply does not tell. The password is not kept.

    The reply and all other clients wait for that no longer than a moment: another process may hold the state for long.
    """
    call = Call(_ACTION, "", {"User": user}, SMTP, "", "", "", xml=False)
    reply = Reply(WRONG_LOGIN.number, {}, line(*WRONG_LOGIN).encode())
    cause = _PASSWORD if is_user(sandbox, user) else _NOBODY
    entry = call_log.Entry(
        sandbox.now().timestamp(),
        0.0,
        new_request_id(),
        call,
        Request("SMTP", f"smtp://{host}/", {}, b""),
        reply,
        notes={"login": cause},
    )

    def log() -> None:
        with suppress(DmError), sandbox.store.transaction() as connection:
            call_log.add(connection, entry)

    thread = threading.Thread(target=log, name="dm sandbox smtp login", daemon=True)
    thread.start()
    thread.join(_SOON)
