"""Mail on its way: what becomes of each recipient, what is kept of it, and the quota it counts against.

Nothing leaves the machine. Every address is delivered to, but for magic ones in domains reserved for trying things out
(below .test and .example, and example.com, example.net and so on):

    invalid@   the address does not exist; it is refused from then on
    spam@      the mailbox provider takes it for spam
    fail@      the delivery fails
    slow@      delivered, but known only a minute later

`invalid+anything@` works too. First labels of such domains are magic when they are checked, see `actions/domain.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from dmcli.sandbox.calendar import day_of, first_of_month
from dmcli.sandbox.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dmcli.sandbox.service.context import Context

DELIVERED, INVALID, SPAM, FAILED = 0, 2, 3, 4
_VARIABLE = r"\{(\w+)\}"
_FIRST_ENV_ID = 600_000_000_000
MAX_MAIL = 16 * 1024 * 1024  # bytes of a mail, its variables filled in; of the variables of a call too
MAX_SUBJECT = 998  # characters of a subject, its variables filled in (RFC 5322 section 2.1.1)
MAX_BLANKS = 10_000  # times that variables stand in a mail
MAX_VARIABLES = 64 * 1024  # characters of the variables of a recipient, as JSON


class Outcome(NamedTuple):
    """What became of a mail: status, the message and class shown for it, seconds until it is known."""

    status: int
    reason: str
    kind: str = ""
    delay: int = 0


OK = Outcome(DELIVERED, "250 Send Mail OK")
NO_MAILBOX = Outcome(INVALID, "550 The recipient's mailbox does not exist", "SmtpNxBox")  # untranslated: on the wire
HELD = Outcome(FAILED, "550 The recipient gets no mail from this sender", "Suppressed")  # untranslated: on the wire
FORBIDDEN = Outcome(FAILED, "550 The address did not pass the validation", "Validation")  # untranslated: on the wire
MAGIC = {
    "invalid": NO_MAILBOX,
    "spam": Outcome(SPAM, "554 Rejected by the recipient's spam filter", "SmtpSpam"),  # untranslated: on the wire
    "fail": Outcome(FAILED, "451 The recipient's server cannot be reached", "SmtpTimeout"),  # untranslated: on the wire
    "slow": OK._replace(delay=60),
}


def is_reserved(domain: str) -> bool:
    """Whether a domain is for trying things out: magic works only there (RFC 2606 and its second-level examples)."""
    labels = domain.lower().split(".")
    return labels[-1] in ("test", "example") or labels[-2:-1] == ["example"]


def outcome(address: str) -> Outcome:
    """What becomes of mail to an address."""
    local, _, domain = address.rpartition("@")
    magic = MAGIC.get(local.partition("+")[0].lower())
    return magic if magic and is_reserved(domain) else OK


def render(text: str, variables: Mapping[str, str]) -> str:
    """A text with its {name} variables filled in; a name that is not known stays as it is."""
    return re.sub(_VARIABLE, lambda match: variables.get(match[1], match[0]), text)


def render_beginning(text: str, variables: Mapping[str, str], most: int) -> str:
    """The first `most` characters of what `render` gives, in no more time than they take."""
    made: list[str] = []
    at, left = 0, most
    for match in re.finditer(_VARIABLE, text):
        for piece in (text[at : match.start()], variables.get(match[1], match[0])):
            made.append(piece[:left])
            left -= len(made[-1])
        at = match.end()
        if not left:
            return "".join(made)
    return "".join([*made, text[at : at + left]])


class Blanks(NamedTuple):
    """What a text becomes once it is filled in: its bytes as it stands, and how often each variable stands in it."""

    size: int
    times: Mapping[str, int]

    @classmethod
    def of(cls, *texts: str) -> Blanks:
        """Those of some texts together. Raises ServiceError where there are more than may be."""
        found = (match[1] for text in texts for match in re.finditer(_VARIABLE, text))
        times = Counter(islice(found, MAX_BLANKS + 1))
        if times.total() > MAX_BLANKS:
            raise ServiceError("InvalidBody", f"Variables stand in the mail more than {MAX_BLANKS:,} times.")
        return cls(sum(len(text.encode()) for text in texts), times)

    def filled(self, variables: Mapping[str, str]) -> int:
        """Bytes of the texts with these variables filled in."""
        known = [(name, count) for name, count in self.times.items() if name in variables]
        return self.size + sum(
            count * (len(variables[name].encode()) - len(name.encode()) - len("{}")) for name, count in known
        )


# The fields of a Quota in SQL, and the mails that may still be sent; the values of both are `quota_days`.
_DAILY, _MONTHLY = (f"(SELECT value FROM setting WHERE name = '{name}')" for name in ("daily", "monthly"))
_TODAY = "coalesce((SELECT mails FROM used WHERE day = ?), 0)"
_MONTH = "coalesce((SELECT sum(mails) FROM used WHERE day BETWEEN ? AND ?), 0)"
_QUOTA = f"SELECT {_DAILY}, {_MONTHLY}, {_TODAY}, {_MONTH}"
LEFT = f"min({_DAILY} - {_TODAY}, {_MONTHLY} - {_MONTH})"


def quota_days(now: int) -> tuple[int, int, int]:
    """The days that count for the quota: today, then the first and the last one of the month so far."""
    today = day_of(now)
    return today, first_of_month(today), today


class Quota(NamedTuple):
    """Mails that the account may send a day and a month, and has sent today and this month."""

    daily: int
    monthly: int
    today: int
    month: int

    @classmethod
    def of(cls, context: Context) -> Quota:
        """The quota now."""
        return cls(*(context.one(_QUOTA, *quota_days(context.now)) or (0, 0, 0, 0)))


class Sent(NamedTuple):
    """Mails that a sender address has sent today and this month, by the service's calendar."""

    today: int
    month: int


def count_sent(context: Context, sender: str) -> Sent:
    """How much a sender address has sent."""
    sql = "SELECT sum(mails) FROM tally WHERE sender = ? AND day >= ?"
    return Sent(*(context.count(sql, sender, day) for day in quota_days(context.now)[:2]))


class Message(NamedTuple):
    """What is sent, once for all its recipients. `headers` and `attachments` are JSON texts, "" for none.

    Here and below a flag is 0 or 1, and what is lacking "": sqlite3 takes several times as long for a bool or None.
    """

    subject: str
    html: str = ""
    text: str = ""
    alias: str = ""
    reply_to: str = ""
    reply_alias: str = ""
    track: int = 0
    headers: str = ""
    attachments: str = ""
    template: str = ""
    ip_pool: str = ""
    config_set: str = ""

    @property
    def size(self) -> int:
        """Bytes of its parts."""
        return len(self.subject.encode()) + len(self.html.encode()) + len(self.text.encode())


class Recipient(NamedTuple):
    """One who gets a message; the subject, None for the message's, and variables that are their own, as JSON text."""

    address: str
    bcc: int = 0
    subject: str | None = None
    variables: str = ""


INSERT_MESSAGE = (
    f"INSERT INTO message ({', '.join(Message._fields)}, request_id, size) "
    f"VALUES ({', '.join('?' * (len(Message._fields) + 2))})"
)
INSERT_MAIL = (
    "INSERT INTO mail (message, kind, sender, recipient, bcc, tag, status, reason, class, subject, variables, created, "
    "settled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def deliver(
    context: Context,
    sender: str,
    message: Message,
    recipients: Iterable[Recipient],
    *,
    tag: str = "",
    kind: str = "mail",
    stopped: Mapping[str, Outcome] = {},
) -> str:
    """Keep a message and what became of it at each recipient; the EnvId.

    `stopped` says what becomes of mail that does not leave the service, by the recipient in lower case.
    """
    now = context.now
    message_id = context.run(INSERT_MESSAGE, *message, context.request_id, message.size)
    mails = []
    for one in recipients:
        address = one.address.lower()
        became = stopped.get(address) or outcome(address)
        who = (message_id, kind, sender, one.address, one.bcc, tag)
        mails.append((*who, *became[:3], one.subject, one.variables, now, now + became.delay))
        if became.status == INVALID:
            context.run("INSERT OR IGNORE INTO invalid (address, at) VALUES (?, ?)", one.address, now)
    context.connection.executemany(INSERT_MAIL, mails)
    return env_id(message_id)


def env_id(message_id: int) -> str:
    """The EnvId of a message."""
    return str(_FIRST_ENV_ID + message_id)
