"""The signed request of a call, as a pure function of who calls what, when and where to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.api import signing
from dmcli.api.regions import version_for
from dmcli.api.wire import Request
from dmcli.record import Record
from dmcli.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Container, Mapping
    from datetime import datetime
    from typing import Protocol

    from dmcli.api.model import Action

    class KeySource(Protocol):
        """Gives the keys to sign with, each time they are needed.

        `owner` and `source` are those of its keys, and `warnings` are about where they are kept; these are known
        before there are keys. So is `identity`, their access key id, where it is no secret of those who have the keys;
        else "".
        """

        owner: str
        source: str
        identity: str
        warnings: tuple[str, ...]

        def __call__(self, *, renew: bool = False) -> Keys:
            """The keys; `renew` gets new ones where they are temporary. Raises DmError."""
            ...


_LONGEST_QUERY = 6000  # characters; servers and proxies take request lines of 8,000


class Keys(Record):
    """Keys to sign with. Its repr shows the end of the id only.

    `source` says in words where they are from. `owner` tells whose they are and stays the same when temporary keys are
    renewed; `expires` is when those end (epoch seconds, 0 for keys that do not).
    """

    access_key_id: str
    access_key_secret: Secret
    security_token: Secret = Secret()
    source: str = ""
    owner: str = ""
    expires: float = 0.0

    def __repr__(self) -> str:
        return f"Keys(access_key_id='***{self.access_key_id[-3:]}', source={self.source!r})"


class Target(Record):
    """Where calls go and how they are signed: base URL, region, pinned API version ("" for the region's), v1 or v3."""

    url: str
    region: str
    api_version: str = ""
    signature: str = "v1"

    def version_of(self, action: Action, params: Mapping[str, str]) -> str:
        """The API version for an action with these parameters: the newest one that has all of them."""
        given = {name.partition(".")[0] for name in params}  # Attachments.1.Name is a part of Attachments
        needed = [p.versions for p in action.params if p.name in given]
        shared = tuple([v for v in action.versions if all(v in versions for versions in needed)])
        return version_for(self.region, shared, self.api_version)


class Signed(Record):
    """What a signature also covers beside the parameters: who calls what, when and where to."""

    name: str
    version: str
    target: Target
    keys: Keys
    moment: datetime
    nonce: str
    form: str = "JSON"
    method: str = "POST"

    @property
    def stamp(self) -> str:
        """The moment as the service wants it: UTC, whole seconds."""
        return self.moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sign(call: Signed, params: Mapping[str, str], in_query: Container[str] = ()) -> Request:
    """The signed request of a call. A pure function.

    Those of the parameters that are `in_query` go in the URL, as long as it stays short enough for every proxy; the
    others, and what is common to all calls, in the form body. A GET has all of it in the URL.
    """
    if call.method == "GET":
        return _sign_get(call, params)
    query = {name: value for name, value in params.items() if name in in_query}
    line = signing.canonical_query(query)
    if len(line) > _LONGEST_QUERY:
        query, line = {}, ""
    headers = {"content-type": "application/x-www-form-urlencoded", **_headers(call)}
    form = {name: value for name, value in params.items() if name not in query}
    signed = _sign_v3(call, query, form, headers) if call.target.signature == "v3" else _sign_v1(call, query, form)
    return Request("POST", f"{call.target.url}/{'?' if line else ''}{line}", headers, signed)


def _sign_get(call: Signed, params: Mapping[str, str]) -> Request:
    headers = _headers(call)
    if call.target.signature == "v3":
        query = {**params, "RegionId": call.target.region}
        _add_v3_headers(call, query, b"", headers)
        line = signing.canonical_query(query)
    else:
        line = _sign_v1(call, {}, params).decode()
    return Request("GET", f"{call.target.url}/?{line}", headers, b"")


def _headers(call: Signed) -> dict[str, str]:
    host = call.target.url.split("://", 1)[1].split("/", 1)[0]
    return {"host": host, "accept": f"application/{call.form.lower()}"}


def _sign_v1(call: Signed, query: Mapping[str, str], form: Mapping[str, str]) -> bytes:
    """The form body with everything common in it, and the signature over query and form together."""
    body = {
        **form,
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
        body["SecurityToken"] = call.keys.security_token.reveal()
    canonical, text = signing.v1_form(call.method, body)
    if query:
        text = signing.v1_string_to_sign(call.method, {**query, **body})
    signature = signing.v1_signature(text, call.keys.access_key_secret.reveal())
    mark = "&SignatureMethod="  # what it stands before by its name
    return canonical.replace(mark, f"&Signature={signing.percent_encode(signature)}{mark}", 1).encode()


def _sign_v3(call: Signed, query: Mapping[str, str], form: Mapping[str, str], headers: dict[str, str]) -> bytes:
    """The form body; what is common, and the signature, is added to the headers."""
    body = signing.canonical_query({**form, "RegionId": call.target.region}).encode()
    _add_v3_headers(call, query, body, headers)
    return body


def _add_v3_headers(call: Signed, query: Mapping[str, str], body: bytes, headers: dict[str, str]) -> None:
    """What is common to all calls, and the signature over it, the query and the body."""
    headers |= {
        "x-acs-action": call.name,
        "x-acs-version": call.version,
        "x-acs-date": call.stamp,
        "x-acs-signature-nonce": call.nonce,
        "x-acs-content-sha256": signing.sha256_hex(body),
    }
    if call.keys.security_token:
        headers |= {
            "x-acs-accesskey-id": call.keys.access_key_id,
            "x-acs-security-token": call.keys.security_token.reveal(),
        }
    names = ";".join(sorted(headers))
    canonical = signing.v3_canonical_request(call.method, "/", query, headers, names, headers["x-acs-content-sha256"])
    signature = signing.v3_signature(signing.v3_string_to_sign(canonical), call.keys.access_key_secret.reveal())
    headers["authorization"] = signing.v3_authorization(call.keys.access_key_id, names, signature)
