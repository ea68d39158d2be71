"""The parameters of a request, wherever they travel."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from dmcli.api.wire import Request


def params_of(request: Request) -> dict[str, str]:
    """Those of the query and of the form body together."""
    texts = (request.url.partition("?")[2], request.body.decode())
    return {name: value for text in texts for name, value in parse_qsl(text, keep_blank_values=True)}
