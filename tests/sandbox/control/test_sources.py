"""Limits on which sources disagree: either side of them can be had, and each is listed."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from dmcli.errors import InputError
from dmcli.sandbox.control.sources import get_year, list_disputed, set_year
from dmcli.sandbox.emulator import Sandbox

ADDRESS = {"AccountName": "new@sandbox.test", "Sendtype": "batch"}
PLUS = "a+b@sandbox.test"
# What the looser source allows and the stricter one does not: the limit, action, what is given, and the code.
DISPUTED = {
    "the subject": ("Subject", "SingleSendMail", {"Subject": "s" * 101}, "InvalidSubject.Malformed"),
    "the alias": ("FromAlias", "SingleSendMail", {"FromAlias": "a" * 16}, "InvalidFromAlias.Malformed"),
    "the HTML": ("HtmlBody", "SingleSendMail", {"HtmlBody": "h" * 28_673}, "InvalidBody"),
    "the text": ("TextBody", "SingleSendMail", {"TextBody": "t" * 28_673}, "InvalidBody"),
    "a recipient": ("ToAddress", "SingleSendMail", {"ToAddress": f"x@b.test,{PLUS}"}, "InvalidToAddress"),
    "a tag of mail": ("TagName", "SingleSendMail", {"TagName": "春"}, "InvalidTagName.Malformed"),
    "a new tag": ("TagName of CreateTag", "CreateTag", {"TagName": "a-b"}, "InvalidTagName.Malformed"),
    "a reply address": (
        "ReplyAddress",
        "CreateMailAddress",
        {**ADDRESS, "ReplyAddress": PLUS},
        "InvalidReplyAddress.Malformed",
    ),
    "a password": (
        "Password",
        "ModifyMailAddress",
        {"MailAddressId": "1", "Password": "abcdefABCDEF1"},
        "InvalidDomainPassword.Malformed",
    ),
    "an alias of a list": (
        "ReceiversAlias",
        "CreateReceiver",
        {"ReceiversName": "n", "ReceiversAlias": "n"},
        "InvalidReceiverName.Malformed",
    ),
    "a description": (
        "Desc",
        "CreateReceiver",
        {"ReceiversName": "n", "ReceiversAlias": "n@list", "Desc": "d" * 51},
        "InvalidDesc.Malformed",
    ),
    "days back": (
        "Days of",
        "SenderStatisticsByTagNameAndBatchID",
        {"StartTime": "2026-02-01", "EndTime": "2026-02-03"},
        "InvalidStartTime.Malformed",
    ),
    "days at once": (
        "Days of",
        "SenderStatisticsByTagNameAndBatchID",
        {"StartTime": "2026-03-01", "EndTime": "2026-03-15"},
        "InvalidBetweenTime.Malformed",
    ),
}


def asked(cloud, action: str, given: dict[str, str]) -> dict[str, str]:
    return {**cloud.mail, **given} if action == "SingleSendMail" else given


@pytest.mark.parametrize(("limit", "action", "given", "code"), DISPUTED.values(), ids=DISPUTED)
def test_the_stricter_limit_refuses_what_the_looser_one_takes(cloud, limit, action, given, code):
    assert any(limit in one.about for one in list_disputed())
    set_year(cloud.sandbox, "2019")
    assert cloud.refused(action, **asked(cloud, action, given)) == (400, code)
    set_year(cloud.sandbox, "2026")
    cloud.ok(action, **asked(cloud, action, given))


@pytest.mark.parametrize(
    ("least", "most", "there", "make"),
    [
        (
            10,
            100,
            2,
            lambda cloud, n: cloud.reply("CreateMailAddress", **{**ADDRESS, "AccountName": f"a{n}@sandbox.test"}),
        ),
        (100, 500, 1, lambda cloud, n: cloud.reply("CreateTag", TagName=f"t{n}")),
    ],
    ids=["addresses", "tags"],
)
def test_an_account_has_fewer_things_by_the_stricter_limit(cloud, least, most, there, make):
    set_year(cloud.sandbox, "2019")
    statuses = [make(cloud, n).status for n in range(least - there + 1)]
    assert statuses == [200] * (least - there) + [400]
    set_year(cloud.sandbox, "2026")
    assert make(cloud, most).status == 200
    assert {(str(least), str(most))} <= {one[1:] for one in list_disputed()}


def test_what_all_sources_take_is_taken_by_both(cloud):
    for year in ("2019", "2026"):
        set_year(cloud.sandbox, year)
        cloud.send(FromAlias="a" * 15, Subject="s" * 100, HtmlBody="h" * 28_672, TagName="welcome")


def test_what_another_process_sets_holds_from_the_next_call_on(cloud):
    for year, status in (("2019", 400), ("2026", 200)):
        cloud.send(Subject="s" * 100)
        with closing(Sandbox(cloud.sandbox.path)) as other:
            set_year(other, year)
        assert cloud.reply("SingleSendMail", **cloud.mail | {"Subject": "s" * 101}).status == status


def test_the_looser_ones_hold_unless_asked_otherwise(cloud):
    assert get_year(cloud.sandbox) == "2026"
    set_year(cloud.sandbox, "2019")
    assert get_year(cloud.sandbox) == "2019"
    cloud.sandbox.reset()
    assert get_year(cloud.sandbox) == "2026"
    with pytest.raises(InputError, match="'2020' is no year of limits"):
        set_year(cloud.sandbox, "2020")


def test_each_limit_is_listed_once():
    about = [one.about for one in list_disputed()]
    assert len(about) == len(set(about))
    assert all(one.stricter != one.looser for one in list_disputed())
    assert json.dumps(about).count("TagName of CreateTag") == 1
