"""Why a signature does not match: the mistakes that clients make are tried until one gives the client's own signature.

The sandbox knows the secret, so what the client must have signed can be found rather than guessed. Which mistakes there
are is known from public threads: blanks as +, * and ! left as they are, ~ encoded, one round of encoding, not two.
Each try signs the whole request anew, so only one of moderate size is searched for mistakes other than a wrong key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from string import Formatter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, quote_plus

from dmcli.api import signing
from dmcli.api.regions import SANDBOX_KEY_SECRET
from dmcli.sandbox.gateway.redaction import beginning, secrets_of
from dmcli.sandbox.gateway.request import authorization, form_fields, query_string
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from dmcli.api.wire import Request
    from dmcli.sandbox.gateway.request import Call

_AROUND = 24  # characters shown before and after a difference
_LONGEST = 20_000  # characters of a string to sign that are kept
MAX_BYTES = 20_000  # of query and form, or query and headers, that are searched
MAX_NAMES = 100  # parameters, or signed headers, that are searched
# What is kept is English, as the log of calls is; `told` finds again which of these it was, and with which values.
_NO_CAUSE = marked("no mistake that is known gives the client's signature: most likely its secret is not {secret}")
_TOO_LARGE = marked(
    "not searched: a request of more than {most} parameters or {size} bytes is too large for that; try a smaller one"
)
_METHOD = marked("it signed {other} and sent {method}")
_NAME = marked("it does not sign {name}")
_HEADER = marked("it does not sign the header {name}")
_BOTH = marked("{cause}, in both rounds")
_PART = marked("at character {at}: server ...{server}..., client ...{client}...")
_WITH_VALUES = (_NO_CAUSE, _TOO_LARGE, _METHOD, _HEADER, _NAME, _BOTH, _PART)


class Cause(NamedTuple):
    """What a client did otherwise, in words, and the string that it signed."""

    said: str
    string: str


def diagnose(request: Request, call: Call) -> dict[str, str]:
    """What is wrong with a signature that does not match, secrets masked.

    `server` is the string that the server signs and `cause` says what the client did; where that is known and gives
    another string, `client` is that string and `difference` says where the two part.
    """
    if call.scheme == "v3":
        fields, query = authorization(request), form_fields(query_string(request))
        signed, theirs = fields.get("SignedHeaders", ""), fields.get("Signature", "")
        body_hash = signing.sha256_hex(request.body)
        ours = signing.v3_canonical_request(request.method, "/", query, request.headers, signed, body_hash)
        small = _is_small([*query, *signed.split(";")], query_string(request), *request.headers.values())
        cause = find_v3_cause(request.method, query, request.headers, signed, request.body, theirs, small=small)
    else:
        given = {name: value for name, value in call.params.items() if name != "Signature"}
        ours = signing.v1_string_to_sign(request.method, given)
        small = _is_small(call.params, *call.params, *call.params.values())
        cause = find_v1_cause(request.method, call.params, call.params.get("Signature", ""), small=small)
    said = {"server": ours, "cause": cause.said if cause else _unknown(small=small)}
    if cause and cause.string != ours:
        said |= {"client": cause.string, "difference": difference(ours, cause.string)}
    secrets = secrets_of(request, call)
    return {name: beginning(text, _LONGEST, secrets) for name, text in said.items()}


def _unknown(*, small: bool) -> str:
    """What is said of a mistake that was not found."""
    if small:
        return _NO_CAUSE.format(secret=SANDBOX_KEY_SECRET)
    return _TOO_LARGE.format(most=MAX_NAMES, size=f"{MAX_BYTES:,}")


def _is_small(names: Collection[str], *texts: str) -> bool:
    """Whether so many names with these texts can be searched."""
    return len(names) <= MAX_NAMES and sum(len(text.encode("utf-8", "replace")) for text in texts) <= MAX_BYTES


def find_v1_cause(method: str, params: Mapping[str, str], theirs: str, *, small: bool = True) -> Cause | None:
    """The mistake that gives this HMAC-SHA1 signature; None when none that is known does.

    Unless the request is `small`, only mistakes with the key are tried.
    """
    signed = {name: value for name, value in params.items() if name != "Signature"}
    right = signing.v1_string_to_sign(method, signed)
    for key, said in _V1_KEYS.items():
        if _base64(key, right, "sha1") == theirs:
            return Cause(said, right)
    if _base64(f"{SANDBOX_KEY_SECRET}&", right, "sha256") == theirs:
        return Cause("it used SHA-256 where HMAC-SHA1 is announced", right)
    if hmac.digest(f"{SANDBOX_KEY_SECRET}&".encode(), right.encode(), "sha1").hex() == theirs.lower():
        return Cause("it sent the signature in hex where base64 is expected", right)
    tries = _v1_strings(method, signed) if small else ()
    return next((cause for cause in tries if _v1(cause.string) == theirs), None)


def find_v3_cause(
    method: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    signed: str,
    body: bytes,
    theirs: str,
    *,
    small: bool = True,
) -> Cause | None:
    """The mistake that gives this ACS3-HMAC-SHA256 signature; None when none that is known does. See `find_v1_cause`.

    The body counts for nothing here: only its hash is signed.
    """
    body_hash = signing.sha256_hex(body)
    right = signing.v3_canonical_request(method, "/", query, headers, signed, body_hash)
    if signing.v3_signature(signing.v3_string_to_sign(right), f"{SANDBOX_KEY_SECRET}&") == theirs:
        return Cause("it put & after the secret, as the older signature does; this one takes it bare", right)
    for cause in _v3_strings(right, method, query, headers, signed, body_hash) if small else ():
        if signing.v3_signature(signing.v3_string_to_sign(cause.string), SANDBOX_KEY_SECRET) == theirs:
            return cause
    return None


def difference(ours: str, theirs: str) -> str:
    """Where two strings part, with a little of what stands around it; empty when they are the same."""
    at = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs)))
    if ours == theirs:
        return ""
    start = max(at - _AROUND, 0)
    return _PART.format(at=at + 1, server=ours[start : at + _AROUND], client=theirs[start : at + _AROUND])


def told(said: str) -> str:
    """What `diagnose` says of a cause or a difference, in the language of the run."""
    for text in _WITH_VALUES:
        values = _values_in(said, text)
        if values is not None:
            return tr(text, **{name: tr(value) for name, value in values.items()})
    return tr(said)


def _values_in(said: str, text: str) -> dict[str, str] | None:
    """The values with which this text was filled in; None where it was another one."""
    (before, name, _, _), *more = Formatter().parse(text)
    if not said.startswith(before):
        return None
    values, rest = {}, said[len(before) :]
    for between, following, _, _ in more:
        value, found, rest = rest.partition(between)
        if not found:
            return None
        values[str(name)], name = value, following
    if name:
        values[name] = rest
    return values if name or not rest else None


def _base64(key: str, text: str, digest: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), digest)).decode()


def _v1(text: str) -> str:
    return signing.v1_signature(text, SANDBOX_KEY_SECRET)


_V1_KEYS = marked(
    {
        SANDBOX_KEY_SECRET: "it signed with the bare secret; this signature wants & after it",
        "&": "it signed with an empty secret",
        f"{SANDBOX_KEY_SECRET}\n&": "its secret has a line break at the end",
        f"{SANDBOX_KEY_SECRET} &": "its secret has a blank at the end",
    }
)
_PLAIN = "-_.~"
# Ways of encoding a name or value, and what each gets wrong.
_ENCODERS: tuple[tuple[str, Callable[[str], str]], ...] = marked(
    (
        ("it encodes a blank as + where %20 is expected", lambda text: quote_plus(text, safe=_PLAIN)),
        ("it leaves * as it is where %2A is expected", lambda text: quote(text, safe=_PLAIN + "*")),
        ("it encodes a blank as + and leaves * as it is", lambda text: quote_plus(text, safe=_PLAIN + "*")),
        ("it encodes ~ as %7E where it stays as it is", lambda text: quote(text, safe="-_.").replace("~", "%7E")),
        (
            "it leaves ! ' ( ) * as they are, as encodeURIComponent does",
            lambda text: quote(text, safe=_PLAIN + "!'()*"),
        ),
        ("it leaves / as it is where %2F is expected", lambda text: quote(text, safe=_PLAIN + "/")),
        ("it writes escapes in small letters", lambda text: _small(quote(text, safe=_PLAIN))),
        ("it does not encode names and values", lambda text: text),
        (
            "it encodes a blank as + and ~ as %7E, as form encoding does",
            lambda text: quote_plus(text, safe="-_.*").replace("~", "%7E"),
        ),
        (
            "it encodes text as GBK where UTF-8 is expected",
            lambda text: quote(text.encode("gbk", "replace"), safe=_PLAIN),
        ),
    )
)


def _small(text: str) -> str:
    import re

    return re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), text)


def _joined(pairs: list[tuple[str, str]], encode: Callable[[str], str]) -> str:
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)


def _v1_strings(method: str, params: Mapping[str, str]) -> Iterator[Cause]:
    """The strings that clients are known to sign by mistake."""
    right = signing.percent_encode
    pairs = sorted(params.items())
    canonical = _joined(pairs, right)
    written = {name: f"{right(name)}={right(value)}" for name, value in pairs}
    for other in ("GET", "POST"):
        if other != method:
            yield Cause(_METHOD.format(other=other, method=method), f"{other}&%2F&{right(canonical)}")
    for said, encode in _ENCODERS:
        wrong = _joined(pairs, encode)
        yield Cause(said, f"{method}&%2F&{right(wrong)}")
        yield Cause(_BOTH.format(cause=said), f"{method}&%2F&{encode(wrong)}")
    yield Cause("it encodes once where the query is encoded twice", f"{method}&%2F&{canonical}")
    yield Cause("it does not encode the path: & / & where &%2F& is expected", f"{method}&/&{right(canonical)}")
    yield Cause("it encodes three times", f"{method}&%2F&{right(right(canonical))}")
    orders = marked(
        (
            ("it sorts the parameters without regard to case", sorted(pairs, key=lambda pair: pair[0].lower())),
            ("it does not sort the parameters", list(params.items())),
            ("it leaves empty parameters out", [pair for pair in pairs if pair[1]]),
        )
    )
    for said, ordered in orders:
        yield Cause(said, f"{method}&%2F&{right(_joined(ordered, right))}")
    for name in params:
        rest = "&".join([pair for other, pair in written.items() if other != name])
        yield Cause(_NAME.format(name=name), signing.v1_of_canonical(method, rest))


def _v3_strings(
    right: str, method: str, query: Mapping[str, str], headers: Mapping[str, str], signed: str, body_hash: str
) -> Iterator[Cause]:
    announced = headers.get("x-acs-content-sha256", "").lower()
    empty = hashlib.sha256(b"").hexdigest()
    hashes = (
        (marked("the body that arrived is not the one whose hash it signed"), announced),
        (marked("it signed the hash of an empty body"), empty),
        (marked("it signed UNSIGNED-PAYLOAD"), "UNSIGNED-PAYLOAD"),
    )
    for said, other in hashes:
        yield Cause(said, signing.v3_canonical_request(method, "/", query, headers, signed, other))
    for other in ("GET", "POST"):
        if other != method:
            yield Cause(_METHOD.format(other=other, method=method), right.replace(f"{method}\n", f"{other}\n", 1))
    yield Cause("it signed an empty path where / is expected", right.replace("\n/\n", "\n\n", 1))
    lines = right.split("\n")
    for said, encode in _ENCODERS:
        yield Cause(said, "\n".join([*lines[:2], _joined(sorted(query.items()), encode), *lines[3:]]))
    yield Cause("it leaves the query out", "\n".join([*lines[:2], "", *lines[3:]]))
    names = signed.split(";")
    ordered = ";".join(sorted(names))
    if ordered != signed:
        yield Cause("it does not sort the signed headers", _v3(method, query, headers, ordered, body_hash))
    unbroken = "\n".join(line for number, line in enumerate(lines) if number != 3 + len(names))
    yield Cause("it lacks the empty line after the headers", unbroken)
    for name in names:
        rest = ";".join(other for other in names if other != name)
        yield Cause(_HEADER.format(name=name), _v3(method, query, headers, rest, body_hash))


def _v3(method: str, query: Mapping[str, str], headers: Mapping[str, str], signed: str, body_hash: str) -> str:
    return signing.v3_canonical_request(method, "/", query, headers, signed, body_hash)
