"""Statistics, which are counted from what was sent."""

from __future__ import annotations

import pytest

DAYS = {"StartTime": "2026-03-10", "EndTime": "2026-03-16"}
MINUTES = {"StartTime": "2026-03-10 00:00", "EndTime": "2026-03-16 23:59"}
TRACKED = {"ClickTrace": "1", "TagName": "welcome"}


def totals(cloud, **params):
    return cloud.ok("SenderStatisticsByTagNameAndBatchID", **{**DAYS, **params})["data"]["stat"]


def details(cloud, **params):
    return cloud.ok("SenderStatisticsDetailByParam", **{**MINUTES, **params})["data"]["mailDetail"]


def test_outcomes_are_counted_by_day(cloud):
    cloud.send("a@b.test,b@b.test,invalid@b.test,spam@b.test,fail@b.test,c@b.test")
    cloud.pass_time(hours=12)
    cloud.send("a@b.test")
    rows = totals(cloud)
    assert rows[0] == {
        "CreateTime": "2026-03-15",
        "createTime": "2026-03-15",
        "requestCount": "6",
        "successCount": "3",
        "faildCount": "2",
        "unavailableCount": "1",
        "succeededPercent": "50.00%",
        "unavailablePercent": "16.67%",
    }
    assert [(row["CreateTime"], row["requestCount"]) for row in rows[1:]] == [("2026-03-16", "1")]
    assert totals(cloud, EndTime="2026-03-14") == []


def test_slow_mail_is_known_a_minute_later(cloud):
    cloud.send("slow@b.test")
    cloud.pass_time(seconds=59)
    assert [(row["requestCount"], row["successCount"]) for row in totals(cloud)] == [("1", "0")]
    assert details(cloud) == []
    cloud.pass_time(seconds=1)
    assert [(row["requestCount"], row["successCount"]) for row in totals(cloud)] == [("1", "1")]
    assert details(cloud)[0]["UtcLastUpdateTime"] == str(int(cloud.now.timestamp()))


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        ({"AccountName": "NOREPLY@sandbox.test"}, "4"),
        ({"AccountName": "news@sandbox.test"}, None),
        ({"TagName": "x"}, "1"),
        ({"Domain": "sandbox.test"}, "4"),
        ({"Domain": "box.test"}, None),
        ({"Esp": "gmail.com"}, "1"),
        ({"Esp": "others"}, "2"),
        ({"DedicatedIp": "1.2.3.4"}, None),
        ({"DedicatedIp": "192.0.2.10"}, "1"),
        ({"DedicatedIp": "192.0.2.11"}, None),
        ({"DedicatedIpPoolId": "1"}, "1"),
        ({"DedicatedIpPoolId": "2"}, None),
    ],
)
def test_totals_can_be_limited(cloud, chosen, count):
    cloud.ok("DedicatedIpPoolCreate", Name="news", BuyResourceIds="dm-ip-1")
    cloud.send("a@Gmail.com,a@yahoo.com,a@b.test")
    cloud.send("a@b.test", TagName="x", IpPoolId="1")
    assert [row["requestCount"] for row in totals(cloud, **chosen)] == ([count] if count else [])


@pytest.mark.parametrize(
    ("action", "params", "status", "code"),
    [
        ("SenderStatisticsByTagNameAndBatchID", {"StartTime": ""}, 404, "InvalidDate.NotFound"),
        ("SenderStatisticsByTagNameAndBatchID", {"EndTime": "2026-02-30"}, 400, "InvalidDate.Malformed"),
        ("SenderStatisticsByTagNameAndBatchID", {"StartTime": "2025-12-01"}, 400, "InvalidStartTime.Malformed"),
        ("SenderStatisticsByTagNameAndBatchID", {"EndTime": "2026-03-09"}, 400, "InvalidBetweenTime.Malformed"),
        ("SenderStatisticsByTagNameAndBatchID", {"AccountName": "x@y.test"}, 404, "InvalidMailAddress.NotFound"),
        ("GetTrackList", {"EndTime": "2026-03-18"}, 400, "InvalidBetweenTime.Malformed"),
        ("GetTrackList", {"TagName": "x"}, 400, "MissingAccountName"),
        ("GetTrackListByMailFromAndTagName", {"AccountName": "x@y.test"}, 404, "InvalidMailAddress.NotFound"),
    ],
)
def test_windows_and_names_are_checked(cloud, action, params, status, code):
    assert cloud.refused(action, **{**DAYS, **params}) == (status, code)


def test_wide_windows_on_which_sources_differ_pass(cloud):
    assert totals(cloud, StartTime="2026-02-14") == []


def test_details_are_a_row_a_recipient_newest_first(cloud):
    env = cloud.send("a@b.test,invalid@b.test", Subject="您好", TagName="x")
    answer = cloud.ok("SenderStatisticsDetailByParam", **MINUTES)
    new, old = answer["data"]["mailDetail"][0], answer["data"]["detailList"][0]
    assert (new["ToAddress"], new["Status"], new["ErrorClassification"]) == ("invalid@b.test", 2, "SmtpNxBox")
    assert (new["AccountName"], new["Subject"], new["TagName"]) == ("noreply@sandbox.test", "您好", "x")
    assert (
        old
        | {
            "toAddress": "invalid@b.test",
            "accountName": "noreply@sandbox.test",
            "tagName": "x",
            "batchId": env,
            "code": "550",
            "status": 2,
            "mailSize": len("您好How are you?".encode()),
            "utcLastUpdateTime": int(cloud.now.timestamp()),
        }
        == old
    )


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"AccountName": "noreply@SANDBOX.test"}, 3),
        ({"AccountName": "news@sandbox.test"}, 0),
        ({"TagName": "x"}, 1),
        ({"ToAddress": "A@b.test"}, 2),
        ({"Status": "2"}, 1),
        ({"Status": "0", "ToAddress": "a@b.test"}, 2),
        ({"IpPoolId": "1"}, 1),
        ({"ConfigSetId": "1"}, 1),
        ({"EndTime": "2026-03-15 11:59"}, 0),
        ({"StartTime": "2026-03-15 12:00", "EndTime": "2026-03-15 12:00"}, 3),
    ],
)
def test_details_can_be_limited(cloud, chosen, found):
    cloud.ok("DedicatedIpPoolCreate", Name="news")
    cloud.ok("ConfigSetCreate", Name="shop")
    cloud.send("a@b.test,invalid@b.test", IpPoolId="")
    cloud.ok("ConfigSetRelationFromAddress", Id="1", FromAddress="noreply@sandbox.test")
    cloud.send("a@b.test", TagName="x", IpPoolId="1")
    assert len(details(cloud, **chosen)) == found


def test_details_take_only_one_of_their_filters(cloud):
    asked = {**MINUTES, "TagName": "x", "ToAddress": "a@b.test"}
    assert cloud.refused("SenderStatisticsDetailByParam", **asked) == (400, "InvalidParameter")


def test_details_come_in_pages_that_new_mail_does_not_shift(cloud):
    cloud.send(",".join(f"u{number}@b.test" for number in range(25)))
    seen, cursor = [], "0"
    while cursor:
        answer = cloud.ok("SenderStatisticsDetailByParam", **MINUTES, Length="10", NextStart=cursor)
        seen += [row["ToAddress"] for row in answer["data"]["mailDetail"]]
        cursor = answer["NextStart"]
        cloud.send("later@b.test")
        cloud.pass_time(seconds=1)
    assert seen == [f"u{number}@b.test" for number in reversed(range(25))]


@pytest.mark.parametrize("length", ["0", "101", "x"])
def test_details_come_by_a_hundred_at_most(cloud, length):
    cloud.ok("SenderStatisticsDetailByParam", **MINUTES, Length="100")
    asked = {**MINUTES, "Length": length}
    assert cloud.refused("SenderStatisticsDetailByParam", **asked) == (400, "InvalidLength.Malformed")


@pytest.mark.parametrize("cursor", ["x", "1", "1#2#3", "1#-2", "²#1", f"{'9' * 19}#1"])
@pytest.mark.parametrize("action", ["SenderStatisticsDetailByParam", "QueryInvalidAddress"])
def test_a_cursor_from_elsewhere_is_refused(cloud, action, cursor):
    asked = MINUTES if action.startswith("Sender") else {}
    assert cloud.refused(action, **asked, NextStart=cursor) == (400, "InvalidNextStart.Malformed")


def test_opens_and_clicks_are_counted_from_events(cloud):
    cloud.send("a@b.test,b@b.test,c@b.test,d@b.test", BccAddress="e@b.test", **TRACKED)
    cloud.send("a@b.test")  # not tracked
    for mail, kind in ((1, "open"), (1, "open"), (2, "open"), (1, "click")):
        cloud.sql("INSERT INTO event (mail, kind, at) VALUES (?, ?, 1)", mail, kind)
    row = cloud.ok("GetTrackList", **DAYS)["data"]["stat"][0]
    assert row == {
        "CreateTime": "2026-03-15",
        "TotalNumber": "4",
        "RcptOpenCount": "3",
        "RcptOpenRate": "75.00%",
        "RcptUniqueOpenCount": "2",
        "RcptUniqueOpenRate": "50.00%",
        "RcptClickCount": "1",
        "RcptClickRate": "25.00%",
        "RcptUniqueClickCount": "1",
        "RcptUniqueClickRate": "25.00%",
    }
    lower = {name[0].lower() + name[1:]: value for name, value in row.items()}
    assert cloud.ok("GetTrackList", **DAYS)["trackList"] == [lower]
    answer = cloud.ok("GetTrackListByMailFromAndTagName", **DAYS, AccountName="noreply@sandbox.test", TagName="welcome")
    assert (answer["TrackList"]["Stat"], answer["trackList"]) == ([row], [lower])


def test_tracking_comes_in_pages_of_days(cloud):
    for _ in range(3):
        cloud.send(**TRACKED)
        cloud.pass_time(days=1)
    window = {"StartTime": "2026-03-15", "EndTime": "2026-03-20"}
    answer = cloud.ok("GetTrackListByMailFromAndTagName", **window, PageNumber="2", PageSize="2")
    assert [row["CreateTime"] for row in answer["TrackList"]["Stat"]] == ["2026-03-17"]
    assert (answer["Total"], answer["TotalPages"], answer["PageNo"], answer["pageSize"]) == (3, "2", 2, 2)
    assert cloud.ok("GetTrackList", **window)["TotalPages"] == 1


def test_one_sender_address(cloud):
    cloud.quota(7, 70)
    cloud.send("a@b.test,b@b.test")
    data = cloud.ok("GetSendEmailCountByMailFrom", AccountName="NoReply@sandbox.test")["data"]
    assert (
        data
        | {
            "mailfrom": "noreply@sandbox.test",
            "mailfromStatus": "0",
            "sendType": "trigger",
            "replyTo": "support@sandbox.test",
            "replyToStatus": "0",
            "dailyCount": 7,
            "monthCount": 70,
            "dailyReqCount": 2,
            "monthReqCount": 2,
        }
        == data
    )
    unknown = {"AccountName": "x@sandbox.test"}
    assert cloud.refused("GetSendEmailCountByMailFrom", **unknown) == (404, "InvalidMailAddress.NotFound")


def test_invalid_addresses_are_listed_once_by_when_they_were_found(cloud):
    cloud.send("invalid+1@b.test")
    cloud.pass_time(days=1)
    cloud.send("invalid+2@b.test,INVALID+2@b.test")
    answer = cloud.ok("QueryInvalidAddress")
    assert [row["ToAddress"] for row in answer["data"]["mailDetail"]] == ["invalid+2@b.test", "invalid+1@b.test"]
    assert (answer["TotalCount"], answer["total"], answer["NextStart"]) == (2, 2, "")
    assert [row["toAddress"] for row in answer["detailList"]] == ["invalid+2@b.test", "invalid+1@b.test"]
    assert cloud.ok("QueryInvalidAddress", EndTime="2026-03-15")["TotalCount"] == 1
    assert cloud.ok("QueryInvalidAddress", StartTime="2026-03-16")["TotalCount"] == 1
    assert cloud.ok("QueryInvalidAddress", Keyword="D+1@")["TotalCount"] == 1


def test_many_invalid_addresses_come_in_pages_with_one_count(cloud):
    cloud.sql(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2500) "
        "INSERT INTO invalid (address, at) SELECT 'a' || i || '@b.test', 1 FROM n"
    )
    seen, cursor, sizes = set(), "", []
    while cursor or not sizes:
        answer = cloud.ok("QueryInvalidAddress", Length="5000", NextStart=cursor)
        rows = answer["data"]["mailDetail"]
        seen |= {row["ToAddress"] for row in rows}
        sizes.append((len(rows), answer["TotalCount"]))
        cursor = answer["NextStart"]
        cloud.send(f"invalid+{len(sizes)}@b.test")  # found meanwhile, not part of this list
    assert sizes == [(1000, 2500), (1000, 2500), (500, 2500)]
    assert len(seen) == 2500
