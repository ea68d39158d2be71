"""HTTP/1.1 messages: a request read from a stream, guarded and measured, a reply put together. No sockets, no threads.

The reader is strict where readings differ (RFC 9112): folded headers, odd names, two lengths are refused.
"""

from __future__ import annotations

import re
import time
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.wire import Reply
from dmcli.sandbox.gateway.request import MAX_BODY

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable

MAX_LINE = 1024 * 1024  # bytes of a request line: SDK 1.0.12 puts whole mails in the query
MAX_HEADER = 64 * 1024  # bytes of a header line
MAX_HEADERS = 100
_SHORT = 200  # bytes of a header line that is remembered

_END = b"\r\n\r\n"
_REQUEST_LINE = re.compile(rb"([A-Z]{1,20}) (?:http://([^/?\s]+))?(/[^\x00-\x20\x7f]*) HTTP/1\.([01])")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\x00-\x08\x0a-\x1f\x7f]*)")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")
# With a scheme too: SDKs given an endpoint with one send, and sign, `host: http://127.0.0.1:18555`.
_HOST = re.compile(r"(?:https?://)?((?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?)/?", re.IGNORECASE)
_ONCE = frozenset(("host", "content-length", "transfer-encoding", "authorization", "origin", "sec-fetch-site"))


class RefusedRequestError(Exception):
    """A request that does not reach the exchange, with the status and the sentence it is answered with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    def reply(self) -> Reply:
        """The answer, in the service's form but under a code that the service does not have."""
        import json

        body = json.dumps({"Code": "SandboxRefused", "Message": str(self), "RequestId": ""}).encode()
        return Reply(self.status, {"content-type": "application/json", "x-content-type-options": "nosniff"}, body)


class Head(NamedTuple):
    """Request line and headers. `authority` is that of an absolute target, `minor` the x of HTTP/1.x."""

    method: str
    authority: str
    target: str
    minor: int
    headers: dict[str, str]

    @property
    def connection(self) -> str:
        """The Connection header of the reply: close or keep-alive."""
        asked = [word.strip().lower() for word in self.headers.get("connection", "").split(",")]
        keep = "close" not in asked and (self.minor or "keep-alive" in asked)
        return "keep-alive" if keep else "close"


def read_head(reader: io.BufferedIOBase, *, after_chunks: bool) -> Head:
    """Request line and headers. Raises RefusedRequestError, and EOFError when the client has left.

    Blank lines before it are skipped, and `after_chunks` trailers too: a chunked body counts as read with its last
    chunk, because there are clients that leave out the blank line after it.
    """
    for _ in range(MAX_HEADERS):
        line = _line(reader, MAX_LINE, 414)
        if line and not (after_chunks and _HEADER.fullmatch(line)):
            break
    return _head(line, iter(partial(_line, reader, MAX_HEADER, 431), b""))


def head_of(read: bytes) -> tuple[Head, int]:
    """The head that these bytes begin with, and where its body begins, of a client that writes as clients do.

    Raises RefusedRequestError or EOFError where it takes `read_head` to say what it is.
    """
    end = read.find(_END, 0, MAX_HEADER)
    if end < 0:
        raise EOFError
    line, *fields = read[:end].split(b"\r\n")
    return _head(line, fields), end + len(_END)


def _head(line: bytes, fields: Iterable[bytes]) -> Head:
    match = _REQUEST_LINE.fullmatch(line)
    if not match:
        raise RefusedRequestError(400, "the request line is not METHOD /path HTTP/1.1")
    method, authority, target, minor = match.groups(b"")
    try:
        return Head(method.decode(), authority.decode(), target.decode(), int(minor), _headers(fields))
    except UnicodeDecodeError:
        raise RefusedRequestError(400, "the request line is not UTF-8") from None


def _headers(fields: Iterable[bytes]) -> dict[str, str]:
    """Headers by lower-case name; what is sent more than once is joined by commas."""
    headers: dict[str, str] = {}
    for number, line in enumerate(fields):
        if number == MAX_HEADERS:
            raise RefusedRequestError(431, f"there are more than {MAX_HEADERS} headers")
        name, value = _known_field(line) if len(line) <= _SHORT else _field(line)
        if name in headers:
            if name in _ONCE:
                raise RefusedRequestError(400, f"the header {name} is given twice")
            value = f"{headers[name]}, {value}"
        headers[name] = value
    return headers


def _field(line: bytes) -> tuple[str, str]:
    """The name, in lower case, and the value of a header line. Raises RefusedRequestError."""
    match = _HEADER.fullmatch(line)
    if not match:
        raise RefusedRequestError(400, "a header line is not Name: value")
    return match[1].decode().lower(), _text(match[2].strip(b" \t"))


_known_field = lru_cache(maxsize=256)(_field)  # a client sends most of its headers with each request


def guard(head: Head, scheme: str = "http") -> str:
    """The host, without a scheme. Raises RefusedRequestError for what a web page of elsewhere could have sent.

    A page whose name an attacker points at 127.0.0.1 has a foreign Host; any other page has a foreign Origin.
    """
    host = head.headers.get("host", "")
    if not host:
        raise RefusedRequestError(400, "there is no Host header")
    match = _HOST.fullmatch(host)
    if not match or (head.authority and not _HOST.fullmatch(head.authority)):
        raise RefusedRequestError(421, "the sandbox answers only to the hosts 127.0.0.1, localhost and [::1]")
    site, origin = head.headers.get("sec-fetch-site", "none"), head.headers.get("origin")
    if site not in ("none", "same-origin") or origin not in (None, f"{scheme}://{match[1]}"):
        raise RefusedRequestError(403, "the sandbox does not answer to web pages of other origins")
    return match[1]


def body_size(head: Head) -> int | None:
    """Bytes of body to come; None where they come in chunks. Raises RefusedRequestError."""
    length, coding = head.headers.get("content-length"), head.headers.get("transfer-encoding")
    if coding is not None:
        if length is not None or not head.minor:
            raise RefusedRequestError(400, "Transfer-Encoding goes with neither Content-Length nor HTTP/1.0")
        if coding.lower() != "chunked":
            raise RefusedRequestError(501, f"the transfer encoding {coding!r} is not known; send chunked")
        return None
    if length is None:
        return 0
    if not re.fullmatch("[0-9]{1,19}", length):
        raise RefusedRequestError(400, f"the Content-Length {length!r} is not a number")
    return _limited(int(length))


def read_chunks(reader: io.BufferedIOBase) -> bytes:
    """A chunked body, up to its last chunk."""
    body = bytearray()
    while True:
        match = _CHUNK.fullmatch(_line(reader, MAX_HEADER, 400))
        if not match:
            raise RefusedRequestError(400, "a chunk does not begin with its size")
        size = int(match[1], 16)
        if not size:
            return bytes(body)
        _limited(len(body) + size)
        chunk = exactly(reader, size + 2)
        if not chunk.endswith(b"\r\n"):
            raise RefusedRequestError(400, "a chunk does not end where its size says")
        body += chunk[:-2]


def _limited(size: int) -> int:
    if size > MAX_BODY:
        raise RefusedRequestError(413, f"the body is larger than {MAX_BODY} bytes")
    return size


def _line(reader: io.BufferedIOBase, most: int, status: int) -> bytes:
    """One line without its end. Raises RefusedRequestError with that status when it has more than `most` bytes."""
    line = reader.readline(most + 1)
    if len(line) > most:
        raise RefusedRequestError(status, f"a line is longer than {most} bytes")
    if not line.endswith(b"\n"):
        raise EOFError
    return line[:-1].removesuffix(b"\r")


def exactly(reader: io.BufferedIOBase, size: int) -> bytes:
    """That many bytes. Raises EOFError when the client leaves before."""
    data = reader.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def wire(reply: Reply, *, connection: str, bodiless: bool = False) -> bytes:
    """The reply as it is sent, in one piece: head and body in two would wait for each other's acknowledgement."""
    own = {"date": _date(int(time.time()))} | reply.headers
    own |= {"content-length": str(len(reply.body)), "connection": connection}
    lines = [f"HTTP/1.1 {reply.status} {_reason(reply.status)}", *[f"{name}: {value}" for name, value in own.items()]]
    if any("\n" in line or "\r" in line for line in lines):
        raise ValueError("a reply header has a line break")
    return "\r\n".join([*lines, "\r\n"]).encode() + (b"" if bodiless else reply.body)


@cache
def _reason(status: int) -> str:
    from http import HTTPStatus

    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


@lru_cache(1)
def _date(second: int) -> str:
    from email.utils import formatdate

    return formatdate(second, usegmt=True)
