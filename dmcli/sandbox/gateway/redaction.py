"""What is secret in a request, and how it is masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.sandbox.gateway.request import MAX_PARAMS
from dmcli.secret import Secret, hidden

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.api.wire import Request
    from dmcli.sandbox.gateway.request import Call

_CUT = 2000  # characters of a value
_LONGEST = 10_000  # characters of a secret that is looked for; a longer one is none of the service's
_WIDEST = 20  # characters that stand for one of a secret: four bytes, percent-encoded twice
_SECRET = frozenset({"Password", "Ticket", "SecurityToken"})
_SECRET_HEADERS = frozenset({"x-acs-security-token", "cookie", "proxy-authorization"})
_MASKED_HEADERS = _SECRET_HEADERS | {"authorization", "x-acs-accesskey-id"}


def secrets_of(request: Request, call: Call) -> list[Secret]:
    """What is secret in a call."""
    found = [call.params.get(name, "") for name in _SECRET]
    return [Secret(text) for text in (*found, *(request.headers.get(name, "") for name in _SECRET_HEADERS))]


def beginning(text: str, most: int, secrets: list[Secret], *, whole: bool = True) -> str:
    """The first `most` characters of a text at most, secrets in it masked, and none in part at its end.

    `whole` says that the text was not cut before.
    """
    longest = max((len(secret.reveal()) for secret in secrets), default=0)
    if longest > _LONGEST:
        return "***"
    room = longest * _WIDEST
    part = hidden(text[: most + room], secrets)
    if not whole or len(text) > most + room:
        part = part[: max(len(part) - room, 0)]
    return part[:most]


def mask_target(url: str, *, known: bool) -> str:
    """Path and query of a URL, secrets masked."""
    path, mark, query = ("/" + url.split("://", 1)[-1].partition("/")[2]).partition("?")
    if not mark:
        return path
    pairs = (pair.partition("=") for pair in query.split("&", MAX_PARAMS)[:MAX_PARAMS])
    return f"{path}?" + "&".join(
        f"{name}{equals}{mask_param(name, value, known=known)}" for name, equals, value in pairs
    )


def mask_params(params: Mapping[str, str], *, known: bool) -> Mapping[str, str]:
    """The parameters as they are logged; most calls have nothing to mask."""
    if known and _SECRET.isdisjoint(params) and max(map(len, params.values()), default=0) <= _CUT:
        return params
    return {name: mask_param(name, value, known=known) for name, value in params.items()}


def mask_headers(headers: Mapping[str, str], *, known: bool) -> Mapping[str, str]:
    """The headers as they are logged."""
    if _MASKED_HEADERS.isdisjoint(headers) and max(map(len, headers.values()), default=0) <= _CUT:
        return headers
    return {name: mask_header(name, value, known=known) for name, value in headers.items()}


def mask_param(name: str, value: str, *, known: bool) -> str:
    """A parameter's value as it is logged; `known` says that the key id is the sandbox's own."""
    if name in _SECRET and value:
        return "***"
    if name == "AccessKeyId" and not known:
        return mask_key(value)
    return value if len(value) <= _CUT else f"{value[:_CUT]}... ({len(value)} characters)"


def mask_header(name: str, value: str, *, known: bool) -> str:
    """A header's value as it is logged."""
    if name in _SECRET_HEADERS or (name == "authorization" and not value.startswith("ACS3-")):
        return "***"
    if name == "authorization" and not known:
        head, _, rest = value.partition(",")
        return f"{head.partition('=')[0]}=***,{rest}"
    return mask_key(value) if name == "x-acs-accesskey-id" and not known else value[:_CUT]


def mask_key(key_id: str) -> str:
    """A key that is not the sandbox's may be a real one."""
    return f"***{key_id[-3:]}"
