"""Templates."""

from __future__ import annotations

import pytest


def test_a_template_is_made_shown_changed_and_deleted(cloud):
    content = {"TemplateName": "t", "TemplateSubject": "S", "TemplateText": "<p>中</p>", "TemplateNickName": "N"}
    template = cloud.ok("CreateTemplate", **content)["TemplateId"]
    shown = cloud.ok("DescTemplate", TemplateId=str(template))
    assert shown | content | {"TemplateStatus": "2"} == shown
    cloud.ok("ModifyTemplate", TemplateId=str(template), TemplateName="u", TemplateSubject="")
    shown = cloud.ok("DescTemplate", TemplateId=str(template))
    assert (shown["TemplateName"], shown["TemplateSubject"], shown["TemplateText"]) == ("u", "", "<p>中</p>")
    rows = cloud.ok("QueryTemplateByParam", KeyWord="U")["data"]["template"]
    assert [(r["TemplateId"], r["TemplateName"]) for r in rows] == [(str(template), "u")]
    cloud.ok("DeleteTemplate", TemplateId=str(template))
    assert cloud.ok("QueryTemplateByParam")["TotalCount"] == 1


@pytest.mark.parametrize("action", ["DescTemplate", "ModifyTemplate", "DeleteTemplate"])
def test_an_unknown_template_is_not_found(cloud, action):
    assert cloud.refused(action, TemplateId="99", TemplateName="x") == (404, "InvalidTemplate.NotFound")


def test_the_newest_of_a_name_is_sent(cloud):
    for text in ("old", "new"):
        cloud.ok("CreateTemplate", TemplateName="twice", TemplateSubject="S", TemplateText=text)
    asked = {"AccountName": "news@sandbox.test", "AddressType": "1", "ReceiversName": "customers"}
    cloud.ok("BatchSendMail", **asked, TemplateName="twice")
    assert {mail["html"] for mail in cloud.mails()} == {"new"}


def test_a_hundred_are_all_and_twenty_a_page(cloud):
    for number in range(99):
        cloud.ok("CreateTemplate", TemplateName=f"t{number}")
    assert cloud.refused("CreateTemplate", TemplateName="more") == (400, "InvalidTemplateNumber.Malformed")
    page = cloud.ok("QueryTemplateByParam")
    assert (len(page["data"]["template"]), page["TotalCount"]) == (20, 100)


def test_states_filter(cloud):
    assert cloud.ok("QueryTemplateByParam", Status="2")["TotalCount"] == 1
    assert cloud.ok("QueryTemplateByParam", Status="1")["TotalCount"] == 0
