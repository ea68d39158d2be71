"""Lists of tags as DKIM (RFC 6376, section 3.2) and DMARC (RFC 9989) records have them: `v=DMARC1; p=none`."""

from __future__ import annotations


def tags(text: str) -> dict[str, str]:
    """The values by tag, in order; what has no `=` is left out, and of a tag that stands twice the first one counts.

    >>> tags("v=DMARC1; p = none;")
    {'v': 'DMARC1', 'p': 'none'}
    """
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, sign, value = part.partition("=")
        if sign:
            found.setdefault(name.strip(), value.strip())
    return found
