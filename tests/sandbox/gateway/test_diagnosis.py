"""A signature that does not match is explained: every mistake that is known, made by a client, is found and named."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus, urlencode

import pytest

from dmcli.api.wire import Request
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.gateway.diagnosis import difference

SECRET = "dm-sandbox-secret"
WHEN = datetime(2026, 3, 15, 4, tzinfo=UTC)


def good(text):
    return quote(text, safe="-_.~")


class Client:
    """A client of the older signature, right unless a mistake is put in."""

    method = signed_method = "POST"
    path = "%2F"
    key = f"{SECRET}&"
    digest = "sha1"
    leaves_out = ()
    empties = True

    def encode(self, text):
        return good(text)

    def again(self, text):
        return good(text)

    def ordered(self, params):
        return sorted(params.items())

    def written(self, digest):
        return base64.b64encode(digest).decode()

    def string(self, params):
        pairs = [(name, value) for name, value in self.ordered(params) if name not in self.leaves_out]
        pairs = [pair for pair in pairs if pair[1] or self.empties]
        joined = "&".join(f"{self.encode(name)}={self.encode(value)}" for name, value in pairs)
        return f"{self.signed_method}&{self.path}&{self.again(joined)}"

    def request(self, params):
        string = self.string(params)
        digest = hmac.digest(self.key.encode(), string.encode(), self.digest)
        body = urlencode({**params, "Signature": self.written(digest)})
        return Request(self.method, "http://h/", {"host": "h"}, body.encode())


def client(**mistakes):
    return type("Mistaken", (Client,), mistakes)()


MISTAKES = {
    "it signed with the bare secret; this signature wants & after it": client(key=SECRET),
    "its secret has a line break at the end": client(key=f"{SECRET}\n&"),
    "it used SHA-256 where HMAC-SHA1 is announced": client(digest="sha256"),
    "it sent the signature in hex where base64 is expected": client(written=lambda _, digest: digest.hex()),
    "it signed GET and sent POST": client(signed_method="GET"),
    "it encodes a blank as + where %20 is expected": client(encode=lambda _, t: quote_plus(t, safe="-_.~")),
    "it leaves * as it is where %2A is expected": client(encode=lambda _, t: quote(t, safe="-_.~*")),
    "it encodes ~ as %7E where it stays as it is": client(encode=lambda _, t: good(t).replace("~", "%7E")),
    "it leaves ! ' ( ) * as they are, as encodeURIComponent does": client(
        encode=lambda _, t: quote(t, safe="-_.~!'()*")
    ),
    "it leaves / as it is where %2F is expected": client(encode=lambda _, t: quote(t, safe="-_.~/")),
    "it does not encode names and values": client(encode=lambda _, t: t),
    "it encodes text as GBK where UTF-8 is expected": client(encode=lambda _, t: quote(t.encode("gbk"), safe="-_.~")),
    "it encodes once where the query is encoded twice": client(again=lambda _, t: t),
    "it encodes three times": client(again=lambda _, t: good(good(t))),
    "it does not encode the path: & / & where &%2F& is expected": client(path="/"),
    "it sorts the parameters without regard to case": client(
        ordered=lambda _, p: sorted(p.items(), key=lambda pair: pair[0].lower())
    ),
    "it does not sort the parameters": client(ordered=lambda _, p: list(p.items())),
    "it leaves empty parameters out": client(empties=False),
    "it does not sign RegionId": client(leaves_out=("RegionId",)),
}


def params(cloud, **more):
    return {
        "Timestamp": WHEN.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Action": "SingleSendMail",
        "Version": "2015-11-23",
        "Format": "JSON",
        "AccessKeyId": "dm-sandbox-id",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": next(cloud.nonces),
        "RegionId": "cn-hangzhou",
        "dkimSelector": "x",
        **cloud.mail,
        "Subject": "您好 a+b*c~d!/e'(f)",
        "TagName": "",
        **more,
    }


def explained(cloud, request):
    """What the log says of a refused call's signature."""
    reply = cloud.sandbox.exchange(request)
    answer = json.loads(reply.body)
    assert answer["Code"] == "SignatureDoesNotMatch", answer
    (found,) = call_log.list_calls(cloud.sandbox, 1, whole=True)
    assert found["code"] == "SignatureDoesNotMatch"
    return answer, found["request"]["signature"]


def test_a_client_without_mistakes_is_answered(cloud):
    assert cloud.sandbox.exchange(Client().request(params(cloud))).status == 200


@pytest.mark.parametrize("said", MISTAKES, ids=str)
def test_a_mistake_is_found(cloud, said):
    mistaken, given = MISTAKES[said], params(cloud)
    answer, why = explained(cloud, mistaken.request(given))
    assert why["cause"] == said
    assert answer["Message"].endswith(f"server string to sign is:{why['server']}")
    assert why["server"] == Client().string(given)
    theirs = mistaken.string(given)
    if theirs == why["server"]:
        assert "client" not in why
    else:
        assert why["client"] == theirs
        assert why["difference"] == difference(why["server"], theirs)


def test_another_secret_is_the_likeliest_where_no_mistake_is_found(cloud):
    _, why = explained(cloud, client(key="another&").request(params(cloud)))
    assert why["cause"].endswith("most likely its secret is not dm-sandbox-secret")
    assert "client" not in why


def test_nothing_secret_is_kept(cloud):
    given = params(cloud, Action="ModifyPWByDomain", DomainName="sandbox.test", Password="S3cret/Passw0rd")
    _, why = explained(cloud, client(key="another&").request(given | {"SecurityToken": "CAIS+token/canary"}))
    kept = json.dumps(why) + str(cloud.sql("SELECT * FROM call"))
    for secret in ("S3cret/Passw0rd", "CAIS+token/canary"):
        for form in (secret, good(secret), good(good(secret))):
            assert form not in kept


# --- the newer signature


def v3(cloud, *, mistake=lambda lines: lines, key=SECRET, body=b"KeyWord=a", announced=None):
    """A call in the newer signature; `mistake` changes the lines of the canonical request before they are signed."""
    headers = {
        "host": "h",
        "x-acs-action": "QueryTagByParam",
        "x-acs-version": "2015-11-23",
        "x-acs-date": WHEN.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": next(cloud.nonces),
        "x-acs-content-sha256": announced or hashlib.sha256(body).hexdigest(),
        "content-type": "application/x-www-form-urlencoded",
    }
    names = sorted(headers)
    query = {"PageNo": "1", "X": "a b*~"}
    canonical = "&".join(f"{good(name)}={good(query[name])}" for name in sorted(query))
    lines = ["POST", "/", canonical, *(f"{name}:{headers[name]}" for name in names), "", ";".join(names)]
    lines = mistake([*lines, hashlib.sha256(body).hexdigest()])
    string = "ACS3-HMAC-SHA256\n" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
    signature = hmac.digest(key.encode(), string.encode(), "sha256").hex()
    headers["authorization"] = (
        f"ACS3-HMAC-SHA256 Credential=dm-sandbox-id,SignedHeaders={';'.join(names)},Signature={signature}"
    )
    return Request("POST", f"http://h/?{urlencode(query)}", headers, body)


def put(number, text):
    return lambda lines: [*lines[:number], text, *lines[number + 1 :]]


V3_MISTAKES = {
    "it put & after the secret, as the older signature does; this one takes it bare": {"key": f"{SECRET}&"},
    "it signed GET and sent POST": {"mistake": put(0, "GET")},
    "it signed an empty path where / is expected": {"mistake": put(1, "")},
    "it leaves the query out": {"mistake": put(2, "")},
    "it encodes a blank as + where %20 is expected": {"mistake": put(2, "PageNo=1&X=a+b%2A~")},
    "it signed the hash of an empty body": {"mistake": put(-1, hashlib.sha256(b"").hexdigest())},
    "it signed UNSIGNED-PAYLOAD": {"mistake": lambda lines: [*lines[:-1], "UNSIGNED-PAYLOAD"]},
    "it lacks the empty line after the headers": {"mistake": lambda lines: [*lines[:10], *lines[11:]]},
    "it does not sign the header content-type": {
        "mistake": lambda lines: [
            *[line for line in lines[:-2] if not line.startswith("content-type:")],
            lines[-2].replace("content-type;", ""),
            lines[-1],
        ]
    },
}


def test_the_newer_signature_without_mistakes_is_answered(cloud):
    assert cloud.sandbox.exchange(v3(cloud)).status == 200


@pytest.mark.parametrize("said", V3_MISTAKES, ids=str)
def test_a_mistake_in_the_newer_signature_is_found(cloud, said):
    mistake = V3_MISTAKES[said]
    if said == "it signed the hash of an empty body":
        mistake = {"mistake": lambda lines: [*lines[:-1], hashlib.sha256(b"").hexdigest()]}
    _, why = explained(cloud, v3(cloud, **mistake))
    assert why["cause"] == said


def test_a_body_that_changed_on_the_way(cloud):
    signed = v3(
        cloud,
        announced=hashlib.sha256(b"KeyWord=b").hexdigest(),
        mistake=lambda lines: [*lines[:-1], hashlib.sha256(b"KeyWord=b").hexdigest()],
    )
    _, why = explained(cloud, signed)
    assert why["cause"] == "the body that arrived is not the one whose hash it signed"


def test_where_two_strings_part():
    assert difference("abc", "abc") == ""
    assert difference("abc", "abd") == "at character 3: server ...abc..., client ...abd..."
    assert difference("ab", "abc") == "at character 3: server ...ab..., client ...abc..."
