"""Sender addresses."""

from __future__ import annotations

import re

import pytest

PASSWORD = "abcABC123456"


def row(cloud, name: str) -> dict[str, str]:
    found: dict[str, str] = cloud.ok("QueryMailAddressByParam", KeyWord=name)["data"]["mailAddress"][0]
    return found


def made(cloud, name: str = "shop@sandbox.test", **params) -> str:
    return str(cloud.ok("CreateMailAddress", **{"AccountName": name, "Sendtype": "batch", **params})["MailAddressId"])


def ticket(cloud) -> str:
    return re.search(r"http://127.0.0.1:8555/_dm/confirm/(\w+)", cloud.mails(to="reply@")[0]["text"])[1]


def test_an_address_is_made_and_listed(cloud):
    address = made(cloud, "Shop@Sandbox.TEST", ReplyAddress="r@example.com")
    assert row(cloud, "shop@") | {
        "MailAddressId": address,
        "AccountName": "shop@sandbox.test",
        "Sendtype": "batch",
        "ReplyAddress": "r@example.com",
        "ReplyStatus": "1",
        "AccountStatus": "0",
        "DomainStatus": "0",
    } == row(cloud, "shop@")
    kinds = {r["Sendtype"] for r in cloud.ok("QueryMailAddressByParam", Sendtype="trigger")["data"]["mailAddress"]}
    assert kinds == {"trigger"}


def test_requests_are_counted_from_the_mail(cloud):
    cloud.send("a@example.com,b@example.com")
    assert (row(cloud, "noreply")["DailyReqCount"], row(cloud, "noreply")["MonthReqCount"]) == ("2", "2")
    cloud.pass_time(days=1)
    cloud.send()
    assert (row(cloud, "noreply")["DailyReqCount"], row(cloud, "noreply")["MonthReqCount"]) == ("1", "3")
    cloud.pass_time(days=20)
    assert (row(cloud, "noreply")["DailyReqCount"], row(cloud, "noreply")["MonthReqCount"]) == ("0", "0")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"AccountName": "a@elsewhere.test"}, "InvalidMailAddressDomain.Malformed"),
        ({"AccountName": "NOREPLY@sandbox.test"}, "InvalidMailAddressName.Duplicate"),
        ({"AccountName": "no address"}, "InvalidMailAddressName.Malformed"),
        ({"Sendtype": "both"}, "InvalidMailAddressSendType.Malformed"),
        ({"Sendtype": ""}, "MissingSendtype"),
        ({"ReplyAddress": "x"}, "InvalidReplyAddress.Malformed"),
    ],
)
def test_what_cannot_be_made(cloud, params, code):
    asked = {"AccountName": "a@sandbox.test", "Sendtype": "batch", **params}
    assert cloud.refused("CreateMailAddress", **asked) == (400, code)


def test_an_external_address_needs_no_domain_and_cannot_send(cloud):
    made(cloud, "a@elsewhere.test", AddressType="EXTERNAL")
    assert row(cloud, "elsewhere")["DomainStatus"] == "1"
    asked = {**cloud.mail, "AccountName": "a@elsewhere.test"}
    assert cloud.refused("SingleSendMail", **asked) == (400, "InvalidMailAddressDomain.Malformed")


def test_a_hundred_are_all(cloud):
    for number in range(98):
        made(cloud, f"a{number}@sandbox.test")
    asked = {"AccountName": "more@sandbox.test", "Sendtype": "batch"}
    assert cloud.refused("CreateMailAddress", **asked) == (400, "InvalidMailAddressNumber.Malformed")


def test_ten_may_be_deleted_a_month(cloud):
    for number in range(10):
        cloud.ok("DeleteMailAddress", MailAddressId=made(cloud, f"a{number}@sandbox.test"))
    last = made(cloud)
    assert cloud.refused("DeleteMailAddress", MailAddressId=last) == (400, "InvalidMailAddressStatus.Malformed")
    cloud.pass_time(days=17)
    cloud.ok("DeleteMailAddress", MailAddressId=last)
    assert cloud.refused("DeleteMailAddress", MailAddressId=last) == (400, "InvalidMailAddressId.Malformed")


def test_a_reply_address_is_confirmed_by_the_ticket_in_the_mail(cloud):
    address = made(cloud, ReplyAddress="reply@example.com")
    asked = {**cloud.mail, "AccountName": "shop@sandbox.test", "ReplyToAddress": "True"}
    assert cloud.refused("SingleSendMail", **asked) == (400, "InvalidReplyAddress.Malformed")
    cloud.ok("CheckReplyToMailAddress", MailAddressId=address, Lang="en")
    assert cloud.mails()[0]["kind"] == "confirmation"
    assert cloud.mails()[0]["subject"] == "Confirm your reply-to address"
    good = ticket(cloud)
    assert cloud.refused("ApproveReplyMailAddress", Ticket="0" * 32) == (400, "InvalidTicket.Malformed")
    cloud.ok("ApproveReplyMailAddress", Ticket=good)
    assert row(cloud, "shop@")["ReplyStatus"] == "0"
    assert cloud.refused("ApproveReplyMailAddress", Ticket=good) == (400, "InvalidTicket.Malformed")
    cloud.ok("SingleSendMail", **asked)
    assert cloud.mails()[0]["reply_to"] == "reply@example.com"


def test_a_new_reply_address_voids_state_and_ticket(cloud):
    address = made(cloud, ReplyAddress="reply@example.com")
    cloud.ok("CheckReplyToMailAddress", MailAddressesId=address)  # the reference's other spelling
    old = ticket(cloud)
    cloud.ok("ModifyMailAddress", MailAddressId=address, ReplyAddress="reply@example.org")
    assert cloud.refused("ApproveReplyMailAddress", Ticket=old) == (400, "InvalidTicket.Malformed")
    cloud.ok("CheckReplyToMailAddress", MailAddressId=address)
    cloud.ok("ApproveReplyMailAddress", Ticket=ticket(cloud))
    cloud.ok("ModifyMailAddress", MailAddressId=address, ReplyAddress="reply@example.org")
    assert row(cloud, "shop@")["ReplyStatus"] == "0"  # the same one stays confirmed
    cloud.ok("ModifyMailAddress", MailAddressId=address, ReplyAddress="other@example.org")
    assert row(cloud, "shop@")["ReplyStatus"] == "1"


def test_a_second_ticket_voids_the_first(cloud):
    address = made(cloud, ReplyAddress="reply@example.com")
    cloud.ok("CheckReplyToMailAddress", MailAddressId=address)
    first = ticket(cloud)
    cloud.ok("CheckReplyToMailAddress", MailAddressId=address)
    assert cloud.refused("ApproveReplyMailAddress", Ticket=first) == (400, "InvalidTicket.Malformed")
    none = made(cloud, "none@sandbox.test")
    assert cloud.refused("CheckReplyToMailAddress", MailAddressId=none) == (400, "InvalidReplyAddress.Malformed")


def test_confirmations_count_nowhere(cloud):
    cloud.ok("CheckReplyToMailAddress", MailAddressId=made(cloud, ReplyAddress="reply@example.com"))
    window = {"StartTime": "2026-03-15", "EndTime": "2026-03-15"}
    assert cloud.ok("SenderStatisticsByTagNameAndBatchID", **window)["TotalCount"] == 0
    minutes = {"StartTime": "2026-03-15 00:00", "EndTime": "2026-03-15 23:59"}
    assert cloud.ok("SenderStatisticsDetailByParam", **minutes)["data"]["mailDetail"] == []
    assert cloud.ok("DescAccountSummary")["RemainFreeQuota"] == 2000
    assert row(cloud, "shop@")["DailyReqCount"] == "0"


def test_a_password_is_set_and_not_kept(cloud):
    cloud.ok("ModifyMailAddress", MailAddressId="1", Password=PASSWORD)
    asked = {"MailAddressId": "1", "Password": PASSWORD}
    assert cloud.refused("ModifyMailAddress", **asked) == (400, "InvalidDomainPassword.equalcurrent")
    assert PASSWORD not in str(cloud.sql("SELECT * FROM address"))


def test_with_an_id_alone_nothing_changes(cloud):
    before = cloud.sql("SELECT * FROM address")
    cloud.pass_time(days=1)
    cloud.ok("ModifyMailAddress", MailAddressId="1")
    assert cloud.sql("SELECT * FROM address") == before
    assert cloud.refused("ModifyMailAddress", MailAddressId="99") == (400, "InvalidMailAddressId.Malformed")


@pytest.mark.parametrize("action", ["UpdateMailAddressMsgCallBackUrl", "UpdateMailAddressMsgCallbackUrl"])
def test_a_callback_is_kept_and_cleared(cloud, action):
    for url in ("https://hook.test/a?b=c", "cn-hangzhou", ""):
        cloud.ok(action, MailFrom="NoReply@sandbox.test", NotifyUrl=url)
        assert cloud.sql("SELECT callback FROM address WHERE id = 1") == [(url,)]
    unknown = {"MailFrom": "x@sandbox.test", "NotifyUrl": ""}
    assert cloud.refused(action, **unknown) == (400, "InvalidMailAddressNameMalformed")
    bad = {"MailFrom": "noreply@sandbox.test", "NotifyUrl": "ftp://x"}
    assert cloud.refused(action, **bad) == (400, "InvalidNotifyUrl.Malformed")
