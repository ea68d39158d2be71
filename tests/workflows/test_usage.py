"""The quota: what is used and left by two figures of the service, when it is gone, and whether it suffices."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from dmcli.api.request import Keys, Target
from dmcli.api.wire import Reply
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.secret import Secret
from dmcli.workflows.usage import Usage, Used, check_quota, quota_usage, usage_of

SEND = "send single --from {} --to {} --subject s --text t"
NOW = datetime(2026, 3, 15, 4, 0, tzinfo=UTC)  # noon in China


@pytest.mark.parametrize("odd", ["²", "٣", "", "many", None, -1, "9" * 5000])
def test_counts_that_are_no_numbers_count_as_none(odd):
    rows = [{"DailyReqCount": 2, "MonthReqCount": "30"}, {"DailyReqCount": odd, "MonthReqCount": odd}]
    body = json.dumps({"RequestId": "r", "TotalCount": odd, "data": {"mailAddress": rows}}).encode()
    client = Client(
        lambda _: Reply(200, {}, body),
        lambda **_: Keys("testid", Secret("s")),
        Target("http://x", "cn-hangzhou"),
        Retrier(),
    )
    assert quota_usage(client, NOW) == Usage(Used(2, "addresses"), Used(30, "addresses"))


def usage(box, line=""):
    return box(f"account show -o json {line}").json["usage"]


def test_mail_of_an_address_that_was_deleted_counts_still(box):
    box("sandbox clock set '2026-12-10 09:00 +08:00'")
    box("address create gone@sandbox.test --type trigger")
    box(SEND, "gone@sandbox.test", "a@example.com,b@example.com")
    box("sandbox clock advance 1d")
    box(SEND, "gone@sandbox.test", "a@example.com")
    box(SEND, "noreply@sandbox.test", "a@example.com")
    before = usage(box)
    box("address delete gone@sandbox.test --yes")
    assert usage(box) == before
    assert (before["day_used"], before["month_used"], before["missing"]) == (2, 4, None)
    box("sandbox fault add error Forbidden.RAM --action SenderStatisticsByTagNameAndBatchID --times 9")
    summed = usage(box)
    assert (summed["day_used"], summed["day_source"]) == (1, "addresses")
    assert summed["missing"] == "what sender addresses sent that are deleted"
    assert "Uncounted   what sender addresses sent that are deleted" in box("account show -o table").out
    box("sandbox fault add error Forbidden.RAM --action QueryMailAddressByParam --times 9")
    unknown = usage(box)
    assert {unknown[name] for name in ("day_used", "day_left", "month_used", "month_left")} == {None}
    assert "may see neither statistics nor sender addresses" in box("account show --need 1", code=3).err
    box("account show")


def test_whether_more_fit_is_the_exit_code(box):
    box("sandbox quota --daily 10 --monthly 12")
    box("sandbox clock set '2026-12-10 09:00 +08:00'")
    box(SEND, "noreply@sandbox.test", "a@example.com,b@example.com")
    box("sandbox clock advance 1d")
    box(SEND, "noreply@sandbox.test", "a@example.com")
    for line in ("--need 9", "--fail-below 75%", "--fail-below 9", "--need 9 --fail-below 9 -o csv"):
        box(f"account show {line}")
    for line, said in {
        "--need 10": "no room for 10 more: 9 of 10 left today; no room for 10 more: 9 of 12 left this month",
        "--fail-below 76%": "9 of 12 left this month is below 76%",
        "--fail-below 91%": "9 of 10 left today is below 91%; 9 of 12 left this month is below 91%",
        "--fail-below 10": "9 of 10 left today is below 10; 9 of 12 left this month is below 10",
    }.items():
        refused = box(f"account show -o json {line}", code=5)
        assert refused.json["usage"]["day_left"] == 9
        error = json.loads(refused.err)["error"]
        assert (error["code"], error["message"]) == ("QuotaShort", said)
    for line in ("--fail-below 101%", "--fail-below x", "--fail-below -1", "--need x", "--need 1 --raw", "--watch"):
        box(f"account show {line}", code=2)


def test_a_quota_without_a_limit_always_suffices():
    summary = {"DailyQuota": -1, "MonthQuota": "-1"}
    check_quota(summary, usage_of(summary, Usage(), NOW), 10**9, "100%")


def test_what_is_left_is_gone_at_the_pace_of_today():
    usage = Usage(Used(600, "statistics"), Used(900, "addresses"))
    found = usage_of({"DailyQuota": 800, "MonthQuota": "20000"}, usage, NOW)
    assert found["day_runs_out"] == NOW.timestamp() + 4 * 3600
    assert found["month_runs_out"] == NOW.timestamp() + 19100 / 600 * 12 * 3600
    assert (found["day_left"], found["month_left"]) == (200, 19100)
    assert found["missing"] == "what sender addresses sent that are deleted"
    plenty = usage_of({"DailyQuota": 1201, "MonthQuota": 50000}, usage, NOW)
    assert (plenty["day_runs_out"], plenty["month_runs_out"]) == (None, None)
    endless = usage_of({"DailyQuota": -1}, usage, NOW)
    assert (endless["day_left"], endless["month_left"], endless["day_runs_out"]) == (None, None, None)


def test_it_is_watched_on_a_terminal_until_it_does_not_suffice(box, terminal):
    box(SEND, "noreply@sandbox.test", "a@example.com")
    code, shown = terminal("-p sandbox account show --watch --fail-below 100%")
    assert code == 5
    assert shown.count("╭") >= 1
    assert "1 of 2,000 used" in shown
    assert "is below 100%" in shown
