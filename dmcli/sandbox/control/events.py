"""What happens to a mail after it was delivered, played: opened, clicked, complained of, bounced.

It feeds the statistics and the invalid addresses, and is posted to the address that UpdateMailAddressMsgCallBackUrl set
for the sender, where that is on this machine; nothing ever goes anywhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.errors import InputError, NotFoundError, RefusedError
from dmcli.sandbox.mail import extract
from dmcli.sandbox.mail.mailbox import get_mail
from dmcli.words import listed, tr

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from dmcli.sandbox.store.account import Account

_TIMEOUT = 5.0  # seconds
_SHOWN = 10  # links
_LOOPBACK = re.compile(
    r"http://(127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}|localhost|\[::1\])"
    r"(?::([1-5]?\d{1,4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]))?(/[!-~]*)?",
    re.ASCII,
)


class Event(NamedTuple):
    """What may happen: its name in a notification, and what it says of the delivery."""

    name: str
    status: str
    code: str = ""
    kind: str = ""
    needs_tracking: bool = False


# Names and fields of the legacy HTTP notification (help page: message notification); those of unsubscribing and of a
# complaint are guesses after the newer events dm:Feedback:UnSubscribe and dm:Feedback:FblReport.
EVENTS = {
    "deliver": Event("Deliver:SendSuccessfully", "0", "250"),
    "open": Event("Deliver:Open", "0", needs_tracking=True),
    "click": Event("Deliver:Click", "0", needs_tracking=True),
    "unsubscribe": Event("Feedback:UnSubscribe", "0"),
    "complaint": Event("Feedback:FblReport", "0"),
    "bounce": Event("Deliver:SendFailed", "2", "550", "SmtpNxBox"),
    "soft-bounce": Event("Deliver:SendFailed", "4", "451", "SmtpTimeout"),
    "spam": Event("Deliver:SendFailed", "3", "554", "SmtpSpam"),
}
_REASONS = {
    "bounce": "550 The recipient's mailbox does not exist",  # untranslated: on the wire
    "soft-bounce": "451 The recipient's server cannot be reached",  # untranslated: on the wire
    "spam": "554 Rejected by the recipient's spam filter",  # untranslated: on the wire
}


class Played(NamedTuple):
    """What came of it: the mail, the event, and where it was posted to with what answer (both empty where nowhere)."""

    mail: int
    event: str
    posted: str = ""
    answer: str = ""


def parse_event(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `play` in `event`, `mail` and `url`. Raises InputError."""
    event, mail, url = (given.get(name, default) for name, default in (("event", ""), ("mail", None), ("url", "")))
    if set(given) - {"event", "mail", "url"} or type(mail) is not int or not isinstance(url, str):
        raise InputError(
            tr('give the event and the number of a mail: {"event": "open", "mail": 1}; of a click also its url')
        )
    return {"what": str(event), "mail": mail, "url": url}


def play(sandbox: Account, what: str, mail: int, *, url: str = "") -> Played:
    """Let something happen to a mail; `url` is the link that is clicked, the mail's first where it is empty.

    Raises InputError for what cannot happen, NotFoundError where there is no such mail or link, RefusedError where it
    cannot happen to this mail.
    """
    if what not in EVENTS:
        raise InputError(
            tr("a mail cannot be played {event!r}; it is one of {events}", event=what, events=listed(EVENTS))
        )
    now = int(sandbox.now().timestamp())
    found = get_mail(sandbox, mail)
    if found is None:
        raise NotFoundError(tr("there is no mail {number} in the sandbox; see: dm sandbox mail list", number=mail))
    if EVENTS[what].needs_tracking and not found["track"]:
        raise RefusedError(
            tr(
                "mail {number} was sent without tracking, so nobody learns of it: send with --track, and --tag with "
                "one of dm tag list",
                number=mail,
            )
        )
    clicked = _clicked(found, url) if what == "click" else ""
    with sandbox.store.transaction() as connection:
        _happen(connection, what, found, now, clicked)
        row = connection.execute("SELECT callback FROM address WHERE name = ?", (found["sender"],)).fetchone()
    callback = str(row[0]) if row else ""
    if not _LOOPBACK.fullmatch(callback):
        return Played(mail, what)
    return Played(mail, what, callback, _post(callback, notification(what, found, now)))


def _clicked(found: Mapping[str, Any], url: str) -> str:
    """The link that is clicked. Raises NotFoundError where the mail has none."""
    links = extract.read(found["html"], found["text"]).links
    if url and url not in links:
        raise NotFoundError(
            tr(
                "mail {number} has no link {url!r}; it has {links}",
                number=found["id"],
                url=url,
                links=listed(links[:_SHOWN]) or tr("none"),
            )
        )
    if not links:
        raise NotFoundError(tr("mail {number} has no link to click", number=found["id"]))
    return url or links[0]


def _happen(connection: sqlite3.Connection, what: str, found: Mapping[str, Any], now: int, url: str) -> None:
    """Keep that it happened."""
    connection.execute(
        "INSERT INTO event (mail, kind, at, url) VALUES (?, ?, ?, ?)", (found["id"], what.replace("-", "_"), now, url)
    )
    if what not in _REASONS:
        return
    event = EVENTS[what]
    connection.execute(
        "UPDATE mail SET status = ?, reason = ?, class = ?, settled = ? WHERE id = ?",
        (int(event.status), _REASONS[what], event.kind, now, found["id"]),
    )
    if what == "bounce":
        connection.execute("INSERT OR IGNORE INTO invalid (address, at) VALUES (?, ?)", (found["recipient"], now))


def notification(what: str, found: Mapping[str, Any], now: int) -> str:
    """The text of a legacy notification: `k=v&k=v`, not percent-encoded (help page: message notification)."""
    event = EVENTS[what]
    fields = {
        "X-Notify-Message-ID": f"{found['request_id']}-{found['id']}-{now}",
        "env_id": found["env_id"],
        "msg_id": f"{found['env_id']}.{found['id']}@sandbox.test",
        "account": found["sender"],
        "from": found["sender"],
        "rcpt": found["recipient"],
        "recv_time": str(found["created"]),
        "end_time": str(now),
        "status": event.status,
        "event": event.name,
        "err_code": event.code,
        "failed_type": event.kind,
        "tag": found["tag"],
    }
    return "&".join(f"{name}={value}" for name, value in fields.items())


def _post(callback: str, text: str) -> str:
    """Post to an address on this machine; its status, or why there was none."""
    import http.client

    match = _LOOPBACK.fullmatch(callback)
    assert match is not None  # noqa: S101  asked before
    host, port, path = match.groups()
    connection = http.client.HTTPConnection(host.strip("[]"), int(port or 80), timeout=_TIMEOUT)
    try:
        connection.request("POST", path or "/", text.encode(), {"content-type": "text/plain; charset=utf-8"})
        return f"HTTP {connection.getresponse().status}"
    except (OSError, http.client.HTTPException) as error:
        return f"failed: {error or type(error).__name__}"
    finally:
        connection.close()
