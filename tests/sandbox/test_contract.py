"""Every reply against the vendor's own models: all they know is there, in the type they expect, and survives them."""

from __future__ import annotations

import inspect
import json
from typing import Any, get_args, get_type_hints

import alibabacloud_dm20151123.models as sdk
import pytest

from dmcli.api import catalogue
from dmcli.sandbox.unimplemented import UNIMPLEMENTED

DAYS = {"StartTime": "2026-03-10", "EndTime": "2026-03-16"}
PASSWORD = "abcABC123456"
NOT_IN_THE_SDK = {"UpdateMailAddressMsgCallBackUrl", "GetSendEmailCountByMailFrom"}
SENDER = {"AccountName": "news@sandbox.test", "AddressType": "1"}
CALLS: dict[str, dict[str, Any]] = {
    "SingleSendMail": {**SENDER, "ReplyToAddress": "false", "ToAddress": "a@b.test", "Subject": "S", "TextBody": "T"},
    "BatchSendMail": {**SENDER, "ReceiversName": "customers", "TemplateName": "newsletter"},
    "DescAccountSummary": {},
    "CreateDomain": {"DomainName": "new.test"},
    "QueryDomainByParam": {},
    "DescDomain": {"DomainId": "1"},
    "CheckDomain": {"DomainId": "1"},
    "ModifyPWByDomain": {"DomainName": "sandbox.test", "Password": PASSWORD},
    "DeleteDomain": {"DomainId": "1"},
    "CreateMailAddress": {"AccountName": "new@sandbox.test", "Sendtype": "batch"},
    "QueryMailAddressByParam": {},
    "ModifyMailAddress": {"MailAddressId": "1", "Password": PASSWORD},
    "DeleteMailAddress": {"MailAddressId": "1"},
    "CheckReplyToMailAddress": {"MailAddressId": "1"},
    "ApproveReplyMailAddress": {"Ticket": "ticket"},
    "UpdateMailAddressMsgCallBackUrl": {"MailFrom": "news@sandbox.test"},
    "CreateReceiver": {"ReceiversName": "new", "ReceiversAlias": "new@list"},
    "QueryReceiverByParam": {},
    "DeleteReceiver": {"ReceiverId": "LIST"},
    "QueryReceiverDetail": {"ReceiverId": "LIST", "PageSize": "1"},
    "SaveReceiverDetail": {"ReceiverId": "LIST", "Detail": [{"e": "new@b.test"}, {"e": "bad"}]},
    "DeleteReceiverDetail": {"ReceiverId": "LIST", "Email": "ada@example.com"},
    "CreateTag": {"TagName": "new"},
    "QueryTagByParam": {},
    "ModifyTag": {"TagId": "1", "TagName": "new"},
    "DeleteTag": {"TagId": "1"},
    "SenderStatisticsByTagNameAndBatchID": DAYS,
    "SenderStatisticsDetailByParam": {"StartTime": "2026-03-10 00:00", "EndTime": "2026-03-16 23:59", "Length": "1"},
    "GetTrackList": DAYS,
    "GetTrackListByMailFromAndTagName": DAYS,
    "GetSendEmailCountByMailFrom": {"AccountName": "news@sandbox.test"},
    "QueryInvalidAddress": {"Length": "1"},
    "QueryTemplateByParam": {},
    "DescTemplate": {"TemplateId": "1"},
    "CreateTemplate": {"TemplateName": "new"},
    "ModifyTemplate": {"TemplateId": "1", "TemplateName": "new"},
    "DeleteTemplate": {"TemplateId": "1"},
    "QueryTaskByParam": {},
}


@pytest.fixture
def busy(cloud):
    """An account in which each list has something."""
    cloud.send("invalid@b.test,invalid+1@b.test", ClickTrace="1", TagName="welcome")
    cloud.ok("BatchSendMail", **CALLS["BatchSendMail"])
    cloud.ok("ModifyMailAddress", MailAddressId="1", ReplyAddress="r@example.com")
    cloud.sql("INSERT INTO ticket (ticket, address, reply) VALUES ('ticket', 1, 'r@example.com')")
    return cloud


def answer_of(cloud, action: str) -> dict[str, Any]:
    lists = cloud.ok("QueryReceiverByParam")["data"]["receiver"][0]["ReceiverId"]
    params = {name: lists if value == "LIST" else value for name, value in CALLS[action].items()}
    answer: dict[str, Any] = cloud.ok(action, **params)
    return answer


def test_no_action_is_left_out():
    assert set(CALLS) == {action.name for action in catalogue.every()}


@pytest.mark.parametrize("action", sorted(set(CALLS) - NOT_IN_THE_SDK))
def test_the_sdk_finds_all_it_knows(busy, action):
    answer = answer_of(busy, action)
    model = getattr(sdk, f"{action}ResponseBody")().from_map(answer)
    assert_kept(model.to_map(), answer)
    assert_complete(model)


def assert_kept(mapped: Any, answer: Any) -> None:
    """What the model gives back is what it got."""
    if isinstance(mapped, dict):
        for name, value in mapped.items():
            assert_kept(value, answer[name])
    elif isinstance(mapped, list):
        assert len(mapped) == len(answer)
        for one, other in zip(mapped, answer, strict=True):
            assert_kept(one, other)
    else:
        assert mapped == answer


def assert_complete(model: Any) -> None:
    """Each field is there and of the model's type."""
    types = get_type_hints(type(model).__init__, vars(inspect.getmodule(type(model))))
    for name, value in vars(model).items():
        if name.startswith("_"):
            continue
        assert value is not None, name
        if isinstance(value, list):
            assert value, f"{name} shows no row"
            for one in value:
                assert_complete(one)
        elif hasattr(value, "to_map"):
            assert_complete(value)
        else:
            # Python 3.10 reads a default of None as Optional.
            assert type(value) in (types[name], *get_args(types[name])), name


def test_rows_are_where_the_catalogue_says_with_the_fields_it_says(busy):
    for action in catalogue.every():
        answer = answer_of(busy, action.name) if action.lists else {}
        for path in action.lists[:1]:
            rows: Any = answer
            for step in path.split("."):
                rows = rows[step]
            assert rows, action.name
            missing = {field.name for field in action.fields} - set(rows[0])
            assert not missing, action.name


@pytest.mark.parametrize("action", sorted(set(CALLS) - {"ModifyPWByDomain"}))
def test_a_success_has_no_code(busy, action):
    assert "Code" not in answer_of(busy, action)


def test_what_is_missing_says_so(cloud):
    known = {name.removesuffix("Request") for name in dir(sdk) if name.endswith("Request")}
    known -= {name for name in known if name.endswith(("Advance", "Shrink"))}
    assert known - set(CALLS) <= UNIMPLEMENTED
    for action in UNIMPLEMENTED:
        assert cloud.refused(action) == (400, "SandboxNotImplemented")


def test_both_formats_say_the_same(busy):
    import xml.etree.ElementTree as ET

    request = busy.request("QueryTagByParam", {}, Format="XML")
    reply = busy.sandbox.exchange(request)
    root = ET.fromstring(reply.body.decode())  # noqa: S314
    assert (reply.headers["content-type"], root.tag) == ("text/xml;charset=utf-8", "QueryTagByParamResponse")
    assert root.findtext("data/tag/TagName") == "welcome"
    busy.ok("CreateTag", TagName="a")
    root = ET.fromstring(busy.sandbox.exchange(busy.request("QueryTagByParam", {}, Format="XML")).body.decode())  # noqa: S314
    assert [tag.findtext("TagName") for tag in root.findall("data/tag")] == ["welcome", "a"]
    assert json.dumps(busy.ok("QueryTagByParam")["TotalCount"]) == root.findtext("TotalCount") == "2"
