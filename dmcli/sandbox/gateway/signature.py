"""The signature of a call, verified over what arrived, as it arrived."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from hmac import compare_digest
from typing import TYPE_CHECKING

from dmcli.api import signing
from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.gateway.request import Call, authorization, form_fields, query_string

if TYPE_CHECKING:
    from dmcli.api.wire import Request

MAX_SHOWN = 20_000  # characters of the string to sign that a refusal repeats
MAX_SKEW = 15 * 60  # seconds that a request's clock may be off
_STAMP = "0000-00-00T00:00:00Z"  # with any digits
_DIGITS = str.maketrans("123456789", "000000000")
# What decides which call is made, and when, must be under the signature.
_MUST_BE_SIGNED = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"}
_V1_NEEDS = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureNonce", "Timestamp")
# What percent_encode writes, and what stands between.
_CANONICAL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~%&"
_ESCAPES = frozenset(signing.TABLE)


def verify(request: Request, call: Call, now: datetime) -> None:
    """Check key, time and signature of a call. Raises ServiceError. The nonce is the store's to check."""
    if call.scheme == "v3":
        signed = authorization(request).get("SignedHeaders", "")
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
        at = datetime.fromisoformat(stamp[:-1]) if stamp.translate(_DIGITS) == _STAMP else None
    except ValueError:
        at = None
    if at is None:
        raise ServiceError("InvalidTimeStamp.Format")
    if abs((at.replace(tzinfo=UTC) - now).total_seconds()) > MAX_SKEW:
        raise ServiceError("InvalidTimeStamp.Expired")


def _check_signature(request: Request, call: Call) -> None:
    """Recompute the signature over what came, as it came."""
    if call.scheme == "v3":
        fields, query, body = (
            authorization(request),
            form_fields(query_string(request)),
            signing.sha256_hex(request.body),
        )
        signed, theirs = fields["SignedHeaders"], fields.get("Signature", "")
        canonical = signing.v3_canonical_request(request.method, "/", query, request.headers, signed, body)
        text = signing.v3_string_to_sign(canonical)
        ours = signing.v3_signature(text, SANDBOX_KEY_SECRET)
        # The signature is over the body itself; the header that names its hash must not say otherwise.
        intact = request.headers.get("x-acs-content-sha256", body).lower() == body
    else:
        text = signing.v1_of_canonical(request.method, _canonical(call))
        ours, theirs, intact = signing.v1_signature(text, SANDBOX_KEY_SECRET), call.params["Signature"], True
    if not intact or not compare_digest(ours.encode(), theirs.encode()):
        raise ServiceError(
            "SignatureDoesNotMatch",
            f"Specified signature is not matched with our calculation. server string to sign is:{text[:MAX_SHOWN]}",
        )


def _canonical(call: Call) -> str:
    """The canonical query of all parameters but the signature; where it came that way it is only sorted."""
    sent = dict(call.pairs)
    # Names that differ had escapes, which would sort elsewhere than what they stand for; U+FFFD may stand for bytes
    # that are no UTF-8, and is signed itself.
    as_signed = sent.keys() == call.params.keys() and _is_canonical("&".join([*sent, *sent.values()]))
    if as_signed and "\ufffd" not in "".join(call.params.values()):
        return "&".join([f"{name}={sent[name]}" for name in sorted(sent) if name != "Signature"])
    return signing.canonical_query({name: value for name, value in call.params.items() if name != "Signature"})


def _is_canonical(text: str) -> bool:
    """Whether names and values are encoded just as percent_encode does it."""
    if not text.isascii() or text.encode().translate(None, _CANONICAL):
        return False
    # It would write other escapes in another way: those in small letters, or of a character that stays.
    return _ESCAPES.issuperset(re.findall("%.?.?", text.replace("%20", " ")))  # most are spaces
