"""Signing, reading replies, and walking pages, over exchanges that are plain functions."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from urllib.parse import parse_qs

import pytest

from dmcli.api import catalogue
from dmcli.api.model import Effect
from dmcli.api.paging import next_page, page_of, rows_of, value_of
from dmcli.api.wire import Ambiguous, NotSent, Reply
from dmcli.client import Client, Signed, Target, read, sign
from dmcli.credentials import Keys
from dmcli.errors import (
    CheckFailedError,
    ConfigError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)

KEYS = Keys("testid", "testsecret", "", "test")
TARGET = Target("https://dm.aliyuncs.com", "cn-hangzhou")
WHEN = datetime(2016, 2, 23, 12, 46, 24, tzinfo=timezone.utc)
NONCE = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"


def reply(status: int, **fields) -> Reply:
    return Reply(status, {}, json.dumps(fields).encode())


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
    keys = Keys("testid", "testsecret", "CAISfake/+=token", "test")
    request = sign(
        Signed("CheckDomain", "2015-11-23", TARGET._replace(signature="v3"), keys, WHEN, NONCE), {"DomainId": "1"}
    )
    assert request.body == b"DomainId=1&RegionId=cn-hangzhou"
    assert request.headers["x-acs-action"] == "CheckDomain"
    assert request.headers["x-acs-security-token"] == "CAISfake/+=token"
    assert "x-acs-security-token" in request.headers["authorization"]
    assert "testsecret" not in str(request)


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


@pytest.mark.parametrize(
    ("answer", "effect", "error"),
    [
        (reply(404, Code="InvalidMailAddress.NotFound", Message="m"), Effect.SEND, RefusedError),
        (reply(403, Code="Forbidden.RAM", Message="m"), Effect.READ, ConfigError),
        (reply(400, Code="SignatureDoesNotMatch", Message="m"), Effect.READ, ConfigError),
        (reply(400, Code="InvalidTimeStamp.Expired", Message="m"), Effect.SEND, ConfigError),
        (reply(400, Code="Throttling.User", Message="m"), Effect.SEND, UnreachableError),
        (reply(429, Code="Throttling.Something.New", Message="m"), Effect.SEND, UnreachableError),
        (reply(400, Code="CheckDomain.Failed", Message="m"), Effect.WRITE, CheckFailedError),
        (reply(500, Code="InternalError", Message="m"), Effect.READ, UnreachableError),
        (reply(503, Code="ServiceUnavailable", Message="m"), Effect.SEND, UnknownOutcomeError),
        (reply(400, Code="SignatureNonceUsed", Message="m"), Effect.SEND, UnknownOutcomeError),
        (reply(400, Code="Brand.New.Code", Message="m"), Effect.SEND, RefusedError),
        (reply(400, code="lower.case", message="m", requestId="r"), Effect.READ, RefusedError),
        (Reply(502, {}, b"<html>bad gateway</html>"), Effect.SEND, UnknownOutcomeError),
        (Reply(502, {}, b"<html>bad gateway</html>"), Effect.READ, UnreachableError),
        (Reply(200, {}, b"<html>log in</html>"), Effect.SEND, UnknownOutcomeError),
        (Reply(200, {}, b'{"EnvId": "1"'), Effect.CREATE, UnreachableError),
        (Reply(200, {}, b"[]"), Effect.READ, UnreachableError),
        (Reply(307, {}, b""), Effect.SEND, UnreachableError),
        (Reply(200, {}, b"[" * 100_000), Effect.READ, UnreachableError),
    ],
)
def test_replies_and_errors_are_told_apart(answer, effect, error):
    with pytest.raises(error) as caught:
        read(answer, effect)
    assert type(caught.value) is error
    assert caught.value.message


def test_code_ok_is_no_error():
    assert read(reply(200, Code="OK", Success=True, RequestId="r"), Effect.WRITE)["Code"] == "OK"


@pytest.mark.parametrize(
    ("raised", "effect", "error"),
    [
        (NotSent("no route"), Effect.SEND, UnreachableError),
        (Ambiguous("reset"), Effect.SEND, UnknownOutcomeError),
        (Ambiguous("reset"), Effect.READ, UnreachableError),
        (Ambiguous("reset"), Effect.DELETE, UnreachableError),
    ],
)
def test_a_failed_exchange_is_called_once(raised, effect, error):
    calls = []

    def failing(request):
        calls.append(request)
        raise raised

    action = next(a for a in catalogue.every() if a.effect is effect)
    with pytest.raises(error):
        Client(failing, KEYS, TARGET).call(action, {})
    assert len(calls) == 1


@pytest.mark.parametrize("size", [1, 7, 50, 100])
@pytest.mark.parametrize("total", [0, 1, 7, 8, 100, 101])
@pytest.mark.parametrize(
    "name",
    [
        "QueryTagByParam",
        "GetTrackList",
        "QueryInvalidAddress",
        "QueryReceiverDetail",
        "SenderStatisticsByTagNameAndBatchID",
    ],
)
def test_every_way_of_paging_gives_every_row_once(name, size, total):
    action = catalogue.get(name)
    asked = []

    def serve(request):
        form = {n: v[0] for n, v in parse_qs(request.body.decode(), keep_blank_values=True).items()}
        asked.append(form)
        paging = action.paging
        start = int(form.get(paging.cursor) or 0) if paging.cursor else (int(form.get(paging.page) or 1) - 1) * size
        rows = [{"n": n} for n in range(total)][start : start + size if paging.size else None]
        out: object = rows
        for step in reversed(action.lists[0].split(".")):
            out = {step: out}
        end = start + len(rows)
        more = {"NextStart": str(end) if end < total else ""} if paging.cursor else {"TotalCount": total}
        return reply(200, RequestId="r", **out, **more)

    found = [row["n"] for page in Client(serve, KEYS, TARGET).pages(action, {}, size) for row in page.rows]
    assert found == list(range(total))
    assert len({form["SignatureNonce"] for form in asked}) == len(asked)


def test_pages_are_fetched_when_they_are_asked_for():
    calls = []

    def serve(_):
        calls.append(1)
        return reply(200, RequestId="r", TotalCount=1000, data={"tag": [{"TagId": "1"}] * 50})

    pages = Client(serve, KEYS, TARGET).pages(catalogue.get("QueryTagByParam"), {})
    next(pages)
    assert len(calls) == 1


def test_rows_are_found_at_declared_paths_in_any_case():
    assert rows_of({"Data": {"Domain": [{"a": 1}]}}, ("data.domain",)) == ("Data.Domain", [{"a": 1}])
    assert rows_of({"data": [{"a": 1}]}, ("data.stat", "data")) == ("data", [{"a": 1}])
    assert rows_of({"trackList": [{"a": 1}]}, ("data.stat", "trackList"))[0] == "trackList"
    assert rows_of({}, ("data.stat",)) == ("", [])
    assert value_of({"tagName": "x"}, "TagName") == "x"
    assert value_of({"TAGNAME": "x", "TagName": "y"}, "TagName") == "y"
    assert page_of(catalogue.get("QueryTagByParam"), {"data": {}}).rows == []


def test_a_cursor_that_repeats_ends_the_list():
    paging = catalogue.get("QueryInvalidAddress").paging
    assert next_page(paging, {"NextStart": "x"}, {"NextStart": "x"}, 100, 200) == {}


@pytest.mark.parametrize("form", ["JSON", "XML"])
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (502, b"<html>bad gateway</html>", UnknownOutcomeError),
        (200, b"<html>log in</html>", UnknownOutcomeError),
        (404, b"<html>not found</html>", UnreachableError),
    ],
)
def test_both_formats_share_one_verdict(form, status, body, error):
    with pytest.raises(error):
        read(Reply(status, {}, body), Effect.SEND, form)


def test_an_xml_error_is_read_with_its_entities():
    body = b"<Error><RequestId>r</RequestId><Code>InvalidBody</Code><Message>a &lt;b&gt; &amp;amp; c</Message></Error>"
    with pytest.raises(RefusedError) as caught:
        read(Reply(400, {}, body), Effect.SEND, "XML")
    assert (caught.value.message, caught.value.code, caught.value.request_id) == ("a <b> &amp; c", "InvalidBody", "r")


def test_the_string_to_sign_never_reaches_a_message():
    message = "Specified signature is not matched. server string to sign is:POST&%2F&Password%3DS3cret"
    with pytest.raises(ConfigError) as caught:
        read(reply(400, Code="SignatureDoesNotMatch", Message=message), Effect.WRITE)
    assert "S3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["QueryTagByParam", "QueryInvalidAddress"])
def test_a_service_that_repeats_itself_does_not_hold_us(name):
    calls = []

    def serve(_):
        calls.append(1)
        rows = {"data": {"tag": [{"a": 1}] * 50, "mailDetail": [{"a": 1}]}}
        return reply(200, RequestId="r", TotalCount=10**9 + len(calls), NextStart="ab"[len(calls) % 2], **rows)

    with pytest.raises(UnreachableError, match="again and again"):
        list(Client(serve, KEYS, TARGET).rows(catalogue.get(name), {}))
    assert len(calls) < 10
