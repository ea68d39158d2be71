"""What is said over SMTP of a send: one line, in the words of the service's mail server where a page of it has them.

The codes are those of the page on return codes; what it does not have is said with the code of the API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.wire import Reply
from dmcli.untrusted import brief

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.sandbox.errors import ServiceError

INVALID_SETTING = "InvalidSetting"  # of a header that only a mail over SMTP has; no code of the API
_ACCEPTED = 250
_AGAIN, _REFUSED = 451, 554
_BROKEN = 500  # the HTTP status from which on a code is that of a service out of order
_LONGEST = 500  # octets of a reply; RFC 5321 section 4.5.3.1.5 has 512 with the end of the line


class _Said(NamedTuple):
    """The number that a code of the API has over SMTP, and the words with it."""

    number: int
    words: str = ""


TOO_LARGE = _Said(557, "The length of DATA content is achieved the maximum threshold")
TOO_MANY = _Said(556, "The number of RCPTs is over size")
NO_LOGIN = _Said(530, "Authentication required: log in with a sender address and its SMTP password")
LOGGED_IN, WRONG_LOGIN = _Said(235, "Authentication successful"), _Said(535, "Authentication failure.")
SEND_DATA = _Said(354, "End data with <CR><LF>.<CR><LF>")
NO_RECIPIENT = _Said(503, "Error: need RCPT command")
BROKEN = _Said(_AGAIN, "The sandbox failed; try again later")
DAILY, MONTHLY = "Daily sending quota exceeded", "Monthly sending quota exceeded"
_SAID = {
    "InvalidToAddress.Spam": _Said(559, "Invalid rcptto"),
    "InvalidSendMail.Spam": _Said(552, "Not enough sending quota"),
    "InvalidBody": TOO_LARGE,
    INVALID_SETTING: _Said(504, "Invalid setting [@sm190210]"),
}


def line(number: int, words: str) -> str:
    """A reply of one line, in ASCII."""
    return f"{number} {brief(words)}".encode("ascii", "backslashreplace").decode()[:_LONGEST]


def other_sender(user: str, sender: str) -> str:
    """The reply to a sender that is not the one who logged in."""
    accounts = f"(Auth Account:{user}|Mail Account:{sender})"
    return line(436, f'"MAIL FROM" doesn\'t conform with authentication [@sm060104] {accounts}')


def no_address(text: str) -> str:
    """The reply to a recipient that is none."""
    return line(553, f"{text!r} is no mail address that the service takes")


def say_accepted(reply: Mapping[str, Any]) -> Reply:
    """The reply to a mail that was taken."""
    return _reply(_ACCEPTED, f"Data Ok: queued as freedom ###envid={reply['EnvId']}")


def say_refused(error: ServiceError) -> Reply:
    """The reply to a mail that was refused."""
    from dmcli.api import codes

    if said := _SAID.get(error.code):
        return _reply(said.number, error.message or said.words)
    known = codes.find(error.code)
    later = "Throttling" in error.code or (known and known.status >= _BROKEN)
    words = error.message or (known.message if known else "")
    return _reply(_AGAIN if later else _REFUSED, f"{error.code}: {words}")


def _reply(number: int, words: str) -> Reply:
    return Reply(number, {"content-type": "text/plain"}, line(number, words).encode())
