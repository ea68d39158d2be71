"""The account's summary and quota."""

from __future__ import annotations

import pytest

from dmcli.errors import InputError
from dmcli.sandbox.control.quota import get_quota


def test_a_new_sandbox_can_send_at_once(cloud):
    account = cloud.ok("DescAccountSummary")
    wanted = {"UserStatus": 0, "DailyQuota": 2000, "MonthQuota": 60000, "Domains": 1, "MailAddresses": 2}
    wanted |= {"Receivers": 1, "Tags": 1, "Templates": 1, "DailyRemainFreeQuota": 200, "RemainFreeQuota": 2000}
    assert {name: account[name] for name in wanted} == wanted
    assert cloud.send()


def test_free_mails_are_used_up(cloud):
    cloud.send("a@example.com,b@example.com")
    account = cloud.ok("DescAccountSummary")
    assert (account["DailyRemainFreeQuota"], account["RemainFreeQuota"]) == (198, 1998)
    cloud.pass_time(days=1)
    account = cloud.ok("DescAccountSummary")
    assert (account["DailyRemainFreeQuota"], account["RemainFreeQuota"]) == (200, 1998)


def test_each_recipient_counts_and_what_is_over_is_refused_whole(cloud):
    cloud.quota(3, 100)
    cloud.send("a@example.com", BccAddress="b@example.com")
    over = {**cloud.mail, "ToAddress": "c@example.com,d@example.com"}
    assert cloud.refused("SingleSendMail", **over) == (400, "InvalidSendMail.Spam")
    assert len(cloud.mails()) == 2
    cloud.send("c@example.com")


def test_days_begin_at_midnight_in_china_and_months_too(cloud):
    cloud.quota(1, 2)
    cloud.send()
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "InvalidSendMail.Spam")
    cloud.pass_time(hours=11, minutes=59, seconds=59)  # 23:59:59 there
    assert cloud.refused("SingleSendMail", **cloud.mail)[0] == 400
    cloud.pass_time(seconds=1)
    cloud.send()
    cloud.pass_time(days=1)
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "InvalidSendMail.Spam")  # the month's
    cloud.pass_time(days=15, seconds=-1)  # the last second of March
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "InvalidSendMail.Spam")
    cloud.pass_time(seconds=1)
    cloud.send()


def test_deleted_mail_gives_nothing_back(cloud):
    cloud.quota(1, 1)
    cloud.send()
    cloud.sql("DELETE FROM mail")
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "InvalidSendMail.Spam")


def test_one_quota_can_be_set_alone_and_must_make_sense(cloud):
    cloud.quota(5, 6)
    with pytest.raises(InputError, match="daily quota of -1"):
        cloud.quota(-1, 6)
    assert get_quota(cloud.sandbox) == {"daily": 5, "monthly": 6}


def test_settings_are_kept(cloud):
    def eventbridge():
        return cloud.ok("GetUser")["Data"]["EnableEventbridge"]

    assert eventbridge() is False
    cloud.ok("UpdateUser", User={"EnableEventbridge": True})
    assert eventbridge() is True
    assert cloud.refused("UpdateUser", User={"EnableEventbridge": "x"}) == (400, "InvalidUser.Malformed")
    cloud.ok("UpdateUser", User='{"EnableEventbridge":false}')
    assert eventbridge() is False


@pytest.mark.parametrize("signature", ["v1", "v3"])
def test_the_command_shows_and_changes_settings(dm, signature, monkeypatch):
    monkeypatch.setenv("DM_SIGNATURE", signature)
    assert dm("account settings -o csv").out.split() == ["EnableEventbridge", "no"]
    assert "changed the settings of the account" in dm("account settings --eventbridge").err
    assert dm("account settings -o json").json["Data"] == {"EnableEventbridge": True}
    shown = dm("account settings --no-eventbridge --dry-run").json
    assert (shown["action"], shown["parameters"]) == ("UpdateUser", {"User": '{"EnableEventbridge":false}'})
    assert dm("account settings --dry-run").json["action"] == "GetUser"


def test_the_trial_of_sendify_runs_out(cloud):
    def stands():
        info = cloud.ok("GetSendifyInfo")
        return info["Opened"], info["Status"], info["SupportTrial"], info["ExpireTime"]

    assert stands() == (False, "", True, "")
    link = cloud.ok("OpenSendifyTrialService")["AutoLoginURL"]
    assert stands() == (True, "VALID", False, "2026-04-14T04:00:00Z")
    cloud.pass_time(days=29)
    assert (
        link
        != cloud.ok("OpenSendifyTrialService")["AutoLoginURL"]
        != cloud.ok("GetSendifyAutoLoginURL")["AutoLoginURL"]
    )
    cloud.pass_time(days=1)
    assert stands() == (False, "EXPIRED", False, "2026-04-14T04:00:00Z")


def test_what_charges_asks_with_its_price(dm):
    refused = dm("account sendify-trial", code=2).err
    assert "this costs the trial, which an account may have once" in refused
    assert "--yes" in refused
    assert "this costs" not in dm("account sendify-trial --dry-run").err
    assert dm("account sendify -o json").json["Opened"] is False
    done = dm("account sendify-trial --yes")
    assert "opened the trial of Sendify" in done.err
    assert "mail list" not in done.err
    assert dm("account sendify -o json").json["Opened"] is True
    assert dm("account sendify-login -o json").json["AutoLoginURL"].startswith("https://sendify.example/login?")
