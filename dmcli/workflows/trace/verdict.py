"""From the events of an address to the likely reason and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.replies import REASONS, read, texts_of
from dmcli.words import language, marked, tr
from dmcli.workflows.trace.reasons import OWN

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from dmcli.api.replies.reasons import Reason
    from dmcli.workflows.trace.sources import Event

_DELIVERIES = ("delivered", "invalid", "spam", "failed")
# What a failed delivery means where its message is none that can be read: by the service's class, then its outcome.
_BY_CLASS = {"SmtpNxBox": "unknown-mailbox", "SmtpSpam": "spam", "SmtpTimeout": "unreachable"}
_BY_OUTCOME = {"delivered": "delivered", "invalid": "unknown-mailbox", "spam": "spam", "failed": "failed"}

VERDICTS: dict[str, Reason] = REASONS | OWN
# What a time line says of its events: a word, and what it means where no reply tells.
EVENTS: dict[str, tuple[str, str]] = marked(
    {
        "delivered": ("delivered", ""),
        "invalid": ("invalid address", ""),
        "spam": ("taken for spam", ""),
        "failed": ("failed", ""),
        "found-invalid": ("on the invalid list", "The service no longer sends to it."),
        "suppressed": ("suppressed", "The account has {to} on its suppression list."),
        "unsubscribed": ("unsubscribed", "By a mail from {from}."),
        "complained": ("reported as spam", "A mail from {from}."),
        "member": ("joined a list", "It is in the list {list}."),
        "task": ("batch send", "Task {task} to the list {list}, which has the address now."),
    }
)


class Verdict(NamedTuple):
    """The likely reason, and the reply of the mail server that it was read from, "" for none."""

    reason: Reason
    message: str = ""

    def texts(self, lang: str) -> tuple[str, str]:
        """What it means and what to do."""
        return texts_of(self.reason, lang)


def judge(events: Sequence[Event], unread: Container[str]) -> Verdict:
    """The verdict on events in the order of time: what holds mail back now, else what became of the last mail."""
    deliveries = [event for event in events if event.what in _DELIVERIES]
    last = deliveries[-1] if deliveries else None
    arrived = (last.time or 0) if last and last.what == "delivered" else -1
    for what, word in (
        ("suppressed", "suppressed"),
        ("complained", "complained"),
        ("unsubscribed", "unsubscribed"),
        ("found-invalid", "known-invalid"),
    ):
        holding = [event for event in events if event.what == what and (event.time or 0) >= arrived]
        if holding:
            failed = last.data["message"] if last and last.what != "delivered" else ""
            return Verdict(VERDICTS[word], failed)
    if last:
        return Verdict(VERDICTS[meaning_of(last)], last.data["message"])
    if "deliveries" in unread:
        return Verdict(VERDICTS["unknown"])
    in_list = any(event.what == "member" for event in events)
    return Verdict(VERDICTS["not-sent" if in_list else "nothing-known"])


def meaning_of(event: Event) -> str:
    """The reason (a key of VERDICTS) that a delivery came to its end."""
    if event.what == "delivered":
        return "delivered"
    reading = read(event.data["message"])
    if reading and reading.reason not in ("delivered", "refused"):
        return reading.reason
    return _BY_CLASS.get(event.data["classification"]) or _BY_OUTCOME[event.what]


def meaning_text(event: Event) -> str:
    """What an event means, "" where its word says all."""
    if event.what in _DELIVERIES and event.what != "delivered":
        return texts_of(VERDICTS[meaning_of(event)], language())[0]
    _, meaning = EVENTS[event.what]
    return tr(meaning, **event.data) if meaning else ""
