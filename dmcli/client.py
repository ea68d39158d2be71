"""Calling the service over any exchange: sign a request, read its reply, walk the pages of a list."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import signing
from dmcli.api.model import V2015, Action, Effect
from dmcli.api.paging import Page, first_page, next_page, page_of
from dmcli.api.regions import version_for
from dmcli.api.wire import Ambiguous, NotSent, Reply, Request
from dmcli.errors import (
    CheckFailedError,
    ConfigError,
    DmError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from dmcli.untrusted import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dmcli.api.wire import Exchange
    from dmcli.credentials import Keys

_BY_EXIT: dict[int, type[DmError]] = {3: ConfigError, 4: UnreachableError, 5: CheckFailedError}
# After these the request may have been executed all the same (api table of codes: 5xx; a nonce that was never used
# twice by us means that somebody replayed the request).
_MAYBE_DONE = frozenset({"SignatureNonceUsed"})
_SERVER_ERROR = 500
_REPEATS = "the service gives the same page again and again; narrow the list with --keyword, or use --limit"


class Target(NamedTuple):
    """Where calls go and how they are signed: base URL, region, pinned API version ("" for the region's), v1 or v3."""

    url: str
    region: str
    api_version: str = ""
    signature: str = "v1"

    def version_of(self, action: Action, params: Mapping[str, str]) -> str:
        """The API version for an action with these parameters: the newest one that has all of them."""
        needed = [p.versions for p in action.params if p.given_in(params)]
        shared = tuple(v for v in action.versions if all(v in versions for versions in needed))
        return version_for(self.region, shared, self.api_version)


class Client(NamedTuple):
    """Calls actions. `clock` gives the time in UTC, `nonce` a fresh text for each request."""

    exchange: Exchange
    keys: Keys
    target: Target
    clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    nonce: Callable[[], str] = lambda: os.urandom(16).hex()

    def call(self, action: Action, params: Mapping[str, str]) -> dict[str, Any]:
        """One call; the reply's object. Raises DmError."""
        reply = self.send(action.name, params, self.target.version_of(action, params), effect=action.effect)
        return read(reply, action.effect)

    def pages(self, action: Action, params: Mapping[str, str], size: int = 0) -> Iterator[Page]:
        """The pages of a list, each fetched when it is asked for. `size` 0 is the catalogue's page size."""
        if action.paging is None:
            raise ValueError(action.name)
        asked = dict(params) | first_page(action.paging, size)
        before: list[dict[str, Any]] = []
        mark, turn, limit, seen = "", 0, 1, 0
        while True:
            page = page_of(action, self.call(action, asked))
            seen += len(page.rows)
            following = next_page(action.paging, asked, page.reply, len(page.rows), seen)
            cursor = following.get(action.paging.cursor, "")
            if (cursor and cursor == mark) or (not cursor and page.rows and page.rows == before):
                raise UnreachableError(_REPEATS)
            yield page._replace(more=bool(following))
            if not following:
                return
            before, turn = page.rows, turn + 1
            if turn == limit:  # Brent's search: any circle of cursors is found, and one cursor is remembered
                mark, limit = cursor, limit * 2
            asked |= following

    def rows(self, action: Action, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """The rows of a list, over all pages."""
        for page in self.pages(action, params):
            yield from page.rows

    def send(
        self, name: str, params: Mapping[str, str], version: str = V2015, *, effect: Effect, form: str = "JSON"
    ) -> Reply:
        """Sign and send one request; the reply as received. Raises UnreachableError or UnknownOutcomeError."""
        call = Signed(name, version, self.target, self.keys, self.clock(), self.nonce(), form)
        request = sign(call, params)
        try:
            return self.exchange(request)
        except NotSent as error:
            raise UnreachableError(f"{error}; nothing was sent, it is safe to run this again") from None
        except Ambiguous as error:
            raise _ambiguous(str(error), effect) from None


class Signed(NamedTuple):
    """What a signature covers besides the parameters: who calls what, when and where to."""

    name: str
    version: str
    target: Target
    keys: Keys
    moment: datetime
    nonce: str
    form: str = "JSON"

    @property
    def stamp(self) -> str:
        """The moment as the service wants it: UTC, whole seconds."""
        return self.moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sign(call: Signed, params: Mapping[str, str]) -> Request:
    """The signed POST request of a call, its parameters in the form body. A pure function."""
    host = call.target.url.split("://", 1)[1].split("/", 1)[0]
    headers = {
        "host": host,
        "content-type": "application/x-www-form-urlencoded",
        "accept": f"application/{call.form.lower()}",
    }
    body = _sign_v3(call, params, headers) if call.target.signature == "v3" else _sign_v1(call, params)
    return Request("POST", f"{call.target.url}/", headers, body)


def _sign_v1(call: Signed, params: Mapping[str, str]) -> bytes:
    """The form body with everything common in it, and the signature."""
    everything = {
        **params,
        "Action": call.name,
        "Version": call.version,
        "Format": call.form,
        "RegionId": call.target.region,
        "AccessKeyId": call.keys.access_key_id,
        "SignatureMethod": signing.V1_METHOD,
        "SignatureVersion": "1.0",
        "SignatureNonce": call.nonce,
        "Timestamp": call.stamp,
    }
    if call.keys.security_token:
        everything["SecurityToken"] = call.keys.security_token
    form = signing.canonical_query(everything)
    signature = signing.v1_signature(signing.v1_of_canonical("POST", form), call.keys.access_key_secret)
    return f"{form}&Signature={signing.percent_encode(signature)}".encode()


def _sign_v3(call: Signed, params: Mapping[str, str], headers: dict[str, str]) -> bytes:
    """The form body; what is common, and the signature, is added to the headers."""
    body = signing.canonical_query({**params, "RegionId": call.target.region}).encode()
    headers |= {
        "x-acs-action": call.name,
        "x-acs-version": call.version,
        "x-acs-date": call.stamp,
        "x-acs-signature-nonce": call.nonce,
        "x-acs-content-sha256": signing.sha256_hex(body),
    }
    if call.keys.security_token:
        headers |= {"x-acs-accesskey-id": call.keys.access_key_id, "x-acs-security-token": call.keys.security_token}
    names = ";".join(sorted(headers))
    canonical = signing.v3_canonical_request("POST", "/", {}, headers, names, headers["x-acs-content-sha256"])
    signature = signing.v3_signature(signing.v3_string_to_sign(canonical), call.keys.access_key_secret)
    headers["authorization"] = signing.v3_authorization(call.keys.access_key_id, names, signature)
    return body


def read(reply: Reply, effect: Effect, form: str = "JSON") -> dict[str, Any]:
    """The object of a successful reply. Raises DmError for anything else.

    Success is HTTP 2xx with a RequestId; `Code` alone says nothing, since ModifyPWByDomain has one when it succeeds.
    Of an XML reply only its top fields are read, enough to tell success from error.
    """
    answer = _xml_fields(reply.body) if form == "XML" else _json_object(reply.body)
    if reply.status // 100 == 2 and "RequestId" in answer:  # noqa: PLR2004
        return answer
    code, message = (str(answer.get(name) or answer.get(name.lower()) or "") for name in ("Code", "Message"))
    if code:
        request_id = str(answer.get("RequestId") or answer.get("requestId") or "")
        raise error_of(code, message, request_id, reply.status, effect)
    if reply.status // 100 in (2, 5):
        raise _ambiguous(f"the reply (HTTP {reply.status}) is not one of DirectMail's", effect)
    raise UnreachableError(
        f"something other than DirectMail answered with HTTP {reply.status}: check the endpoint and the proxy",
        http_status=reply.status,
    )


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        answer = read_json(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _xml_fields(body: bytes) -> dict[str, Any]:
    import re

    text = body.decode("utf-8", "replace")
    found = re.findall(r"<(Code|Message|RequestId)>([^<]*)</", text)
    plain = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
    fields = {}
    for name, value in found:
        for entity, character in plain:
            value = value.replace(entity, character)  # noqa: PLW2901  decoded step by step
        fields[name] = value
    return fields


def error_of(code: str, message: str, request_id: str, status: int, effect: Effect) -> DmError:
    """The exception for an error that the service answered with a code."""
    from dmcli.api import codes

    known = codes.find(code)
    kind = _BY_EXIT.get(known.exit if known else 1, RefusedError)
    if "Throttling" not in code and (status >= _SERVER_ERROR or code in _MAYBE_DONE):
        kind = UnknownOutcomeError if effect is Effect.SEND else UnreachableError
    return kind(_redacted(message) or code, code=code, request_id=request_id, http_status=status)


def _redacted(message: str) -> str:
    """A message without the string to sign that SignatureDoesNotMatch ends with: it holds every parameter."""
    return message.split(" server string to sign is:", 1)[0]


def _ambiguous(what: str, effect: Effect) -> DmError:
    if effect is Effect.SEND:
        return UnknownOutcomeError(
            f"{what}: the mail may or may not have been accepted",
            hint="Do not simply send again: look the recipient up with 'dm stats details --to ADDRESS' first.",
        )
    if effect is Effect.READ:
        return UnreachableError(f"{what}; it is safe to run this again")
    return UnreachableError(f"{what}: the change may have been made; look before you run this again")
