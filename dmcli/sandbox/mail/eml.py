"""A mail as the message that would have gone over the wire: RFC 5322, with its parts and attachments.

The standard library writes the headers, by its older policy: the parser behind the newer ones takes time as the square
of a header's length, and a level of recursion for each bracket. The parts are put together here, since its generator
goes through them line by line.
"""

from __future__ import annotations

from binascii import b2a_base64, b2a_qp
from datetime import UTC, datetime
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Any

from dmcli.sandbox.mail.attachments import read_attachments
from dmcli.untrusted import windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dmcli.sandbox.mail.attachments import Attachment
    from dmcli.sandbox.store.account import Account

_POLICY = compat32.clone(linesep="\r\n")
_LONGEST = 998  # characters of a line (RFC 5322 section 2.1.1)
_WRAPPED = 57  # bytes in a line of base64 (RFC 2045 section 6.8)
_LARGE = 1_000_000  # characters of a body for which base64 will do, since that is quick


def headers_of(mail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and texts of the headers of a mail as `get_mail` gives it, but for those of its parts.

    What could not be a header is left out.
    """
    return [(name, " ".join(words)) for name, words in _headers(mail)]


def write_message(sandbox: Account, mail: Mapping[str, Any]) -> bytes:
    """The message of a mail as `get_mail` gives it, with its attachments as far as they are here."""
    return compose(mail, read_attachments(sandbox, mail))


def compose(mail: Mapping[str, Any], attachments: Iterable[Attachment]) -> bytes:
    """A message of these, in time as its size."""
    head = Message(policy=_POLICY)
    for name, words in _headers(mail):
        written = Header(header_name=name)
        for word in words:
            written.append(word)
        head[name] = written  # type: ignore[assignment]  # the stubs know only the default policy's
    head["MIME-Version"] = "1.0"
    text, html = _whole(mail["text"]), _whole(mail["html"])
    bodies = [_text("plain", text)] if text or not html else []
    bodies += [_text("html", html)] if html else []
    parts = [_join("alternative", bodies), *map(_attached, attachments)]
    return head.as_bytes().removesuffix(b"\r\n") + _join("mixed", parts)


def _headers(mail: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Names of headers, and texts that are encoded each for itself; those of the caller take the place of ours."""
    given = {name: _line(str(value)) for name, value in mail["headers"].items()}
    taken = {name.lower() for name in given}
    yield from (one for one in _own(mail) if one[0].lower() not in taken)
    for name, value in given.items():
        if name.isascii() and name.replace("-", "").isalnum():
            yield name, [value]
    yield "X-DM-Sandbox-Mail", [str(mail["id"])]


def _own(mail: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The headers that a mail has by itself."""
    yield "Date", [format_datetime(datetime.fromtimestamp(mail["created"], UTC))]
    yield "From", _address(mail["alias"], mail["sender"])
    yield "To", _address("", mail["recipient"])
    if mail["reply_to"]:
        yield "Reply-To", _address(mail["reply_alias"], mail["reply_to"])
    yield "Subject", [_line(mail["subject"])]
    yield "Message-ID", [f"<{mail['env_id']}.{mail['id']}@sandbox.test>"]


def _join(kind: str, parts: list[bytes]) -> bytes:
    """Several parts as one; one alone is what it is. No part has `=_` in a line of its content."""
    if len(parts) == 1:
        return parts[0]
    head = f'Content-Type: multipart/{kind}; boundary="=_{kind}"\r\n'.encode()
    begun = (f"\r\n--=_{kind}\r\n".encode() + part for part in parts)
    return b"".join([head, *begun, f"\r\n--=_{kind}--\r\n".encode()])


def _text(kind: str, text: str, name: str = "") -> bytes:
    """A text, as readable as it can be; with a `name` as a file."""
    data = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    head = Message(policy=_POLICY)
    head.add_header("Content-Type", f"text/{kind}", charset="utf-8")
    if _is_plain(data):
        return _part(head, "7bit", name) + _crlf(data)
    quoted = b2a_qp(data, istext=True) if len(data) <= _LARGE else b""
    if 0 < len(quoted) <= len(data) * 4 // 3:
        return _part(head, "quoted-printable", name) + _crlf(quoted)
    return _part(head, "base64", name) + _base64(_crlf(data))


def _base64(data: bytes) -> bytes:
    """Base64 in lines."""
    lines = [b2a_base64(data[at : at + _WRAPPED], newline=False) for at in range(0, len(data), _WRAPPED)]
    return b"\r\n".join([*lines, b""])


def _crlf(data: bytes) -> bytes:
    """Lines as they go over the wire."""
    return b"".join([data[start:end].replace(b"\n", b"\r\n") for start, end in windows(len(data), 0)])


def _is_plain(data: bytes) -> bool:
    """Whether it can be sent as it is: ASCII in short lines, and nothing like the line between two parts."""
    plain = len(data) <= _LARGE and data.isascii() and b"\0" not in data and b"=_" not in data
    return plain and max(map(len, data.split(b"\n"))) <= _LONGEST


def _attached(attachment: Attachment) -> bytes:
    """An attachment that was uploaded here; of any other only a note, since nothing is fetched."""
    name = _line(attachment.name)
    if attachment.data is None:
        return _text("plain", f"Not fetched: {attachment.url}\n", f"{name}.txt")  # untranslated: in a message
    kind = attachment.kind
    if not kind or kind.startswith(("multipart/", "message/")):  # no base64 may be in these (RFC 2046)
        kind = "application/octet-stream"
    head = Message(policy=_POLICY)
    head.add_header("Content-Type", kind)
    return _part(head, "base64", name) + _base64(attachment.data)


def _part(head: Message, coding: str, name: str) -> bytes:
    """The whole head of a part."""
    head["Content-Transfer-Encoding"] = coding
    if name:
        head.add_header("Content-Disposition", "attachment", filename=name)
    return head.as_bytes()


def _address(name: str, address: str) -> list[str]:
    name, address = _line(name), _line(address)
    if name and not name.isascii():
        return [name, f"<{address}>"]
    return [formataddr((name, address), "us-ascii") if address.isascii() else address]


def _line(text: str) -> str:
    """A text that can be a header."""
    return " ".join(_whole(text).split())


def _whole(text: str) -> str:
    """A text that can be encoded."""
    return text.encode("utf-8", "replace").decode()
