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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dmcli.api.wire import Exchange
    from dmcli.credentials import Keys

_BY_EXIT: dict[int, type[DmError]] = {3: ConfigError, 4: UnreachableError, 5: CheckFailedError}
# After these the request may have been executed all the same (api table of codes: 5xx; a nonce that was never used
# twice by us means that somebody replayed the request).
_MAYBE_DONE = frozenset({"SignatureNonceUsed"})
_SERVER_ERROR = 500


class Target(NamedTuple):
    """Where calls go and how they are signed: base URL, region, pinned API version ("" for the region's), v1 or v3."""

    url: str
    region: str
    api_version: str = ""
    signature: str = "v1"

    def version_of(self, action: Action, params: Mapping[str, str]) -> str:
        """The API version for an action with these parameters: the newest one that has all of them."""
        needed = [p.versions for p in action.params if p.name in params]
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
        seen = 0
        while True:
            page = page_of(action, self.call(action, asked))
            seen += len(page.rows)
            following = next_page(action.paging, asked, page.reply, len(page.rows), seen)
            yield page._replace(more=bool(following))
            if not following:
                return
            asked |= following

    def rows(self, action: Action, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """The rows of a list, over all pages."""
        for page in self.pages(action, params):
            yield from page.rows

    def send(
        self, name: str, params: Mapping[str, str], version: str = V2015, *, effect: Effect, form: str = "JSON"
    ) -> Reply:
        """Sign and send one request; the reply as received. Raises UnreachableError or UnknownOutcomeError."""
        request = sign(name, version, params, self.target, self.keys, self.clock(), self.nonce(), form)
        try:
            return self.exchange(request)
        except NotSent as error:
            raise UnreachableError(f"{error}; nothing was sent, it is safe to run this again") from None
        except Ambiguous as error:
            raise _ambiguous(str(error), effect) from None


def sign(  # a pure function: the same arguments give the same request
    name: str,
    version: str,
    params: Mapping[str, str],
    target: Target,
    keys: Keys,
    moment: datetime,
    nonce: str,
    form: str = "JSON",
) -> Request:
    """The signed POST request of an action, its parameters in the form body; `form` is JSON or XML."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    host = target.url.split("://", 1)[1].split("/", 1)[0]
    headers = {
        "host": host,
        "content-type": "application/x-www-form-urlencoded",
        "accept": f"application/{form.lower()}",
    }
    if target.signature == "v3":
        body = signing.canonical_query({**params, "RegionId": target.region}).encode()
        headers |= {
            "x-acs-action": name,
            "x-acs-version": version,
            "x-acs-date": stamp,
            "x-acs-signature-nonce": nonce,
            "x-acs-content-sha256": signing.sha256_hex(body),
        }
        if keys.security_token:
            headers |= {"x-acs-accesskey-id": keys.access_key_id, "x-acs-security-token": keys.security_token}
        signed = ";".join(sorted(headers))
        canonical = signing.v3_canonical_request("POST", "/", {}, headers, signed, headers["x-acs-content-sha256"])
        signature = signing.v3_signature(signing.v3_string_to_sign(canonical), keys.access_key_secret)
        headers["authorization"] = signing.v3_authorization(keys.access_key_id, signed, signature)
        return Request("POST", f"{target.url}/", headers, body)
    everything = {
        **params,
        "Action": name,
        "Version": version,
        "Format": form,
        "RegionId": target.region,
        "AccessKeyId": keys.access_key_id,
        "SignatureMethod": signing.V1_METHOD,
        "SignatureVersion": "1.0",
        "SignatureNonce": nonce,
        "Timestamp": stamp,
    }
    if keys.security_token:
        everything["SecurityToken"] = keys.security_token
    form_body = signing.canonical_query(everything)
    signature = signing.v1_signature(signing.v1_of_canonical("POST", form_body), keys.access_key_secret)
    body = f"{form_body}&Signature={signing.percent_encode(signature)}".encode()
    return Request("POST", f"{target.url}/", headers, body)


def read(reply: Reply, effect: Effect) -> dict[str, Any]:
    """The object of a successful JSON reply. Raises DmError for anything else.

    Success is HTTP 2xx with a RequestId; `Code` alone says nothing, since ModifyPWByDomain has one when it succeeds.
    """
    import json

    try:
        answer = json.loads(reply.body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        answer = {}
    if reply.status // 100 == 2 and "RequestId" in answer:  # noqa: PLR2004
        return answer
    code, message = (str(answer.get(name) or answer.get(name.lower()) or "") for name in ("Code", "Message"))
    if code:
        raise error_of(
            code, message, str(answer.get("RequestId") or answer.get("requestId") or ""), reply.status, effect
        )
    if reply.status // 100 in (2, 5):
        raise _ambiguous(f"the reply (HTTP {reply.status}) is not one of DirectMail's", effect)
    raise UnreachableError(
        f"something other than DirectMail answered with HTTP {reply.status}: check the endpoint and the proxy",
        http_status=reply.status,
    )


def error_of(code: str, message: str, request_id: str, status: int, effect: Effect) -> DmError:
    """The exception for an error that the service answered with a code."""
    from dmcli.api import codes

    known = codes.find(code)
    kind = _BY_EXIT.get(known.exit if known else 1, RefusedError)
    throttled = "Throttling" in code
    if effect is Effect.SEND and not throttled and (status >= _SERVER_ERROR or code in _MAYBE_DONE):
        kind = UnknownOutcomeError
    elif status >= _SERVER_ERROR:
        kind = UnreachableError
    return kind(message or code, code=code, request_id=request_id, http_status=status)


def _ambiguous(what: str, effect: Effect) -> DmError:
    if effect is Effect.SEND:
        return UnknownOutcomeError(
            f"{what}: the mail may or may not have been accepted",
            hint="Do not simply send again: look the recipient up with 'dm stats details --to ADDRESS' first.",
        )
    if effect is Effect.READ:
        return UnreachableError(f"{what}; it is safe to run this again")
    return UnreachableError(f"{what}: the change may have been made; look before you run this again")
