"""Numbers with the name of what they count."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number and what it counts, in the singular for 1; `plural` where it is more than an s.

    >>> counted(1, "mail"), counted(0, "mail"), counted(1200, "address", "addresses")
    ('1 mail', '0 mails', '1,200 addresses')
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
