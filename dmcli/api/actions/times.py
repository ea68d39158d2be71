"""The parameters of a range of time."""

from __future__ import annotations

from dmcli.api.kinds.dates import DAY, Day, Minute
from dmcli.api.model import Param
from dmcli.words import marked


def days(*, required: bool = True, since: str = "7d", until: str = "today") -> tuple[Param, Param]:
    """StartTime and EndTime as days of the service's calendar (UTC+8)."""
    return _window(DAY, DAY, required, since, until)


def minutes() -> tuple[Param, Param]:
    """StartTime and EndTime to the minute."""
    return _window(Minute(), Minute(end=True), True, "7d", "today")


_FROM_MINUTE = marked(
    ("From then on: a time, a date, today, yesterday, 7d or 2h.", "Up to then: a time, a date, today or yesterday.")
)
_FROM_DAY = marked(("From then on: a date, today, yesterday, 7d or 2h.", "Up to then: a date, today or yesterday."))
_FROM_ANY_DAY = marked(
    (
        "From then on: a date, today, yesterday, 7d or 2h. Default: none.",
        "Up to then: a date, today or yesterday. Default: none.",
    )
)


def _window(start: Day, end: Day, required: bool, since: str, until: str) -> tuple[Param, Param]:
    after, before = _FROM_MINUTE if isinstance(start, Minute) else _FROM_DAY if since else _FROM_ANY_DAY
    missing, malformed = "InvalidDate.NotFound", "InvalidDate.Malformed"
    return (
        Param(
            "StartTime",
            start,
            after,
            required=required,
            option="since",
            default=since,
            malformed=malformed,
            missing=missing,
        ),
        Param(
            "EndTime",
            end,
            before,
            required=required,
            option="until",
            default=until,
            malformed=malformed,
            missing=missing,
        ),
    )
