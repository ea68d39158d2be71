"""What a provider of keys is, what it may use, and what is taken for keys."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any

from dmcli.api.request import Keys
from dmcli.api.signing import sha256_hex
from dmcli.config.file import KEYS
from dmcli.errors import ConfigError
from dmcli.record import Record
from dmcli.secret import Secret
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dmcli.api.wire import Exchange, Reply, Request
    from dmcli.client.attempts import Retrier
    from dmcli.secret import Entry

REAL = ("LTAI", "STS.")  # how ids of the vendor begin: long-lived and temporary
_LONG_LIVED = "LTAI[A-Za-z0-9]{12,26}"
_PLACEHOLDER = "(?i)^your|x{4}|^access_?key(_?id)?$"
_LATEST = 1e11  # epoch seconds; a larger number would be milliseconds
_LAST = 253402300799.0  # the last second of the year 9999


class ProviderContext(Record):
    """What providers may use. Its repr shows none of it, since secrets are in the environment.

    `exchange` makes the way to the network, when one is needed.
    """

    environ: Mapping[str, str]
    exchange: Callable[[], Exchange]
    retrier: Retrier

    def __repr__(self) -> str:
        return "ProviderContext()"

    def send(self, request: Request) -> Reply:
        """Send a request over the network. Raises NotSent or Ambiguous when there is no reply."""
        return self.exchange()(request)

    def now(self) -> float:
        """The service's time as far as it is known, in epoch seconds."""
        return self.retrier.now().timestamp()


class Provider(Record):
    """One source of keys that was found, and not asked yet.

    `source` and `owner` are those of its keys, `identity` is their id where it is known before they are. `fetch` gets
    them, without these, and raises DmError. `cache` is the name of their file in the cache and tells nothing else; it
    is empty for keys that need none.
    """

    source: str
    owner: str
    fetch: Callable[[], Keys]
    cache: str = ""
    warnings: tuple[str, ...] = ()
    identity: str = ""


class KeyNames(Record):
    """What the parts of keys are called in a document: for each the names that it may have."""

    identity: tuple[str, ...]
    secret: tuple[str, ...]
    token: tuple[str, ...]
    end: tuple[str, ...]


# How STS, the metadata service and servers of keys write them.
CLOUD_NAMES = KeyNames(("AccessKeyId",), ("AccessKeySecret",), ("SecurityToken",), ("Expiration",))


def is_visible(text: str) -> bool:
    """Whether a text is one of ASCII's visible characters alone, of which keys and tokens are made."""
    return text.isascii() and text.isprintable() and bool(text) and " " not in text


def fingerprint(*parts: str) -> str:
    """A text that stands for these and tells nothing of them."""
    return sha256_hex("\0".join(parts).encode("utf-8", "surrogatepass"))


def static_provider(entry: Entry, names: tuple[str, str, str]) -> Provider | None:
    """The keys that an entry has under these names, id, secret and token; None where it has neither id nor secret.

    Raises ConfigError for half of them, and for values that no key has.
    """
    identity, secret, token = entry.first(names[0]), entry.secret(names[1]), entry.secret(names[2])
    if not identity and not secret:
        return None
    if not identity or not secret:
        there, missing = names[:2] if identity else names[1::-1]
        raise ConfigError(
            tr(
                "{source} has {there} but no {missing}; keys are taken whole from one place: add it there",
                source=entry.source,
                there=there,
                missing=missing,
            )
        )
    keys = check_keys(Keys(identity, secret, token), names, entry.source)
    return Provider(entry.source, identity, lambda: keys, identity=identity)


def check_keys(keys: Keys, names: tuple[str, ...], source: str) -> Keys:
    """The keys, if each part is a text that a key can be. Raises ConfigError, which names the part only."""
    secret, token = keys.access_key_secret.reveal(), keys.security_token.reveal()
    for name, part in ((names[0], keys.access_key_id), (names[1], secret), (names[2], token)):
        if part and not is_visible(part):
            raise ConfigError(
                tr(
                    "{name} of {source} has a blank, line break or other character no key has; copy it anew",
                    name=name,
                    source=source,
                )
            )
    return keys


def check_new_keys(keys: Keys, source: str) -> Keys:
    """As `check_keys`, for keys that a person gives; also refused is what people give in the place of keys.

    The vendor's ids begin with LTAI, and are letters and digits alone; those of temporary keys begin with STS. and
    have a security token.
    """
    check_keys(keys, KEYS, source)
    identity, secret = keys.access_key_id, keys.access_key_secret.reveal()
    if not identity:
        problem = tr("the AccessKey id is empty")
    elif identity[0] in "<$*{[" or re.search(_PLACEHOLDER, identity):
        problem = tr("the AccessKey id is a placeholder; copy the id itself")
    elif identity.startswith(REAL[0]) and not re.fullmatch(_LONG_LIVED, identity):
        problem = tr("an AccessKey id that begins with LTAI has 16 to 30 letters and digits; copy it anew")
    elif identity.startswith(REAL[1]) and secret and not keys.security_token:
        problem = tr("an AccessKey id that begins with STS. is temporary and needs its security token too")
    elif secret.startswith(REAL) or (secret and secret == identity):
        problem = tr("an AccessKey id stands in the place of the secret; copy the secret")
    else:
        return keys
    raise ConfigError(problem)


def read_keys(answer: Any, names: KeyNames, source: str, now: float, *, token: bool) -> Keys:
    """The keys in a document that `source` gave; with `token` it must have a security token.

    Raises ConfigError for what is missing, cannot be a key or has ended by `now` (epoch seconds).
    """
    parts = answer if isinstance(answer, dict) else {}

    def part(spellings: tuple[str, ...], *, needed: bool = True) -> str:
        value = next((parts[name] for name in spellings if parts.get(name)), "")
        if not isinstance(value, str) or (needed and not value):
            raise ConfigError(
                tr(
                    "{source} gave no {names}; keys must be whole, look at what it gives",
                    source=source,
                    names=listed(spellings, " or "),
                )
            )
        return value

    identity, secret, session = part(names.identity), part(names.secret), part(names.token, needed=token)
    expires = epoch(next((parts[name] for name in names.end if parts.get(name)), 0))
    if expires is None:
        raise ConfigError(
            tr("{source} gave an {name} that is no time such as 2026-01-31T12:00:00Z", source=source, name=names.end[0])
        )
    if 0 < expires <= now:
        raise ConfigError(
            tr(
                "{source} gave keys that have ended already; renew them there, or set this machine's clock",
                source=source,
            )
        )
    called = (names.identity[0], names.secret[0], names.token[0])
    return check_keys(Keys(identity, Secret(secret), Secret(session), expires=expires), called, source)


def epoch(moment: Any) -> float | None:
    """A moment in epoch seconds or in ISO 8601 (UTC where it has no offset), as the former; None for neither."""
    from datetime import datetime

    if isinstance(moment, int):
        return float(moment) if 0 <= moment < _LATEST else None
    try:
        made = datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        return None
    # What ends before all calendars or after them, as zones and the zero times of some languages have it, does not end.
    return min(max((made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp(), 0.0), _LAST)
