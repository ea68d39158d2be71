"""Kinds of value, each read from two sides: what people may type, and what the wire may carry.

`to_wire(text, now)` understands people and raises ValueError with one clear sentence; `accepts(wire)` is the service's
view: it takes every spelling that an SDK sends and refuses only past the looser of the documented limits; `doubt(wire)`
is a warning where sources disagree and the stricter one is passed. A value on the wire is its own `to_wire`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmcli.api import addrspec, headers

if TYPE_CHECKING:
    from datetime import datetime

# Patterns stay texts and compile at their first use: most commands need few of them, and start-up pays for each.
_DOMAIN = r"[A-Za-z0-9.-]{1,50}"


def _now() -> datetime:
    """The time, for kinds that are judged without a clock at hand; the library for it is slow to load."""
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)


class Kind:
    """Any text; the base of all kinds.

    `metavar` stands for a value in help. `files` is how many bytes a file may have where @FILE may stand for a value, 0
    where it may not; `many` says that the option may be repeated. `completes` is (listing action, field) where values
    can be looked up for completion.
    """

    metavar = "TEXT"
    files = 0
    many = False

    def __init__(self, completes: tuple[str, str] | None = None) -> None:
        self.completes = completes

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002  dates need the clock, others do not
        """The value as the service wants it. Raises ValueError: what is wrong with it, and what would be right."""
        return text

    def accepts(self, wire: str) -> bool:
        """Whether the service takes this value."""
        try:
            self.to_wire(wire, _now())
        except ValueError:
            return False
        return True

    def doubt(self, wire: str) -> str:  # noqa: ARG002  most kinds have no doubts
        """A warning for a value that only some sources allow; empty for most."""
        return ""

    def notice(self, typed: str, wire: str) -> str:  # noqa: ARG002  most kinds send what was typed
        """A warning where what is sent is not what was typed; empty for most."""
        return ""

    def encode(self, name: str, texts: list[str], now: datetime) -> dict[str, str]:
        """The wire parameters that typed texts stand for, by name. Raises ValueError."""
        return {name: self.to_wire(texts[-1], now)}


class Text(Kind):
    """Text of `least` to `most` characters matching `pattern`; `rule` says the pattern in words.

    More than `unsure` characters, or not matching `unsure_pattern`, is a doubt. It is one line.
    """

    files = 1024 * 1024

    def __init__(
        self,
        least: int = 0,
        most: int = 0,
        *,
        unsure: int = 0,
        pattern: str = "",
        unsure_pattern: str = "",
        rule: str = "",
        completes: tuple[str, str] | None = None,
        metavar: str = "TEXT",
    ) -> None:
        super().__init__(completes)
        self.metavar = metavar
        self.least, self.most, self.unsure, self.rule = least, most, unsure, rule
        self.pattern, self.unsure_pattern = pattern, unsure_pattern

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        headers.check_line(text)
        if len(text) < self.least:
            raise ValueError(f"has {len(text)} characters; give at least {self.least}")
        if self.most and len(text) > self.most:
            raise ValueError(f"has {len(text)} characters; the service takes at most {self.most}")
        if text and self.pattern and not re.fullmatch(self.pattern, text):
            raise ValueError(f"{text!r} may have only {self.rule}")
        return text

    def accepts(self, wire: str) -> bool:
        fits = len(wire) >= self.least and not (self.most and len(wire) > self.most)
        return fits and not (wire and self.pattern and not re.fullmatch(self.pattern, wire))

    def doubt(self, wire: str) -> str:
        if self.unsure and len(wire) > self.unsure:
            return f"has {len(wire)} characters; some of the service's pages allow only {self.unsure}"
        if wire and self.unsure_pattern and not re.fullmatch(self.unsure_pattern, wire):
            return f"{wire!r}: some of the service's pages allow only {self.rule}"
        return ""


class HeaderText(Text):
    """Text that goes into a header of a mail: no encoded word in it stands for a line break either."""

    def to_wire(self, text: str, now: datetime) -> str:
        headers.check(text)
        return super().to_wire(text, now)

    def accepts(self, wire: str) -> bool:
        return super().accepts(wire) and not headers.breaks(wire)


class Body(Kind):
    """A mail body: up to 8 MiB in a form body (SDK); the 2019 reference says 28K (sections 4.1)."""

    most = files = 8 * 1024 * 1024
    unsure = 28 * 1024

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise ValueError("has a lone surrogate, which is no character; leave it out") from None
        if size > self.most:
            raise ValueError(f"has {size} bytes; the service takes at most {self.most}")
        return text

    def doubt(self, wire: str) -> str:
        size = len(wire.encode())
        return f"has {size} bytes; the 2019 reference allows only {self.unsure}" if size > self.unsure else ""


class Integer(Kind):
    """A whole number from `least` to `most`."""

    metavar = "N"

    def __init__(self, least: int = 0, most: int = 2**63 - 1) -> None:
        super().__init__()
        self.least, self.most = least, most

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        if not re.fullmatch(r"-?\d{1,19}", text, re.ASCII) or not self.least <= int(text) <= self.most:
            limits = f"from {self.least} to {self.most}" if self.most < 2**63 - 1 else f"of {self.least} or more"
            raise ValueError(f"{text!r} must be a whole number {limits}")
        return str(int(text))


class Choice(Kind):
    """One of a few values; `words` maps what people type to the wire."""

    def __init__(self, words: dict[str, str] | tuple[str, ...]) -> None:
        super().__init__()
        self.words = words if isinstance(words, dict) else {word: word for word in words}
        self.metavar = "|".join(self.words)

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        wire = self.words.get(text.lower()) or next((w for w in self.words.values() if w.lower() == text.lower()), None)
        if wire is None:
            raise ValueError(f"{text!r} must be one of {', '.join(self.words)}")
        return wire


class Flag(Kind):
    """Yes or no. SDKs send `True`, `true`, `1`; `yes` and `no` are what this client sends."""

    metavar = "true|false"

    def __init__(self, yes: str = "true", no: str = "false") -> None:
        super().__init__()
        self.yes, self.no = yes, no

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        word = text.lower()
        if word in ("true", "yes", "on", "1"):
            return self.yes
        if word in ("false", "no", "off", "0"):
            return self.no
        raise ValueError(f"{text!r} must be true or false")


class Email(Kind):
    """One plain mail address in the service's character set, at most 192 characters; its domain goes out in ASCII."""

    metavar = "EMAIL"

    def __init__(self, most: int = addrspec.MOST, completes: tuple[str, str] | None = None) -> None:
        super().__init__(completes)
        self.most = most

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        return addrspec.parse(text, self.most)

    def accepts(self, wire: str) -> bool:
        return len(wire) <= self.most and re.fullmatch(addrspec.ADDRESS, wire) is not None

    def doubt(self, wire: str) -> str:
        local, _, domain = wire.partition("@")
        plus = f"{wire!r}: some of the service's pages do not list + among the characters of an address"
        return "; ".join(filter(None, (plus if "+" in local else "", addrspec.oddity(domain))))

    def notice(self, typed: str, wire: str) -> str:
        return addrspec.notice(typed, wire)


class Sender(Email):
    """A sender address, or `Name <address>`; the name, of the kind `alias`, becomes FromAlias."""

    metavar = "ADDRESS"

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


class Emails(Email):
    """Up to `count` mail addresses, separated by commas."""

    many = True

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def to_wire(self, text: str, now: datetime) -> str:
        addresses = [address.strip(" ") for address in text.split(",")]
        if len(addresses) > self.count:
            raise ValueError(f"{len(addresses)} addresses are given; the service takes at most {self.count} in a call")
        return ",".join(super(Emails, self).to_wire(address, now) for address in addresses)

    def accepts(self, wire: str) -> bool:
        addresses = wire.split(",")
        return len(addresses) <= self.count and all(super(Emails, self).accepts(a.strip()) for a in addresses)

    def doubt(self, wire: str) -> str:
        return "; ".join(filter(None, map(super().doubt, wire.split(","))))

    def encode(self, name: str, texts: list[str], now: datetime) -> dict[str, str]:
        return {name: self.to_wire(",".join(texts), now)}


class Domain(Kind):
    """A domain name of 1 to 50 letters, digits, dots and hyphens (reference section 6.1); it goes out in ASCII."""

    metavar = "DOMAIN"

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        try:
            wire = text if text.isascii() else addrspec.to_ascii(text)
        except ValueError as error:
            raise ValueError(f"{text!r} {error}") from None
        if not self.accepts(wire):
            raise ValueError(f"{text!r} is not a domain of 1 to 50 letters, digits, dots and hyphens")
        return wire

    def accepts(self, wire: str) -> bool:
        return re.fullmatch(_DOMAIN, wire) is not None

    def doubt(self, wire: str) -> str:
        return addrspec.oddity(wire)

    def notice(self, typed: str, wire: str) -> str:
        return addrspec.notice(typed, wire)


class Password(Kind):
    """An SMTP password: 10 to 20 characters with digits, upper and lower case (reference section 12.2).

    The value never appears in a message. The SDK asks for two of each, which is a doubt only.
    """

    metavar = "PASSWORD"

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        if not self.accepts(text) or re.search(headers.BREAK, text):
            raise ValueError(
                "the password must have 10 to 20 characters, with digits, upper and lower case letters, no line breaks"
            )
        return text

    def accepts(self, wire: str) -> bool:
        return 10 <= len(wire) <= 20 and all(re.search(one, wire) for one in ("[0-9]", "[A-Z]", "[a-z]"))  # noqa: PLR2004

    def doubt(self, wire: str) -> str:
        if any(len(re.findall(one, wire)) < 2 for one in ("[0-9]", "[A-Z]", "[a-z]")):  # noqa: PLR2004
            return "some of the service's pages ask for two digits, two upper and two lower case letters"
        return ""


class Attachments(Kind):
    """Attachments as NAME=URL; on the wire a numbered pair of parameters each (SDK SingleSendMailRequest)."""

    metavar = "NAME=URL"
    many = True

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        label, _, url = text.partition("=")
        if not label or not re.fullmatch(r"https?://\S+", url) or re.search(headers.BREAK, text):
            raise ValueError(f"{text!r} is not NAME=URL such as report.pdf=https://example.com/report.pdf")
        headers.check(label)
        return text

    def encode(self, name: str, texts: list[str], now: datetime) -> dict[str, str]:
        if len(texts) > 100:  # noqa: PLR2004
            raise ValueError(f"{len(texts)} attachments are given; the service takes at most 100")
        wire: dict[str, str] = {}
        for number, text in enumerate(texts, 1):
            label, _, url = self.to_wire(text, now).partition("=")
            wire |= {f"{name}.{number}.AttachmentName": label, f"{name}.{number}.AttachmentUrl": url}
        return wire


class Ref(Kind):
    """A thing people call by its name and the wire by its id (or the other way round).

    `listing` is the action that lists such things, `name` and `id` the row fields, `takes` says which of them goes on
    the wire. What matches the pattern `ids` is an id; `name:TEXT` forces a name. `names` is the kind of the names.
    """

    def __init__(  # `id` is the field's role, not Python's function
        self,
        noun: str,
        listing: str,
        name: str,
        id: str,  # noqa: A002
        *,
        takes: str = "id",
        metavar: str = "",
        ids: str = "[0-9]+",
        names: Kind | None = None,
    ) -> None:
        super().__init__((listing, name))
        self.noun, self.listing, self.name, self.id, self.takes = noun, listing, name, id, takes
        self.metavar = metavar or noun.upper()
        self.ids, self.names = ids, names

    def listed(self, name: str) -> str:
        """A name as its listing has it: an international domain in ASCII. What is none of its kind stays as it is."""
        try:
            return self.names.to_wire(name, _now()) if self.names else name
        except ValueError:
            return name

    def is_id(self, text: str) -> bool:
        """Whether a typed text is an id rather than a name."""
        return re.fullmatch(self.ids, text) is not None

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        if self.takes == "id" and not self.is_id(text):
            raise ValueError(f"{text!r} is not the id of a {self.noun}")
        if not text or re.search(headers.BREAK, text):
            raise ValueError(f"{text!r} is not the name of a {self.noun}")
        return text
