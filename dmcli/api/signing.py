"""Signing as pure functions: HMAC-SHA1 (reference section 3.1) and ACS3-HMAC-SHA256 (SDK alibabacloud-tea-openapi).

Each stage is a function of its own, so that published vectors pin it by itself. Parameter names and values are decoded
text; nothing here reads a clock or makes a nonce.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

V1_METHOD = "HMAC-SHA1"
V3_METHOD = "ACS3-HMAC-SHA256"

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
TABLE = [chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in range(256)]
_LONG = 100  # characters from which a search for each sign that is encoded costs less than a look at each character
_LINE = 1000  # characters of a line that is remembered


def percent_encode(text: str) -> str:
    """RFC 3986 over UTF-8: only letters, digits and -_.~ stay, the rest is %XX in upper case."""
    return _encode(text)[0]


def _encoded(text: str) -> tuple[str, str]:
    """A text encoded once, and twice."""
    if text.isalnum() and text.isascii():  # as it is; a nonce, which never comes again, would be remembered
        return text, text
    if len(text) <= _LINE:
        return _encode_line(text)
    lines = [_encode_line(line) if len(line) <= _LINE else _encode(line) for line in text.split("\n")]
    return "%0A".join([once for once, _ in lines]), "%250A".join([twice for _, twice in lines])


def _encode(text: str) -> tuple[str, str]:
    if len(text) < _LONG or not text.isascii():
        text = "".join([TABLE[byte] for byte in text.encode()])
    else:
        for sign, code in _signs():
            if sign in text:
                text = text.replace(sign, code)
    return text, text.replace("%", "%25")  # nothing else is left to encode


@cache
def _signs() -> list[tuple[str, str]]:
    """What is encoded of ASCII, and how; first the sign that codes begin with."""
    return [("%", "%25"), *((chr(byte), TABLE[byte]) for byte in range(128) if byte not in _PLAIN and byte != ord("%"))]


_encode_line = lru_cache(maxsize=1024)(_encode)  # calls have names and values in common, mails most of their lines


def canonical_query(params: Mapping[str, str]) -> str:
    """The parameters sorted by name in byte order, encoded, joined by & and =."""
    return "&".join([f"{_encoded(name)[0]}={_encoded(params[name])[0]}" for name in sorted(params)])


def v1_form(method: str, params: Mapping[str, str]) -> tuple[str, str]:
    """The canonical query and its string to sign at once, in half of the time, which counts for long bodies."""
    pairs = [(_encoded(name), _encoded(params[name])) for name in sorted(params)]
    twice = "%26".join([f"{name[1]}%3D{value[1]}" for name, value in pairs])
    return "&".join([f"{name[0]}={value[0]}" for name, value in pairs]), f"{method}&%2F&{twice}"


def v1_string_to_sign(method: str, params: Mapping[str, str]) -> str:
    """METHOD&%2F& and the canonical query, encoded a second time. `Signature` must not be among the parameters."""
    return v1_form(method, params)[1]


def v1_of_canonical(method: str, canonical: str) -> str:
    """The same, of a canonical query that is there already."""
    # What canonical_query leaves to encode is only % & =, so three replacements do it.
    twice = canonical.replace("%", "%25").replace("=", "%3D").replace("&", "%26")
    return f"{method}&%2F&{twice}"


def v1_signature(string_to_sign: str, secret: str) -> str:
    """Base64 of HMAC-SHA1 keyed with the secret and a bare &, which stays even for temporary keys."""
    import binascii
    import hmac

    digest = hmac.digest(f"{secret}&".encode(), string_to_sign.encode(), "sha1")
    return binascii.b2a_base64(digest, newline=False).decode()


def v3_canonical_request(
    method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], signed: str, payload_hash: str
) -> str:
    """The six parts joined by newlines. `headers` have lower-case names, `signed` is their list joined by ; as sent."""
    lines = "".join([f"{name}:{headers.get(name, '').strip()}\n" for name in signed.split(";")])
    return f"{method}\n{path}\n{canonical_query(query)}\n{lines}\n{signed}\n{payload_hash}"


def v3_string_to_sign(canonical_request: str) -> str:
    """The method's name and the hex SHA-256 of the canonical request."""
    return f"{V3_METHOD}\n{sha256_hex(canonical_request.encode())}"


def v3_signature(string_to_sign: str, secret: str) -> str:
    """Hex HMAC-SHA256 keyed with the bare secret."""
    import hmac

    return hmac.digest(secret.encode(), string_to_sign.encode(), "sha256").hex()


def v3_authorization(key_id: str, signed: str, signature: str) -> str:
    """The Authorization header."""
    return f"{V3_METHOD} Credential={key_id},SignedHeaders={signed},Signature={signature}"


def sha256_hex(data: bytes) -> str:
    """Hex SHA-256, the form in which V3 names a body."""
    import hashlib

    return hashlib.sha256(data).hexdigest()
