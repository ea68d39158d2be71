"""Kinds of value that are days and times, by the service's calendar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmcli.api.kinds.base import Kind
from dmcli.api.regions import OFFSET
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from datetime import datetime, timezone, tzinfo

_STAMP = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?"
_TO_THE_SECOND = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
# What is printed, and other spellings of ISO 8601: always with an offset, or it would be no moment.
_MOMENT = "[0-9-]{10}[ Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)? ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"
_RELATIVE = r"([0-9]{1,4})([dh])"


def service_zone() -> timezone:
    """The zone of the service's calendar: statistics count days in China, and their texts carry no zone."""
    from datetime import timedelta, timezone

    return timezone(timedelta(seconds=OFFSET))


def moment_of(text: str, form: str) -> datetime | None:
    """The moment that a text of that form means by the service's calendar; None for any other text."""
    from datetime import datetime

    try:
        moment = datetime.fromisoformat(text)  # not strptime, whose module a list would load for its first day alone
    except ValueError:
        return None
    written = moment.strftime(form).rjust(len(text), "0")  # of an early year some systems write fewer digits
    return moment.replace(tzinfo=service_zone()) if written == text else None


def moment_in(shape: str, text: str, zone: tzinfo | None = None) -> datetime | None:
    """The moment that a field of a reply means, in a zone, None for that of this machine; None where it is none.

    The shape is `epoch`, seconds since then, or `stamp`, the service's `2019-09-29T13:28Z`. That is eight hours ahead
    of the epoch field beside it in all samples of the reference (6.4): a time of the service's calendar, whatever its
    Z says. `utc` is the same text where the Z is meant, as the actions have it that came after the reference.
    """
    from datetime import UTC, datetime

    try:
        if shape == "epoch":
            return datetime.fromtimestamp(int(text), UTC).astimezone(zone)
        if shape in ("stamp", "utc") and re.fullmatch(_STAMP, text):
            meant = UTC if shape == "utc" else service_zone()
            return datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=meant).astimezone(zone)
    except (ValueError, OverflowError, OSError):  # no calendar holds it
        pass
    return None


def local_text(moment: datetime) -> str:
    """A moment for people, who may type it as well: `2019-09-29 13:28 +08:00`, in the zone that it is given in."""
    stamp = moment.isoformat(" ", "minutes")
    return f"{stamp[:16]} {stamp[16:]}"


def typed_moment(text: str) -> datetime | None:
    """The moment of a typed time with Z or an offset, such as `2026-01-31T09:30:00Z` or one from a table, else None.

    It is given by the service's calendar.
    """
    from datetime import datetime

    if not re.fullmatch(_MOMENT, text):
        return None
    try:
        moment = datetime.fromisoformat(f"{text[:10]}T{text[11:].replace(' ', '')}".upper())
        return moment.astimezone(service_zone())
    except (ValueError, OverflowError):  # no calendar holds it
        return None


class Day(Kind):
    """A day `yyyy-MM-dd`; people may also say today, yesterday, 7d or 2h ago, by the service's calendar.

    A moment with Z or an offset is the service's day that it lies in.
    """

    metavar = "DAY"
    dated = True
    form = "%Y-%m-%d"
    shape = "yyyy-MM-dd"
    wire = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    wrong = marked("{text!r} is not a day such as 2026-01-31, today, yesterday, 7d or 2h")

    @property
    def _limit(self) -> str:
        return tr("{shape} in UTC+8", shape=self.shape)

    def to_wire(self, text: str, now: datetime) -> str:
        from datetime import timedelta

        day = now.astimezone(service_zone())
        relative = re.fullmatch(_RELATIVE, text.lower())
        if relative and relative[2] == "h":
            return (day - timedelta(hours=int(relative[1]))).strftime(self.form)
        if text.lower() in ("today", "yesterday") or relative:
            back = int(relative[1]) if relative else int(text.lower() == "yesterday")
            return self.at(day - timedelta(days=back))
        if self.accepts(text):
            return text
        if moment := typed_moment(text):
            return moment.isoformat(" ", "minutes")[: len(self.shape)]
        raise ValueError(tr(self.wrong, text=text))

    def conversion_note(self, typed: str, wire: str) -> str:
        if not typed_moment(typed):
            return ""
        return tr("only whole days count here: {day}, by the service's calendar (UTC+8)", day=wire)

    def at(self, day: datetime) -> str:
        """The day in the wire's form."""
        return day.strftime("%Y-%m-%d")

    def accepts(self, wire: str) -> bool:
        return re.fullmatch(self.wire, wire) is not None and moment_of(wire, self.form) is not None


DAY = Day()


class Minute(Day):
    """A minute `yyyy-MM-dd HH:mm` by the service's calendar; a bare day is its first minute, or its last at an end."""

    metavar = "TIME"
    form = "%Y-%m-%d %H:%M"
    shape = "yyyy-MM-dd HH:mm"
    wire = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}"
    wrong = marked(
        "{text!r} is not a time such as '2026-01-31 09:30' (UTC+8), 2026-01-31T01:30Z or 2h, or a day such as "
        "2026-01-31, today, yesterday or 7d"
    )

    def __init__(self, *, end: bool = False) -> None:
        super().__init__()
        self.clock = "23:59" if end else "00:00"

    def to_wire(self, text: str, now: datetime) -> str:
        if Day().accepts(text):
            return f"{text} {self.clock}"
        return super().to_wire(re.sub(r"(?<=\d)T(?=\d)", " ", text), now)

    def conversion_note(self, typed: str, wire: str) -> str:  # noqa: ARG002  a minute is what was typed
        return ""

    def at(self, day: datetime) -> str:
        return f"{super().at(day)} {self.clock}"


class Instant(Kind):
    """A moment that goes on the wire as epoch seconds; people type it as a minute or a day.

    Where it ends a window it is the last second of what was typed.
    """

    metavar = "TIME"
    dated = True

    def __init__(self, *, end: bool = False) -> None:
        super().__init__()
        self.minute = Minute(end=end)
        self.last = 59 if end else 0

    @property
    def _limit(self) -> str:
        return tr("seconds since 1970")

    def to_wire(self, text: str, now: datetime) -> str:
        if self.accepts(text):
            return text
        if typed := typed_moment(text):
            exact = re.match(_TO_THE_SECOND, text)
            return str(int(typed.timestamp()) + (0 if exact else self.last))
        moment = moment_of(self.minute.to_wire(text, now), Minute.form)
        return str(int(moment.timestamp()) + self.last) if moment else text

    def accepts(self, wire: str) -> bool:
        return re.fullmatch("[0-9]{9,12}", wire) is not None


class Stamp(Kind):
    """A moment that goes on the wire as RFC 3339 in UTC, `2025-12-19T08:30:00Z`; people type it as for Instant."""

    metavar = "TIME"
    form = "%Y-%m-%dT%H:%M:%SZ"

    def __init__(self, *, end: bool = False) -> None:
        super().__init__()
        self.instant = Instant(end=end)

    @property
    def _limit(self) -> str:
        return "yyyy-MM-ddTHH:mm:ssZ"

    def to_wire(self, text: str, now: datetime) -> str:
        from datetime import UTC, datetime

        if self.accepts(text):
            return text
        return datetime.fromtimestamp(int(self.instant.to_wire(text, now)), UTC).strftime(self.form)

    def accepts(self, wire: str) -> bool:
        return moment_of(wire, self.form) is not None
