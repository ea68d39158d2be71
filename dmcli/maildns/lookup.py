"""What a DNS look-up can come to: an answer, no record of the type, no such name, or nothing known. Pure data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

ANSWER, NONE, NO_NAME, UNKNOWN = "answer", "none", "no such name", "unknown"  # untranslated: states, as data


class Answer(NamedTuple):
    """What a look-up came to.

    `state` is ANSWER, NONE (the name is there, records of the type are not), NO_NAME, or UNKNOWN (a time-out, SERVFAIL,
    a refusal: nothing is known, least of all that the record is missing). `values` are texts: a TXT with its strings
    joined, an MX as `10 host`, names in small letters without a dot at the end. `ttl` is in seconds, of a negative
    answer too. `why` says what was in the way of an answer, `alias` where a CNAME led, `bogus` that
    DNSSEC was in the way. `failed` is the code of a server that has no answer, `remark` what it said beside it;
    `silent` says that it did not answer at all.
    """

    state: str
    values: tuple[str, ...] = ()
    ttl: int = 0
    why: str = ""
    alias: str = ""
    bogus: bool = False
    failed: str = ""
    remark: str = ""
    silent: bool = False

    @property
    def known(self) -> bool:
        """Whether it says something about the record."""
        return self.state != UNKNOWN

    @property
    def void(self) -> bool:
        """Whether it is a void look-up (RFC 7208, section 4.6.4)."""
        return self.state in (NONE, NO_NAME)


# Ask for a name (without a dot at its end) and a type of record. It raises nothing: what fails is UNKNOWN.
Ask = Callable[[str, str], Awaitable[Answer]]
