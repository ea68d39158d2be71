"""A request read into a call; nothing is verified here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dmcli.api.wire import Request

_HEX = "0123456789ABCDEFabcdef"
_ESCAPES = {(a + b).encode(): bytes([int(a + b, 16)]) for a in _HEX for b in _HEX}


class Call(NamedTuple):
    """What a request asks for, as it stands there: nothing is verified yet, what is missing is empty.

    `scheme` is v1 (HMAC-SHA1, all in parameters) or v3 (ACS3-HMAC-SHA256, in headers); `xml` says how to answer.
    """

    action: str
    version: str
    params: dict[str, str]
    scheme: str
    key_id: str
    nonce: str
    timestamp: str
    xml: bool


def read_call(request: Request) -> Call:
    """The call in a request, its parameters from query and form body together."""
    headers = request.headers
    kind = headers.get("content-type", "")
    params = form_fields(query_string(request))
    if request.body and "json" not in kind and "multipart" not in kind:
        params |= form_fields(request.body.decode("utf-8", "replace"))
    signed = headers.get("authorization", "")
    if signed.startswith("ACS3-"):
        form = params.get("Format") or headers.get("accept", "")
        return Call(
            headers.get("x-acs-action", ""),
            headers.get("x-acs-version", ""),
            params,
            "v3",
            authorization(request).get("Credential", ""),
            headers.get("x-acs-signature-nonce", ""),
            headers.get("x-acs-date", ""),
            "xml" in form.lower() and "json" not in form.lower(),
        )
    return Call(
        params.get("Action") or headers.get("x-acs-action", ""),
        params.get("Version") or headers.get("x-acs-version", ""),
        params,
        "v1",
        params.get("AccessKeyId", ""),
        params.get("SignatureNonce", ""),
        params.get("Timestamp", ""),
        params.get("Format", "").lower() != "json",
    )


def authorization(request: Request) -> dict[str, str]:
    """The fields of the Authorization header: Credential, SignedHeaders and Signature."""
    fields = request.headers.get("authorization", "").partition(" ")[2].split(",")
    return {name: value for name, _, value in (field.strip().partition("=") for field in fields)}


def request_path(request: Request) -> str:
    """The path of the request's URL, decoded; / where it has none."""
    rest = request.url.split("?", 1)[0].split("://", 1)[-1]
    found = "/" + rest.partition("/")[2]
    if "%" not in found:
        return found
    from urllib.parse import unquote

    return unquote(found)


def query_string(request: Request) -> str:
    """The query of the request's URL."""
    return request.url.partition("?")[2].partition("#")[0]


def form_fields(text: str) -> dict[str, str]:
    """The decoded parameters of a query or form body; of a name that stands there twice the last one."""
    params = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if "%" in pair or "+" in pair:
            name, value = _decode(name), _decode(value)
        if pair:
            params[name] = value
    return params


def _decode(text: str) -> str:
    """One name or value of a form, its escapes resolved; what is no escape stays as it is."""
    spaced = text.replace("+", " ").replace("%20", " ")  # most escapes are spaces, and this is quick
    if "%" not in spaced:
        return spaced
    head, *rest = spaced.encode().split(b"%")
    pieces = [_ESCAPES[p[:2]] + p[2:] if p[:2] in _ESCAPES else b"%" + p for p in rest]
    return (head + b"".join(pieces)).decode("utf-8", "replace")
