"""Who gets no more mail: suppressed, unsubscribed or invalid; listed, held back, and let go again; and the commands."""

from __future__ import annotations

import pytest

from dmcli.sandbox.control.events import play

SHOP = "news@sandbox.test"


@pytest.fixture
def blocked(cloud):
    """An account in which Ada and Bob unsubscribed, Ada from two senders and from one of them twice."""
    for sender, to in (("", "ada@example.com"), ("", "ada@example.com"), (SHOP, "ada@example.com"), ("", "bob@b.test")):
        cloud.send(to, **({"AccountName": sender} if sender else {}))
        cloud.pass_time(hours=1)
    for mail in (1, 2, 3, 4):
        play(cloud.sandbox, "unsubscribe", mail)
        cloud.pass_time(hours=1)
    return cloud


def rows(cloud, **params):
    answer = cloud.ok("ListBlockSending", BlockType="UNSUB", **params)
    return [(row["BlockEmail"], row["SenderEmail"]) for row in answer["Data"]]


def test_each_recipient_and_sender_is_listed_once_with_the_first_time(blocked):
    first, *_ = blocked.ok("ListBlockSending", BlockType="UNSUB")["Data"]
    assert first["BlockTime"] - first["SendTime"] == 4 * 3600
    assert rows(blocked) == [
        ("ada@example.com", "noreply@sandbox.test"),
        ("ada@example.com", SHOP),
        ("bob@b.test", "noreply@sandbox.test"),
    ]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"BlockEmail": "ADA@example.com"}, 2),
        ({"SenderEmail": SHOP.upper()}, 1),
        ({"BlockEmail": "nobody@example.com"}, 0),
        ({"BeginTime": "{second}"}, 2),
        ({"EndTime": "{second}"}, 2),
        ({"BeginTime": "{second}", "EndTime": "{second}"}, 1),
    ],
)
def test_filters(blocked, params, expected):
    second = str(blocked.ok("ListBlockSending", BlockType="UNSUB")["Data"][1]["BlockTime"])
    given = {name: value.format(second=second) for name, value in params.items()}
    assert len(rows(blocked, **given)) == expected


def test_pages_follow_each_other(blocked):
    answer = blocked.ok("ListBlockSending", BlockType="UNSUB", MaxResults="2")
    assert (len(answer["Data"]), answer["MaxResults"]) == (2, 2)
    assert rows(blocked, NextToken=answer["NextToken"]) == [("bob@b.test", "noreply@sandbox.test")]
    assert blocked.ok("ListBlockSending", BlockType="UNSUB")["NextToken"] == ""


def test_what_is_refused(cloud):
    assert cloud.refused("ListBlockSending") == (400, "MissingBlockType")
    assert cloud.refused("ListBlockSending", BlockType="x") == (400, "InvalidBlockType.Malformed")
    assert cloud.refused("ListBlockSending", BlockType="UNSUB", NextToken="x") == (400, "InvalidNextToken.Malformed")
    assert cloud.ok("ListBlockSending", BlockType="REPORT")["Data"] == []


def test_the_command(dm, sandbox):
    dm("send single --to ada@example.com --subject S --text T")
    play(sandbox, "unsubscribe", 1)
    shown = dm("suppression blocked --type unsubscribe --since today -o json").json
    assert [(row["BlockEmail"], row["Reason"]) for row in shown["Data"]] == [("ada@example.com", 0)]
    rows = dm("suppression blocked --type unsubscribe -o csv").out.splitlines()
    assert rows[1].startswith("ada@example.com,noreply@sandbox.test,")
    assert dm("suppression blocked --type complaint").err.strip() == "nothing found"
    assert "give at least 1" in dm("suppression set-level ''", code=2).err
    assert dm("--lang zh suppression set-level account -o table").out.split()[:2] == ["屏蔽级别", "account"]


def states(cloud, to):
    return [(mail["sender"], mail["status"]) for mail in cloud.mails(to=to)]


def test_addresses_and_domains_that_are_suppressed_get_no_mail(cloud):
    one = cloud.ok("CreateUserSuppression", Address="Ada@example.com")["SuppressionId"]
    assert cloud.ok("CreateUserSuppression", Address="ada@EXAMPLE.com")["SuppressionId"] == one
    two = cloud.ok("CreateUserSuppression", Address="held.test")["SuppressionId"]
    cloud.send("ADA@example.com,bob@held.test,bob@sub.held.test,li@example.com")
    became = {mail["recipient"]: mail["status"] for mail in cloud.mails()}
    assert became == {"ADA@example.com": 4, "bob@held.test": 4, "bob@sub.held.test": 0, "li@example.com": 0}
    asked = {"AccountName": "news@sandbox.test", "AddressType": "1", "ReceiversName": "customers"}
    cloud.ok("BatchSendMail", **asked, TemplateName="newsletter")
    assert states(cloud, "ada@example.com")[0] == (SHOP, 4)
    cloud.ok("RemoveUserSuppression", SuppressionIds=f"{one},{two},99")
    assert cloud.ok("ListUserSuppression")["TotalCount"] == 0
    cloud.send("ada@example.com")
    assert states(cloud, "ada@example.com")[0] == ("noreply@sandbox.test", 0)


def test_the_suppressed_are_found_by_address_and_times(cloud):
    cloud.send("soon@b.test")
    play(cloud.sandbox, "soft-bounce", 1)
    cloud.sql("UPDATE mail SET status = 2")
    for address in ("held.test", "soon@b.test"):
        cloud.pass_time(days=1)
        cloud.ok("CreateUserSuppression", Address=address)
    held, invalid = cloud.ok("ListUserSuppression")["Data"]["UserSuppressions"]
    assert (held["Address"], held["LastBounceTime"], held["Type"]) == ("held.test", 0, "user")
    assert invalid["CreateTime"] - invalid["LastBounceTime"] == 2 * 86400

    def found(**params):
        rows = cloud.ok("ListUserSuppression", **params)["Data"]["UserSuppressions"]
        return [row["SuppressionId"] for row in rows]

    assert found(Address="SOON@b.test") == found(StartBounceTime=str(invalid["LastBounceTime"])) == [2]
    assert found(EndBounceTime="1000000000") == found(EndCreateTime=str(held["CreateTime"])) == [1]
    assert found(PageNo="2", PageSize="1") == found(StartCreateTime=str(invalid["CreateTime"])) == [2]
    week = {"StartCreateTime": "1000000000", "EndCreateTime": str(1_000_000_000 + 7 * 86400)}
    assert found(**week) == []
    for wrong in ({**week, "EndCreateTime": "1000604801"}, {**week, "EndCreateTime": "999999999"}):
        assert cloud.refused("ListUserSuppression", **wrong) == (400, "InvalidBetweenTime.Malformed")


@pytest.mark.parametrize(
    ("sender", "level", "held"),
    [
        (SHOP, "", True),  # of the batch type
        (SHOP, "disabled", False),
        ("noreply@sandbox.test", "", False),
        ("noreply@sandbox.test", "mailfrom", False),
        ("noreply@sandbox.test", "mailfrom_domain", True),
        ("noreply@sandbox.test", "edm_id", True),
    ],
)
def test_who_unsubscribed_gets_no_mail_at_the_level_that_is_asked_for(cloud, sender, level, held):
    cloud.send("ada@example.com,bob@b.test", AccountName=SHOP)
    play(cloud.sandbox, "unsubscribe", 1)
    cloud.send("ada@example.com,bob@b.test", AccountName=sender, UnSubscribeFilterLevel=level)
    assert states(cloud, "ada@example.com")[0] == (sender, 4 if held else 0)
    assert states(cloud, "bob@b.test")[0] == (sender, 0)


def test_a_block_is_lifted_until_they_unsubscribe_again(blocked):
    who = {"BlockEmail": "ADA@example.com", "SenderEmail": SHOP, "BlockType": "UNSUB"}
    for _ in range(2):  # harmless to repeat
        blocked.ok("UnblockSending", **who)
        assert rows(blocked) == [("ada@example.com", "noreply@sandbox.test"), ("bob@b.test", "noreply@sandbox.test")]
    blocked.send("ada@example.com", AccountName=SHOP)
    assert states(blocked, "ada@example.com")[0] == (SHOP, 0)
    play(blocked.sandbox, "unsubscribe", 5)
    assert ("ada@example.com", SHOP) in rows(blocked)


def test_an_invalid_address_is_taken_out(cloud):
    cloud.send("fine@b.test,invalid@b.test")
    assert (
        cloud.refused("SingleSendMail", **{**cloud.mail, "ToAddress": "invalid@b.test"})[1] == "InvalidToAddress.Spam"
    )
    (row,) = cloud.ok("ListUserSuppression")["Data"]["UserSuppressions"]
    assert (row["Address"], row["Type"], row["LastBounceTime"]) == ("invalid@b.test", "system", row["CreateTime"])
    cloud.ok("DeleteInvalidAddress", ToAddress="INVALID@b.test")
    assert cloud.ok("ListUserSuppression")["TotalCount"] == 0
    assert cloud.refused("DeleteInvalidAddress", ToAddress="invalid@b.test") == (400, "InvalidAddress.NotFound")
    cloud.send("invalid@b.test")
    (row,) = cloud.ok("ListUserSuppression")["Data"]["UserSuppressions"]
    cloud.ok("RemoveUserSuppression", SuppressionIds=str(row["SuppressionId"]))
    cloud.send("invalid@b.test")


def test_who_complained_gets_no_more_mail_of_that_sender(cloud):
    cloud.send("ada@example.com")
    play(cloud.sandbox, "complaint", 1)
    (row,) = cloud.ok("ListBlockSending", BlockType="REPORT")["Data"]
    assert (row["BlockEmail"], row["SenderEmail"]) == ("ada@example.com", "noreply@sandbox.test")
    cloud.send("ada@example.com", UnSubscribeFilterLevel="disabled")
    cloud.send("ada@example.com", AccountName=SHOP)
    assert [status for _, status in states(cloud, "ada@example.com")] == [0, 4, 0]
    cloud.ok("UnblockSending", BlockEmail="ada@example.com", SenderEmail="noreply@sandbox.test", BlockType="REPORT")
    cloud.send("ada@example.com")
    assert states(cloud, "ada@example.com")[0][1] == 0


def test_the_commands_of_the_list(dm, sandbox):
    assert dm("suppression level -o json").json["SuppressionListLevel"] == ""
    assert dm("suppression set-level 02 -o json").json["SuppressionListLevel"] == "02"
    assert dm("suppression level -o json").json["SuppressionListLevel"] == "02"
    for address in ("ada@example.com", "例え.jp", "7"):
        dm("suppression add {}", address, code=2 if address == "7" else 0)
    assert dm("suppression list --since today --columns Address -o csv").out.split()[1:] == [
        "ada@example.com",
        "xn--r8jz45g.jp",
    ]
    assert "give at most 7" in dm("suppression list --since 9d --until today", code=2).err
    assert "did you mean ada@example.com" in dm("suppression remove adam@example.com --yes", code=10).err
    dm("suppression remove ada@example.com --yes")
    dm("suppression remove 例え.jp --yes")
    assert dm("suppression list").err.strip() == "nothing found"
    dm("send single --to invalid@b.test --subject S --text T")
    dm("suppression remove-invalid invalid@b.test --yes")
    dm("suppression remove-invalid invalid@b.test --yes", code=10)
    dm("send single --to ada@example.com --subject S --text T")
    play(sandbox, "unsubscribe", 2)
    line = "suppression unblock ada@example.com --from noreply@sandbox.test --type unsubscribe"
    assert "ada@example.com, noreply@sandbox.test, unsubscribe: there is no" in dm(line, code=2).err
    dm(f"{line} --yes")
    assert dm("suppression blocked --type unsubscribe").err.strip() == "nothing found"
