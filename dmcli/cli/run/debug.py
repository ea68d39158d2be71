"""What --debug shows of a call, in English: names, sizes and times that are allowed, never what could be secret.

Paths and queries are values too: those of a metadata service or of a server of keys name roles and hold tokens.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from dmcli.untrusted import brief
from dmcli.words import counted, speaking

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.wire import Exchange, Reply, Request

_SHOWN = frozenset({"Action", "Version", "RegionId", "SignatureMethod", "PageNo", "PageNumber", "PageSize", "Length"})


def trace(exchange: Exchange, write: Callable[[str], None]) -> Exchange:
    """The exchange, telling `write` of each request and reply in a line that is harmless for a terminal."""

    def say(line: str) -> None:
        write(brief(f"debug: {line}"))

    def exchange_and_tell(request: Request) -> Reply:
        say(" ".join((">", request.method, request.origin, *_description(request))))
        began = time.monotonic()
        try:
            reply = exchange(request)
        except Exception as error:
            say(f"< {type(error).__name__} after {time.monotonic() - began:.3f} s")
            raise
        request_id = reply.headers.get("x-acs-request-id", "")
        with speaking("en"):
            size = counted(len(reply.body), "byte")
        say(f"< HTTP {reply.status}, {size}, {time.monotonic() - began:.3f} s {request_id}")
        return reply

    return exchange_and_tell


def _description(request: Request) -> list[str]:
    """The action and the parameters, by name and size; of another service's only those of a body."""
    from urllib.parse import parse_qsl

    query = request.url.partition("?")[2] if request.method == "POST" else ""
    pairs = [pair for text in (query, request.body.decode()) for pair in parse_qsl(text, keep_blank_values=True)]
    action = [f"Action={request.headers['x-acs-action']}"] if "x-acs-action" in request.headers else []
    shown = [f"{name}={value}" if name in _SHOWN else f"{name}({len(value)})" for name, value in pairs]
    return action + shown + ([f"form({len(request.stream)})"] if request.stream else [])
