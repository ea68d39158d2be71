"""Recipient lists and their members."""

from __future__ import annotations

import pytest


@pytest.fixture
def receiver(cloud):
    return cloud.ok("QueryReceiverByParam")["data"]["receiver"][0]["ReceiverId"]


def members(cloud, receiver, **params) -> list[str]:
    rows = cloud.ok("QueryReceiverDetail", ReceiverId=receiver, PageSize="1000", **params)["data"]["detail"]
    return [row["Email"] for row in rows]


def test_a_list_is_made_listed_and_deleted(cloud):
    made = cloud.ok("CreateReceiver", ReceiversName="vip", ReceiversAlias="vip@list", Desc="重要")["ReceiverId"]
    assert len(made) == 32
    shown = cloud.ok("QueryReceiverByParam", KeyWord="VIP")["data"]["receiver"]
    assert [(r["ReceiverId"], r["Count"], r["Desc"], r["ReceiversAlias"]) for r in shown] == [
        (made, "0", "重要", "vip@list")
    ]
    assert cloud.ok("QueryReceiverByParam", Status="0")["TotalCount"] == 0
    cloud.ok("SaveReceiverDetail", ReceiverId=made, Detail=[{"e": "a@example.com"}])
    cloud.ok("DeleteReceiver", ReceiverId=made)
    assert cloud.sql("SELECT count(*) FROM member") == [(3,)]
    assert cloud.refused("DeleteReceiver", ReceiverId=made) == (404, "InvalidReceiver.NotFound")


def test_lists_come_by_the_hundred(cloud):
    answer = cloud.ok("QueryReceiverByParam")
    assert (answer["PageSize"], "PageNumber" in answer) == (100, False)
    assert cloud.ok("QueryTagByParam")["PageSize"] == 10


def test_names_are_unique_and_ten_is_all(cloud):
    asked = {"ReceiversAlias": "a@list"}
    assert cloud.refused("CreateReceiver", ReceiversName="customers", **asked) == (400, "InvalidReceiverName.Duplicate")
    for number in range(9):
        cloud.ok("CreateReceiver", ReceiversName=f"l{number}", **asked)
    assert cloud.refused("CreateReceiver", ReceiversName="more", **asked) == (400, "InvalidReceiverNumber.Malformed")


def test_members_are_added_with_their_data(cloud, receiver):
    answer = cloud.ok(
        "SaveReceiverDetail",
        ReceiverId=receiver,
        Detail=[{"e": "x@example.com", "u": "X", "g": "f"}],
        CustomDetail=[{"Email": "y@example.com", "CustomData": {"code": "7"}}],
    )
    assert (answer["SuccessCount"], answer["ErrorCount"], answer["Data"]["Detail"]) == (2, 0, [])
    shown = cloud.ok("QueryReceiverDetail", ReceiverId=receiver)
    assert shown["DataSchema"] == "UserName,NickName,Gender,Birthday,Mobile,code"
    data = {row["Email"]: row["Data"] for row in shown["data"]["detail"]}
    assert (data["x@example.com"], data["y@example.com"]) == ("X,,f,,,", ",,,,,7")


def test_what_cannot_be_added_is_said_row_by_row(cloud, receiver):
    detail = [{"e": "new@example.com"}, {"e": "NEW@example.com"}, {"e": "ADA@example.com"}, {"e": "bad"}, {}, 7]
    detail.append({"e": "x" * 190 + "@example.com"})
    answer = cloud.ok("SaveReceiverDetail", ReceiverId=receiver, Detail=detail)
    assert (answer["SuccessCount"], answer["ErrorCount"]) == (1, 6)
    reasons = [row["ErrMessage"] for row in answer["Data"]["Detail"]]
    assert ["already exists" in reason for reason in reasons] == [True, True, False, False, False, False]
    assert "192" in reasons[-1]
    assert len(members(cloud, receiver)) == 4


def test_five_hundred_at_once_and_ten_thousand_in_all(cloud, receiver):
    detail = [{"e": f"m{number}@example.com"} for number in range(501)]
    asked = {"ReceiverId": receiver, "Detail": detail}
    assert cloud.refused("SaveReceiverDetail", **asked) == (400, "InvalidReceiverDetailNumber.Malformed")
    cloud.ok("SaveReceiverDetail", ReceiverId=receiver, Detail=detail[:500])
    cloud.sql(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 9496) INSERT INTO member "
        "(receiver, email, variables, created) SELECT ?, 'n' || i || '@example.com', '', 1 FROM n",
        receiver,
    )
    assert cloud.refused("SaveReceiverDetail", ReceiverId=receiver, Detail=[{"e": "a1@b.cc"}, {"e": "a2@b.cc"}]) == (
        400,
        "InvalidReceiverDetailNumber.Malformed",
    )
    cloud.ok("SaveReceiverDetail", ReceiverId=receiver, Detail=[{"e": "a1@b.cc"}, {"e": "ada@example.com"}])
    assert cloud.sql("SELECT count(*) FROM member") == [(10_000,)]


@pytest.mark.parametrize(
    ("detail", "code"),
    [
        ("{}", "InvalidDetail.Malformed"),
        ("nonsense", "InvalidDetail.Malformed"),
        ('[{"e": "\\ud800@example.com"}]', "InvalidDetail.Malformed"),
        ("", "MissingDetail"),
    ],
)
def test_what_is_no_list_is_refused(cloud, receiver, detail, code):
    assert cloud.refused("SaveReceiverDetail", ReceiverId=receiver, Detail=detail) == (400, code)


def test_pages_join_to_the_whole_while_members_come_and_go(cloud, receiver):
    cloud.ok("SaveReceiverDetail", ReceiverId=receiver, Detail=[{"e": f"m{n:02}@example.com"} for n in range(20)])
    first = cloud.ok("QueryReceiverDetail", ReceiverId=receiver, NextStart="0")
    assert (len(first["data"]["detail"]), first["TotalCount"]) == (10, 23)
    cloud.ok("SaveReceiverDetail", ReceiverId=receiver, Detail=[{"e": "aaa@example.com"}])
    cloud.ok("DeleteReceiverDetail", ReceiverId=receiver, Email=first["NextStart"])
    rest = members(cloud, receiver, NextStart=first["NextStart"])
    seen = [row["Email"] for row in first["data"]["detail"]] + rest
    assert len(seen) == len(set(seen)) == 23
    assert cloud.ok("QueryReceiverDetail", ReceiverId=receiver, PageSize="1000")["NextStart"] == ""


def test_members_are_found_by_text(cloud, receiver):
    assert members(cloud, receiver, KeyWord="ADA@") == ["ada@example.com"]


def test_a_member_is_removed_once(cloud, receiver):
    asked = {"ReceiverId": receiver, "Email": "ADA@example.com"}
    cloud.ok("DeleteReceiverDetail", **asked)
    assert cloud.refused("DeleteReceiverDetail", **asked) == (404, "InvalidReceiver.NotFound")
    there = members(cloud, receiver)
    cloud.ok("DeleteReceiverDetail", ReceiverId=receiver)
    assert members(cloud, receiver) == there
    assert len(members(cloud, receiver)) == 2


@pytest.mark.parametrize("action", ["DeleteReceiver", "QueryReceiverDetail", "DeleteReceiverDetail"])
def test_an_unknown_list_is_not_found(cloud, action):
    assert cloud.refused(action, ReceiverId="0" * 32, Email="a@b.cc") == (404, "InvalidReceiver.NotFound")
    assert cloud.refused(action, ReceiverId="name", Email="a@b.cc") == (404, "InvalidReceiver.NotFound")
