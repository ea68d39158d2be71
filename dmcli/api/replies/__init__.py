"""Replies of mail servers, as a bounce has them: what one says, whose move it is and what helps, in two languages.

A reply is read by its enhanced status code (RFC 3463 and IANA's registry), its number (RFC 5321), and its wording. The
wording of a provider counts first; that of mail servers in general where a code is used for many things.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dmcli.api.replies.reasons import MOVES, REASONS, texts_of
from dmcli.api.replies.status import BASIC, CLASSES, ENHANCED, SUBJECTS, Status
from dmcli.api.replies.wording import WORDINGS, Wording

__all__ = ["MOVES", "REASONS", "Reading", "read", "texts_of"]

_CLASSES = {"2": "success", "4": "temporary", "5": "permanent"}
# An address of four numbers is no code, and NetEase writes its own codes without a blank: 421HL:REP.
_NUMBER = re.compile(r"(?<![0-9.@\w-])([245][0-5][0-9])(?=[\s\-:,;)\]\"']|\.?$|[A-Z]{2}:)")
_ENHANCED = re.compile(r"(?<![0-9.\w])([245])\.([0-9]{1,3})\.([0-9]{1,3})(?!\.?[0-9])")
_MARK = re.compile(r"(?:[245][0-5][0-9](?:-|$))?#?(?:[245]\.[0-9]{1,3}\.[0-9]{1,3})?")  # begins a line that goes on
# A wait is no answer to what these say, whatever the number before them.
_WHILE_TEMPORARY = {"unknown-mailbox": "temporary", "refused": "temporary", "policy": "temporary"}


class Reading(NamedTuple):
    """What a reply says.

    `number` and `status` are its two codes, "" where it has none; `kind` is success, temporary, permanent or unknown;
    `reason` a key of REASONS; `provider` who writes like that, "" for nobody in particular; `sources` are what it was
    read by; `sure` is false where no public document says so, or the reply itself says little.
    """

    number: str
    status: str
    kind: str
    reason: str
    provider: str
    sources: tuple[str, ...]
    sure: bool
    said: Status | None

    def texts(self, lang: str) -> tuple[str, str]:
        """What it means and what to do."""
        return texts_of(REASONS[self.reason], lang)

    def document(self, lang: str) -> dict[str, object]:
        """The reading as data."""
        meaning, remedy = self.texts(lang)
        says = (self.said.zh if lang == "zh" else self.said.en) if self.said else ""
        return {
            "code": self.number or self.status,
            "status": self.status,
            "class": self.kind,
            "says": says,
            "reason": self.reason,
            "meaning": meaning,
            "move": REASONS[self.reason].move,
            "remedy": remedy,
            "provider": self.provider,
            "source": ", ".join(self.sources),
            "sure": self.sure,
        }


def read(text: str) -> Reading | None:
    """What a reply says, of one line or more, with or without text around it; None where it is no reply.

    >>> read("550-5.1.1 The email account that you tried to reach does not exist").reason
    'unknown-mailbox'
    >>> read("hello") is None
    True
    """
    text = text.replace("\\r", " ").replace("\\n", " ")  # as a shell passes what was typed in quotes
    number, enhanced = _NUMBER.search(text), _ENHANCED.search(text)
    status = enhanced[0] if enhanced else ""
    digit = enhanced[1] if enhanced else (number[1][0] if number else "")
    said = _said(number[1] if number else "", enhanced)
    wording = None if digit == "2" else _wording(text)
    if not said and not (wording and wording.provider):
        return None
    reason, sources = _reason(said, digit, wording)
    of_wording = wording is not None and wording.reason == reason
    return Reading(
        number[1] if number else "",
        status,
        _CLASSES.get(digit, "unknown"),
        reason,
        wording.provider if wording and of_wording else "",
        sources,
        (wording.sure if wording and of_wording else False)
        or bool(said and not said.vague and reason in (said.reason, said.temporary)),
        said,
    )


def _said(number: str, enhanced: re.Match[str] | None) -> Status | None:
    """What the codes say: the enhanced one first, its subject where the detail is not registered."""
    if enhanced and enhanced[1] == "2":
        return BASIC["250"]._replace(source="RFC 3463")
    if enhanced:
        subject, detail = str(int(enhanced[2])), str(int(enhanced[3]))
        if known := ENHANCED.get(f"{subject}.{detail}"):
            return known
        if int(subject) < len(SUBJECTS):
            return ENHANCED[SUBJECTS[int(subject)]]
    return (BASIC.get(number) or CLASSES[number[0]]) if number else None


def _wording(text: str) -> Wording | None:
    """The first entry of the table that stands in the text, continued lines taken together."""
    words = " ".join(filter(None, (_MARK.sub("", word, count=1) for word in text.lower().split())))
    return next((one for one in WORDINGS if all(part in words for part in one.parts)), None)


def _reason(said: Status | None, digit: str, wording: Wording | None) -> tuple[str, tuple[str, ...]]:
    """The reason and what it was read by: a provider's wording, a code that tells, wording in general, a vague code."""
    temporary = digit == "4"
    if wording and (wording.provider or said is None or said.vague):
        reason = _WHILE_TEMPORARY.get(wording.reason, wording.reason) if temporary else wording.reason
        by = f"wording of {wording.provider}" if wording.provider else "wording of mail servers"
        return reason, (*((said.source,) if said else ()), by)
    assert said is not None  # noqa: S101  the caller has one of the two
    return said.temporary if temporary else said.reason, (said.source,)
