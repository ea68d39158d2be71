"""The effects that a fault can have, as data: a new one is an entry of EFFECTS.

The checks of a fault, the command's choices and completion, the page and the server read them from here.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.wire import Ambiguous
from dmcli.errors import InputError
from dmcli.untrusted import read_number
from dmcli.words import composed, listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.wire import Reply

_MOST_LATE = 3600.0  # seconds


class Stage(enum.Enum):
    """Where an effect is carried out: in the emulator, or on the connection, which is the server's."""

    REFUSAL = "the emulator refuses the call, the value being the code"
    REPLY = "the emulator puts another reply in the place of the call's own"
    DELAY = "the emulator waits before it replies, the value being seconds"
    CONNECTION = "the server sends other bytes than the reply"


class FaultEffect(NamedTuple):
    """One effect of a fault. `text` completes "it is to ...".

    `takes` says which value it takes, "" for none; `parse` gives a value in its one spelling and raises InputError, and
    `suggest` lists values for completion. At the stage CONNECTION `spoil` makes what is sent of a whole reply and the
    size of its body in bytes, and `holds` keeps the connection open after that.
    """

    text: str
    stage: Stage
    takes: str = ""
    parse: Callable[[str], str] = str
    suggest: Callable[[], list[str]] = list
    spoil: Callable[[bytes, int], bytes] = lambda _, __: b""
    holds: bool = False


class SpoiltError(Ambiguous):
    """An answer that the caller is not to get whole: `effect` is a name of EFFECTS, `reply` is what it was."""

    def __init__(self, effect: str, reply: Reply) -> None:
        super().__init__(f"the sandbox was told to {effect}")  # untranslated: what a program sees of it
        self.effect = effect
        self.reply = reply


def _parse_code(value: str) -> str:
    from dmcli.api import codes

    if not codes.find(value):
        near = listed(codes.nearest(value), " or ")
        raise InputError(
            tr("{value!r} is no error code; did you mean {near}?", value=value, near=near)
            if near
            else tr("{value!r} is no error code", value=value)
        )
    return value


def _all_codes() -> list[str]:
    from dmcli.api.codes import CODES

    return list(CODES)


def _parse_status(value: str) -> str:
    if (read_number(value, 599) or 0) < 500:  # noqa: PLR2004
        raise InputError(tr("{value!r} is no status from 500 to 599", value=value))
    return value


def _parse_seconds(value: str) -> str:
    try:
        late = float(value.removesuffix("s"))
    except ValueError:
        late = -1.0
    if not 0 <= late <= _MOST_LATE:
        raise InputError(tr("{value!r} is no number of seconds from 0 to {most:.0f}", value=value, most=_MOST_LATE))
    return f"{late:g}"


def _garble(_: bytes, __: int) -> bytes:
    return b"\x00\xff\xfe this is no HTTP \r\n\r\n"


def _truncate(whole: bytes, body: int) -> bytes:
    """A reply without the second half of its body."""
    return whole[: len(whole) - max(body // 2, 1)]


EFFECTS = {
    "error": FaultEffect(
        "answer with an error code of the service", Stage.REFUSAL, "its code", _parse_code, suggest=_all_codes
    ),
    "status": FaultEffect(
        "answer with an HTTP status of 500 or more, as JSON or a web page", Stage.REPLY, "500 to 599", _parse_status
    ),
    "latency": FaultEffect("answer late, after so many seconds", Stage.DELAY, "seconds", _parse_seconds),
    "drop": FaultEffect("close the connection without an answer", Stage.CONNECTION),
    "hang": FaultEffect("say nothing more", Stage.CONNECTION, holds=True),
    "garbage": FaultEffect("answer with bytes that are no HTTP", Stage.CONNECTION, spoil=_garble),
    "truncate": FaultEffect("break off in the middle of the answer", Stage.CONNECTION, spoil=_truncate),
}
REPLYING = [name for name, effect in EFFECTS.items() if effect.stage in (Stage.REFUSAL, Stage.REPLY)]


def values_in_words() -> str:
    """Which value goes with which effect; to be shown through `tr`."""
    return composed(
        "Of error {error}, of status {status}, of latency {latency}.",
        **{name: effect.takes for name, effect in EFFECTS.items() if effect.takes},
    )
