"""Signed requests as data, and the API version they are made with."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl

import pytest

from dmcli.api import catalogue
from dmcli.api.request import Keys, Signed, Target, sign
from dmcli.api.wire import COMMON
from dmcli.secret import Secret

KEYS = Keys("testid", Secret("testsecret"))
TARGET = Target("https://dm.aliyuncs.com", "cn-hangzhou")
WHEN = datetime(2016, 2, 23, 12, 46, 24, tzinfo=UTC)
NONCE = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"


def test_a_v1_request_holds_everything_in_the_form_body():
    request = sign(Signed("DescAccountSummary", "2015-11-23", TARGET, KEYS, WHEN, NONCE), {"A": "您 +"})
    form = {name: values[0] for name, values in parse_qs(request.body.decode(), strict_parsing=True).items()}
    signature = form.pop("Signature")
    assert form == {
        "A": "您 +",
        "Action": "DescAccountSummary",
        "Version": "2015-11-23",
        "Format": "JSON",
        "RegionId": "cn-hangzhou",
        "AccessKeyId": "testid",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": NONCE,
        "Timestamp": "2016-02-23T12:46:24Z",
    }
    assert len(signature) == 28
    assert (request.method, request.url) == ("POST", "https://dm.aliyuncs.com/")


def test_a_v3_request_holds_what_is_common_in_headers():
    keys = Keys("testid", Secret("testsecret"), Secret("CAISfake/+=token"))
    request = sign(
        Signed("CheckDomain", "2015-11-23", TARGET._replace(signature="v3"), keys, WHEN, NONCE), {"DomainId": "1"}
    )
    assert request.body == b"DomainId=1&RegionId=cn-hangzhou"
    assert request.headers["x-acs-action"] == "CheckDomain"
    assert request.headers["x-acs-security-token"] == "CAISfake/+=token"
    assert "x-acs-security-token" in request.headers["authorization"]
    assert repr(request) == "Request('POST', 31 bytes)"


def test_a_v1_request_has_the_token_among_its_parameters():
    keys = Keys("testid", Secret("testsecret"), Secret("CAISfake/+=token"))
    request = sign(Signed("CheckDomain", "2015-11-23", TARGET, keys, WHEN, NONCE), {"DomainId": "1"})
    assert b"SecurityToken=CAISfake%2F%2B%3Dtoken&" in request.body
    assert sorted(parse_qs(request.body.decode())) == sorted(("DomainId", *COMMON))


def test_keys_show_the_end_of_their_id_only():
    keys = Keys("LTAI5tCanaryXyz", Secret("s3cret"), Secret("t0ken"), "a file")
    assert repr(keys) == "Keys(access_key_id='***Xyz', source='a file')"


@pytest.mark.parametrize(
    ("region", "action", "params", "version"),
    [
        ("cn-hangzhou", "SingleSendMail", {}, "2015-11-23"),
        ("ap-southeast-1", "SingleSendMail", {"Subject": "s"}, "2017-06-22"),
        ("ap-southeast-2", "DescDomain", {"DomainId": "1"}, "2017-06-22"),
        ("ap-southeast-1", "SingleSendMail", {"BccAddress": "a@b.cn"}, "2015-11-23"),
        ("ap-southeast-1", "SingleSendMail", {"Attachments.1.AttachmentName": "a"}, "2015-11-23"),
        ("ap-southeast-1", "CheckReplyToMailAddress", {}, "2015-11-23"),
        ("eu-central-1", "SingleSendMail", {}, "2015-11-23"),
    ],
)
def test_version_follows_region_action_and_parameters(region, action, params, version):
    assert TARGET._replace(region=region).version_of(catalogue.get(action), params) == version


def test_a_pinned_version_wins():
    pinned = TARGET._replace(api_version="2017-06-22")
    assert pinned.version_of(catalogue.get("CheckReplyToMailAddress"), {}) == "2017-06-22"


@pytest.mark.parametrize("signature", ["v1", "v3"])
def test_parameters_travel_where_the_sdk_puts_them(signature):
    """The SDK puts SingleSendMail and two parameters of BatchSendMail into the form, all else into the query."""
    call = Signed("X", "2015-11-23", TARGET._replace(signature=signature), KEYS, WHEN, NONCE)
    for name, query, form in (
        ("QueryTagByParam", {"PageNo": "1", "KeyWord": "您 +"}, {}),
        ("BatchSendMail", {"AccountName": "a@b.cn"}, {"Receivers": "[]", "TemplateContent": "{}"}),
        ("SingleSendMail", {}, {"ToAddress": "a@b.cn", "Subject": "S"}),
        ("ModifyPWByDomain", {"DomainName": "b.cn"}, {"Password": "secret"}),  # our own: servers log URLs
    ):
        request = sign(call, {**query, **form}, catalogue.get(name).in_query)
        assert dict(parse_qsl(request.url.partition("?")[2])) == query
        assert dict(parse_qsl(request.body.decode())).items() >= form.items()
        assert not set(query) & set(dict(parse_qsl(request.body.decode())))


def test_a_query_that_would_be_too_long_for_a_proxy_goes_in_the_form():
    request = sign(Signed("X", "2015-11-23", TARGET, KEYS, WHEN, NONCE), {"Detail": "x" * 6000}, ("Detail",))
    assert request.url == "https://dm.aliyuncs.com/"
    assert b"Detail=xxx" in request.body


def test_a_get_has_everything_in_the_url():
    """The signature is that of the known vector, computed with two of the vendor's libraries."""
    call = Signed("DescAccountSummary", "2015-11-23", TARGET, KEYS, WHEN, NONCE, method="GET")
    request = sign(call, {})
    query = dict(parse_qsl(request.url.partition("/?")[2], strict_parsing=True))
    assert (request.method, request.body, sorted(query)) == (
        "GET",
        b"",
        sorted(name for name in COMMON if name != "SecurityToken"),
    )
    assert query["Signature"] == "kxgDqGkB95umwN0xl+melJjgSi8="
    request = sign(call._replace(target=TARGET._replace(signature="v3")), {"A": "b"})
    assert (request.method, request.url, request.body) == (
        "GET",
        "https://dm.aliyuncs.com/?A=b&RegionId=cn-hangzhou",
        b"",
    )
    assert "content-type" not in request.headers
