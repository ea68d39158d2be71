"""Values as people read them: times, sizes, outcomes, the cells of a table, the beginning of a mail, a file's name."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dmcli.api.actions.common import DELIVERY_STATUS
from dmcli.api.kinds.dates import moment_in, service_zone
from dmcli.api.paging import value_of
from dmcli.sandbox.gateway import diagnosis
from dmcli.words import counted, listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from dmcli.api.model import Field

ON_ITS_WAY = marked("on its way")
OUTCOMES = (*DELIVERY_STATUS.values(), ON_ITS_WAY)
_KILO = 1024
_PREHEADER = 140  # characters
# What a person does not see of HTML, to its end where it was cut; then every other tag.
_MARKUP = re.compile(
    r"<(style|script|title|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^>]*(?:>|\Z)", re.IGNORECASE | re.DOTALL
)
_FILLER = re.compile("[\u00ad\u034f\u200b-\u200f\u2060\ufeff]")  # with which senders push the rest out of a preheader
_PLAIN_NAME = re.compile(r"[^A-Za-z0-9._ -]")


def outcome(mail: Mapping[str, Any], now: int) -> str:
    """What became of a mail, as far as is known now: one of OUTCOMES."""
    return ON_ITS_WAY if mail["settled"] > now else DELIVERY_STATUS[str(mail["status"])]


def beginning(text: str, source: str) -> str:
    """The first words of a mail: of its text, else of its HTML, of which this may be a part."""
    shown = text or html.unescape(_MARKUP.sub(" ", source))
    words = " ".join(_FILLER.sub("", shown).split())
    return words if len(words) <= _PREHEADER else f"{words[:_PREHEADER].rstrip()}…"


def local(at: float) -> datetime:
    """A moment by the clock of this machine; by UTC's where the year is more than calendars have."""
    try:
        return datetime.fromtimestamp(at, UTC).astimezone()
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def stamp(at: float) -> str:
    """A moment as machines read it: `2026-03-15T04:00:00+00:00`."""
    return local(at).isoformat(timespec="seconds")


def minute(at: float) -> str:
    """A moment, local: `2026-03-15 12:00`."""
    return local(at).isoformat(" ", "minutes")[:16]


def second(at: float) -> str:
    """A moment, local: `2026-03-15 12:00:00`."""
    return local(at).isoformat(" ", "seconds")[:19]


def whole(at: float) -> str:
    """A moment in full: local with its offset, and as the service has it."""
    here = local(at)
    there = here.astimezone(service_zone())
    return tr(
        "{time} {offset}, for the service {there} +08:00",
        time=second(at),
        offset=offset(here),
        there=there.isoformat(" ", "minutes")[:16],
    )


def since(at: float, now: float) -> str:
    """A moment as short as it can be said now: today's with seconds, others with their day."""
    here = local(at)
    return here.strftime("%H:%M:%S") if here.date() == local(now).date() else minute(at)


def offset(here: datetime) -> str:
    """How far a local time is from UTC: `+08:00`."""
    return here.isoformat(timespec="seconds")[19:]


def size(count: int) -> str:
    """A number of bytes: `812 B`, `1.4 kB`, `3.0 MB`."""
    if count < _KILO:
        return f"{count} B"
    return f"{count / _KILO:.1f} kB" if count < _KILO**2 else f"{count / _KILO**2:.1f} MB"


def cell(row: Mapping[str, Any], field: Field) -> str:
    """The value of a row in a declared field, for people."""
    value = value_of(dict(row), field.name)
    if value and (moment := moment_in(field.shape, str(value))):
        return minute(moment.timestamp())
    word = None if value is None else field.words.get(str(value))
    return tr(word) if word else "" if value is None else str(value)


def disposition(name: str) -> str:
    """The Content-Disposition of a file to be saved under a name that may be anything (RFC 6266, RFC 8187)."""
    plain = _PLAIN_NAME.sub("_", name).strip(" .") or "file"
    exact = quote(name.encode("utf-8", "replace").replace(b"/", b"_").replace(b"\\", b"_"), safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def html_tr(text: str, /, **values: object) -> Markup:
    """A text of a template, which may have tags in it, with values that are made harmless."""
    from markupsafe import Markup

    return Markup(tr(text)).format(**values) if values else Markup(tr(text))  # noqa: S704  the template's own


FILTERS = {one.__name__: one for one in (stamp, minute, second, whole, since, size, counted, listed)} | {
    "worded": cell,
    "told": tr,  # data that are texts
    "diagnosis": diagnosis.told,
}
