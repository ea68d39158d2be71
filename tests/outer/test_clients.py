"""The vendor's SDKs, unchanged, old and new, in Python and Node: every action in every way to sign and to send it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lab import CALLS
from sdks import WAYS, Account, Way, shape
from service import found_in

from dmcli.api import catalogue
from dmcli.sandbox.control import faults
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.gateway.request import read_call

if TYPE_CHECKING:
    from collections.abc import Callable

MAIL: dict[str, Any] = {
    "AccountName": "noreply@sandbox.test",
    "AddressType": 1,
    "ReplyToAddress": True,
    "ToAddress": "a@example.com,b@example.com",
    "Subject": "S",
    "TextBody": "T",
}
# What is written in another way in a query, a form, JSON or XML.
ODD = "您好 +世界~*'()! 100%=&?/ %41 😀 \\ \"<b>;,:@[]{}|^#$`-._"
HAS = {"python": found_in("python"), "python-old": found_in("python 1.0"), "node": found_in("node")}
# Calls that are refused: action, parameters, what the client does otherwise, the code and the status.
REFUSED: dict[str, tuple[str, dict[str, Any], dict[str, str], str, int]] = {
    "malformed": ("CheckDomain", {"DomainId": 99}, {}, "InvalidDomainId.Malformed", 400),
    "missing": ("CreateTag", {}, {}, "MissingTagName", 400),
    "absent": (
        "BatchSendMail",
        {"AccountName": "nobody@sandbox.test", "AddressType": 1, "ReceiversName": "customers", "TemplateName": "t"},
        {},
        "InvalidMailAddress.NotFound",
        404,
    ),
    "secret": ("DescAccountSummary", {}, {"secret": "wrong"}, "SignatureDoesNotMatch", 400),
    "key": ("DescAccountSummary", {}, {"id": "nobody"}, "InvalidAccessKeyId.NotFound", 404),
    "action": ("DescNothing", {}, {}, "InvalidAction.NotFound", 404),
    "unimplemented": ("CheckDomainDns", {}, {}, "SandboxNotImplemented", 400),
}
FAULTS = {"Throttling.User": 400, "InternalError": 500, "ServiceUnavailable": 503}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def is_json(way: Way) -> bool:
    return way.how.get("format") != "XML"


JSON_WAYS = {name: way for name, way in WAYS.items() if is_json(way)}


def class_of(way: Way, code: str, status: int) -> str:
    """The class of an SDK's error."""
    if way.sdk == "node" and code.startswith("Throttling"):
        return "ThrottlingError"
    return {
        "python": "ClientException" if status < 500 else "ServerException",
        "python-old": "TeaException",
        "python-core": "ServerException",
        "node": "ClientError" if status < 500 else "ServerError",
        "node-core": f"{code}Error",
    }[way.sdk]


def assert_refused(account: Account, way: Way, answer: dict[str, Any], code: str, status: int) -> None:
    """The SDK tells the error with all that it documents, and the request id is that of the call."""
    error = answer["error"]
    (logged,) = call_log.list_calls(account.cloud.sandbox, 1)
    assert (logged["code"], logged["status"]) == (code, status)
    if code == "SignatureDoesNotMatch" and "bound" in way.how:
        code = "InvalidAccessKeySecret"
    assert (error["code"], error["status"], error["request_id"]) == (code, status, logged["request_id"])
    assert error["class"] == class_of(way, code, status)


@every_way
@pytest.mark.parametrize("action", CALLS)
def test_an_action(
    account: Account, call: Callable[..., Any], record_property: Callable[..., None], way: Way, action: str
) -> None:
    params = account.params(action)
    expected = shape(account.cloud.ok(action, **params))
    account.restore()
    record_property("action", action)
    answer = call(way, action, params)
    if account.requests[-1].method not in catalogue.get(action).methods:
        told = str(answer["error"]["code"] if is_json(way) else answer["reply"])
        assert "UnsupportedHTTPMethod" in told
        return
    assert "error" not in answer
    assert answer.get("lacking", []) == []
    said = shape(answer["reply"])
    assert said == expected if way.generic else "/RequestId" in said <= expected


@pytest.mark.parametrize("sdk", HAS)
def test_each_sdk_has_what_is_known_of_it(driver, sdk):
    assert driver(sdk).actions == HAS[sdk] <= set(CALLS)


@every_way
def test_text_arrives_as_it_was(account, call, way):
    account.cloud.sql("UPDATE address SET reply_status = 0 WHERE name = 'noreply@sandbox.test'")
    answer = call(
        way, "SingleSendMail", {**MAIL, "Subject": ODD, "TextBody": f"{ODD}\r\n\t{ODD}", "FromAlias": "张三 & Co"}
    )
    assert "error" not in answer
    mails = account.cloud.mails()[:2]
    assert [mail["recipient"] for mail in mails] == ["b@example.com", "a@example.com"]
    assert {(mail["subject"], mail["text"], mail["alias"]) for mail in mails} == {
        (ODD, f"{ODD}\r\n\t{ODD}", "张三 & Co")
    }
    assert {mail["reply_to"] for mail in mails} == {"r@example.com"}  # True and true mean the same


@every_way
def test_the_largest_mail_arrives_wherever_it_stands(account, call, way):
    html = "中" * (80 * 1024 // 3)  # nine characters each in a URL
    answer = call(way, "SingleSendMail", {**MAIL, "ReplyToAddress": False, "HtmlBody": html})
    assert "error" not in answer
    assert account.cloud.mails()[0]["html"] == html
    (request,) = account.requests
    in_url = way.sdk == "python-old" or way.how.get("place") == "query" or way.how.get("method") == "GET"
    assert (len(request.url) > 240_000) == in_url
    assert (request.headers.get("transfer-encoding") == "chunked") == (way.sdk == "node")


@pytest.mark.parametrize("way", JSON_WAYS.values(), ids=JSON_WAYS)
@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_told_in_full(account, call, way, case):
    action, params, changed, code, status = REFUSED[case]
    assert_refused(account, way, call(way, action, params, **changed), code, status)


@pytest.mark.parametrize("way", JSON_WAYS.values(), ids=JSON_WAYS)
@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_told_in_full_and_over_with(account, call, way, code):
    faults.add_fault(account.cloud.sandbox, faults.fault_of({"effect": "error", "value": code}))
    assert_refused(account, way, call(way, "DescAccountSummary", {}), code, FAULTS[code])
    assert "error" not in call(way, "DescAccountSummary", {})


@pytest.mark.parametrize("way", JSON_WAYS.values(), ids=JSON_WAYS)
def test_what_the_server_signed_is_told(call, way):
    error = call(way, "DescAccountSummary", {}, secret="wrong")["error"]
    # One compares the string with its own; when they are the same, it says that it is the secret.
    expected = "The AccessKeySecret is incorrect" if "bound" in way.how else "server string to sign is:"
    assert expected in error["message"]


@pytest.mark.parametrize("way", [way for way in WAYS.values() if not is_json(way)], ids=lambda way: way.scheme)
def test_a_refusal_in_xml(call, way):
    answer = call(way, "DescDomain", {"DomainId": 99})
    assert answer["status"] == 404
    assert "<Error><RequestId>" in answer["reply"]
    assert "<Code>InvalidDomainId.NotFound</Code>" in answer["reply"]


@every_way
def test_a_temporary_key_goes_with_its_token(account, call, way):
    answer = call(way, "DescAccountSummary", {}, token="a+token/=")
    assert "error" not in answer
    (request,) = account.requests
    if way.scheme.startswith("ACS3"):
        signed = request.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
        assert {"x-acs-security-token", "x-acs-accesskey-id", "host", "x-acs-content-sha256"} <= set(signed)
        assert request.headers["x-acs-security-token"] == "a+token/="
    else:
        assert read_call(request).params["SecurityToken"] == "a+token/="


@every_way
def test_calls_go_over_tls_too(account, call, way):
    answer = call(way, "SingleSendMail", {**MAIL, "ReplyToAddress": False}, protocol="https", ca=str(account.pem))
    assert "error" not in answer
    assert [request.url[:8] for request in account.requests] == ["https://"]


@every_way
def test_parameters_that_are_not_known_are_taken_and_noted(account, call, way):
    answer = call(way, "QueryTagByParam", {"PageSize": 5, "Surprise": "x"}, bare=True)
    assert "error" not in answer
    (logged,) = call_log.list_calls(account.cloud.sandbox, 1, whole=True)
    assert logged["request"]["unknown"] == ["Surprise"]


@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.sdk in ("python", "python-old")])
def test_an_endpoint_may_have_a_scheme(account, call, name):
    answer = call(WAYS[name], "DescAccountSummary", {}, endpoint=account.server.url)
    assert "error" not in answer
    assert account.requests[0].headers["host"] == account.server.url
