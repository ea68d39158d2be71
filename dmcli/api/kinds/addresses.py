"""Kinds of mail addresses, domains and what goes with a mail: one, a sender with a name, several, attachments.

Last those that areas have in common, by name, and the references to what goes by them.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from dmcli.api.kinds import addrspec, headers
from dmcli.api.kinds.base import Kind, read_each
from dmcli.api.kinds.common import ALIAS
from dmcli.api.kinds.reference import Ref
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from datetime import datetime

MAX_ATTACHMENTS = 100  # of a mail (help page sdk-attachment)
# Patterns stay texts and compile at their first use: most commands need few of them, and start-up pays for each.
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MOST_IN_DOMAIN = 50  # characters (reference section 6.1)
_DOMAIN = rf"(?=.{{1,{_MOST_IN_DOMAIN}}}$)(?:{_LABEL}\.)+(?![0-9]+$){_LABEL}"


class Email(Kind):
    """One plain mail address in the service's character set, at most 192 characters; its domain goes out in ASCII."""

    metavar = "EMAIL"
    _disputed = marked(("no + before the @", "+ too"))
    several = marked("give one")  # what to do where it is more than one

    def __init__(self, most: int = addrspec.MOST, completes: tuple[str, str] | None = None) -> None:
        super().__init__(completes)
        self.most = most

    @property
    def _limit(self) -> str:
        return tr("at most {most} characters", most=self.most)

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        return addrspec.parse(text, self.most, self.several)

    def accepts(self, wire: str) -> bool:
        return len(wire) <= self.most and re.fullmatch(addrspec.ADDRESS, wire) is not None

    def addresses(self, wire: str) -> list[str]:
        return [wire]

    def stricter(self, wire: str) -> str:
        if "+" not in wire.partition("@")[0]:
            return ""
        return tr(
            "{address!r}: some of the service's pages do not list + among the characters of an address", address=wire
        )

    def warning(self, wire: str) -> str:
        return tr("; ").join(filter(None, (self.stricter(wire), addrspec.oddity(wire.partition("@")[2]))))

    def conversion_note(self, typed: str, wire: str) -> str:
        return addrspec.conversion_note(typed, wire)


class AnyEmail(Email):
    """An address that a server checks: people give one that can be right, the server takes any line."""

    def accepts(self, wire: str) -> bool:
        return 0 < len(wire) <= self.most and wire.isprintable()


class RowEmail(Email):
    """The address in a row of a file."""

    several = marked("a row has one recipient, so give each a row of its own")


class Sender(Email):
    """A sender address, or `Name <address>`; the name, of the kind `alias`, becomes FromAlias."""

    metavar = "ADDRESS"
    from_profile = True

    def __init__(self, alias: Kind, completes: tuple[str, str] | None = None) -> None:
        super().__init__(completes=completes)
        self.alias = alias

    def encode(self, name: str, texts: list[str], now: datetime) -> dict[str, str]:
        text = texts[-1].strip(" ")
        alias, opened, address = text.rpartition("<")
        if not (opened and text.endswith(">")):
            return super().encode(name, texts, now)
        alias = alias.strip(" ").strip('"')
        wire = {name: self.to_wire(address[:-1].strip(" "), now)}
        return wire | ({"FromAlias": self.alias.to_wire(alias, now)} if alias else {})


def split_addresses(text: str) -> list[str]:
    """The addresses of a list with commas, as they stand there; an empty text is one that is empty."""
    return text.split(",")


class Emails(Email):
    """Up to `count` mail addresses, separated by commas."""

    many = True
    several = marked("put commas between them")

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    @property
    def _limit(self) -> str:
        return tr("at most {most} with commas", most=self.count)

    def to_wire(self, text: str, now: datetime) -> str:
        addresses = [address.strip(" ") for address in split_addresses(text)]
        if len(addresses) > self.count:
            raise ValueError(
                tr(
                    "{given} addresses are given; the service takes at most {most} in a call",
                    given=len(addresses),
                    most=self.count,
                )
            )
        read = partial(super().to_wire, now=now)
        place = partial(tr, marked("address {number}")) if addresses[1:] else None
        return ",".join(read_each(addresses, read, marked("{wrong} of {all} addresses are wrong"), place))

    def accepts(self, wire: str) -> bool:
        if wire.count(",") >= self.count:
            return False
        return all(super(Emails, self).accepts(address.strip()) for address in split_addresses(wire))

    def addresses(self, wire: str) -> list[str]:
        return wire.split(",", self.count)[: self.count]

    def stricter(self, wire: str) -> str:
        return tr("; ").join(filter(None, map(super().stricter, split_addresses(wire))))

    def warning(self, wire: str) -> str:
        return tr("; ").join(filter(None, (Email().warning(address) for address in split_addresses(wire))))

    def encode(self, name: str, texts: list[str], now: datetime) -> dict[str, str]:
        return {name: self.to_wire(",".join(texts), now)}


# What is typed where a domain is meant, and what to give instead.
_NO_DOMAINS = marked(
    {
        r"[a-z][a-z0-9+.-]*://(?:[^/@]*@)?(?P<domain>[^/:?#]*).*": "{text!r} is a URL; give the domain alone: {domain}",
        r"[^@]+@(?P<domain>[^@]+)": "{text!r} is a mail address; give its domain alone: {domain}",
        r"[^.]*\*[^.]*\.(?P<domain>.+)": "{text!r} is a wildcard; each domain has to be named, such as mail.{domain}",
        r"[0-9]+(?:\.[0-9]+){3}|[0-9a-f]*:[0-9a-f.]*:[0-9a-f:.]*": "{text!r} is an IP address; give a domain",
        r"(?P<domain>[^:/]+):[0-9]+": "{text!r} has a port; give the domain alone: {domain}",
        r"(?P<domain>[^:/]+)/.*": "{text!r} has a path; give the domain alone: {domain}",
    }
)


class Domain(Kind):
    """A domain name of 1 to 50 letters, digits, dots and hyphens (reference section 6.1); it goes out in ASCII.

    Two labels or more, each as host names have them (RFC 1123 section 2.1).
    """

    metavar = "DOMAIN"

    @property
    def _limit(self) -> str:
        return tr("at most {most} characters", most=_MOST_IN_DOMAIN)

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        for pattern, said in _NO_DOMAINS.items():
            if found := re.fullmatch(pattern, text, re.IGNORECASE):
                raise ValueError(tr(said, text=text, **found.groupdict()))
        try:
            addrspec.check_wide(text)
            wire = addrspec.to_ascii(text)
        except ValueError as error:
            raise ValueError(f"{text!r} {error}") from None
        if not self.accepts(wire):
            rule = tr("give 1 to 50 letters, digits, dots and hyphens, such as mail.example.com")
            said = tr("{text!r} is not a domain: {rule}", text=text, rule=rule)
            if "." not in wire:
                said = tr("{text!r} is not a domain: it has no dot; {rule}", text=text, rule=rule)
            if len(wire) > _MOST_IN_DOMAIN:
                said = tr(
                    "{text!r} is not a domain: it has {count} characters; {rule}", text=text, count=len(wire), rule=rule
                )
            raise ValueError(said)
        return wire

    def accepts(self, wire: str) -> bool:
        return re.fullmatch(_DOMAIN, wire) is not None

    def domains(self, wire: str) -> list[str]:
        return [wire]

    def warning(self, wire: str) -> str:
        return addrspec.oddity(wire)

    def conversion_note(self, typed: str, wire: str) -> str:
        return addrspec.conversion_note(typed, wire)


class EmailOrDomain(Kind):
    """A mail address, or a domain that stands for all addresses at it (SDK)."""

    metavar = "EMAIL|DOMAIN"

    def to_wire(self, text: str, now: datetime) -> str:
        kind = _either(text)
        try:
            return kind.to_wire(text, now)
        except ValueError as error:
            if isinstance(kind, Email):
                raise
            told = tr("{said}; a mail address such as ada@example.com may stand here too", said=error)
            raise ValueError(told) from None

    def accepts(self, wire: str) -> bool:
        return _either(wire).accepts(wire)

    def addresses(self, wire: str) -> list[str]:
        return _either(wire).addresses(wire)

    def domains(self, wire: str) -> list[str]:
        return _either(wire).domains(wire)

    def stricter(self, wire: str) -> str:
        return _either(wire).stricter(wire)

    def warning(self, wire: str) -> str:
        return _either(wire).warning(wire)

    def conversion_note(self, typed: str, wire: str) -> str:
        return _either(typed).conversion_note(typed, wire)


def _either(text: str) -> Email | Domain:
    """The kind of a text that is one of the two."""
    return Email() if "@" in text else Domain()


class Attachments(Kind):
    """Attachments as NAME=URL; on the wire a numbered pair of parameters each (SDK SingleSendMailRequest)."""

    metavar = "NAME=URL"
    many = True

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        label, _, url = text.partition("=")
        if not label or not re.fullmatch(r"https?://\S+", url) or re.search(headers.BREAK, text):
            raise ValueError(
                tr("{text!r} is not NAME=URL such as report.pdf=https://example.com/report.pdf", text=text)
            )
        headers.check(label)
        return text

    def encode(self, name: str, texts: list[str], now: datetime) -> dict[str, str]:
        if len(texts) > MAX_ATTACHMENTS:
            raise ValueError(
                tr(
                    "{count} attachments are given; the service takes at most {most}",
                    count=len(texts),
                    most=MAX_ATTACHMENTS,
                )
            )
        wire: dict[str, str] = {}
        for number, text in enumerate(
            read_each(texts, partial(self.to_wire, now=now), marked("{wrong} of {all} attachments are wrong")), 1
        ):
            label, _, url = text.partition("=")
            wire |= {f"{name}.{number}.AttachmentName": label, f"{name}.{number}.AttachmentUrl": url}
        return wire


EMAIL, ROW_EMAIL = Email(), RowEmail()
DOMAIN = Domain()
EMAIL_OR_DOMAIN = EmailOrDomain()
_LISTED_ADDRESS, _LISTED_DOMAIN = ("QueryMailAddressByParam", "AccountName"), ("QueryDomainByParam", "DomainName")
ADDRESS_FILTER = Email(completes=_LISTED_ADDRESS)
DOMAIN_NAME = Domain(completes=_LISTED_DOMAIN)
SENDER = Sender(ALIAS, completes=_LISTED_ADDRESS)

DOMAIN_REF = Ref("domain", *_LISTED_DOMAIN, "DomainId", names=DOMAIN)
DOMAIN_BY_NAME = Ref("domain", *_LISTED_DOMAIN, "DomainId", takes="name", names=DOMAIN)
_ADDRESS = (marked("sender address"), *_LISTED_ADDRESS, "MailAddressId")
ADDRESS_REF = Ref(*_ADDRESS, metavar="ADDRESS", names=EMAIL)
ADDRESS_BY_NAME = Ref(*_ADDRESS, takes="name", metavar="ADDRESS", names=EMAIL)
_SUPPRESSED = ("ListUserSuppression", "Address", "SuppressionId")
SUPPRESSION_REF = Ref("suppressed address", *_SUPPRESSED, metavar="EMAIL|DOMAIN", names=EMAIL_OR_DOMAIN, several=True)
