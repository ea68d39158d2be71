"""The wire from the server's side: a Request read into a Call, its signature verified, replies and errors written."""

from __future__ import annotations

import os
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import signing
from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.api.wire import Reply
from dmcli.sandbox.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.api.wire import Request

MAX_SKEW = 15 * 60  # seconds that a request's clock may be off
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
# What decides which call is made, and when, must be under the signature.
_MUST_BE_SIGNED = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"}
_V1_NEEDS = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureNonce", "Timestamp")
_HEX = "0123456789ABCDEFabcdef"
_ESCAPES = {(a + b).encode(): bytes([int(a + b, 16)]) for a in _HEX for b in _HEX}
# What percent_encode writes, and escapes it would write in another way: in small letters, or of a character that stays.
_CANONICAL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%&="
_ODD_ESCAPE = re.compile("%(?![0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF])")
_NOT_XML = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"
_LONGEST = 20_000  # characters of a string to sign that are kept
_NO_CAUSE = f"no mistake that is known gives the client's signature: most likely its secret is not {SANDBOX_KEY_SECRET}"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


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


def read(request: Request) -> Call:
    """The call in a request, its parameters from query and form body together."""
    headers = request.headers
    kind = headers.get("content-type", "")
    params = _form(_query(request))
    if request.body and "json" not in kind and "multipart" not in kind:
        params |= _form(request.body.decode("utf-8", "replace"))
    signed = headers.get("authorization", "")
    if signed.startswith("ACS3-"):
        form = params.get("Format") or headers.get("accept", "")
        return Call(
            headers.get("x-acs-action", ""),
            headers.get("x-acs-version", ""),
            params,
            "v3",
            _authorization(request).get("Credential", ""),
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


def verify(request: Request, call: Call, now: datetime) -> None:
    """Check key, time and signature of a call. Raises ServiceError. The nonce is the store's to check."""
    if call.scheme == "v3":
        signed = _authorization(request).get("SignedHeaders", "")
        if not call.key_id or not call.nonce or not _MUST_BE_SIGNED.issubset(signed.split(";")):
            raise ServiceError("IncompleteSignature")
    else:
        for name in _V1_NEEDS:
            if not call.params.get(name):
                raise ServiceError(f"Missing{name}")
        if call.params["SignatureMethod"] != signing.V1_METHOD:
            raise ServiceError("InvalidSignatureMethod")
    if call.key_id != SANDBOX_KEY_ID:
        raise ServiceError("InvalidAccessKeyId.NotFound")
    _check_time(call.timestamp, now)
    _check_signature(request, call)


def _check_time(stamp: str, now: datetime) -> None:
    """Refuse a time that is not written as it must be, or too far from now."""
    try:
        at = datetime.fromisoformat(stamp[:-1]) if _STAMP.fullmatch(stamp) else None
    except ValueError:
        at = None
    if at is None:
        raise ServiceError("InvalidTimeStamp.Format")
    if abs((at.replace(tzinfo=timezone.utc) - now).total_seconds()) > MAX_SKEW:
        raise ServiceError("InvalidTimeStamp.Expired")


def _check_signature(request: Request, call: Call) -> None:
    """Recompute the signature over what came, as it came."""
    from hmac import compare_digest

    if call.scheme == "v3":
        fields, query, body = _authorization(request), _form(_query(request)), signing.sha256_hex(request.body)
        signed, theirs = fields["SignedHeaders"], fields.get("Signature", "")
        canonical = signing.v3_canonical_request(request.method, "/", query, request.headers, signed, body)
        text = signing.v3_string_to_sign(canonical)
        ours = signing.v3_signature(text, SANDBOX_KEY_SECRET)
        # The signature is over the body itself; the header that names its hash must not say otherwise.
        intact = request.headers.get("x-acs-content-sha256", body).lower() == body
    else:
        text = signing.v1_of_canonical(request.method, _canonical(request, call.params))
        ours, theirs, intact = signing.v1_signature(text, SANDBOX_KEY_SECRET), call.params["Signature"], True
    if not intact or not compare_digest(ours.encode(), theirs.encode()):
        raise ServiceError(
            "SignatureDoesNotMatch",
            f"Specified signature is not matched with our calculation. server string to sign is:{text}",
        )


def compared(request: Request, call: Call) -> dict[str, str]:
    """What is wrong with a signature that does not match: the server's string, what the client did, where they part.

    Values that are secret are masked in all of it.
    """
    from dmcli.sandbox import mismatch
    from dmcli.sandbox.calls import secrets_of
    from dmcli.secret import hidden

    fields = _authorization(request)
    if call.scheme == "v3":
        query, signed = _form(_query(request)), fields.get("SignedHeaders", "")
        ours = signing.v3_canonical_request(
            request.method, "/", query, request.headers, signed, signing.sha256_hex(request.body)
        )
        cause = mismatch.v3(request.method, query, request.headers, signed, request.body, fields.get("Signature", ""))
    else:
        given = {name: value for name, value in call.params.items() if name != "Signature"}
        ours = signing.v1_string_to_sign(request.method, given)
        cause = mismatch.v1(request.method, call.params, call.params.get("Signature", ""))
    said = {"server": ours[:_LONGEST], "cause": cause.said if cause else _NO_CAUSE}
    if cause and cause.string != ours:
        said |= {"client": cause.string[:_LONGEST], "difference": mismatch.difference(ours, cause.string)}
    return {name: hidden(text, secrets_of(request, call)) for name, text in said.items()}


def _authorization(request: Request) -> dict[str, str]:
    """The fields of the Authorization header: Credential, SignedHeaders and Signature."""
    fields = request.headers.get("authorization", "").partition(" ")[2].split(",")
    return {name: value for name, _, value in (field.strip().partition("=") for field in fields)}


def new_id() -> str:
    """A fresh request id: a random UUID in capitals."""
    digits = os.urandom(16).hex().upper()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-A{digits[17:20]}-{digits[20:]}"


def success(action: str, reply: Mapping[str, Any], request_id: str, xml: bool, now: datetime) -> Reply:
    """The reply of an action that was done."""
    return _reply(200, f"{action}Response", {**reply, "RequestId": request_id}, request_id, xml, now)


def refusal(error: ServiceError, host: str, request_id: str, xml: bool, now: datetime) -> Reply:
    """The reply of a call that was refused."""
    from dmcli.api import codes

    known = codes.find(error.code)
    status = known.status if known else 404 if error.code.endswith("NotFound") else 400
    reply = {
        "RequestId": request_id,
        "HostId": host,
        "Code": error.code,
        "Message": error.message or (known.message if known else error.code),
    }
    if not xml:
        reply["Recommend"] = f"https://api.aliyun.com/troubleshoot?q={error.code}&product=Dm&requestId={request_id}"
    return _reply(status, "Error", reply, request_id, xml, now)


def _reply(status: int, root: str, reply: dict[str, Any], request_id: str, xml: bool, now: datetime) -> Reply:
    if xml:
        body = f'<?xml version="1.0" encoding="UTF-8"?><{root}>{"".join(_elements(reply))}</{root}>'
    else:
        import json

        body = json.dumps(reply, ensure_ascii=False)
    headers = {
        "content-type": "text/xml;charset=utf-8" if xml else "application/json;charset=utf-8",
        "date": _http_date(now),
        "x-acs-request-id": request_id,
    }
    return Reply(status, headers, body.encode("utf-8", "replace"))


def _elements(value: Mapping[str, Any]) -> Iterator[str]:
    """The fields of an object as XML elements; an array is its element's name over and over."""
    for name, field in value.items():
        for item in field if isinstance(field, list) else (field,):
            inside = "".join(_elements(item)) if isinstance(item, dict) else _xml_text(item)
            yield f"<{name}>{inside}</{name}>"


def _xml_text(value: object) -> str:
    """A value as XML text."""
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return re.sub(_NOT_XML, "\ufffd", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _http_date(now: datetime) -> str:
    """RFC 1123, whatever the locale."""
    day, month = _DAYS[now.weekday()], _MONTHS[now.month - 1]
    return f"{day}, {now.day:02} {month} {now.year} {now.hour:02}:{now.minute:02}:{now.second:02} GMT"


def path(request: Request) -> str:
    """The path of the request's URL, decoded; / where it has none."""
    rest = request.url.split("?", 1)[0].split("://", 1)[-1]
    found = "/" + rest.partition("/")[2]
    if "%" not in found:
        return found
    from urllib.parse import unquote

    return unquote(found)


def _query(request: Request) -> str:
    """The query of the request's URL."""
    return request.url.partition("?")[2].partition("#")[0]


def _canonical(request: Request, params: Mapping[str, str]) -> str:
    """The canonical query of all parameters but the signature; where it came that way it is only sorted."""
    sent = "&".join(filter(None, (_query(request), request.body.decode("utf-8", "replace"))))
    try:
        parts = dict([pair.split("=") for pair in sent.split("&")])
    except ValueError:  # there is one that is not a name and a value
        parts = {}
    # Names that differ had escapes, which would sort elsewhere than what they stand for; U+FFFD may stand for bytes
    # that are no UTF-8, and is signed itself.
    if parts.keys() != params.keys() or not _is_canonical(sent) or "\ufffd" in "".join(params.values()):
        return signing.canonical_query({name: value for name, value in params.items() if name != "Signature"})
    return "&".join([f"{name}={parts[name]}" for name in sorted(parts) if name != "Signature"])


def _is_canonical(sent: str) -> bool:
    """Whether names and values are encoded just as percent_encode does it."""
    return sent.isascii() and not sent.encode().translate(None, _CANONICAL) and not _ODD_ESCAPE.search(sent)


def _form(text: str) -> dict[str, str]:
    """The decoded parameters of a query or form body; of a name that stands there twice the last one."""
    params = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if "%" in pair or "+" in pair:
            name, value = _decoded(name), _decoded(value)
        if pair:
            params[name] = value
    return params


def _decoded(text: str) -> str:
    """One name or value of a form, its escapes resolved; what is no escape stays as it is."""
    spaced = text.replace("+", " ").replace("%20", " ")  # most escapes are spaces, and this is quick
    if "%" not in spaced:
        return spaced
    head, *rest = spaced.encode().split(b"%")
    pieces = [_ESCAPES[p[:2]] + p[2:] if p[:2] in _ESCAPES else b"%" + p for p in rest]
    return (head + b"".join(pieces)).decode("utf-8", "replace")
