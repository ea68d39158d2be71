"""What a value of a setting may be, wherever it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli import config
from dmcli.api.model import BOTH
from dmcli.api.regions import REGIONS
from dmcli.config.file import nearest, value_problem
from dmcli.errors import ConfigError, DmError, InputError
from dmcli.record import Record
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

# The words that a setting takes, each with its plain spelling.
WORDS = {
    "output": {word: word for word in config.OUTPUT},
    "lang": {word: word for word in config.LANG},
    "signature": {"v1": "v1", "v3": "v3", "hmac-sha1": "v1", "acs3-hmac-sha256": "v3"},
    "api_version": {word: word for word in BOTH},
}
LOCAL = ("127.0.0.1", "localhost", "[::1]")
_DIGITS = "0123456789"
_ALNUM = f"abcdefghijklmnopqrstuvwxyz{_DIGITS}"
FLAG, VENDOR, BUILT_IN = 0, 4, 5  # ranks of sources; between are the explicit profile, environment, default profile


class Found(Record):
    """A value, where it is from, and how far down the order that is."""

    text: str = ""
    source: str = ""
    rank: int = BUILT_IN

    def error(self, problem: str) -> DmError:
        """The error for a value that will not do, with its source in front."""
        return (InputError if self.rank == FLAG else ConfigError)(
            tr("{source}: {problem}", source=self.source, problem=problem)
        )


def plain_word(found: Found, words: Mapping[str, str]) -> Found:
    """One of the known words, in its plain spelling. Raises ConfigError or InputError."""
    word = found.text.lower()
    if word and word not in words:
        raise found.error(
            tr(
                "'{word}' is not one of {known}{nearest}",
                word=found.text,
                known=listed(words),
                nearest=nearest(word, words),
            )
        )
    return found._replace(text=words.get(word, ""))


def check_region(region: Found) -> None:
    """Raises ConfigError or InputError for what is no region."""
    if region.text not in REGIONS:
        raise region.error(
            tr(
                "unknown region '{region}'; DirectMail is served in {regions}{nearest}",
                region=region.text,
                regions=listed(REGIONS),
                nearest=nearest(region.text, REGIONS),
            )
        )


def base_url(endpoint: str) -> tuple[str, str, bool] | None:
    """An endpoint as people type it, as base URL, host, and whether that is this machine; None for what is none.

    Without a scheme it is https, but http on this machine.
    """
    scheme, given, place = endpoint.lower().removesuffix("/").rpartition("://")
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        host, colon, port = place, "", ""
    if (given and scheme not in ("http", "https")) or (colon and not _is_port(port)) or not _is_host(host):
        return None
    local = host in LOCAL
    return f"{scheme or ('http' if local else 'https')}://{host}{f':{port}' if port else ''}", host, local


def _is_port(text: str) -> bool:
    return 0 < len(text) <= len("65535") and not text.strip(_DIGITS) and 0 < int(text) < 1 << 16


def _is_host(text: str) -> bool:
    """Whether this is a name, an address, or one of IPv6 in brackets, as far as its characters tell."""
    if text.startswith("["):
        return text.endswith("]") and len(text) > len("[]") and not text[1:-1].strip(f"abcdef{_DIGITS}:.")
    return bool(text) and text[0] in _ALNUM and text[-1] in _ALNUM and not text.strip(f"{_ALNUM}._-")


def endpoint_of(endpoint: Found) -> tuple[str, str]:
    """An endpoint as base URL, and its host. Raises ConfigError or InputError."""
    found = base_url(endpoint.text)
    if found is None:
        # What stands before an @ may be a password.
        shown = tr("the value") if "@" in endpoint.text else f"'{endpoint.text}'"
        raise endpoint.error(
            tr(
                "{shown} is no endpoint; give http or https, host and perhaps port, like https://dm.aliyuncs.com",
                shown=shown,
            )
        )
    return found[:2]


def check_value(name: str, text: str) -> None:
    """See that a setting takes a value that was typed. Raises InputError, with the name in front."""
    found = Found(text, name, FLAG)
    if name in WORDS:
        plain_word(found, WORDS[name])
    elif name == "region":
        check_region(found)
    elif name == "endpoint":
        endpoint_of(found)
    elif name == "from":
        from datetime import UTC, datetime

        from dmcli.api.kinds.addresses import SENDER

        try:
            SENDER.encode(name, [text], datetime.now(UTC))
        except ValueError as error:
            raise found.error(str(error)) from None
    elif problem := value_problem(name, text):
        raise found.error(problem)
