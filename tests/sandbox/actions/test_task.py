"""Batch tasks: listed, and found by what they name."""

from __future__ import annotations


def test_tasks_are_found_by_what_they_name(cloud):
    asked = {"AccountName": "news@sandbox.test", "AddressType": "1", "ReceiversName": "customers"}
    cloud.ok("BatchSendMail", **asked, TemplateName="newsletter", TagName="welcome")
    cloud.ok("BatchSendMail", **asked, TemplateName="newsletter")
    assert [t["TaskId"] for t in cloud.ok("QueryTaskByParam")["data"]["task"]] == ["1", "2"]
    assert cloud.ok("QueryTaskByParam", KeyWord="WELC")["TotalCount"] == 1
    assert cloud.ok("QueryTaskByParam", KeyWord="customers")["TotalCount"] == 2
    assert cloud.ok("QueryTaskByParam", Status="0")["TotalCount"] == 0
