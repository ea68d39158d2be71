"""A request read into a call; nothing is verified here."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from dmcli.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dmcli.api.wire import Request

MAX_BODY = 32 * 1024 * 1024  # bytes: percent-encoding makes three of one
MAX_PARAMS = 500  # of a call: two hundred of them are those of a hundred attachments
SMTP = "smtp"  # the scheme of a call that was a mail over SMTP, with no signature but a password
_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_PIECE = 65536  # bytes that are resolved at once: to replace a sign takes a hundred until all of them are
_PIECES = re.compile(rb"(?s).{1,%d}[^%%]*" % _PIECE)  # no escape is in two


class Call(Record):
    """What a request asks for, as it stands there: nothing is verified yet, what is missing is empty.

    `scheme` is v1 (HMAC-SHA1, all in parameters), v3 (ACS3-HMAC-SHA256, in headers) or SMTP; `xml` says how to answer.
    Of query and form the first MAX_PARAMS pairs are read each; `crowded` says that together they have more. `pairs` are
    those names and values as they were sent.
    """

    action: str
    version: str
    params: dict[str, str]
    scheme: str
    key_id: str
    nonce: str
    timestamp: str
    xml: bool
    crowded: bool = False
    pairs: Sequence[tuple[str, str]] = ()


def read_call(request: Request) -> Call:
    """The call in a request, its parameters from query and form body together."""
    headers = request.headers
    kind = headers.get("content-type", "")
    query, form = query_string(request), ""
    if request.body and "json" not in kind and "multipart" not in kind:
        form = request.body.decode("utf-8", "replace")
    pairs = [*_pairs(query), *_pairs(form)]
    params = _decoded(pairs)
    crowded = query.count("&") + form.count("&") + 1 > MAX_PARAMS
    signed = headers.get("authorization", "")
    if signed.startswith("ACS3-"):
        answer = (params.get("Format") or headers.get("accept", "")).lower()
        return Call(
            headers.get("x-acs-action", ""),
            headers.get("x-acs-version", ""),
            params,
            "v3",
            authorization(request).get("Credential", ""),
            headers.get("x-acs-signature-nonce", ""),
            headers.get("x-acs-date", ""),
            "xml" in answer and "json" not in answer,
            crowded,
            pairs,
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
        crowded,
        pairs,
    )


def is_upload(request: Request) -> bool:
    """Whether a request is no call but a form with a file, as for OSS."""
    return request.method == "POST" and request.headers.get("content-type", "").startswith("multipart/form-data")


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
    """The first MAX_PARAMS decoded parameters of a query or form body; of a name that stands there twice the last."""
    return _decoded(_pairs(text))


def _pairs(text: str) -> list[tuple[str, str]]:
    parts = [pair.partition("=") for pair in text.split("&", MAX_PARAMS)[:MAX_PARAMS] if pair]
    return [(name, value) for name, _, value in parts]


def _decoded(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {_decode(name): _decode(value) for name, value in pairs}


def _decode(text: str) -> str:
    """A name or value with its escapes resolved; what is no escape stays as it is."""
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    data = text.replace("%20", " ").encode()  # most escapes are spaces, and this is quick
    if len(data) > _PIECE:
        return b"".join(map(_resolved, _PIECES.findall(data))).decode("utf-8", "replace")
    return _resolved(data).decode("utf-8", "replace")


def _resolved(data: bytes) -> bytes:
    """The bytes that escapes stand for."""
    if _NO_ESCAPE.search(data):
        data = _NO_ESCAPE.sub(b"%25", data)
    # What is left is quoted-printable, which has = for %, once nothing stands in it that has a meaning there alone.
    if b"=" in data or b"\n" in data or b"\r" in data:
        data = data.replace(b"=", b"%3D").replace(b"\n", b"%0A").replace(b"\r", b"%0D")
    return binascii.a2b_qp(data.replace(b"%", b"="))
