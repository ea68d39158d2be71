"""Recipients who unsubscribed: listed for each sender, filtered, in pages; and the command."""

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
