"""Dedicated IPs: what a new sandbox has, pools, renewal and warm-up by its clock; and the commands."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def bought(cloud):
    """An account whose IPs were bought at noon."""
    cloud.sql("UPDATE dedicated_ip SET started = ?", int(cloud.now.timestamp()))
    return cloud


def ips(cloud):
    return {row["Id"]: row for row in cloud.ok("DedicatedIpList")["Ips"]}


def free(cloud):
    return [row["Id"] for row in cloud.ok("DedicatedIpNonePoolList")["Ips"]]


def pools(cloud, **params):
    rows = cloud.ok("DedicatedIpPoolList", **params)["IpPools"]
    return {row["Name"]: [ip["Id"] for ip in row["Ips"]] for row in rows}


def test_pools_take_ips_and_give_them_back(bought):
    assert free(bought) == ["dm-ip-1", "dm-ip-2", "dm-ip-3"]
    pool = bought.ok("DedicatedIpPoolCreate", Name="news", BuyResourceIds="dm-ip-1,dm-ip-2")["Id"]
    bought.ok("DedicatedIpPoolCreate", Name="shop")
    assert (free(bought), pools(bought)) == (["dm-ip-3"], {"news": ["dm-ip-1", "dm-ip-2"], "shop": []})
    assert ips(bought)["dm-ip-1"]["IpPoolName"] == "news"
    taken = {"Name": "other", "BuyResourceIds": "dm-ip-1"}
    assert bought.refused("DedicatedIpPoolCreate", **taken) == (400, "InvalidBuyResourceIds.Malformed")
    bought.ok("DedicatedIpPoolUpdate", Id=pool, BuyResourceIds="dm-ip-3")
    assert pools(bought)["news"] == ["dm-ip-1", "dm-ip-2"]
    bought.ok("DedicatedIpPoolUpdate", Id=pool, BuyResourceIds="dm-ip-2,dm-ip-3", UpdateResource="true")
    assert pools(bought, PoolId=pool) == {"news": ["dm-ip-2", "dm-ip-3"]}
    bought.ok("DedicatedIpPoolDelete", Id=pool)
    assert len(free(bought)) == 3
    assert bought.refused("DedicatedIpPoolDelete", Id=pool) == (404, "InvalidIpPool.NotFound")
    assert bought.refused("DedicatedIpPoolCreate", Name="a b") == (400, "InvalidName.Malformed")


def test_pages(bought):
    page = bought.ok("DedicatedIpList", PageIndex="2", PageSize="2")
    assert [row["Id"] for row in page["Ips"]] == ["dm-ip-3"]
    assert (page["TotalCounts"], page["CurrentPage"], page["HasMore"]) == (3, 2, False)
    for name in ("a", "b"):
        bought.ok("DedicatedIpPoolCreate", Name=name)
    page = bought.ok("DedicatedIpPoolList", PageSize="1")
    assert (page["CurrentPage"], page["PageSize"], page["HasMore"]) == ("1", "1", True)
    assert list(pools(bought, PageSize="1", All="true")) == ["a", "b"]


def test_a_term_ends_unless_it_is_renewed(bought):
    bought.ok("DedicatedIpAutoRenewal", BuyResourceIds="dm-ip-2, dm-ip-3", AutoRenewal="false")
    assert [row["IpExt"]["AutoRenewal"] for row in ips(bought).values()] == [True, False, False]
    bought.pass_time(days=30)
    first, second, _ = ips(bought).values()
    assert (first["Status"], first["ExpiredTime"]) == ("sold", "2026-05-14T04:00:00Z")
    assert (second["Status"], second["ExpiredTime"]) == ("expired", "2026-04-14T04:00:00Z")
    wrong = {"BuyResourceIds": "dm-ip-1,dm-ip-9", "AutoRenewal": "false"}
    assert bought.refused("DedicatedIpAutoRenewal", **wrong) == (404, "InvalidIP.NotFound")
    assert ips(bought)["dm-ip-1"]["IpExt"]["AutoRenewal"] is True


def test_a_warm_up_goes_by_the_clock_and_counts_what_went_over_the_pool(bought):
    pool = bought.ok("DedicatedIpPoolCreate", Name="news", BuyResourceIds="dm-ip-1")["Id"]
    bought.send("a@gmail.com,b@Example.com,invalid@b.test", IpPoolId=pool)
    bought.send("elsewhere@gmail.com")
    bought.pass_time(days=1)
    bought.send("b@gmail.com", IpPoolId=pool)

    def days(**params):
        rows = bought.ok("GetDedicatedIpWarmUpDetail", DedicatedIp="192.0.2.10", **params)["Detail"]
        return [tuple(row.values()) for row in rows if row["SendCounts"]]

    assert days() == [(1, "gmail.com", 1, 1), (1, "others", 2, 1), (2, "gmail.com", 1, 1)]
    assert days(StartDayMark="2") == [(2, "gmail.com", 1, 1)]
    assert days(EndDayMark="1", Esp="others") == [(1, "others", 2, 1)]
    assert ips(bought)["dm-ip-1"]["IpExt"]["HasSendMail"] is True
    assert ips(bought)["dm-ip-2"]["IpExt"]["HasSendMail"] is False
    info = {"DedicatedIp": "192.0.2.10"}
    assert {row["Finished"] for row in bought.ok("GetDedicatedIpWarmUpInfo", **info)["Info"]} == {False}
    bought.pass_time(days=29)
    assert {row["Finished"] for row in bought.ok("GetDedicatedIpWarmUpInfo", **info)["Info"]} == {True}
    assert ips(bought)["dm-ip-1"]["WarmupStatus"] == "finish"
    bought.ok("DedicatedIpChangeWarmupType", Id="dm-ip-1", WarmupType="cusSelfManager")
    changed = ips(bought)["dm-ip-1"]
    assert (changed["WarmupType"], changed["IpExt"]["LastWarmUpTypeChangedTime"]) == (
        "cusSelfManager",
        "2026-04-14T04:00:00Z",
    )
    assert bought.refused("GetDedicatedIpWarmUpInfo", DedicatedIp="192.0.2.99") == (404, "InvalidIP.NotFound")


def test_the_commands_take_addresses_and_names(dm):
    made = dm("dedicated-ip create-pool news --ip 192.0.2.10 --ip dm-ip-2 -o json").json["Id"]
    assert dm("dedicated-ip pools -o json").json["IpPools"][0]["IpCount"] == 2
    assert "192.0.2.12" in dm("dedicated-ip unpooled").out
    dm("dedicated-ip update-pool news --ip 192.0.2.11,192.0.2.12")
    assert "192.0.2.10" in dm("dedicated-ip unpooled").out
    assert dm("dedicated-ip update-pool news", code=2).err
    assert "did you mean 192.0.2.12" in dm("dedicated-ip create-pool b --ip 192.0.2.122", code=10).err
    told = dm("dedicated-ip set-warmup dm-ip-99 --by self", code=10).err
    assert "`dm dedicated-ip list`" in " ".join(told.split())
    assert dm("dedicated-ip set-warmup 192.0.2.10 --by self --dry-run").json["parameters"] == {
        "Id": "<id of 192.0.2.10>",
        "WarmupType": "cusSelfManager",
    }
    dm("dedicated-ip set-warmup 192.0.2.10 --by self")
    listed = dm("dedicated-ip list -o csv --tz Asia/Shanghai").out
    assert "yourself" in listed
    assert re.search("T[0-9:]{8}[+]08:00,", listed)
    refused = dm("dedicated-ip set-renewal --ip 192.0.2.10 --renew", code=2).err
    assert "this costs the price of each IP for another term" in refused
    assert "missing option '--renew/--no-renew'" in dm("dedicated-ip set-renewal --ip 192.0.2.10", code=2).err
    dm("dedicated-ip set-renewal --ip 192.0.2.10 --no-renew")  # which costs nothing
    rows = dm("dedicated-ip list -o json").json["Ips"]
    assert [row["IpExt"]["AutoRenewal"] for row in rows] == [False, True, True]
    assert "not yet" in dm("dedicated-ip warmup dm-ip-1").out
    assert dm("dedicated-ip warmup-days 192.0.2.10 --esp gmail.com -o json").json["Detail"][0]["DayMark"] == 1
    assert f"news (id {made})" in dm("dedicated-ip delete-pool news", code=2).err
    dm("dedicated-ip delete-pool news --yes")
    assert dm("dedicated-ip delete-pool news --yes", code=10).err


def test_a_name_that_two_pools_have_names_neither(dm):
    for _ in range(2):
        dm("dedicated-ip create-pool twice")
    for line in ("delete-pool twice --yes", "update-pool twice --ip 192.0.2.12"):
        assert "'twice' is the name of several, with the ids 1, 2: give an id" in dm(f"dedicated-ip {line}", code=2).err
    assert [row["Name"] for row in dm("dedicated-ip pools -o json").json["IpPools"]] == ["twice", "twice"]
    dm("dedicated-ip delete-pool 2 --yes")
    dm("dedicated-ip delete-pool twice --yes")
    assert dm("dedicated-ip pools -o json").json["IpPools"] == []


def test_what_is_not_there_is_told_in_the_same_way_everywhere(dm):
    lines = ("warmup {}", "warmup-days {}", "set-warmup {} --by self", "set-renewal --ip {} --no-renew")
    for line in lines:
        told = dm(f"dedicated-ip {line.format('192.0.2.19')}", code=10).err
        assert told.startswith("dm: there is no dedicated IP named '192.0.2.19'; did you mean 192.0.2.1"), line
        assert dm(f"dedicated-ip {line.format('dm-ip-99')}", code=10).err, line
    assert dm("ip-filter remove 99 --yes", code=10).err
    dm("config-set create shop")
    told = dm("config-set link shop noreplay@sandbox.test", code=10).err
    assert "there is no sender address named 'noreplay@sandbox.test'; did you mean noreply@" in told
    assert "did you mean sandbox.test?" in dm("domain rotate-dkim snadbox.test --yes", code=10).err
