"""What is on the wire: signatures as the vendor's own code makes them, refusals, formats, faults."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

import pytest
from alibabacloud_tea_openapi.utils import Utils
from hypothesis import given, settings
from hypothesis import strategies as st

from dmcli.api.wire import Request
from dmcli.sandbox import emulator
from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.gateway import signature
from dmcli.sandbox.gateway.request import read_call

SECRET = "dm-sandbox-secret"
HARD = "您好 + 100% *'()!~ &=?/ 😀"
NOW = datetime(2026, 3, 15, 4, 0, tzinfo=UTC)
OLD = {
    "Version": "2015-11-23",
    "Format": "json",
    "AccessKeyId": "dm-sandbox-id",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureVersion": "1.0",
    "SignatureType": "",
    "SignatureNonce": "n",
    "Timestamp": "2026-03-15T04:00:00Z",
}
WAYS_TO_WRITE = {
    "as it is signed": lambda params: urlencode(sorted(params.items()), quote_via=quote, safe="-_.~"),
    "with plus": urlencode,
    "with raw marks": lambda params: urlencode(params, quote_via=quote, safe="*'()!~"),
    "in small letters": lambda params: "&".join(f"{k}={lower(v)}" for k, v in params.items()),
    "with raw equals": lambda params: urlencode(params, quote_via=quote, safe="="),
}


def lower(text: str) -> str:
    """Everything escaped, in small letters."""
    return "".join(f"%{byte:02x}" for byte in text.encode())


def old(method: str = "POST", *, secret: str = SECRET, **params: str) -> dict[str, str]:
    """Parameters signed by the vendor's code."""
    params = OLD | params
    return params | {"Signature": Utils.get_rpcsignature(params, method, secret)}


def new(action: str, *, query: str = "", body: bytes = b"", secret: str = SECRET, **more: str) -> Request:
    """A request signed by the vendor's code, all its headers, as its SDK does."""
    headers = {
        "host": "http://127.0.0.1:8025",  # an endpoint given with its scheme is sent so
        "x-acs-action": action,
        "x-acs-version": "2015-11-23",
        "x-acs-date": "2026-03-15T04:00:00Z",
        "x-acs-signature-nonce": "n",
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "accept": "application/json",
        "user-agent": "AlibabaCloud (Linux; x86_64)",
        **({"content-type": "application/x-www-form-urlencoded"} if body else {}),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    signed = SimpleNamespace(method="POST", pathname="/", query=dict(parse_qsl(query, True)), headers=headers)
    authorization = Utils.get_authorization(
        signed, "ACS3-HMAC-SHA256", headers["x-acs-content-sha256"], "dm-sandbox-id", secret
    )
    url = f"http://127.0.0.1:8025/?{query}" if query else "http://127.0.0.1:8025/"
    return Request("POST", url, {**headers, "authorization": authorization}, body)


def posted(params: dict[str, str]) -> Request:
    """The parameters in a form body."""
    return Request("POST", "http://h/", {"host": "h"}, urlencode(params).encode())


def code(cloud, request: Request) -> str:
    """The code of the refusal, "" for a success."""
    reply = cloud.sandbox.exchange(request)
    return str(json.loads(reply.body).get("Code", "") if reply.status != 200 else "")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("where", ["query", "body", "both"])
@pytest.mark.parametrize("write", WAYS_TO_WRITE.values(), ids=WAYS_TO_WRITE)
def test_the_old_scheme_however_it_is_written(cloud, method, where, write):
    params = old(method, Action="CreateTag", TagName=HARD, SecurityToken="t/+=", Empty="")
    half = {name: params.pop(name) for name in list(params)[::2]} if where == "both" else {}
    form, rest = write(params), write(half) if half else ""
    url, body = (f"http://h/?{form}", rest) if where != "body" else ("http://h/", form)
    assert code(cloud, Request(method, url, {"host": "h"}, body.encode())) == ""
    assert cloud.ok("QueryTagByParam")["data"]["tag"][-1]["TagName"] == HARD


@pytest.mark.parametrize("written", ["%", "%2", "%%20", "%2%200", "%%2020", "%2%20%200", "%20%2"])
def test_the_old_scheme_with_a_percent_sign_that_begins_no_escape(written):
    signed = old(Action="X", Odd=written.replace("%20", " "))  # it stands for itself
    form = WAYS_TO_WRITE["as it is signed"]({name: value for name, value in signed.items() if name != "Odd"})
    request = Request("POST", "http://h/", {"host": "h"}, f"{form}&Odd={written}".encode())
    call = read_call(request)
    assert call.params == signed
    signature.verify(request, call, NOW)


@pytest.mark.parametrize("where", ["query", "body"])
@pytest.mark.parametrize("escape", [quote, quote_plus])
def test_the_new_scheme(cloud, where, escape):
    form = f"TagName={escape(HARD, safe='')}"
    request = new("CreateTag", query=form) if where == "query" else new("CreateTag", body=form.encode())
    assert code(cloud, request) == ""
    assert cloud.ok("QueryTagByParam")["data"]["tag"][-1]["TagName"] == HARD


def test_the_new_scheme_with_a_temporary_key_and_headers_unsigned(cloud):
    request = new("QueryTagByParam", x_acs_accesskey_id="dm-sandbox-id", x_acs_security_token="t/+=")
    request.headers["content-type"] = "application/octet-stream"  # what one SDK adds after signing
    assert code(cloud, request) == ""


TEXTS = st.text(st.sampled_from("aZ0-_.~ +%&=*'()!/é您😀\r\n\x00"), max_size=8)


@settings(max_examples=150, database=None)
@given(st.dictionaries(TEXTS.filter(bool), TEXTS, max_size=5), st.sampled_from(sorted(WAYS_TO_WRITE)))
def test_what_the_vendor_signs_is_verified_and_read(params, way):
    if way in ("in small letters", "with raw equals"):  # these leave names alone
        params = {f"N{number}": value for number, value in enumerate(params.values())}
    signed = old(**params, Action="X") if not params.keys() & OLD.keys() else old(Action="X")
    body = WAYS_TO_WRITE[way](signed).encode()
    request = Request("POST", "http://h/", {"host": "h"}, body)
    call = read_call(request)
    assert call.params == signed
    signature.verify(request, call, NOW)


@pytest.mark.parametrize("part", ["TagName", "Action", "Timestamp", "SignatureNonce", "Version", "AccessKeyId", "More"])
def test_a_change_after_signing_is_refused(cloud, part):
    params = old(Action="CreateTag", TagName="a")
    changed = {"Timestamp": "2026-03-15T04:00:01Z", "Action": "QueryTagByParam", "Version": "2017-06-22"}
    params[part] = changed.get(part, params.get(part, "") + "x")
    expected = "InvalidAccessKeyId.NotFound" if part == "AccessKeyId" else "SignatureDoesNotMatch"
    assert code(cloud, posted(params)) == expected
    assert cloud.ok("QueryTagByParam")["TotalCount"] == 1


SIGNED_PARTS = ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"]


@pytest.mark.parametrize("part", [*SIGNED_PARTS, "body", "url", "method", "authorization"])
def test_a_change_after_signing_is_refused_in_the_new_scheme(cloud, part):
    request = new("CreateTag", body=b"TagName=a", query="x=1")
    headers = dict(request.headers)
    changed = {
        "body": request._replace(body=b"TagName=b"),
        "url": request._replace(url=request.url.replace("x=1", "x=2")),
        "method": request._replace(method="GET"),
    }
    values = {"x-acs-action": "DeleteTag", "x-acs-version": "2017-06-22", "x-acs-date": "2026-03-15T04:00:01Z"}
    headers[part] = values.get(part, headers.get(part, "") + "0")
    assert code(cloud, changed.get(part, request._replace(headers=headers))) == "SignatureDoesNotMatch"
    assert cloud.ok("QueryTagByParam")["TotalCount"] == 1


def test_what_decides_must_be_signed(cloud):
    request = new("QueryTagByParam")
    for name in ("host", "x-acs-action", "x-acs-date"):
        loose = request.headers["authorization"].replace(f"{name};", "")
        assert (
            code(cloud, request._replace(headers={**request.headers, "authorization": loose})) == "IncompleteSignature"
        )
    for broken in ("ACS3-HMAC-SHA256", "ACS3-HMAC-SHA256 Credential=a", "ACS3-HMAC-SHA256 ,,="):
        headers = {**request.headers, "authorization": broken}
        assert code(cloud, request._replace(headers=headers)) == "IncompleteSignature"


def test_the_string_that_was_signed_is_told(cloud):
    reply = cloud.sandbox.exchange(posted(old(secret="wrong", Action="QueryTagByParam")))
    answer = json.loads(reply.body)
    expected = "Specified signature is not matched with our calculation. server string to sign is:POST&%2F&AccessKeyId"
    assert (reply.status, answer["Code"]) == (400, "SignatureDoesNotMatch")
    assert answer["Message"].startswith(expected)
    assert code(cloud, new("QueryTagByParam", secret="wrong")) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("changed", "status", "expected"),
    [
        ({"AccessKeyId": "LTAIother"}, 404, "InvalidAccessKeyId.NotFound"),
        ({"AccessKeyId": ""}, 400, "MissingAccessKeyId"),
        ({"SignatureNonce": ""}, 400, "MissingSignatureNonce"),
        ({"Timestamp": ""}, 400, "MissingTimestamp"),
        ({"SignatureMethod": "HMAC-SHA256"}, 400, "InvalidSignatureMethod"),
        ({"Timestamp": "2026-03-15 04:00:00"}, 400, "InvalidTimeStamp.Format"),
        ({"Timestamp": "2026-03-15T04:00:00.5Z"}, 400, "InvalidTimeStamp.Format"),
        ({"Timestamp": "2026-02-30T04:00:00Z"}, 400, "InvalidTimeStamp.Format"),
        ({"Timestamp": "2026-03-15T03:44:59Z"}, 400, "InvalidTimeStamp.Expired"),
        ({"Timestamp": "2026-03-15T04:15:01Z"}, 400, "InvalidTimeStamp.Expired"),
        ({"Version": "2016-01-01"}, 400, "InvalidVersion"),
        ({"Version": ""}, 400, "MissingVersion"),
        ({"Action": ""}, 400, "MissingAction"),
        ({"Action": "MakeCoffee"}, 404, "InvalidAction.NotFound"),
        ({"Action": "ListBlockSending", "Version": "2017-06-22"}, 404, "InvalidAction.NotFound"),
    ],
)
def test_calls_that_are_not_well_made(cloud, changed, status, expected):
    reply = cloud.sandbox.exchange(posted(old(**{"Action": "QueryTagByParam", **changed})))
    answer = json.loads(reply.body)
    assert (reply.status, answer["Code"]) == (status, expected)
    assert answer["Message"] not in ("", expected)


@pytest.mark.parametrize("minutes", [-15, 15])
def test_a_clock_may_be_fifteen_minutes_off(cloud, minutes):
    stamp = (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert code(cloud, posted(old(Action="QueryTagByParam", Timestamp=stamp))) == ""


def test_an_unsigned_request_is_told_what_is_missing(cloud):
    params = {"Action": "QueryTagByParam", "Version": "2015-11-23", "Format": "JSON"}
    assert code(cloud, posted(params)) == "MissingAccessKeyId"


def test_a_nonce_is_good_once_whatever_became_of_the_call(cloud):
    good, bad = old(Action="QueryTagByParam"), old(Action="CreateTag", SignatureNonce="m")
    assert code(cloud, posted(good)) == ""
    assert code(cloud, posted(good)) == "SignatureNonceUsed"
    assert code(cloud, posted(bad)) == "MissingTagName"
    assert code(cloud, posted(bad)) == "SignatureNonceUsed"


def test_nonces_are_remembered_as_long_as_a_stamp_is_good_and_no_longer(cloud):
    ahead = (NOW + timedelta(minutes=15)).strftime("%Y-%m-%dT%H:%M:%SZ")
    request = posted(old(Action="QueryTagByParam", Timestamp=ahead))
    assert code(cloud, request) == ""
    cloud.pass_time(minutes=30)
    assert code(cloud, request) == "SignatureNonceUsed"
    cloud.pass_time(hours=2)
    cloud.ok("QueryTagByParam")
    assert cloud.sql("SELECT count(*) FROM nonce") == [(1,)]


@pytest.mark.parametrize(
    ("params", "headers", "xml"),
    [
        ({"Format": "JSON"}, {}, False),
        ({"Format": "json"}, {}, False),
        ({"Format": "XML"}, {}, True),
        ({}, {}, True),
    ],
)
def test_the_old_scheme_answers_xml_unless_asked_otherwise(cloud, params, headers, xml):
    unsigned = {"Action": "QueryTagByParam", "Version": "2015-11-23", **params}
    request = posted(unsigned)
    reply = cloud.sandbox.exchange(request._replace(headers={**request.headers, **headers}))
    assert reply.headers["content-type"] == ("text/xml;charset=utf-8" if xml else "application/json;charset=utf-8")


@pytest.mark.parametrize(("accept", "xml"), [("application/json", False), ("*/*", False), ("application/xml", True)])
def test_the_new_scheme_answers_json_unless_asked_otherwise(cloud, accept, xml):
    reply = cloud.sandbox.exchange(new("QueryTagByParam", accept=accept))
    assert reply.status == 200
    assert reply.body.startswith(b"<?xml" if xml else b"{")


def test_errors_say_all_that_clients_look_for(cloud):
    reply = cloud.sandbox.exchange(posted(old(Action="DeleteTag", TagId="99")))
    answer = json.loads(reply.body)
    assert set(answer) == {"RequestId", "HostId", "Code", "Message", "Recommend"}
    assert (reply.status, answer["HostId"]) == (404, "h")
    assert reply.headers["x-acs-request-id"] == answer["RequestId"]
    assert reply.headers["date"] == "Sun, 15 Mar 2026 04:00:00 GMT"
    root = ET.fromstring(  # noqa: S314
        cloud.sandbox.exchange(
            posted(old(Action="DeleteTag", TagId="99", Format="xml", SignatureNonce="o"))
        ).body.decode()
    )
    assert [child.tag for child in root] == ["RequestId", "HostId", "Code", "Message"]
    assert (root.tag, root.findtext("Code")) == ("Error", "InvalidTag.NotFound")


def test_xml_is_well_formed_whatever_was_kept(cloud):
    cloud.ok("CreateTag", TagName="<&>\x01]]>", TagDescription=HARD)
    reply = cloud.sandbox.exchange(posted(old(Action="QueryTagByParam", Format="XML")))
    tag = ET.fromstring(reply.body.decode()).findall("data/tag")[1]  # noqa: S314
    assert (tag.findtext("TagName"), tag.findtext("TagDescription")) == ("<&>\ufffd]]>", HARD)


def test_the_action_in_the_parameters_counts_more_than_the_header(cloud):
    request = posted(old(Action="QueryTagByParam"))
    assert code(cloud, request._replace(headers={"host": "h", "x-acs-action": "queryTagByParam"})) == ""


def test_some_actions_take_one_method_alone(cloud):
    assert code(cloud, posted(old(Action="GetUser"))) == "UnsupportedHTTPMethod"
    assert code(cloud, cloud.request("GetUser", {})) == ""
    request = cloud.request("UpdateUser", {"User": "{}"})
    url = f"{request.url}?{request.body.decode()}"
    assert code(cloud, request._replace(method="GET", url=url, body=b"")) == "UnsupportedHTTPMethod"


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("PUT", "http://h/", "UnsupportedHTTPMethod"),
        ("POST", "http://h/other", "InvalidAction.NotFound"),
        ("POST", "http://h", ""),
    ],
)
def test_method_and_path(cloud, method, url, expected):
    request = posted(old(Action="QueryTagByParam"))
    assert code(cloud, request._replace(method=method, url=url)) == expected


def test_bodies_of_other_kinds_are_no_parameters(cloud):
    query = urlencode(old(Action="QueryTagByParam"))
    for kind, body in (("application/json", b'{"a=b&c": 1}'), ("multipart/form-data; boundary=x", b"--x\r\na=b")):
        request = Request("POST", f"http://h/?{query}", {"host": "h", "content-type": kind}, body)
        assert read_call(request).params["Action"] == "QueryTagByParam"
        assert len(read_call(request).params) == len(old(Action="QueryTagByParam"))


def test_a_fault_is_an_answer_and_says_where_it_was(cloud, capsys):
    cloud.sql("ALTER TABLE tag RENAME TO gone")
    assert cloud.refused("QueryTagByParam") == (503, "ServiceUnavailable")
    said = capsys.readouterr().err
    assert said.startswith("sandbox: QueryTagByParam failed: LocalIOError at ")
    assert said.count("\n") == 1
    cloud.sql("UPDATE template SET created = 1e300")
    assert cloud.refused("QueryTemplateByParam") == (500, "InternalError")
    assert "1e" not in capsys.readouterr().err


def test_a_fault_undoes_what_the_call_did(cloud):
    cloud.sql("ALTER TABLE used RENAME TO gone")
    cloud.sql("CREATE TABLE used (day INTEGER)")
    assert cloud.refused("SingleSendMail", **cloud.mail)[0] == 503
    assert cloud.sql("SELECT count(*) FROM mail") == [(0,)]


SANDBOX = Sandbox(":memory:", now=lambda: NOW)


@settings(max_examples=200, database=None)
@given(
    st.sampled_from(["GET", "POST", "", "é"]),
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(["authorization", "content-type", "accept", "host", "x-acs-date", "x-acs-action"]),
        st.text(max_size=20) | st.text(max_size=20).map(lambda text: f"ACS3-HMAC-SHA256 Credential={text}"),
    ),
    st.binary(max_size=40),
)
def test_no_request_raises(method, url, headers, body):
    reply = SANDBOX.exchange(Request(method, f"http://h/{url}", headers, body))
    assert 400 <= reply.status < 500


@pytest.mark.parametrize("odd", ["KeyWord=a&KeyWord=b", "KeyWord=%C3"])
def test_what_cannot_be_decoded_and_encoded_again_is_not_signed_as_it_was_sent(cloud, odd):
    """The service signs decoded values: of a name given twice one, and of bytes that are no UTF-8 their replacement."""
    rest = [(name, quote(value, safe="-_.~")) for name, value in (OLD | {"Action": "QueryTagByParam"}).items()]
    sent = sorted([*rest, *(tuple(pair.split("=")) for pair in odd.split("&"))])
    form = "&".join(f"{name}={value}" for name, value in sent)
    text = f"POST&%2F&{quote(form, safe='-_.~')}"
    signature = base64.b64encode(hmac.digest(f"{SECRET}&".encode(), text.encode(), "sha1")).decode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = f"{form}&Signature={quote(signature, safe='')}".encode()
    assert code(cloud, Request("POST", "http://sandbox.local/", headers, body)) == "SignatureDoesNotMatch"


def test_where_the_answer_cannot_be_written_nothing_was_done(cloud, monkeypatch, capsys):
    with monkeypatch.context() as patch:
        patch.setattr(emulator, "write_success", lambda *_: 1 // 0)
        refused = cloud.sandbox.exchange(cloud.request("CreateTag", {"TagName": "kept"}))
    assert (refused.status, b"InternalError" in refused.body) == (500, True)
    assert capsys.readouterr().err.startswith("sandbox: CreateTag failed: ZeroDivisionError at ")
    assert cloud.sql("SELECT count(*) FROM tag WHERE name = 'kept'") == [(0,)]
