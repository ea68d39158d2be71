"""Sending single mails and batches."""

from __future__ import annotations

import json

import pytest

PEOPLE = ["ada@example.com", "li@example.com", "sam@example.com"]


@pytest.fixture
def batch(cloud):
    """A batch that can be sent."""
    return {
        "AccountName": "news@sandbox.test",
        "AddressType": "1",
        "ReceiversName": "customers",
        "TemplateName": "newsletter",
    }


def test_a_mail_is_kept_with_all_it_had(cloud):
    env = cloud.send(
        "a@example.com, b@example.com",
        BccAddress="c@example.com",
        Subject="您好 + 100% & more",
        HtmlBody="<p>1+1=2 ~*'()!</p>",
        TextBody="line\r\n二",
        FromAlias="小明",
        ReplyAddress="r@example.com",
        ReplyAddressAlias="Re",
        TagName="never-made",
        Headers={"X-User-Notify-Id": "7"},
        **{"Attachments.1.AttachmentName": "a.pdf", "Attachments.1.AttachmentUrl": "http://x.test/a"},
    )
    mails = cloud.mails()
    assert [(m["recipient"], m["bcc"]) for m in mails] == [
        ("c@example.com", True),
        ("b@example.com", False),
        ("a@example.com", False),
    ]
    kept = mails[0]
    assert (
        kept
        | {
            "sender": "noreply@sandbox.test",
            "alias": "小明",
            "subject": "您好 + 100% & more",
            "html": "<p>1+1=2 ~*'()!</p>",
            "text": "line\r\n二",
            "reply_to": "r@example.com",
            "reply_alias": "Re",
            "tag": "never-made",
            "env_id": env,
            "status": 0,
            "kind": "mail",
            "track": False,
            "headers": {"X-User-Notify-Id": "7"},
            "attachments": [{"AttachmentName": "a.pdf", "AttachmentUrl": "http://x.test/a"}],
            "created": int(cloud.now.timestamp()),
        }
        == kept
    )
    assert cloud.ok("QueryTagByParam")["TotalCount"] == 1  # sending makes no tag


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("ok@b.test", 0),
        ("invalid@b.test", 2),
        ("Invalid+7@b.test", 2),
        ("spam@mail.example.org", 3),
        ("fail@x.example", 4),
        ("slow@example.com", 0),
        ("invalid@gmail.com", 0),
        ("spam@test.com", 0),
        ("invalid@example.sub.com", 0),
    ],
)
def test_magic_works_in_reserved_domains_only(cloud, address, status):
    cloud.send(address)
    assert [m["status"] for m in cloud.mails()] == [status]


def test_an_invalid_address_is_refused_from_then_on(cloud):
    cloud.send("invalid@b.test,ok@b.test")
    again = {**cloud.mail, "ToAddress": "ok@b.test", "BccAddress": "INVALID@b.test"}
    assert cloud.refused("SingleSendMail", **again) == (400, "InvalidToAddress.Spam")
    assert len(cloud.mails()) == 2


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"AccountName": "nobody@sandbox.test"}, 404, "InvalidMailAddress.NotFound"),
        ({"AccountName": "no address"}, 400, "InvalidMailAddressName.Malformed"),
        ({"ToAddress": "a@example.com,,b@example.com"}, 400, "InvalidToAddress"),
        ({"ToAddress": ",".join(["a@example.com"] * 101)}, 400, "InvalidToAddress"),
        ({"ToAddress": ""}, 400, "MissingToAddress"),
        ({"Subject": ""}, 400, "MissingSubject"),
        ({"Subject": "x" * 257}, 400, "InvalidSubject.Malformed"),
        ({"Subject": "a\r\nBcc: x@y.z"}, 400, "InvalidSubject.Malformed"),
        ({"FromAlias": "a\nb"}, 400, "InvalidFromAlias.Malformed"),
        ({"TextBody": ""}, 400, "InvalidBody"),
        ({"AddressType": "2"}, 400, "InvalidAddressType.Malformed"),
        ({"ReplyToAddress": "maybe"}, 400, "InvalidReplyToAddress.Malformed"),
        ({"ReplyToAddress": ""}, 400, "MissingReplyToAddress"),
        ({"ReplyAddress": "nowhere"}, 400, "InvalidReplyAddress.Malformed"),
        ({"Template": {"TemplateId": "99"}}, 404, "InvalidTemplate.NotFound"),
        ({"Template": "[]"}, 400, "InvalidTemplate.Malformed"),
        ({"Template": '{"TemplateId": "1", "TemplateData": {"a": "\\ud800"}}'}, 400, "InvalidTemplate.Malformed"),
        ({"Headers": {"Subject": "x"}}, 400, "InvalidHeaders.Malformed"),
        ({"Headers": {"X-User-A": "x\r\ny"}}, 400, "InvalidHeaders.Malformed"),
        ({"Headers": {"X-User-A\n": "x"}}, 400, "InvalidHeaders.Malformed"),
        ({"ReplyAddress": "r@b.test", "ReplyAddressAlias": "x\ny"}, 400, "InvalidReplyAddressAlias.Malformed"),
        ({"TagName": "x\ny"}, 400, "InvalidTagName.Malformed"),
        (
            {"Attachments.1.AttachmentName": "a\r\nb", "Attachments.1.AttachmentUrl": "x"},
            400,
            "InvalidAttachments.Malformed",
        ),
    ],
)
def test_what_cannot_be_sent_leaves_nothing(cloud, changed, status, code):
    assert cloud.refused("SingleSendMail", **{**cloud.mail, **changed}) == (status, code)
    assert cloud.mails() == []
    assert cloud.ok("DescAccountSummary")["RemainFreeQuota"] == 2000


@pytest.mark.parametrize("sender", ["noreply@sandbox.test", "news@sandbox.test"])
def test_senders_that_are_there_have_a_confirmed_reply_address(cloud, sender):
    cloud.send(AccountName=sender, ReplyToAddress="true")
    assert cloud.mails()[0]["reply_to"] == "support@sandbox.test"


def test_the_reply_address_of_a_sender_that_has_none_is_refused(cloud):
    cloud.ok("CreateMailAddress", AccountName="shop@sandbox.test", Sendtype="trigger")
    asked = {**cloud.mail, "AccountName": "shop@sandbox.test"}
    assert cloud.refused("SingleSendMail", **{**asked, "ReplyToAddress": "true"}) == (
        400,
        "InvalidReplyAddress.Malformed",
    )
    cloud.ok("SingleSendMail", **asked)


def test_without_a_tag_that_is_there_mail_is_taken_and_not_tracked(cloud):
    for tag in ("", "unknown", "welcome"):
        cloud.send(ClickTrace="1", TagName=tag)
    assert [mail["track"] for mail in cloud.mails()] == [True, False, False]


@pytest.mark.parametrize("no", ["False", "false", "0"])
def test_booleans_come_as_sdks_send_them(cloud, no):
    cloud.send(ReplyToAddress=no, ClickTrace="1", TagName="welcome")
    assert cloud.mails()[0]["track"] is True


def test_a_frozen_sender_or_one_without_its_domain_cannot_send(cloud):
    cloud.sql("UPDATE address SET status = 1 WHERE name = 'noreply@sandbox.test'")
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "InvalidMailAddressStatus.Malformed")
    cloud.sql("UPDATE address SET status = 0")
    cloud.sql("UPDATE domain SET status = 1")
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "InvalidMailAddressDomain.Malformed")
    cloud.sql("UPDATE domain SET status = 4")
    cloud.send()
    cloud.ok("DeleteDomain", DomainId="1")
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "InvalidMailAddressDomain.Malformed")


def test_domain_authentication_needs_the_sender_that_stands_for_a_domain(cloud):
    asked = {**cloud.mail, "AccountName": "Any@sandbox.test", "DomainAuth": "True"}
    assert cloud.refused("SingleSendMail", **asked) == (404, "InvalidMailAddress.NotFound")
    stands = {"AccountName": "domain-auth-created-by-system@sandbox.test", "Sendtype": "trigger"}
    cloud.ok("CreateMailAddress", **stands)
    cloud.ok("SingleSendMail", **asked)
    assert cloud.mails()[0]["sender"] == "any@sandbox.test"
    assert cloud.refused("SingleSendMail", **asked | {"DomainAuth": "false"}) == (404, "InvalidMailAddress.NotFound")
    cloud.sql("UPDATE domain SET status = 1")
    assert cloud.refused("SingleSendMail", **asked) == (400, "InvalidMailAddressDomain.Malformed")


def test_a_template_is_filled_in(cloud):
    made = cloud.ok("CreateTemplate", TemplateName="t", TemplateText="<b>{name}</b>{no}", TemplateNickName="Us")
    cloud.send(
        Subject="Hi {name}",
        TextBody="ignored",
        Template={"TemplateId": made["TemplateId"], "TemplateData": {"name": "李", "age": 7}},
    )
    kept = cloud.mails()[0]
    assert (kept["subject"], kept["html"], kept["text"]) == ("Hi 李", "<b>李</b>{no}", "")
    assert (kept["alias"], kept["template"]) == ("Us", "t")


def test_a_template_that_is_not_approved_is_not_sent(cloud, batch):
    cloud.sql("UPDATE template SET status = 1")
    assert cloud.refused("BatchSendMail", **batch) == (400, "InvalidTemplateStatus.Malformed")
    single = {**cloud.mail, "Template": {"TemplateId": "1"}}
    assert cloud.refused("SingleSendMail", **single) == (400, "InvalidTemplateStatus.Malformed")


def test_surplus_headers_are_dropped(cloud):
    cloud.send(Headers={f"X-User-{number}": "x" for number in range(12)})
    assert len(cloud.mails()[0]["headers"]) == 10


def test_a_batch_goes_to_every_member_in_their_own_words(cloud, batch):
    env = cloud.ok("BatchSendMail", **batch, TagName="welcome")["EnvId"]
    mails = cloud.mails()[::-1]
    assert [m["recipient"] for m in mails] == PEOPLE
    assert [m["subject"] for m in mails] == ["News for Ada", "News for Li", "News for Sam"]
    assert mails[1]["html"] == "<p>Dear Li,</p><p>this is what is new.</p>"
    assert {m["env_id"] for m in mails} == {env}
    task = cloud.ok("QueryTaskByParam")["data"]["task"][0]
    assert (task["ReceiversName"], task["TemplateName"], task["TagName"]) == ("customers", "newsletter", "welcome")
    assert (task["RequestCount"], task["TaskStatus"]) == ("3", "1")


def test_built_in_and_own_variables_of_members(cloud, batch):
    lists = cloud.ok("CreateReceiver", ReceiversName="l", ReceiversAlias="l@l")["ReceiverId"]
    own = [{"Email": "x@example.com", "CustomData": {"code": "C1"}}]
    cloud.ok(
        "SaveReceiverDetail", ReceiverId=lists, Detail=[{"e": "y@example.com", "n": "Y", "m": "1"}], CustomDetail=own
    )
    text = "{EAddr}|{UserName}|{NickName}|{Mobile}|{code}"
    cloud.ok("CreateTemplate", TemplateName="all", TemplateSubject="S", TemplateText=text)
    cloud.ok("BatchSendMail", **{**batch, "ReceiversName": "l", "TemplateName": "all"})
    assert [m["html"] for m in cloud.mails()] == ["y@example.com||Y|1|{code}", "x@example.com||||C1"]


def test_a_batch_can_bring_its_own_people_and_content(cloud, batch):
    people = [{"To": ["a@example.com", "b@example.com"], "TemplateData": {"name": "A"}}, {"To": "c@example.com"}]
    content = {"Subject": "Hi {name}", "TextBody": "for {name}", "Alias": "Us"}
    del batch["ReceiversName"], batch["TemplateName"]
    cloud.ok("BatchSendMail", **batch, Receivers=people, TemplateContent=content)
    assert [(m["subject"], m["text"], m["alias"]) for m in cloud.mails()] == [
        ("Hi {name}", "for {name}", "Us"),
        ("Hi A", "for A", "Us"),
        ("Hi A", "for A", "Us"),
    ]


def test_of_a_large_list_each_one_who_is_held_back_gets_nothing(cloud, batch):
    cloud.sql("INSERT INTO receiver (id, name, alias, columns, created) VALUES ('l', 'large', 'l@list', '', 1)")
    cloud.sql(
        "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO member "
        "SELECT 'l', i || '@example.com', '{}', 1 FROM n"
    )
    cloud.sql("INSERT INTO invalid (address, at) VALUES ('1400@EXAMPLE.com', 1)")
    for held in ("1@example.com", "700@example.com", "1500@example.com"):
        cloud.ok("CreateUserSuppression", Address=held)
    cloud.ok("BatchSendMail", **{**batch, "ReceiversName": "large"})
    unsent = cloud.sql("SELECT recipient, status FROM mail WHERE status != 0 ORDER BY CAST(recipient AS INTEGER)")
    assert unsent == [(f"{i}@example.com", status) for i, status in ((1, 4), (700, 4), (1400, 2), (1500, 4))]


def test_known_invalid_members_are_recorded_and_the_rest_is_sent(cloud, batch):
    cloud.sql("INSERT INTO invalid (address, at) VALUES ('LI@example.com', 1)")
    cloud.ok("BatchSendMail", **batch)
    assert [m["status"] for m in cloud.mails()] == [0, 2, 0]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"AccountName": "noreply@sandbox.test"}, 400, "InvalidMailAddressSendType.Malformed"),
        ({"ReceiversName": "nobody"}, 404, "InvalidReceiver.NotFound"),
        ({"TemplateName": "none"}, 404, "InvalidTemplate.NotFound"),
        ({"ReceiversName": "n" * 30}, 404, "InvalidReceiver.NotFound"),
        ({"ReceiversName": "n" * 31}, 400, "InvalidReceiverName.Malformed"),
        ({"TemplateName": "n" * 30}, 404, "InvalidTemplate.NotFound"),
        ({"TemplateName": "n" * 31}, 400, "InvalidTemplateName.Malformed"),
        ({"ReceiversName": ""}, 400, "MissingReceiversName"),
        ({"TemplateName": ""}, 400, "MissingTemplateName"),
        ({"ReceiversName": "", "Receivers": [{"To": ["nobody"]}]}, 400, "InvalidReceiverName.Malformed"),
        ({"ReceiversName": "", "Receivers": [7]}, 400, "InvalidReceiverName.Malformed"),
        ({"ReceiversName": "", "Receivers": []}, 400, "InvalidReceiverName.Malformed"),
        ({"ReceiversName": "", "Receivers": [{"To": ["a@b.cc"] * 101}]}, 400, "InvalidReceiverName.Malformed"),
        ({"TemplateName": "", "TemplateContent": {"Subject": "x"}}, 400, "InvalidBody"),
        ({"TemplateName": "", "TemplateContent": {"HtmlBody": "x"}}, 400, "InvalidSubject.Malformed"),
        (
            {"TemplateName": "", "TemplateContent": {"HtmlBody": "x", "Subject": "a\nb"}},
            400,
            "InvalidSubject.Malformed",
        ),
        (
            {"TemplateName": "", "TemplateContent": {"HtmlBody": "x", "Subject": "s", "Alias": "a\nb"}},
            400,
            "InvalidFromAlias.Malformed",
        ),
    ],
)
def test_a_batch_that_cannot_be_sent_leaves_nothing(cloud, batch, changed, status, code):
    assert cloud.refused("BatchSendMail", **{**batch, **changed}) == (status, code)
    assert cloud.mails() == []
    assert cloud.ok("QueryTaskByParam")["TotalCount"] == 0


def test_an_empty_list_or_one_over_the_quota_is_not_sent(cloud, batch):
    cloud.quota(2, 100)
    assert cloud.refused("BatchSendMail", **batch) == (400, "InvalidSendMail.Spam")
    cloud.sql("DELETE FROM member")
    assert cloud.refused("BatchSendMail", **batch) == (400, "InvalidReceiverStatus.Malformed")


def test_the_older_version_knows_no_templates_in_single_mails(cloud):
    asked = {**cloud.mail, "Template": {"TemplateId": "1"}, "Attachments.1.AttachmentName": "x"}
    cloud.ok("SingleSendMail", version="2017-06-22", **asked)
    kept = cloud.mails()[0]
    assert (kept["template"], kept["attachments"]) == ("", [])
    del asked["TextBody"]
    assert cloud.refused("SingleSendMail", version="2017-06-22", **asked) == (400, "InvalidBody")


def test_variables_bring_no_second_line_into_a_subject(cloud, batch):
    cloud.send(Subject="Hi {UserName}", Template={"TemplateId": 1, "TemplateData": {"UserName": "Li\r\nBcc: x@y.z"}})
    cloud.sql("UPDATE member SET variables = json_object('UserName', 'Ada' || char(10) || 'x')")
    cloud.ok("BatchSendMail", **batch)
    assert {mail["subject"] for mail in cloud.mails()} == {"Hi Li  Bcc: x@y.z", "News for Ada x"}


def test_template_data_may_be_text_in_text(cloud):
    cloud.send(Subject="Hi {UserName}", Template={"TemplateId": 1, "TemplateData": json.dumps({"UserName": "Li"})})
    assert cloud.mails()[0]["subject"] == "Hi Li"


def test_a_test_mail_is_the_template_filled_in(cloud):
    html = "<p>{UserName} {NickName} {city} {EAddr} {other}</p>"
    made = {"TemplateName": "t", "TemplateSubject": "To {UserName}", "TemplateText": html, "TemplateNickName": "Us"}
    number = cloud.ok("CreateTemplate", TemplateType="0", **made)["TemplateId"]
    given = {"AccountName": "noreply@sandbox.test", "TemplateId": number, "Email": "ada@example.com"}
    others = {"city": "Oslo", "UserName": "Eve"}
    assert set(cloud.ok("SendTestByTemplate", **given, UserName="Ada", TemplateParams=others)) == {"RequestId"}
    (mail,) = cloud.mails()
    assert (mail["subject"], mail["html"], mail["alias"]) == (
        "To Ada",
        "<p>Ada  Oslo ada@example.com {other}</p>",
        "Us",
    )
    assert cloud.ok("DescAccountSummary")["RemainFreeQuota"] == 1999
    assert cloud.refused("SendTestByTemplate", **{**given, "TemplateId": "99"}) == (404, "InvalidTemplate.NotFound")
    assert cloud.refused("SendTestByTemplate", **given, UserName="x" * 31)[1] == "InvalidUserName.Malformed"
    assert cloud.refused("SendTestByTemplate", **given, TemplateParams="[]")[1] == "InvalidTemplateParams.Malformed"


def test_the_command_that_sends_a_test_mail(dm):
    line = "send test --from news@sandbox.test --template newsletter --to ada@example.com --user-name Ada"
    shown = dm(f"{line} --dry-run").json["parameters"]
    assert (shown["TemplateId"], shown["UserName"]) == ("<id of newsletter>", "Ada")
    assert "the service accepted the test mail to ada@example.com" in dm(line).err
    assert dm("sandbox mail show latest -o json").json["subject"] == "News for Ada"
    assert dm(f"{line} --idempotency-key k").err
    assert "nothing was sent again" in dm(f"{line} --idempotency-key k").err
