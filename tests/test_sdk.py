"""The vendor's SDK against `sandbox serve`: every action it knows, signed by its own code, read by its own models."""

from __future__ import annotations

import warnings

import pytest
from lab import encoded
from service import found_in

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from alibabacloud_dm20151123 import models
    from alibabacloud_dm20151123.client import Client
    from alibabacloud_tea_openapi.models import Config

from dmcli.api import catalogue
from dmcli.api.model import Effect
from dmcli.sandbox.control import clock

# The vendor's code asks for the time in a way that Python 3.12 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
# Calls with awkward values, or of what a call before them made; ids come from the seed or from that. Actions that are
# not here are called with the sample that the catalogue declares.
CALLS: tuple[tuple[str, dict[str, object]], ...] = (
    ("CreateDomain", {"domain_name": "mail.example.com"}),
    ("QueryDomainByParam", {"key_word": "例 a+b*'()!~", "page_no": 1, "page_size": 20}),
    ("DescDomain", {"domain_id": 1, "require_real_time_dns_records": True}),
    ("CheckDomain", {"domain_id": 1}),
    ("ModifyPWByDomain", {"domain_name": "sandbox.test", "password": "Secret123Pass"}),
    (
        "CreateMailAddress",
        {"account_name": "shop@sandbox.test", "sendtype": "trigger", "reply_address": "r@example.com"},
    ),
    ("QueryMailAddressByParam", {"key_word": "shop", "page_no": 1}),
    ("ModifyMailAddress", {"mail_address_id": 3, "reply_address": "s@example.com"}),
    ("CheckReplyToMailAddress", {"mail_address_id": 3}),
    ("DeleteMailAddress", {"mail_address_id": 3}),
    ("CreateReceiver", {"receivers_name": "vip", "receivers_alias": "vip@list"}),
    ("QueryReceiverByParam", {"page_size": 10}),
    ("CreateTag", {"tag_name": "spring", "tag_description": "d"}),
    ("QueryTagByParam", {"page_no": 1, "page_size": 5}),
    ("ModifyTag", {"tag_id": 2, "tag_name": "summer"}),
    ("DeleteTag", {"tag_id": 2}),
    ("CreateTemplate", {"template_name": "t", "template_subject": "s", "template_text": "<p>{UserName}</p>"}),
    ("ModifyTemplate", {"template_id": 2, "template_name": "t2"}),
    ("DescTemplate", {"template_id": 2}),
    ("QueryTemplateByParam", {"page_no": 1}),
    ("DeleteTemplate", {"template_id": 2}),
    (
        "SingleSendMail",
        {
            "account_name": "noreply@sandbox.test",
            "address_type": 1,
            "reply_to_address": True,
            "to_address": "a@example.com,invalid@example.com",
            "subject": "您好 +世界~*!()' 100%=&?/",
            "html_body": "<p>😀</p>",
            "text_body": "",
            "from_alias": "张三 & Co",
            "tag_name": "welcome",
            "click_trace": "1",
        },
    ),
    (
        "BatchSendMail",
        {
            "account_name": "news@sandbox.test",
            "address_type": 1,
            "receivers_name": "customers",
            "template_name": "newsletter",
        },
    ),
    ("QueryTaskByParam", {"page_no": 1, "page_size": 10}),
    ("SenderStatisticsByTagNameAndBatchID", {"tag_name": "welcome"}),
    ("SenderStatisticsDetailByParam", {"length": 10, "tag_name": "welcome"}),
    ("GetTrackList", {"page_number": "1", "page_size": "10"}),
    ("GetTrackListByMailFromAndTagName", {"account_name": "noreply@sandbox.test"}),
    ("QueryInvalidAddress", {"length": 100, "next_start": ""}),
    ("DeleteDomain", {"domain_id": 2}),
    ("CreateUserSuppression", {"address": "ada@example.com"}),
    ("RemoveUserSuppression", {"suppression_ids": "2"}),
    ("ConfigSetCreate", {"name": "first"}),
    ("ConfigSetCreate", {"name": "second"}),
    ("ConfigSetRelationFromAddress", {"id": "1", "from_address": "news@sandbox.test"}),
    ("ConfigSetCancelRelationFromAddress", {"id": "1", "from_address": "news@sandbox.test"}),
    ("UpdateUser", {"user": models.UpdateUserRequestUser(enable_eventbridge=True)}),
)
# Their calls need an answer of another one: see the tests below.
NEEDING_MORE = {
    "ApproveReplyMailAddress",
    "DeleteInvalidAddress",
    "DeleteReceiver",
    "DeleteReceiverDetail",
    "DeleteValidateFile",
    "GetValidateFile",
    "GetValidateFileStatus",
    "QueryReceiverDetail",
    "SaveReceiverDetail",
}
REST = sorted(
    map(catalogue.get, found_in("python") - {name for name, _ in CALLS} - NEEDING_MORE),
    key=lambda action: (action.effect is Effect.DELETE, action.name),
)


@pytest.fixture(params=["ACS3-HMAC-SHA256", "v2"])
def client(request, server) -> Client:
    """The SDK's client with its own default scheme, and with HMAC-SHA1."""
    config = Config(
        access_key_id="dm-sandbox-id",
        access_key_secret="dm-sandbox-secret",
        region_id="cn-hangzhou",
        endpoint=server.url.removeprefix("http://"),
        protocol="http",
    )
    made = Client(config)
    made._signature_algorithm = request.param
    return made


def call(client: Client, action: str, values: dict[str, object]):
    """Call by the action's name; the reply's body."""
    return request(client, action, getattr(models, f"{action}Request")(**values))


def request(client: Client, action: str, made: object):
    """Make a request of an action; the reply's body."""
    method = next(
        getattr(client, name)
        for name in dir(client)
        if name.replace("_", "").lower() == action.lower() and not name.endswith("_async")
    )
    return (method(made) if made else method()).body


def prepared(dm_action: str, values: dict[str, object]) -> dict[str, object]:
    """The values with a window of today where the action has one."""
    from datetime import datetime, timedelta, timezone

    today = datetime.now(timezone(timedelta(hours=8))).strftime("%Y-%m-%d")
    if any(param.name == "StartTime" for param in catalogue.get(dm_action).params):
        late, early = (" 23:59", " 00:00") if dm_action == "SenderStatisticsDetailByParam" else ("", "")
        return {"start_time": today + early, "end_time": today + late} | values
    return values


def test_every_action_through_the_sdk(client, sandbox):
    for action, values in CALLS:
        body = call(client, action, prepared(action, values))
        assert body.request_id, action
        model = body.to_map()
        assert type(body)().from_map(model).to_map() == model
    for action in REST:
        model = getattr(models, f"{action.name}Request", None)  # there is none without parameters
        body = request(client, action.name, model().from_map(encoded(action)) if model else None)
        assert body.request_id, action.name
    details = call(
        client,
        "SenderStatisticsDetailByParam",
        prepared("SenderStatisticsDetailByParam", {"to_address": "invalid@example.com"}),
    )
    assert [(row.to_address, row.status) for row in details.data.mail_detail] == [("invalid@example.com", 2)]
    assert [row.to_address for row in call(client, "QueryInvalidAddress", {}).data.mail_detail] == [
        "invalid@example.com"
    ]
    assert call(client, "DeleteInvalidAddress", {"to_address": "invalid@example.com"}).request_id
    assert call(client, "QueryInvalidAddress", {}).data.mail_detail == []


def test_settings_and_a_file_that_is_checked(client):
    call(client, "UpdateUser", {"user": models.UpdateUserRequestUser(enable_eventbridge=True)})
    assert request(client, "GetUser", None).data.enable_eventbridge is True
    given = {"file_url": "https://a.test/x", "file_name": "x.csv", "address_column": 1}
    file = call(client, "SendValidateFile", {**given, "has_header_row": False, "remove_duplicate": True}).file_id
    assert call(client, "GetValidateFileStatus", {"file_id": file}).file_name == "x.csv"
    assert call(client, "GetValidateFile", {"file_id": file}).file_url == ""
    assert call(client, "DeleteValidateFile", {"file_id": file}).request_id


def test_a_list_and_its_members(client):
    made = call(client, "CreateReceiver", {"receivers_name": "vip", "receivers_alias": "vip@list"})
    saved = call(
        client,
        "SaveReceiverDetail",
        {"receiver_id": made.receiver_id, "detail": '[{"e":"a@example.com","u":"A"},{"e":"x"}]'},
    )
    assert (saved.success_count, saved.error_count) == (1, 1)
    rows = call(client, "QueryReceiverDetail", {"receiver_id": made.receiver_id, "page_size": 10}).data.detail
    assert [row.email for row in rows] == ["a@example.com"]
    call(client, "DeleteReceiverDetail", {"receiver_id": made.receiver_id, "email": "a@example.com"})
    call(client, "DeleteReceiver", {"receiver_id": made.receiver_id})
    names = [row.receivers_name for row in call(client, "QueryReceiverByParam", {}).data.receiver]
    assert names == ["customers"]


def test_a_ticket_confirms_a_reply_address(client, sandbox):
    call(client, "ModifyMailAddress", {"mail_address_id": 1, "reply_address": "r@example.com"})
    call(client, "CheckReplyToMailAddress", {"mail_address_id": 1})
    with sandbox.store.transaction() as db:
        ticket = db.execute("SELECT ticket FROM ticket").fetchone()[0]
    call(client, "ApproveReplyMailAddress", {"ticket": ticket})
    rows = call(client, "QueryMailAddressByParam", {"key_word": "noreply"}).data.mail_address
    assert [(row.reply_address, row.reply_status) for row in rows] == [("r@example.com", "0")]


@pytest.mark.parametrize(
    ("action", "values", "code", "status"),
    [
        ("DescDomain", {"domain_id": 99}, "InvalidDomainId.NotFound", 404),
        (
            "BatchSendMail",
            {"account_name": "nobody@sandbox.test", "address_type": 1, "receivers_name": "a", "template_name": "b"},
            "InvalidMailAddress.NotFound",
            404,
        ),
        ("CreateTag", {}, "MissingTagName", 400),
    ],
)
def test_errors_reach_the_sdk_as_documented(client, action, values, code, status):
    with pytest.raises(Exception) as caught:  # noqa: PT011  the SDK's class depends on its version
        call(client, action, values)
    assert caught.value.code == code
    assert (getattr(caught.value, "status_code", None) or caught.value.data["statusCode"]) == status


@pytest.mark.parametrize("turned", ["2d", "-2h"])
def test_a_turned_clock_makes_no_request_old(client, sandbox, turned):
    clock.turn(sandbox, {"advance": turned})
    assert call(client, "DescAccountSummary", {}).request_id


def test_a_wrong_secret_is_told_the_string_to_sign(server):
    config = Config(
        access_key_id="dm-sandbox-id",
        access_key_secret="wrong",
        endpoint=server.url.removeprefix("http://"),
        protocol="http",
        region_id="cn-hangzhou",
    )
    with pytest.raises(Exception, match="server string to sign is:") as caught:
        call(Client(config), "DescAccountSummary", {})
    assert caught.value.code == "SignatureDoesNotMatch"
