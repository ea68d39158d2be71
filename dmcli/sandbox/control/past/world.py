"""What a made-up past is made of: mailbox providers and what they answer, mails, and how busy days and hours are."""

from __future__ import annotations

from typing import NamedTuple

from dmcli.sandbox.service.delivery import Message


class Provider(NamedTuple):
    """A mailbox provider: its share of the recipients, and its answers for each kind of bounce."""

    domain: str
    share: float
    unknown: str
    full: str
    spam: str
    busy: str


_CORPORATE = (
    "550 5.1.1 User unknown in virtual mailbox table",
    "552 5.2.2 Mailbox full",
    "554 5.7.1 Message rejected by content filter",
    "451 4.4.1 Connection timed out",
)
# The wordings are in the manner of these providers.
PROVIDERS = (
    Provider(
        "qq.com",
        28,
        "550 Mailbox unavailable or access denied",
        "552 Mailbox space not enough",
        "550 Mail content denied",
        "450 Connection frequency limited, please try again later",
    ),
    Provider(
        "gmail.com",
        24,
        "550 5.1.1 The email account that you tried to reach does not exist",
        "552 5.2.2 The email account that you tried to reach is over quota",
        "550 5.7.1 Our system has detected that this message is likely unsolicited mail",
        "421 4.7.0 Try again later, closing connection",
    ),
    Provider(
        "163.com",
        16,
        "550 User not found",
        "552 Quota exceeded or service disabled",
        "554 DT:SPM",
        "421 Too many connections, try again later",
    ),
    Provider(
        "outlook.com",
        12,
        "550 5.5.0 Requested action not taken: mailbox unavailable",
        "552 5.2.2 The recipient's mailbox is full",
        "550 5.7.1 Part of their network is on our block list (S3140)",
        "451 4.7.500 Server busy, please try again later",
    ),
    Provider("acme.example", 8, *_CORPORATE),
    Provider("globex.example", 5, *_CORPORATE),
    Provider("initech.example", 4, *_CORPORATE),
    Provider("school.example", 3, *_CORPORATE),
)


class Bounce(NamedTuple):
    """How often a mail to a mailbox that is there comes back, and how long that takes to be known, in seconds."""

    rate: float
    kind: str
    wait: int


BOUNCES = {
    "full": Bounce(0.004, "SmtpMboxFull", 60),
    "spam": Bounce(0.008, "SmtpSpam", 60),
    "busy": Bounce(0.006, "SmtpTimeout", 12 * 3600),
}
UNKNOWN_KIND, UNKNOWN_WAIT, DELIVERY_WAIT = "SmtpNxBox", 10, 20  # seconds
GONE = 0.02  # of the people have no mailbox any more


class Letter(NamedTuple):
    """A mail that is sent again and again: the chances that it is opened, and that who opens it clicks."""

    sender: str
    tag: str
    share: float
    message: Message
    link: str = ""
    opens: float = 0.0
    clicks: float = 0.0


def _html(words: str, link: str) -> str:
    return f'<p>{words}</p><p><a href="{link}">{link}</a></p>'


_RECEIPT, _WELCOME = "https://shop.example/orders", "https://shop.example/start"
_NEWS, _SALE = "https://shop.example/news", "https://shop.example/sale"
LETTERS = (
    Letter(
        "noreply@sandbox.test",
        "password-reset",
        45,
        Message("Your code", text="Your code is 493021. It holds for ten minutes."),
    ),
    Letter(
        "billing@sandbox.test",
        "receipt",
        35,
        Message("Your order has been shipped", _html("It is on its way.", _RECEIPT), alias="Shop", track=True),
        _RECEIPT,
        0.55,
        0.35,
    ),
    Letter(
        "noreply@sandbox.test",
        "welcome",
        20,
        Message("Welcome", _html("It is good to have you here.", _WELCOME), alias="Shop", track=True),
        _WELCOME,
        0.6,
        0.45,
    ),
)
# Those for many at once, by the day of the week, Monday being 0; `share` is beside the other mail of a day.
CAMPAIGNS = {
    1: Letter(
        "news@sandbox.test",
        "newsletter",
        1.6,
        Message("News of the week", _html("Dear {UserName}, this is new.", _NEWS), track=True, template="weekly-news"),
        _NEWS,
        0.3,
        0.2,
    ),
    3: Letter(
        "offers@sandbox.test",
        "sale",
        1.1,
        Message("Only until Sunday", _html("Dear {UserName}, all is for less.", _SALE), track=True, template="sale"),
        _SALE,
        0.22,
        0.25,
    ),
}
CAMPAIGN_HOUR = 10
UNSUBSCRIBED = 0.004  # of those who open a campaign
WEEK = (1.0, 1.1, 1.08, 1.05, 0.95, 0.5, 0.42)  # how busy its days are, from Monday
HOURS = (3, 2, 1, 1, 1, 2, 4, 8, 14, 20, 22, 20, 14, 16, 20, 20, 18, 15, 13, 14, 15, 13, 9, 5)  # from midnight, UTC+8
SURNAMES = ("li", "wang", "zhang", "chen", "liu", "smith", "jones", "garcia", "mueller", "rossi", "sato", "kim")
NAMES = ("wei", "min", "jing", "yan", "lei", "ada", "sam", "eva", "noah", "mia", "leo", "ana", "ben", "lin", "tom")
