"""Configuration sets: made, listed, changed, linked to sender addresses, deleted; and the commands."""

from __future__ import annotations

import json

SHOP, NEWS = "noreply@sandbox.test", "news@sandbox.test"
OPTION = {"Enabled": True, "ForbiddenStatusList": ["INVALID"], "ForbiddenSubStatusList": []}


def sets(cloud, **params):
    return cloud.ok("ConfigSetList", **{"PageIndex": "1", "PageSize": "10", **params})["ConfigSets"]


def test_a_set_is_made_listed_changed_and_deleted(cloud):
    made = cloud.ok("ConfigSetCreate", Name="shop", Description="D", IpPoolId="pool", ValidationOption=OPTION)["Id"]
    assert cloud.refused("ConfigSetCreate", Name="shop") == (400, "InvalidConfigSetName.Duplicate")
    shown = cloud.ok("ConfigSetDetail", Id=made)["Detail"]
    assert shown["IpPool"] == {"IpPoolId": "pool", "IpPoolName": "pool"}
    assert (shown["ValidationOption"], shown["IsPublicChannelBackoff"]) == (OPTION, False)
    cloud.ok("ConfigSetUpdate", Id=made, Name="store", IsPublicChannelBackoff="true")
    assert sets(cloud) == [{**shown, "Name": "store", "IsPublicChannelBackoff": True, "FromAddresses": []}]
    cloud.ok("ConfigSetCreate", Name="other")
    assert cloud.refused("ConfigSetUpdate", Id=made, Name="other") == (400, "InvalidConfigSetName.Duplicate")
    assert cloud.refused("ConfigSetDelete", Ids=f"{made},99") == (404, "InvalidConfigSet.NotFound")
    cloud.ok("ConfigSetDelete", Ids=f"{made},2")
    assert sets(cloud) == []


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


def test_mail_of_a_linked_address_goes_over_the_pool_of_the_set(cloud):
    for name in ("one", "two"):
        cloud.ok("ConfigSetCreate", Name=name, IpPoolId=f"pool {name}")
    cloud.ok("ConfigSetRelationFromAddress", Id="1", FromAddress=NEWS)
    cloud.ok("ConfigSetRelationFromAddress", Id="2", FromAddress=NEWS.upper())
    assert [one["FromAddresses"] for one in sets(cloud)] == [[], [NEWS]]
    row = cloud.ok("QueryMailAddressByParam", KeyWord="news")["data"]["mailAddress"][0]
    assert (row["ConfigSetId"], row["ConfigSetName"]) == ("2", "two")
    cloud.send(AccountName=NEWS)
    cloud.send(AccountName=NEWS, IpPoolId="mine")
    cloud.send(AccountName=SHOP)
    assert [pool for (pool,) in cloud.sql("SELECT ip_pool FROM message ORDER BY id")] == ["pool two", "mine", ""]
    cloud.ok("ConfigSetCancelRelationFromAddress", Id="1", FromAddress=NEWS)  # of another set
    assert cloud.refused("ConfigSetDelete", Ids="2") == (400, "InvalidConfigSetStatus.Malformed")
    cloud.ok("ConfigSetDelete", Ids="2", IsForce="true")
    row = cloud.ok("QueryMailAddressByParam", KeyWord="news")["data"]["mailAddress"][0]
    assert (row["ConfigSetId"], row["ConfigSetName"]) == ("", "")


def test_the_commands(dm):
    dm("config-set create shop --description D --ip-pool p --validation {}", json.dumps(OPTION))
    dm("config-set link shop news@sandbox.test")
    assert "--name" in dm("config-set update shop --help").out
    dm("config-set update shop", code=2)
    dm("config-set update shop --fall-back")
    shown = dm("config-set show shop -o json").json
    assert (shown["Name"], shown["Description"], shown["ValidationOption"]) == ("shop", "D", OPTION)
    assert (shown["IpPool"]["IpPoolId"], shown["IsPublicChannelBackoff"]) == ("p", True)
    assert "news@sandbox.test" in dm("config-set list").out
    assert "InvalidConfigSetStatus.Malformed" in dm("config-set delete shop --yes", code=1).err
    dm("config-set unlink shop news@sandbox.test")
    dm("config-set delete shop --yes")
    assert dm("config-set list").err.strip() == "nothing found"
    dm("config-set show shop", code=10)
