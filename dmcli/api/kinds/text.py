"""Kinds of plain values: a line of text, a body, a number, a choice, a switch, a password."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmcli.api.kinds import headers
from dmcli.api.kinds.base import Kind
from dmcli.words import counted, listed, marked, tr

if TYPE_CHECKING:
    from datetime import datetime


_MOST_INTEGER = 2**63 - 1
_DIGITS = 19  # of a whole number
MOST_LINE = 2000  # characters that a server takes of a line for which no source has a number


class Text(Kind):
    """Text of `least` to `most` characters matching `pattern`; `rule` says the pattern in words.

    More than `unsure` characters, or not matching `unsure_pattern`, is a warning. It is one line.
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

    @property
    def disputed(self) -> tuple[str, ...]:
        """The stricter and the looser limit in words."""
        if self.unsure:
            looser = tr("at most {most}", most=self.most) if self.most else tr("any number")
            return tr("at most {most} characters", most=self.unsure), looser
        return (tr("only {rule}", rule=tr(self.rule)), tr("any characters")) if self.unsure_pattern else ()

    @property
    def _limit(self) -> str:
        lengths = {"least": self.least, "most": self.most}
        if self.least > 1:
            length = tr("{least} to {most} characters" if self.most else "at least {least} characters", **lengths)
        else:
            length = tr("at most {most} characters", **lengths) if self.most else ""
        rule = tr("only {rule}", rule=tr(self.rule)) if self.pattern else ""
        return tr("; ").join(filter(None, (length, rule)))

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        headers.check_line(text)
        if len(text) < self.least:
            raise ValueError(
                tr(
                    "has {characters}; give at least {least}",
                    characters=counted(len(text), "character"),
                    least=self.least,
                )
            )
        if self.most and len(text) > self.most:
            raise ValueError(
                tr("has {count} characters; the service takes at most {most}", count=len(text), most=self.most)
            )
        if text and self.pattern and not re.fullmatch(self.pattern, text):
            raise ValueError(tr("{text!r} may have only {rule}", text=text, rule=tr(self.rule)))
        return text

    def accepts(self, wire: str) -> bool:
        fits = self.least <= len(wire) <= (self.most or MOST_LINE)
        return fits and not (wire and self.pattern and not re.fullmatch(self.pattern, wire))

    def stricter(self, wire: str) -> str:
        if self.unsure and len(wire) > self.unsure:
            return tr(
                "has {count} characters; some of the service's pages allow only {most}",
                count=len(wire),
                most=self.unsure,
            )
        if wire and self.unsure_pattern and not re.fullmatch(self.unsure_pattern, wire):
            return tr("{text!r}: some of the service's pages allow only {rule}", text=wire, rule=tr(self.rule))
        return ""


class Word(Text):
    """A line that is never read from a file, such as the name of one."""

    files = 0


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
    _disputed = marked(("at most 28 KB", "at most 8 MB"))

    @property
    def _limit(self) -> str:
        return self.disputed[1] if self.disputed else tr("at most {most} bytes", most=self.most)

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise ValueError(tr("has a lone surrogate, which is no character; leave it out")) from None
        if size > self.most:
            raise ValueError(tr("has {size} bytes; the service takes at most {most}", size=size, most=self.most))
        return text

    def stricter(self, wire: str) -> str:
        size = len(wire.encode())
        if size <= self.unsure:
            return ""
        return tr("has {size} bytes; the 2019 reference allows only {most}", size=size, most=self.unsure)


class Integer(Kind):
    """A whole number from `least` to `most`."""

    metavar = "N"

    def __init__(self, least: int = 0, most: int = _MOST_INTEGER) -> None:
        super().__init__()
        self.least, self.most = least, most

    @property
    def _limit(self) -> str:
        if self.most == _MOST_INTEGER:
            return tr("{least} or more", least=self.least)
        return tr("{least} to {most}", least=self.least, most=self.most)

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        digits = text.removeprefix("-")
        plain = digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS
        if not plain or not self.least <= int(text) <= self.most:
            limits = {"text": text, "least": self.least, "most": self.most}
            if self.most == _MOST_INTEGER:
                raise ValueError(tr("{text!r} must be a whole number of {least} or more", **limits))
            raise ValueError(tr("{text!r} must be a whole number from {least} to {most}", **limits))
        return str(int(text))


class Choice(Kind):
    """One of a few values; `words` maps what people type to the wire."""

    def __init__(self, words: dict[str, str] | tuple[str, ...]) -> None:
        super().__init__()
        self.words = words if isinstance(words, dict) else {word: word for word in words}
        self.metavar = "|".join(self.words)

    @property
    def _limit(self) -> str:
        return listed(wire if word == wire else f"{wire} ({word})" for word, wire in self.words.items())

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        wire = self.words.get(text.lower()) or next((w for w in self.words.values() if w.lower() == text.lower()), None)
        if wire is None:
            raise ValueError(tr("{text!r} must be one of {words}", text=text, words=listed(self.words)))
        return wire

    def typed(self, wire: str) -> str:
        """The word that people type for what is on the wire."""
        return next((word for word, one in self.words.items() if one == wire), wire)


class Flag(Kind):
    """Yes or no. SDKs send `True`, `true`, `1`; `yes` and `no` are what this client sends."""

    metavar = "true|false"

    def __init__(self, yes: str = "true", no: str = "false") -> None:
        super().__init__()
        self.yes, self.no = yes, no

    @property
    def _limit(self) -> str:
        return listed((self.yes, self.no))

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        word = text.lower()
        if word in ("true", "yes", "on", "1"):
            return self.yes
        if word in ("false", "no", "off", "0"):
            return self.no
        raise ValueError(tr("{text!r} must be true or false", text=text))


class Password(Kind):
    """An SMTP password: 10 to 20 characters with digits, upper and lower case (reference section 12.2).

    The value never appears in a message. The SDK asks for two of each, which is a warning only.
    """

    metavar = "PASSWORD"
    _disputed = marked(("two digits, capitals and small letters at least", "one of each at least"))

    @property
    def _limit(self) -> str:
        return tr("{least} to {most} characters", least=10, most=20) + tr("; ") + self.disputed[1]

    def to_wire(self, text: str, now: datetime) -> str:  # noqa: ARG002
        if not self.accepts(text) or re.search(headers.BREAK, text):
            raise ValueError(
                tr("must have 10 to 20 characters, with digits, upper and lower case letters, no line breaks")
            )
        return text

    def accepts(self, wire: str) -> bool:
        return 10 <= len(wire) <= 20 and all(re.search(one, wire) for one in ("[0-9]", "[A-Z]", "[a-z]"))  # noqa: PLR2004

    def stricter(self, wire: str) -> str:
        if any(len(re.findall(one, wire)) < 2 for one in ("[0-9]", "[A-Z]", "[a-z]")):  # noqa: PLR2004
            return tr("some of the service's pages ask for two digits, two upper and two lower case letters")
        return ""
