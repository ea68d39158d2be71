"""A message read into what a send is made of: subject, bodies, files, who it is from and who it names.

The standard library reads it, by its older policy, since the parser behind the newer ones takes time as the square of a
header's length. What would take long all the same is refused: huge headers, and very many parts.
"""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.smtp.decoding import read_words, to_line, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HEADER = 16 * 1024  # octets of one header
MAX_HEADERS = 256 * 1024  # octets of the headers of the message and its parts
MAX_PARTS = 1000
MAX_LEVELS = 50  # of parts within parts
TRACE, SETTINGS = "X-AliDM-Trace", "X-AliDM-Settings"  # in this spelling alone (page SMTP headers)
_MALFORMED = "InvalidMessage"  # no code of the API: there a message has no form of its own
# What is kept otherwise than as a header of the mail, or not at all.
_OTHERWISE = re.compile(r"(?i:subject|reply-to|bcc|resent-bcc|mime-version|content-.*)|X-AliDM-(?:Trace|Settings)")
_ONCE = ("From", "Reply-To", "Subject")  # of which there is one at most (RFC 5322 section 3.6)
_TOO_DEEP = f"The message has more than {MAX_LEVELS} levels of parts within parts."
_SEPARATORS = re.compile(r"[\s,;:<>\"()]+")


class File(NamedTuple):
    """An attachment: its name, type and bytes."""

    name: str
    kind: str
    data: bytes


class Letter(NamedTuple):
    """A message. `alias` and `reply_alias` are display names; `headers` those that stand in no other field.

    `named` are the addresses in its To and Cc, in lower case; `trace` and `settings` are the service's own headers.
    """

    subject: str
    text: str
    html: str
    alias: str
    reply_to: str
    reply_alias: str
    named: frozenset[str]
    headers: dict[str, str]
    files: tuple[File, ...]
    trace: str
    settings: str


def read_letter(data: bytes) -> Letter:
    """What a message says. Raises ServiceError, a sentence about what is wrong with it."""
    try:
        message = _parse(data)
        headers = _headers(message)
        bodies, files = _parts(message)
    except RecursionError:  # the parser's, whose levels cost more
        raise _malformed(_TOO_DEEP) from None
    except ValueError:  # the number of a piece of a parameter is longer than Python would read
        raise _malformed("A parameter of a header of the message cannot be read.") from None
    alias, _ = _mailbox(headers["From"])
    reply_alias, reply_to = _mailbox(headers.get("Reply-To", ""))
    named = f"{headers.get('To', '')} {headers.get('Cc', '')}".lower()
    return Letter(
        subject=read_words(headers.get("Subject", "")),
        text=bodies.get("text/plain", ""),
        html=bodies.get("text/html", ""),
        alias=alias,
        reply_to=reply_to,
        reply_alias=reply_alias,
        named=frozenset(_SEPARATORS.split(named)),
        headers={name: value for name, value in headers.items() if not _OTHERWISE.fullmatch(name)},
        files=tuple(files),
        trace=headers.get(TRACE, ""),
        settings=headers.get(SETTINGS, ""),
    )


def _parse(data: bytes) -> Message:
    """The message with its parts. Raises ServiceError."""
    total = 0
    parts: list[Message] = []

    class Watched(Compat32):
        """The older policy, with a look at the size of each header before anything is made of it."""

        def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
            nonlocal total
            total += (size := sum(map(len, sourcelines)))
            if size > MAX_HEADER:
                raise _malformed(f"A header of the message has more than {MAX_HEADER:,} octets.")
            if total > MAX_HEADERS:
                raise _malformed(f"The headers of the message have more than {MAX_HEADERS:,} octets together.")
            return super().header_source_parse(sourcelines)

        def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002  the policy's own makes � of each byte
            return value

    def part(policy: Any = None) -> Message:
        parts.append(Message(policy))
        if len(parts) > MAX_PARTS:
            raise _malformed(f"The message has more than {MAX_PARTS:,} parts.")
        return parts[-1]

    return BytesParser(part, policy=Watched()).parsebytes(data)


def _headers(message: Message) -> dict[str, str]:
    """The headers of a message, those that have a meaning here under their usual names. Raises ServiceError."""
    usual = {name.lower(): name for name in (*_ONCE, "To", "Cc")}
    # Old programs write headers in the charset of their text, which no standard allows and most readers allow for.
    charset = next((str(said) for part in message.walk() if (said := part.get_content_charset())), "")
    found: dict[str, str] = {}
    for typed, value in message.raw_items():
        name = usual.get(typed.lower(), typed)
        if name in found and name in _ONCE:
            raise _malformed(f"The message has more than one {name} header.")
        found.setdefault(name, to_line(str(value), charset))
    if "@" not in found.get("From", ""):
        raise _malformed("The message has no From header with an address, as RFC 5322 wants it.")
    return found


def _parts(message: Message) -> tuple[dict[str, str], list[File]]:
    """The bodies by their type, the first of each, and the files. Raises ServiceError."""
    bodies: dict[str, str] = {}
    files: list[File] = []
    for part in _leaves(message):
        kind = to_line(part.get_content_type())
        name = to_line(read_words(_file_name(part)))
        is_file = bool(name) or part.get_content_disposition() == "attachment"
        if kind in ("text/plain", "text/html") and kind not in bodies and not is_file:
            text = to_text(_payload(part), str(part.get_content_charset() or ""))
            bodies[kind] = text.replace("\r\n", "\n")
        elif data := _payload(part):
            files.append(File(name or f"part-{len(files) + 1}", kind, data))
    return bodies, files


def _file_name(part: Message) -> str:
    """The name that a part gives itself, which `get_filename` reads in the charset as strictly as Python does.

    Of two the one in a charset is the name; the other is what is left of it in ASCII, for older programs.
    """
    for header, wanted in (("content-disposition", "filename"), ("content-type", "name")):
        said = [value for name, value in part.get_params([], header) if name.lower() == wanted]
        for value in said:
            if isinstance(value, tuple):
                return to_text(value[2].encode("latin-1", "surrogateescape"), value[0] or "")
        if said:
            return str(said[0])
    return ""


def _leaves(message: Message, level: int = 0) -> Iterator[Message]:
    """The parts that have no parts; a message within the message is one, and stays whole. Raises ServiceError."""
    if level > MAX_LEVELS:
        raise _malformed(_TOO_DEEP)
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in _inside(message):
            yield from _leaves(part, level + 1)
    else:
        yield message


def _inside(part: Message) -> list[Message]:
    """The parts within a part. Of one without any `get_payload` would make text, in whatever its charset says."""
    return [one for one in part.get_payload() if isinstance(one, Message)]


def _payload(part: Message) -> bytes:
    """The bytes of a part, its transfer encoding undone."""
    if part.is_multipart():
        return b"".join(one.as_bytes() for one in _inside(part))
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _mailbox(value: str) -> tuple[str, str]:
    r"""Display name and address of a header such as From.

    >>> _mailbox('"Ada \\"L\\"" <ada@example.com>'), _mailbox("ada@example.com")
    (('Ada "L"', 'ada@example.com'), ('', 'ada@example.com'))
    """
    name, bracket, rest = value.rpartition("<")
    if not bracket:
        return "", value.strip()
    quoted = re.fullmatch(r'\s*"(.*)"\s*', name)
    plain = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else name
    return read_words(plain), rest.partition(">")[0].strip()


def _malformed(sentence: str) -> ServiceError:
    return ServiceError(_MALFORMED, sentence)
