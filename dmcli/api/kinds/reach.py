"""Where mail can go: domains without a dot, and below a top-level name that is reserved or does not exist.

`tlds-alpha-by-domain.txt` is the list of top-level domains as the IANA publishes it, with its date in the first line; a
newer one takes its place.
"""

from __future__ import annotations

from functools import cache

from dmcli import packaged
from dmcli.words import tr

# Special-use names: RFC 6761, 6762, 7686, 9476, and ICANN's resolution 2024.07.29.06.
RESERVED = frozenset({"alt", "example", "internal", "invalid", "local", "localhost", "onion", "test"})
_FOR_TRIALS = frozenset({"example", "test"})
_LIST = "api/kinds/tlds-alpha-by-domain.txt"


def is_for_trials(domain: str) -> bool:
    """Whether a domain is below .test or .example, where a sandbox has everything."""
    return "." in domain and _top(domain) in _FOR_TRIALS


def unreachable(domain: str) -> str:
    """Why no mail from the internet reaches a domain in ASCII, as far as its name tells; empty for most domains.

    >>> unreachable("mail.invalid")
    'mail.invalid is below .invalid, a name that is reserved: no mail reaches it'
    """
    top = _top(domain)
    if "." not in domain:
        return tr("{domain} has no dot: it is no domain that mail reaches", domain=domain)
    if top in RESERVED:
        return tr("{domain} is below .{top}, a name that is reserved: no mail reaches it", domain=domain, top=top)
    known, date = _top_level_domains()
    if f"\n{top}\n" in known:
        return ""
    return tr(
        "{domain}: there is no top-level domain .{top} (list of the IANA, version {date})",
        domain=domain,
        top=top,
        date=date,
    )


def _top(domain: str) -> str:
    return domain.lower().rpartition(".")[2]


@cache
def _top_level_domains() -> tuple[str, str]:
    """The top-level domains in lower case, each on a line, and the version of their list, which begins with its day."""
    text = packaged(_LIST).decode("ascii").lower()
    return text, text.partition(",")[0].rpartition(" ")[2]
