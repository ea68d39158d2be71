"""The seam between caller and service: a Request goes out, a Reply comes back or one of two exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    class Exchange(Protocol):
        """Carry a request to the service and bring its reply."""

        def __call__(self, request: Request) -> Reply:
            """Raise NotSent or Ambiguous when there is no reply."""
            ...

    class Stream(Protocol):
        """A body in pieces, made anew for each attempt: what is large is never in memory as a whole.

        `len` is its bytes.
        """

        def __len__(self) -> int: ...

        def __iter__(self) -> Iterator[bytes]: ...


# What a request with a version 1 signature has in its form, apart from the parameters of its action.
COMMON = (
    *("Action", "Version", "Format", "RegionId", "AccessKeyId", "SecurityToken", "Timestamp"),
    *("Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce"),
)


class Request(Record):
    """One HTTP request as it is sent, and the `patience` with it: seconds until its reply must be there.

    `url` has scheme, host, path and query; header names are lower case. `announce` is called just before the first byte
    leaves; what it raises ends the exchange, and nothing was sent. A server knows the IP address that it came from,
    `peer`. A `stream` is sent in place of the body. Its repr shows no more than the method.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    patience: float = 60.0
    announce: Callable[[], None] = lambda: None
    peer: str = "127.0.0.1"
    stream: Stream | None = None

    @property
    def origin(self) -> str:
        """Scheme, host and port of the URL: all of it that may be shown."""
        scheme, _, rest = self.url.partition("://")
        for mark in "/?#":
            rest = rest.partition(mark)[0]
        return f"{scheme}://{rest.rpartition('@')[2]}"

    def __repr__(self) -> str:
        return f"Request({self.method!r}, {len(self.stream or self.body)} bytes)"


class Reply(Record):
    """One HTTP reply. Header names are lower case. Its repr shows no more than the status."""

    status: int
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Reply({self.status}, {len(self.body)} bytes)"


class NotSent(Exception):  # noqa: N818  the name says what is known of the request
    """No byte of the request reached the service; it is safe to try again. The text says why."""


class Ambiguous(Exception):  # noqa: N818  same
    """The request may have been executed, and no answer tells. The text says what happened."""
