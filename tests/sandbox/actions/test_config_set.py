"""Configuration sets: made, listed, changed, linked to sender addresses, deleted; and the commands."""

from __future__ import annotations

import json

import pytest

SHOP, NEWS = "noreply@sandbox.test", "news@sandbox.test"
OPTION = {"Enabled": True, "ForbiddenStatusList": ["INVALID"], "ForbiddenSubStatusList": []}


def details(cloud, **params):
    days = {"StartTime": "2026-03-15 00:00", "EndTime": "2026-03-15 23:59"}
    return cloud.ok("SenderStatisticsDetailByParam", **days, **params)["data"]["mailDetail"]


def where_sent(row):
    return tuple(row[name] for name in ("ConfigSetId", "ConfigSetName", "IpPoolId", "IpPoolName"))


def sets(cloud, **params):
    return cloud.ok("ConfigSetList", **{"PageIndex": "1", "PageSize": "10", **params})["ConfigSets"]


def test_a_set_is_made_listed_changed_and_deleted(cloud):
    pool = cloud.ok("DedicatedIpPoolCreate", Name="pool")["Id"]
    assert cloud.refused("ConfigSetCreate", Name="shop", IpPoolId="pool") == (404, "InvalidIpPool.NotFound")
    made = cloud.ok("ConfigSetCreate", Name="shop", Description="D", IpPoolId=pool, ValidationOption=OPTION)["Id"]
    assert cloud.refused("ConfigSetCreate", Name="shop") == (400, "InvalidConfigSetName.Duplicate")
    shown = cloud.ok("ConfigSetDetail", Id=made)["Detail"]
    assert shown["IpPool"] == {"IpPoolId": pool, "IpPoolName": "pool"}
    assert (shown["ValidationOption"], shown["IsPublicChannelBackoff"]) == (OPTION, False)
    cloud.ok("ConfigSetUpdate", Id=made, Name="store", IsPublicChannelBackoff="true")
    bare = {"Description": "", "IpPool": {"IpPoolId": "", "IpPoolName": ""}}  # what is not given is emptied
    assert sets(cloud) == [{**shown, **bare, "Name": "store", "IsPublicChannelBackoff": True, "FromAddresses": []}]
    cloud.ok("ConfigSetCreate", Name="other")
    assert cloud.refused("ConfigSetUpdate", Id=made, Name="other") == (400, "InvalidConfigSetName.Duplicate")
    assert cloud.refused("ConfigSetDelete", Ids=f"{made},99") == (404, "InvalidConfigSet.NotFound")
    cloud.ok("ConfigSetDelete", Ids=f"{made},2")
    assert sets(cloud) == []
    gone = cloud.ok("ConfigSetDetail", Id=made)["Detail"]
    assert (gone["Id"], gone["Name"]) == ("", "")


def test_the_list_comes_in_pages_or_whole(cloud):
    for number in range(12):
        cloud.ok("ConfigSetCreate", Name=f"set{number}")
    page = cloud.ok("ConfigSetList", PageIndex="2", PageSize="5")
    assert (page["TotalCounts"], page["CurrentPage"], page["PageSize"], page["HasMore"]) == (12, 2, 5, True)
    assert [one["Name"] for one in page["ConfigSets"]] == ["set5", "set6", "set7", "set8", "set9"]
    assert cloud.ok("ConfigSetList", PageIndex="3", PageSize="5")["HasMore"] is False
    assert len(sets(cloud, All="true", PageSize="5")) == 12
    assert [one["Name"] for one in sets(cloud, Keyword="ET1")] == ["set1", "set10", "set11"]


def test_what_is_no_validation_is_refused(cloud):
    for wrong in ("[]", '{"Enabled": "maybe"}', '{"ForbiddenStatusList": "INVALID"}'):
        asked = {"Name": "s", "ValidationOption": wrong}
        assert cloud.refused("ConfigSetCreate", **asked) == (400, "InvalidValidationOption.Malformed")


def test_mail_of_a_linked_address_has_the_set_and_its_pool(cloud):
    for name in ("one", "two", "mine"):
        pool = cloud.ok("DedicatedIpPoolCreate", Name=f"pool-{name}")["Id"]
        cloud.ok("ConfigSetCreate", Name=name, IpPoolId=pool)
    cloud.ok("ConfigSetRelationFromAddress", Id="1", FromAddress=NEWS)
    cloud.ok("ConfigSetRelationFromAddress", Id="2", FromAddress=NEWS.upper())
    assert [one["FromAddresses"] for one in sets(cloud)] == [[], [NEWS], []]
    row = cloud.ok("QueryMailAddressByParam", KeyWord="news")["data"]["mailAddress"][0]
    assert (row["ConfigSetId"], row["ConfigSetName"]) == ("2", "two")
    cloud.send(AccountName=NEWS)
    cloud.send(AccountName=NEWS, IpPoolId="3")
    cloud.send(AccountName=SHOP)
    cloud.ok("SendTestByTemplate", AccountName=NEWS, TemplateId="1", Email="a@b.test")
    batch = {"AccountName": NEWS, "AddressType": "1", "ReceiversName": "customers", "TemplateName": "newsletter"}
    cloud.ok("BatchSendMail", **batch)
    assert cloud.refused("BatchSendMail", **batch, IpPoolId="9") == (404, "InvalidIpPool.NotFound")
    assert cloud.refused("SingleSendMail", **cloud.mail, IpPoolId="x") == (404, "InvalidIpPool.NotFound")
    kept = [
        ("2", "two", "2", "pool-two"),
        ("2", "two", "3", "pool-mine"),
        ("", "", "", ""),
        *[("2", "two", "2", "pool-two")] * 4,
    ]
    assert [where_sent(row) for row in reversed(details(cloud))] == kept
    (task,) = cloud.ok("QueryTaskByParam")["data"]["task"]
    assert where_sent(task) == kept[0]
    cloud.ok("ConfigSetCancelRelationFromAddress", Id="1", FromAddress=NEWS)  # of another set
    assert cloud.refused("ConfigSetDelete", Ids="2") == (400, "InvalidConfigSetStatus.Malformed")
    cloud.ok("ConfigSetDelete", Ids="2", IsForce="true")
    cloud.ok("DedicatedIpPoolDelete", Id="3")
    assert [where_sent(row) for row in details(cloud, ToAddress="someone@example.com")][1] == ("2", "", "3", "")
    assert [one["IpPool"]["IpPoolId"] for one in sets(cloud)] == ["1", ""]
    row = cloud.ok("QueryMailAddressByParam", KeyWord="news")["data"]["mailAddress"][0]
    assert (row["ConfigSetId"], row["ConfigSetName"]) == ("", "")


def test_mail_to_addresses_that_the_validation_forbids_fails_at_once(cloud):
    forbidden = {"Enabled": True, "ForbiddenStatusList": ["DO_NOT_MAIL"], "ForbiddenSubStatusList": ["MAILBOX_FULL"]}
    cloud.ok("ConfigSetCreate", Name="shop", ValidationOption=forbidden)
    cloud.ok("ConfigSetRelationFromAddress", Id="1", FromAddress=SHOP)
    cloud.send("admin@b.test,Full@b.test,unknown@b.test,a@b.test", AccountName=SHOP)
    failed = {row["ToAddress"]: row["ErrorClassification"] for row in details(cloud) if row["Status"] == 4}
    assert failed == dict.fromkeys(("admin@b.test", "Full@b.test"), "Validation")
    assert cloud.ok("GetValidationQuota")["UsedQuota"] == 0
    cloud.ok("ConfigSetUpdate", Id="1", Name="shop", ValidationOption={**forbidden, "Enabled": False})
    cloud.send("admin@b.test", AccountName=SHOP)
    assert details(cloud)[0]["Status"] == 0


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ('{"enabled": true}', "has 'enabled'; what may be in it: Enabled, ForbiddenStatusList, ForbiddenSubStatusList"),
        ('{"Enabled": "perhaps"}', 'has no "Enabled" that is true or false'),
        ('{"ForbiddenStatusList": "INVALID"}', "its ForbiddenStatusList is not an array of texts"),
        ('{"ForbiddenSubStatusList": [1]}', "its ForbiddenSubStatusList is not an array of texts"),
    ],
)
def test_a_validation_that_would_hold_nothing_back_is_no_input(dm, typed, told):
    assert f"--validation: {told}" in dm("config-set create a --validation {}", typed, code=2).err
    warned = dm("config-set create a --validation {}", '{"ForbiddenStatusList": ["invalid", "UNKNOWN"]}').err
    assert "--validation: invalid: the known results are VALID, CATCHALL, UNKNOWN, DONOTMAIL, INVALID" in warned


def test_the_commands(dm):
    dm("dedicated-ip create-pool p1 --ip 192.0.2.10")
    dm("config-set create shop --description D --ip-pool p1 --validation {}", json.dumps(OPTION))
    dm("config-set link shop news@sandbox.test")
    assert "--name" in dm("config-set update shop --help").out
    dm("config-set update shop", code=2)
    dm("config-set update shop --fall-back")
    shown = dm("config-set show shop -o json").json
    assert (shown["Name"], shown["Description"], shown["ValidationOption"]) == ("shop", "D", OPTION)
    assert (shown["IpPool"]["IpPoolName"], shown["IsPublicChannelBackoff"]) == ("p1", True)
    send = "send single --to a@b.test --subject S --text T"
    assert "did you mean p1?" in dm(f"{send} --from news@sandbox.test --ip-pool p2", code=10).err
    dm(f"{send} --from news@sandbox.test --ip-pool p1")
    dm(f"{send} --from noreply@sandbox.test")
    for chosen in ("--config-set shop", "--ip-pool p1"):
        (row,) = dm(f"stats details {chosen} -o json").json["data"]["mailDetail"]
        assert (row["ConfigSetName"], row["IpPoolName"]) == ("shop", "p1")
    dm("stats tracking --config-set shop")
    dm("stats sync -q")
    for chosen in ("--config-set shop", "--config-set 1", "--ip-pool p1"):
        (row,) = dm(f"stats details {chosen} --from-history -o json").json["data"]["mailDetail"]
        assert (row["ConfigSetName"], row["IpPoolName"]) == ("shop", "p1")
    for chosen in ("--dedicated-ip-pool p1", "--dedicated-ip 192.0.2.10", "--dedicated-ip dm-ip-1"):
        assert dm(f"stats totals {chosen} -o json").json["data"]["stat"][0]["requestCount"] == "1"
    dm("dedicated-ip create-pool p2")
    for pool, named in (("p2", "p2"), ("''", ""), ("1", "p1")):
        dm(f"config-set update shop --ip-pool {pool}")
        shown = dm("config-set show shop -o json").json
        assert (shown["IpPool"]["IpPoolName"], shown["Description"]) == (named, "D")
    assert "news@sandbox.test" in dm("config-set list").out
    assert "InvalidConfigSetStatus.Malformed" in dm("config-set delete shop --yes", code=1).err
    dm("config-set unlink shop news@sandbox.test")
    dm("config-set delete shop --yes")
    assert dm("config-set list").err.strip() == "nothing found"
    dm("config-set show shop", code=10)
